"""The one door: measured once per version, safe between threads, honest when it fails."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import duckdb
import pytest

from data.warehouse import Warehouse, bump_data_version
from metrics import answers as answers_module
from metrics import facts
from metrics.answers import Answers
from metrics.at_risk import at_risk
from metrics.catalog import CATALOG
from metrics.definition import example, with_sql
from metrics.measure import measure
from metrics.model import DataState, Desk, Level, Question, Reading, Target, Window
from metrics.stages import stages
from tests.metrics.world import DESK, World, at

WEEK = Window(date(2025, 3, 10), date(2025, 3, 17))
VOLUME, FRT = Question("volume", WEEK), Question("frt", WEEK)
NOON = at("20 12:00")


class Desktop:
    """A warehouse with one source, and answers whose measuring is counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Warehouse(None)
        self.con = self.store.cursor()
        facts.create(self.con)
        self.now = NOON
        self.measured: list[Question] = []
        self.held = threading.Event()
        self.held.set()
        self.broken = False
        monkeypatch.setattr(answers_module, "measure", self._measure)
        self.con.execute(
            "INSERT INTO source (source_no, source_id, name, is_live, watermark, max_age_s)"
            " VALUES (0, 'desk', 'Desk', true, ?, 60)",
            [NOON],
        )
        self.add(1)

    def _measure(self, con: duckdb.DuckDBPyConnection, desk: Desk, questions: dict[Question, object], *rest: object):  # type: ignore[no-untyped-def]
        self.measured += list(questions)
        assert self.held.wait(10)
        if self.broken:
            raise RuntimeError("the disk is gone")
        return measure(con, desk, questions, *rest)  # type: ignore[arg-type]

    def add(self, ticket: int, team: str | None = None) -> None:
        """Load a ticket and move the version on."""
        self.con.execute(
            "INSERT INTO ticket (ticket_key, source_no, src_ticket_id, created_at, created_by, team)"
            " VALUES (?, 0, ?, ?, 'customer', ?)",
            [ticket, str(ticket), at("10 10:00"), team],
        )
        facts.rebuild(self.con, NOON, DESK)
        bump_data_version(self.con)

    def answers(self, *targets: Target, max_kept: int = 100) -> Answers:
        return Answers(self.store.cursor, DESK, targets, lambda: self.now, max_kept)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    made = Desktop(monkeypatch)
    yield made
    made.store.close()


def test_a_question_is_measured_once_per_version(desk: Desktop) -> None:
    answers = desk.answers()
    assert answers.ask([VOLUME])[VOLUME][0].value == 1
    assert answers.ask([VOLUME, FRT])[VOLUME][0].value == 1
    assert desk.measured == [VOLUME, FRT]


def test_a_new_version_is_measured_anew(desk: Desktop) -> None:
    answers = desk.answers()
    answers.ask([VOLUME])
    desk.add(2)
    assert answers.ask([VOLUME])[VOLUME][0].value == 2


def test_a_new_label_is_known_in_the_next_version(desk: Desktop) -> None:
    answers = desk.answers()
    by_team = Question("volume", WEEK, split="team")
    answers.ask([by_team])
    desk.add(2, team="B")
    assert [reading.member for reading in answers.ask([by_team])[by_team]] == ["(none)", "B"]
    assert answers.members("team") == ["B", "(none)"]


def test_many_viewers_cost_one_measuring(desk: Desktop) -> None:
    answers = desk.answers()
    desk.held.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(answers.ask, [VOLUME]) for _ in range(8)]
        desk.held.set()
        values = {future.result()[VOLUME][0].value for future in asked}
    assert values == {1.0}
    assert desk.measured == [VOLUME]


def test_an_error_reaches_everyone_and_is_not_remembered(desk: Desktop) -> None:
    answers = desk.answers()
    desk.broken = True
    with pytest.raises(RuntimeError, match="the disk is gone"):
        answers.ask([VOLUME])
    desk.broken = False
    assert answers.ask([VOLUME])[VOLUME][0].value == 1


def test_what_is_remembered_is_bounded(desk: Desktop) -> None:
    answers = desk.answers(max_kept=3)
    days = [Question("volume", Window(date(2025, 3, day), date(2025, 3, day + 1))) for day in range(1, 8)]
    for question in days:
        answers.ask([question])
    answers.ask([days[-1]])
    answers.ask([days[0]])
    assert desk.measured == [*days, days[0]]


def test_asking_leaves_no_transaction_open(desk: Desktop) -> None:
    desk.answers().ask([VOLUME])
    desk.con.execute("BEGIN")
    bump_data_version(desk.con)
    desk.con.execute("COMMIT")


def test_a_reading_is_held_against_its_goal(desk: Desktop) -> None:
    answers = desk.answers(Target("backlog", 0.5, critical_below=80))
    backlog = Question("backlog", WEEK)
    found = answers.verdict(answers.ask([backlog])[backlog][0])
    assert (found.level, found.state, found.met) == (Level.CRITICAL, DataState.FRESH, False)


def test_an_old_source_freezes_the_level_and_says_so(desk: Desktop) -> None:
    desk.now = NOON + timedelta(seconds=61)
    answers = desk.answers(Target("backlog", 5))
    backlog = Question("backlog", WEEK)
    found = answers.verdict(answers.ask([backlog])[backlog][0])
    assert (found.level, found.state) == (None, DataState.STALE)
    assert answers.pulse().sources == {"desk": DataState.STALE}


def test_staleness_is_seen_without_a_new_load(desk: Desktop) -> None:
    answers = desk.answers(Target("backlog", 5))
    reading = Reading(Question("backlog", WEEK), 1.0, 1, DataState.FRESH, NOON)
    assert answers.verdict(reading).level is Level.OK
    desk.now = NOON + timedelta(minutes=5)
    answers.pulse()
    assert answers.verdict(reading).level is None


def _run(desk: Desktop, number: int, state: str, message: str | None = None) -> None:
    desk.con.execute(
        "INSERT INTO load_run (run_id, source_id, state, message) VALUES (?, 'desk', ?, ?)", [number, state, message]
    )


def test_the_last_load_of_a_source_decides_about_errors(desk: Desktop) -> None:
    answers = desk.answers()
    _run(desk, 1, "failed", "password refused")
    found = answers.pulse()
    assert (found.sources["desk"], found.details[0].message) == (DataState.ERROR, "password refused")
    _run(desk, 2, "done")
    assert answers.pulse().sources["desk"] is DataState.FRESH


def test_a_refused_import_leaves_earlier_data_fresh(desk: Desktop) -> None:
    desk.con.execute("UPDATE source SET is_live = false, max_age_s = NULL")
    _run(desk, 1, "refused", "half the rows are bad")
    found = desk.answers().pulse()
    assert (found.sources["desk"], found.details[0].message) == (DataState.FRESH, "half the rows are bad")


def test_the_pulse_tells_version_and_watermark(desk: Desktop) -> None:
    before = desk.answers().pulse()
    desk.add(2)
    after = desk.answers().pulse()
    assert (after.version, after.as_of) == (before.version + 1, NOON)


def test_before_the_first_load_there_is_no_as_of() -> None:
    store = Warehouse(None)
    facts.create(store.cursor())
    answers = Answers(store.cursor, DESK, (), lambda: NOON)
    assert (answers.pulse().as_of, answers.pulse().sources) == (None, {})
    assert answers.ask([VOLUME])[VOLUME][0].state is DataState.EMPTY
    store.close()


def test_the_list_behind_a_figure_comes_through_the_same_door(desk: Desktop) -> None:
    desk.add(2)
    answers = desk.answers()
    assert {case.ticket for case in answers.drill(VOLUME)} == {"1", "2"}
    assert len(answers.drill(VOLUME, limit=1)) == 1


@pytest.fixture(scope="module")
def world() -> World:
    made = World(DESK, csi_weights={"a": 1.0})
    made.ticket(1)
    made.refresh(NOON)
    return made


@pytest.mark.parametrize("metric", CATALOG)
def test_the_panel_shows_texts_that_run_as_they_stand(world: World, metric: str) -> None:
    panel = with_sql(world.con, world.desk, example(CATALOG[metric], WEEK), NOON, "zh-CN")
    assert panel["definition"] == CATALOG[metric].definition["zh-CN"]
    texts = panel["sql"].split(";\n\n")
    assert all("$" not in text.replace("'$.", "") for text in texts)
    for text in texts:
        assert world.con.execute(text).description


def test_the_panel_needs_no_question(desk: Desktop) -> None:
    panel = desk.answers().definition("frt", "en")
    words = ["definition", "population", "start", "stop", "clock", "basis", "exclusions", "twin"]
    assert list(panel) == [*words, "n", "as_of", "version", "sql"]
    assert (panel["n"], panel["as_of"]) == ("0", "2025-03-20 12:00:00 (Asia/Shanghai)")
    assert panel["twin"] == "First-contact resolution"


def test_an_unknown_kpi_is_refused_by_name(desk: Desktop) -> None:
    with pytest.raises(ValueError, match="unknown metric 'frtt'"):
        desk.answers().subject("frtt")


def test_a_naive_clock_is_not_silently_accepted(desk: Desktop) -> None:
    desk.now = datetime(2025, 3, 20)  # noqa: DTZ001
    with pytest.raises(TypeError):
        desk.answers().pulse()


def test_views_are_seen_in_one_snapshot_at_the_watermark(desk: Desktop) -> None:
    answers = desk.answers()
    assert [(one.ticket, one.what) for one in answers.look(at_risk)] == [("1", "first_reply"), ("1", "resolution")]
    rows = answers.look(lambda con, rules, as_of: stages(con, rules, "D1", VOLUME, as_of))
    assert [(row.stage, row.n, row.n_open) for row in rows][0] == ("accept", 0, 1)
