"""One pull from its intake to the ledger: what is written down, what is told, what is no use to try again."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.source_rules import SourceRule
from data.strict_yaml import StrictYamlError
from data.warehouse import transaction, watermark
from etl import ledger
from etl.mapping import parse_mapping
from etl.model import Batch, Delivery, LoadReport, LoadStopped, MappingError, Origin, SourceError
from etl.pull.run import Intake, pull
from etl.schedule.entries import NOTHING
from etl.schedule.freshness import FILES_S, LEAST_S, max_age_s
from etl.schedule.gate import Gate
from etl.schedule.puller import Puller, Work
from etl.schedule.rhythm import ByCron, Every, Rhythm
from etl.sources.text_rows import TextRows
from metrics import facts
from metrics.answers import Answers
from metrics.model import DataState, Desk
from tests.engine import beside, fresh
from tests.etl.loading import COLUMNS, TICKETS
from tests.etl.scheduling import START

SQL = SourceRule(id="desk", name="Desk", kind="sql", url="sqlite://", mapping=Path("m.yaml"), every_s=60)
FILES = SourceRule(id="drop", name="Drop", kind="file", path="in", mapping=Path("m.yaml"))
AWAY = SourceError("no route to the host", permanent=False)


@dataclass
class Origins:
    """A source that delivers, or fails as it is told, each time it is read."""

    ends: list[Exception | None] = field(default_factory=list)
    lag_s: float = 0  # how far it keeps its watermark back
    note: str | None = None
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        if self.ends and (error := self.ends.pop(0)) is not None:
            raise error
        batches = [Batch("tickets", TextRows.of(COLUMNS, self.rows))] if self.rows else []
        yield Delivery("desk", batches, until=now - timedelta(seconds=self.lag_s), note=self.note)


@dataclass
class World:
    """A puller in an empty warehouse, and what its listener heard."""

    con: duckdb.DuckDBPyConnection = field(default_factory=fresh)
    source: Origins = field(default_factory=Origins)
    gate: Gate = field(default_factory=Gate)
    now: datetime = START
    heard: list[str] = field(default_factory=list)
    unfit: Exception | None = None
    is_by_turns: bool = True

    def __post_init__(self) -> None:
        work = Work(
            self.cursor, self.intake, self.pulled, lambda rule: max_age_s(rule, Every(60), self.now), self.clock
        )
        self.puller = Puller((SQL, FILES), work, self.gate, self)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return beside(self.con)

    def clock(self) -> datetime:
        return self.now

    def intake(self, rule: SourceRule) -> Intake:
        if self.unfit is not None:
            raise self.unfit
        origin = Origin(is_live=True, max_age_s=120, name=rule.name, is_age_by_turns=self.is_by_turns)
        return Intake(rule.id, self.source, parse_mapping(TICKETS), origin)

    def pulled(self, con: Any, intake: Intake) -> Iterator[LoadReport]:
        return pull(con, intake, lambda *_: None, self.now, self.gate.entered)

    def began(self, source_id: str) -> None:
        self.heard.append(f"began {source_id}")

    def loaded(self, report: LoadReport) -> None:
        self.heard.append(f"loaded {report.n_read}")

    def failed(self, source_id: str, error: Exception) -> None:
        self.heard.append(f"failed {error}")

    def ended(self, source_id: str) -> None:
        self.heard.append("ended")

    def runs(self) -> list[Any]:
        return self.con.execute(
            "SELECT state, message, epoch(ended_at - started_at)::INTEGER FROM load_run ORDER BY run_id"
        ).fetchall()

    def states(self, seconds: float) -> dict[str, DataState]:
        """Return what the pulse tells of the sources, so many seconds from now on."""
        facts.create(self.con, Desk())
        later = self.now + timedelta(seconds=seconds)
        return dict(Answers(self.cursor, Desk(), (), lambda: later).pulse().sources)


def test_a_pull_that_is_well_and_idle_leaves_no_entry() -> None:
    world = World()
    assert world.puller.pull("desk").error is None
    assert world.runs() == [] and world.heard == ["began desk", "loaded 0", "ended"]


def test_what_an_idle_pull_has_to_tell_stands_in_the_ledger_once() -> None:
    world = World()
    world.source.note = "transactions are hidden"
    for _ in range(3):
        world.puller.pull("desk")
        world.now += timedelta(minutes=1)
    assert world.runs() == [("done", "transactions are hidden", 0)]
    world.source.note = None
    world.puller.pull("desk")
    world.puller.pull("desk")
    assert [message for _, message, _ in world.runs()][1:] == [NOTHING]


def test_a_load_that_told_it_already_is_not_followed_by_the_same_note() -> None:
    world = World()
    world.source.note, world.source.rows = "transactions are hidden", [("1", "2026-11-20T08:00:00Z", "1", "")]
    world.puller.pull("desk")
    world.source.rows = []
    world.puller.pull("desk")
    assert [message for _, message, _ in world.runs()] == ["transactions are hidden"]


def test_a_note_is_told_again_after_a_start_only_when_it_is_another() -> None:
    world = World()
    world.source.note = "transactions are hidden"
    world.puller.pull("desk")
    world.__post_init__()
    world.puller.pull("desk")
    assert len(world.runs()) == 1


def test_a_failure_stands_in_the_ledger_once_with_its_end() -> None:
    world = World(source=Origins([AWAY, AWAY, AWAY]))
    for _ in range(3):
        assert world.puller.pull("desk").error == str(AWAY)
        world.now += timedelta(seconds=60)
    assert world.runs() == [("failed", "no route to the host", 120)]


def test_a_recovery_stands_in_the_ledger_once() -> None:
    world = World(source=Origins([AWAY]))
    for _ in range(3):
        world.puller.pull("desk")
    assert [run[:2] for run in world.runs()] == [
        ("failed", "no route to the host"),
        ("done", "the source answers again; nothing new in it"),
    ]
    assert world.states(0) == {"desk": DataState.FRESH}


def test_a_recovery_after_a_restart_is_told_too() -> None:
    world = World(source=Origins([AWAY]))
    world.puller.pull("desk")
    World(world.con).puller.pull("desk")
    assert [run[0] for run in world.runs()] == ["failed", "done"]


@pytest.mark.parametrize(
    ("error", "is_final"),
    [
        (AWAY, False),
        (SourceError("password refused", permanent=True), True),
        (MappingError("no such column"), True),
        (OSError("disk gone"), False),
        (RuntimeError("a fault of ours"), False),
    ],
)
def test_only_what_cannot_pass_by_itself_is_final(error: Exception, is_final: bool) -> None:
    assert World(source=Origins([error])).puller.pull("desk").is_final is is_final


@pytest.mark.parametrize("error", [MappingError("no such column"), SourceError("bad file", permanent=True)])
def test_a_folder_is_never_given_up(error: Exception) -> None:
    assert not World(source=Origins([error])).puller.pull("drop").is_final


def test_a_mapping_that_cannot_be_read_is_final_and_stands_in_the_ledger() -> None:
    world = World(unfit=StrictYamlError("mine.yaml:3: rows: unknown"))
    outcome = world.puller.pull("desk")
    assert outcome.is_final and world.runs() == [("failed", "mine.yaml:3: rows: unknown", 0)]


def test_a_fault_of_ours_is_told_without_its_text() -> None:
    world = World(source=Origins([RuntimeError("postgresql://reader:secret@host")]))
    outcome = world.puller.pull("desk")
    assert outcome.error is not None and "RuntimeError" in outcome.error
    assert "secret" not in str(world.runs()) + outcome.error


def test_a_pull_that_the_stop_met_stands_as_interrupted_and_is_not_failed() -> None:
    world = World()
    world.gate.close(0)
    outcome = world.puller.pull("desk")
    assert outcome.is_stopped and outcome.error is None
    assert [run[0] for run in world.runs()] == ["interrupted"]
    assert world.heard == ["began desk", "ended"]


def test_a_pull_that_was_over_when_the_stop_came_is_not_interrupted() -> None:
    world = World()
    world.loaded = lambda report: world.gate.close(0)  # type: ignore[method-assign,assignment]
    assert world.puller.pull("desk").is_stopped
    world.puller.interrupt("desk")
    assert world.runs() == []


def test_an_interruption_is_written_once_however_many_notice_it() -> None:
    world = World()
    world.gate.close(0)
    world.puller.interrupt("desk")
    world.now += timedelta(seconds=5)
    world.puller.pull("desk")
    assert [run[0] for run in world.runs()] == ["interrupted"] and world.runs()[0][2] == 0


def test_a_source_that_fails_from_the_first_is_told_of() -> None:
    world = World(source=Origins([AWAY]))
    world.puller.pull("desk")
    assert world.states(0) == {"desk": DataState.ERROR}


def test_a_source_that_hangs_from_the_first_is_stale_once_it_was_expected() -> None:
    world = World()
    world.puller.enter("desk")
    assert world.states(0) == {"desk": DataState.STALE}
    world.puller.pull("desk")
    assert world.states(0) == {"desk": DataState.FRESH}


def test_a_dead_source_is_stale_after_two_intervals_and_not_before() -> None:
    world = World()
    world.puller.pull("desk")
    assert [world.states(seconds)["desk"] for seconds in (60, 120, 121)] == [
        DataState.FRESH,
        DataState.FRESH,
        DataState.STALE,
    ]


def _stale_after(world: World) -> int:
    """Return the seconds after the pull up to which the source is fresh."""
    world.puller.pull("desk")
    return next(second for second in range(0, 2000, 10) if world.states(second + 1)["desk"] is DataState.STALE)


@pytest.mark.parametrize("lag_s", [0, 60, 600])
def test_what_a_source_reads_again_does_not_make_it_stale(lag_s: float) -> None:
    assert _stale_after(World(source=Origins(lag_s=lag_s))) == 120


def test_a_watermark_held_back_for_long_is_stale() -> None:
    world = World(source=Origins(lag_s=3600))
    world.puller.pull("desk")
    assert world.states(0) == {"desk": DataState.STALE}


def test_a_limit_of_the_settings_counts_from_the_watermark() -> None:
    assert _stale_after(World(source=Origins(lag_s=60), is_by_turns=False)) == 60


def test_a_dead_live_source_leaves_imports_their_watermark() -> None:
    world = World()
    world.con.execute(
        "INSERT INTO source (source_no, source_id, is_live, watermark) VALUES (1, 'import', false, ?)", [START]
    )
    world.puller.enter("desk")
    facts.create(world.con, Desk())
    assert world.con.execute("SELECT max(watermark) FROM source").fetchall() == [(START,)]
    assert watermark(world.con) == START


@pytest.mark.parametrize(
    ("rule", "rhythm", "seconds"),
    [
        ({"every_s": 60}, Every(60), 120),
        ({"every_s": 60, "jitter_s": 5}, Every(60), 130),
        ({"every_s": 0.5}, Every(0.5), LEAST_S),
        ({"every_s": 60, "max_age_s": 900}, Every(60), 900),
        ({"every_s": 60, "max_age_s": "never"}, Every(60), None),
        # Monday 09:00Z: the second turn of a daily 03:00 is on Wednesday
        ({"cron": "0 3 * * *"}, ByCron("0 3 * * *", "UTC"), 42 * 3600),
        # on Mondays only: the 30th of November and the 7th of December
        ({"cron": "0 3 * * 1"}, ByCron("0 3 * * 1", "UTC"), (13 * 24 + 18) * 3600),
    ],
)
def test_the_limit_of_freshness_is_two_turns(rule: dict[str, Any], rhythm: Rhythm, seconds: int | None) -> None:
    given = SourceRule.model_validate({**SQL.model_dump(exclude={"every_s"}), **rule})
    assert max_age_s(given, rhythm, START) == seconds


def test_files_are_old_after_two_days() -> None:
    assert max_age_s(FILES, Every(60), START) == FILES_S


@pytest.mark.parametrize("rule", ["bad_file", "refused"])
def test_a_source_whose_file_was_bad_was_never_down(rule: str) -> None:
    world = World()
    with transaction(world.con):
        if rule == "bad_file":
            ledger.set_file_aside(world.con, "drop", "a.csv", "a.csv: no column 'id'", START)
        else:
            world.con.execute(
                "INSERT INTO load_run (run_id, source_id, started_at, ended_at, state, message, file_name, n_read,"
                " n_new, n_changed, n_same, n_rejected) VALUES (1, 'drop', ?, ?, 'refused', 'bad', 'a.csv', 9, 0, 0,"
                " 0, 9)",
                [START, START],
            )
    world.puller.pull("drop")
    told = "nothing new; the files that could not be loaded stand among the rejects"
    assert world.runs()[1:] == [("done", told, 0)]
    world.puller.pull("drop")
    assert len(world.runs()) == 2


def test_a_source_that_somebody_has_for_himself_is_pulled_when_he_is_done() -> None:
    world, waits = World(), list[str]()
    with world.puller.alone("desk"):
        thread = threading.Thread(target=world.puller.pull, args=("desk",))
        thread.start()
        thread.join(0.1)
        assert thread.is_alive() and "ended" not in world.heard
    thread.join()
    assert world.heard[-2:] == ["loaded 0", "ended"]
    with world.puller.alone("desk", lambda: waits.append("waited")):
        assert waits == []


def test_nobody_waits_for_a_source_once_the_monitor_stops() -> None:
    world, waits = World(), list[str]()
    world.gate.close(0)
    with (
        world.puller.alone("desk"),
        pytest.raises(LoadStopped),
        world.puller.alone("desk", lambda: waits.append("waited")),
    ):
        pass
    assert waits == ["waited"]


def test_a_source_that_nobody_pulls_is_free() -> None:
    world = World()
    with world.puller.alone("imported"), world.puller.alone("imported", pytest.fail):
        pass
