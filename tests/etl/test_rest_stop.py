"""A source that waits as its system asks it to holds up no stop."""

import threading
from collections.abc import Iterator

import duckdb
import pytest

from data.settings import ROOT
from data.source_rules import SourceRule
from data.warehouse import Warehouse
from etl.model import Keyed, LoadReport, LoadStopped
from etl.pull.intakes import scheduled
from etl.pull.run import Intake, pull
from etl.schedule.gate import Gate
from etl.schedule.puller import Puller, Work
from etl.schedule.schedule import Outcome
from tests.etl.contract import NOW
from tests.etl.servers.web import Asked, Reply, Web

LONG_S = 30.0
AGAIN = Reply(429, headers={"Retry-After": "100"})
RULE = SourceRule.model_validate(
    {
        "id": "desk",
        "name": "Desk",
        "kind": "zendesk",
        "url": "${URL}",
        "token": "s3cret",
        "mapping": ROOT / "data/mappings/zendesk.yaml",
    }
)


class World:
    """A monitor whose only source is told to wait for longer than any test runs."""

    def __init__(self, web: Web) -> None:
        self.web, self.gate, self.store = web, Gate(), Warehouse(None, threads=1)
        self.asked, self.outcomes = threading.Event(), list[Outcome]()
        work = Work(self.store.cursor, self.intake, self.pulled, lambda _: 60, lambda: NOW)
        self.puller = Puller((RULE,), work, self.gate, self)

    def intake(self, rule: SourceRule) -> Intake:
        return scheduled(rule, "salt", {"URL": self.web.url}, 60, wait=self.gate.wait)

    def pulled(self, con: duckdb.DuckDBPyConnection, intake: Intake) -> Iterator[LoadReport]:
        return pull(con, intake, lambda *_: None, NOW, self.gate.entered)

    def answer(self, _: Asked) -> Reply:
        self.asked.set()
        return AGAIN

    def turn(self) -> None:
        self.outcomes.append(self.puller.pull("desk"))

    def began(self, source_id: str) -> None:
        """Nothing to note."""

    def loaded(self, report: LoadReport) -> None:
        raise AssertionError("nothing is delivered")

    def failed(self, source_id: str, error: Exception) -> None:
        raise error

    def ended(self, source_id: str) -> None:
        """Nothing to note."""


@pytest.fixture
def world() -> Iterator[World]:
    web = Web(lambda _: AGAIN)
    with web.serving():
        found = World(web)
        web.answer = found.answer
        yield found
        found.store.close()


def test_a_stop_ends_the_wait_of_a_source(world: World) -> None:
    turn = threading.Thread(target=world.turn, daemon=True)
    turn.start()
    assert world.asked.wait(LONG_S)
    world.gate.close(LONG_S)
    turn.join(LONG_S)
    assert world.outcomes == [Outcome(is_stopped=True)]
    states = world.store.cursor().execute("SELECT state FROM load_run").fetchall()
    assert states == [("interrupted",)]
    assert len(world.web.asked) == 1


def test_a_wait_after_the_stop_does_not_begin(world: World) -> None:
    world.gate.close(LONG_S)
    with pytest.raises(LoadStopped, match="the monitor is stopping"):
        world.gate.wait(LONG_S)


def test_a_wait_that_nobody_ends_is_over_by_itself() -> None:
    Gate().wait(0.001)


def test_a_stop_ends_the_keys_of_a_reconcile_too(world: World) -> None:
    world.gate.close(LONG_S)
    source = world.intake(RULE).source
    assert isinstance(source, Keyed)
    with pytest.raises(LoadStopped):
        list(source.keys(NOW))
