"""The loads of a running monitor, started and stopped whole; and what a source is made of, told by its signature."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.settings import Settings
from data.source_rules import SourceRule
from data.warehouse import Warehouse
from etl.mapping import parse_mapping
from etl.model import Delivery, LoadReport, Origin
from etl.pull import intakes
from etl.pull.run import Intake, pull
from etl.schedule.gate import Gate
from etl.schedule.loads import Loads
from etl.schedule.puller import Work
from tests.etl.loading import TICKETS

LONG_S = 30.0
DESK = {"name": "Desk", "kind": "sql", "url": "sqlite:///${DESK_FILE:-desk.sqlite}", "mapping": "m.yaml"}
SETTINGS = Settings.model_validate(
    {"sources": [{"id": "desk", "every_s": 0.02, **DESK}, {"id": "dead", "every_s": 0.02, **DESK}]}
)


@dataclass
class Hanging:
    """A source that hangs until it is let go."""

    free: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        self.begun.set()
        self.free.wait(LONG_S)
        yield Delivery("dead", (), until=now)


class Idle:
    """A source that has nothing new."""

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        yield Delivery("desk", (), until=now)


class Running:
    """Loads of two sources in an empty warehouse, one of which hangs."""

    def __init__(self) -> None:
        self.store, self.gate, self.dead = Warehouse(None, threads=1), Gate(), Hanging()
        self.con = self.store.cursor()
        self.pulls, self.over = threading.Semaphore(0), threading.Semaphore(0)
        work = Work(self.store.cursor, self.intake, self.pulled, lambda _: 60, lambda: datetime.now(UTC))
        self.loads = Loads(SETTINGS, work, self.gate, self, lambda rule: rule.id, "seed")

    def intake(self, rule: SourceRule) -> Intake:
        source = self.dead if rule.id == "dead" else Idle()
        return Intake(rule.id, source, parse_mapping(TICKETS), Origin(is_live=True))

    def pulled(self, con: Any, intake: Intake) -> Iterator[LoadReport]:
        return pull(con, intake, lambda *_: None, datetime.now(UTC), self.gate.entered)

    def began(self, source_id: str) -> None:
        """Nothing to note."""

    def loaded(self, report: LoadReport) -> None:
        if report.source_id == "desk":
            self.pulls.release()

    def failed(self, source_id: str, error: Exception) -> None:
        raise error

    def ended(self, source_id: str) -> None:
        if source_id == "dead":
            self.over.release()

    def runs(self) -> list[tuple[str, str]]:
        return self.con.execute("SELECT source_id, state FROM load_run").fetchall()


@pytest.fixture
def running() -> Iterator[Running]:
    world = Running()
    world.loads.start()
    yield world
    world.dead.free.set()
    world.loads.stop(LONG_S)
    world.loads.schedule.wait(LONG_S)
    world.store.close()


def test_a_hanging_source_delays_no_other(running: Running) -> None:
    assert running.dead.begun.wait(LONG_S)
    assert all(running.pulls.acquire(timeout=LONG_S) for _ in range(5))
    assert "dead" in running.loads.schedule.running()


def test_a_stop_leaves_a_hanging_source_behind_and_says_so(running: Running) -> None:
    assert running.dead.begun.wait(LONG_S)
    assert not running.loads.stop(LONG_S)
    assert running.runs().count(("dead", "interrupted")) == 1
    running.dead.free.set()
    assert running.over.acquire(timeout=LONG_S)
    assert running.runs().count(("dead", "interrupted")) == 1
    assert running.con.execute("SELECT count(*) FROM source WHERE source_id = 'dead'").fetchall() == [(0,)]


def test_run_now_needs_no_turn(running: Running) -> None:
    running.loads.schedule.pause("desk")
    while "desk" in running.loads.schedule.running():
        pass
    while running.pulls.acquire(blocking=False):
        pass
    running.loads.schedule.run_now("desk")
    assert running.pulls.acquire(timeout=LONG_S)


def _made(place: Path) -> SourceRule:
    (place / "m.yaml").write_text("version: 1\n")
    return SourceRule.model_validate({"id": "desk", **DESK, "mapping": str(place / "m.yaml")})


def test_a_signature_moves_with_the_mapping_and_with_secrets(tmp_path: Path) -> None:
    rule = _made(tmp_path)
    found = [intakes.signature(rule, {}), intakes.signature(rule, {})]
    (tmp_path / "m.yaml").write_text("version: 1\ntables: []\n")
    found += [intakes.signature(rule, {}), intakes.signature(rule, {"DESK_FILE": "other.sqlite"})]
    assert found[0] == found[1] and len(set(found)) == 3


def test_a_signature_moves_with_the_files_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    rule = SourceRule(id="drop", name="Drop", kind="file", path=str(folder), mapping=tmp_path / "m.yaml")
    found = [intakes.signature(rule, {})]
    folder.mkdir()
    found.append(intakes.signature(rule, {}))
    (folder / "a.csv").write_text("id\n")
    found.append(intakes.signature(rule, {}))
    (folder / "a.csv").write_text("id\n1\n")
    found.append(intakes.signature(rule, {}))
    assert len(set(found)) == 4


def test_a_signature_of_what_cannot_be_read_is_one_too(tmp_path: Path) -> None:
    rule = SourceRule.model_validate({"id": "desk", **DESK, "url": "sqlite:///${NOWHERE}", "mapping": "none.yaml"})
    assert intakes.signature(rule, {}) != intakes.signature(rule, {"NOWHERE": "here"})


def test_a_signature_shows_no_secret(tmp_path: Path) -> None:
    assert "s3cret" not in intakes.signature(_made(tmp_path), {"DESK_FILE": "s3cret"})
