"""The order book: carried out beside everything else, one order of a source at a time, told and remembered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.disk import NoRoom
from etl.model import LoadRefused, LoadReport, LoadStopped, MappingError, SourceError
from etl.orders.book import BROKEN_OFF, KEPT, MOST_KEPT, MOST_OPEN, MOST_RUNNING
from etl.orders.loading import WAITS, Import, Run
from etl.orders.order import Place
from etl.orders.placed import MOST_LINES, Placed
from etl.schedule import entries
from tests.etl.loading import TICKETS
from tests.etl.ordering import REPORT, Doing, Hidden, Stand, failing, nothing

DOWN = SourceError("no route to the host", permanent=False)


@pytest.fixture
def stand() -> Stand:
    return Stand()


def talking(*lines: str) -> Doing:
    def work(place: Place) -> None:
        for line in lines:
            place.say(line)
        place.heard(REPORT)

    return Doing(source="desk", work=work)


def lines(placed: Placed, after: int = 0) -> list[str]:
    found: list[str] = placed.standing(after)["lines"]
    return found


def test_an_order_is_carried_out_told_and_heard_of(stand: Stand) -> None:
    placed = stand.book.place(talking("a", "b"))
    assert (placed.state, placed.error, lines(placed), lines(placed, 1)) == ("done", None, ["a", "b"], ["b"])
    assert stand.heard == ["loaded 3", "ended desk"] and stand.runs() == []


def test_it_waits_for_a_thread_and_is_found_by_its_number(stand: Stand) -> None:
    stand.hands.is_holding = True
    placed = stand.book.place(talking("a"), note="mind this")
    assert (placed.state, lines(placed)) == ("running", ["mind this"])
    stand.hands.release()
    assert stand.book.placed(placed.number) is placed and lines(placed) == ["mind this", "a"]
    assert stand.book.placed(placed.number + 1) is None


def test_a_failure_is_told_and_stands_in_the_ledger_as_a_run_of_its_kind(stand: Stand) -> None:
    stand.known()
    placed = stand.book.place(Doing(source="desk", work=failing(DOWN)))
    assert (placed.state, placed.error) == ("failed", "no route to the host")
    assert stand.runs() == [("desk", "failed", "do: no route to the host", "do")]
    assert stand.heard == ["failed desk: no route to the host", "doubted desk", "ended desk"]


@pytest.mark.parametrize("told", ["no route to the host", "reconcile: no route to the host"])
def test_a_failure_that_was_written_already_is_not_written_again(stand: Stand, told: str) -> None:
    stand.known()

    def work(place: Place) -> None:
        entries.end(place.home.store.cursor(), "desk", "failed", told, place.clock())
        raise DOWN

    stand.book.place(Doing(source="desk", work=work))
    assert stand.runs() == [("desk", "failed", told, None)]


def test_an_older_failure_of_the_same_words_does_not_hide_it(stand: Stand) -> None:
    stand.known()
    entries.end(stand.store.cursor(), "desk", "failed", str(DOWN), stand.hands.clock())
    stand.later(1)
    stand.book.place(Doing(source="desk", work=failing(DOWN)))
    assert [kind for *_, kind in stand.runs()] == [None, "do"]


def test_a_name_mistyped_leaves_no_entry(stand: Stand) -> None:
    placed = stand.book.place(Doing(source="desc", work=failing(MappingError("no such source"))))
    assert (placed.error, stand.runs()) == ("no such source", [])


def test_a_refused_load_is_told_in_its_own_words(stand: Stand) -> None:
    placed = stand.book.place(Doing(source="desk", work=failing(LoadRefused("refused: 31 of 52", REPORT))))
    assert placed.error == "refused: 31 of 52"


def test_a_fault_of_the_program_is_told_as_one(stand: Stand) -> None:
    stand.known()
    placed = stand.book.place(Doing(source="desk", work=failing(KeyError("x"))))
    assert placed.error is not None and "a fault of the program, KeyError" in placed.error
    assert stand.runs()[0][1] == "failed"


@pytest.mark.parametrize("error", [NoRoom("disk full"), LoadStopped("stopping")], ids=type)
def test_what_cannot_be_written_down_is_told_all_the_same(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def write(*given: object) -> None:
        raise error

    stand.known()
    monkeypatch.setattr("etl.orders.ending.write", write)
    placed = stand.book.place(Doing(source="desk", work=failing(DOWN)))
    assert (placed.state, placed.error, stand.runs()) == ("failed", "no route to the host", [])


def test_a_warehouse_that_is_lost_leaves_no_order_open(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*given: object) -> None:
        raise LookupError("lost")

    stand.known()
    monkeypatch.setattr("etl.orders.ending.write", write)
    with pytest.raises(LookupError, match="lost"):  # its thread ends with it, for the log
        stand.book.place(Doing(source="desk", work=failing(DOWN)))
    placed = stand.book.placed(1)
    assert placed is not None and placed.error == "no route to the host"


def test_what_names_a_person_is_neither_logged_nor_kept(stand: Stand) -> None:
    placed = stand.book.place(Hidden(source="desk", work=failing(KeyError("ann@example.com"))))
    assert "ann" not in "".join(stand.heard) + str(placed.error) and stand.runs() == []
    assert placed.order is None


def test_orders_of_one_source_follow_each_other_and_others_run_beside_them(stand: Stand) -> None:
    stand.hands.is_holding = True
    first, second = (stand.book.place(Doing(source="desk", work=nothing)) for _ in range(2))
    other = stand.book.place(Doing(source="survey", work=nothing))
    assert [one.state for one in (first, second, other)] == ["running", "waiting", "running"]
    stand.hands.release()
    assert [one.state for one in (first, second, other)] == ["done", "done", "done"]


def test_only_so_many_run_at_a_time_and_only_so_many_may_wait(stand: Stand) -> None:
    stand.hands.is_holding = True
    placed = [stand.book.place(Doing(source=f"s{number}", work=nothing)) for number in range(MOST_OPEN)]
    assert [one.state for one in placed].count("running") == MOST_RUNNING
    with pytest.raises(ValueError, match=f"{MOST_OPEN} orders wait already"):
        stand.book.place(Doing(source="one more", work=nothing))
    stand.hands.release()
    assert {one.state for one in placed} == {"done"}


def test_what_is_over_is_forgotten_after_a_while(stand: Stand) -> None:
    placed = stand.book.place(talking("a"))
    stand.later(KEPT.total_seconds() / 60)
    assert stand.book.placed(placed.number) is placed
    stand.later(1)
    assert stand.book.placed(placed.number) is None


def test_only_the_last_that_are_over_are_kept(stand: Stand) -> None:
    placed = [stand.book.place(talking()) for _ in range(MOST_KEPT + 2)]
    found = [stand.book.placed(one.number) for one in placed]
    assert found[:3] == [None, None, placed[2]] and found[-1] is placed[-1]


def test_of_very_many_lines_the_last_are_kept_and_the_others_counted(stand: Stand) -> None:
    placed = stand.book.place(talking(*map(str, range(MOST_LINES + 5))))
    assert lines(placed)[:2] == ["... 5 more lines", "5"] and len(lines(placed)) == MOST_LINES + 1
    assert lines(placed, MOST_LINES + 4) == [str(MOST_LINES + 4)]


def test_a_stop_breaks_orders_off_once_in_words(stand: Stand) -> None:
    stand.hands.is_holding = True
    running, waiting = (stand.book.place(Doing(source="desk", work=nothing)) for _ in range(2))
    stand.gate.close(0)
    stand.book.stop(0)
    assert (running.error, waiting.error) == (BROKEN_OFF, BROKEN_OFF)
    assert stand.runs() == [("desk", "interrupted", f"do: {BROKEN_OFF}", "do")] * 2
    stand.hands.release()
    assert (running.error, len(stand.runs())) == (BROKEN_OFF, 2)
    with pytest.raises(ValueError, match="the monitor is stopping"):
        stand.book.place(talking())


@pytest.mark.parametrize("error", [LoadStopped("stopping"), RuntimeError("interrupted")], ids=type)
def test_what_a_stop_ends_is_broken_off_and_not_failed(stand: Stand, error: Exception) -> None:
    def work(place: Place) -> None:
        stand.gate.close(0)
        raise error

    placed = stand.book.place(Doing(source="desk", work=work))
    assert placed.error == BROKEN_OFF
    assert stand.runs() == [("desk", "interrupted", f"do: {BROKEN_OFF}", "do")]


def test_a_stop_leaves_alone_what_is_done(stand: Stand) -> None:
    placed = stand.book.place(talking("a"))
    stand.gate.close(0)
    stand.book.stop(0)
    assert (placed.state, stand.runs()) == ("done", [])


@pytest.mark.parametrize(("paused", "source", "tried"), [(False, "desk", True), (True, "desk", False)])
def test_a_source_is_tried_again_unless_it_is_paused(stand: Stand, paused: bool, source: str, tried: bool) -> None:
    stand.paused = paused
    stand.book.place(Doing(source=source, work=lambda place: place.again(source)))
    assert (f"run {source}" in stand.heard) is tried


def test_a_source_that_is_not_pulled_is_not_tried(stand: Stand) -> None:
    stand.book.place(Doing(source="imported", work=lambda place: place.again("imported")))
    assert stand.heard == ["ended imported"]


@pytest.mark.parametrize("is_known", [True, False])
def test_pages_are_told_of_an_import_that_is_the_first_load_of_its_source(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    (tmp_path / "m.yaml").write_text(TICKETS)
    if is_known:
        stand.known()
    rows = list[int | None]()

    def pulled(con: object, intake: object) -> Iterator[LoadReport]:
        yield REPORT
        yield REPORT
        rows.append(None if (first := stand.book.first_load()) is None else first.rows)

    monkeypatch.setattr(stand, "pulled", pulled)
    stand.book.place(Import(source="desk", files=(tmp_path / "t.csv",), mapping=tmp_path / "m.yaml"))
    assert rows == [None if is_known else 6]
    assert stand.book.first_load() is None


@pytest.mark.parametrize("is_pulled", [True, False])
def test_an_import_into_a_source_that_is_pulled_waits_for_the_pull(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_pulled: bool
) -> None:
    (tmp_path / "m.yaml").write_text(TICKETS)
    monkeypatch.setattr(stand, "is_pulled", is_pulled)
    order = Import(source="desk", files=(tmp_path / "t.csv",), mapping=tmp_path / "m.yaml")
    account = "3 rows read = 0 new + 3 changed + 0 same + 0 rejected"
    assert lines(stand.book.place(order)) == [WAITS] * is_pulled + [account]


def test_an_order_without_a_thread_says_so_and_keeps_nobody_waiting(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside(name: str, work: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(stand.hands, "beside", beside)
        assert "no thread to be had" in str(stand.book.place(talking("a")).error)
    assert stand.book.place(talking("a")).state == "done"


def test_a_source_is_pulled_at_once_and_its_plan_goes_on(stand: Stand) -> None:
    placed = stand.book.place(Run(source="desk"))
    assert lines(placed) == ["3 rows read = 0 new + 3 changed + 0 same + 0 rejected"]
    assert stand.heard == ["loaded 3", "run desk", "ended desk"]


def test_a_source_that_is_not_in_the_settings_is_not_pulled(stand: Stand) -> None:
    placed = stand.book.place(Run(source="other"))
    assert placed.error == "source 'other' is not in the settings, so it cannot be asked" and stand.runs() == []
