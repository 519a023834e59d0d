"""An order book in the hands of the test: its clock, its threads, and orders that do what the test says."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from data.settings import Settings
from data.source_rules import SourceRule
from data.warehouse import Warehouse
from etl.model import LoadReport, SourceError
from etl.orders.book import Book
from etl.orders.order import Place, SourceOrder
from etl.premises import Premises
from etl.schedule.gate import Gate
from etl.schedule.loads import Loads
from tests.engine import Room
from tests.etl.scheduling import START, Hands

REPORT = LoadReport(1, "desk", 3, 0, 3, 0, 0, None, 1)


class Doing(SourceOrder):
    """Does what the test says."""

    verb: ClassVar[str] = "do"
    work: Callable[[Place], object]

    def is_run(self, known: Collection[str]) -> bool:
        return True

    def carry_out(self, place: Place) -> None:
        self.work(place)


class Hidden(Doing):
    """Names a person."""

    verb: ClassVar[str] = "hide"
    is_private: ClassVar[bool] = True

    def is_run(self, known: Collection[str]) -> bool:
        return False


@dataclass
class Stand:
    """Premises, loads and listener in one."""

    store: Warehouse = field(default_factory=Room)
    hands: Hands = field(default_factory=Hands)
    gate: Gate = field(default_factory=Gate)
    heard: list[str] = field(default_factory=list)
    paused: bool = False
    is_pulled: bool = False
    salt: str = "s"

    def __post_init__(self) -> None:
        rule = SourceRule.model_construct(id="desk")
        self.settings = Settings.model_construct(sources=(rule,))
        self.book = Book(Place(cast("Premises", self), self.hands.clock, print), self.gate, cast("Loads", self), self)

    @property
    def turn(self) -> Any:
        return self.gate.entered

    @property
    def clockwork(self) -> Hands:
        return self.hands

    @property
    def schedule(self) -> Any:
        seat = SimpleNamespace(source_id="desk", paused_at=START if self.paused else None)
        return SimpleNamespace(statuses=lambda: [seat], run_now=lambda name: self.heard.append(f"run {name}"))

    def doubt(self, source_id: str) -> None:
        self.heard.append(f"doubted {source_id}")

    def alone(self, source_id: str, waits: Callable[[], object]) -> AbstractContextManager[None]:
        if self.is_pulled:
            waits()
        return nullcontext()

    def began(self, source_id: str) -> None:
        raise AssertionError("an order is no pull")

    def loaded(self, report: LoadReport) -> None:
        self.heard.append(f"loaded {report.n_read}")

    def failed(self, source_id: str, error: Exception) -> None:
        self.heard.append(f"failed {source_id}: {error}")

    def ended(self, source_id: str) -> None:
        self.heard.append(f"ended {source_id}")

    def total(self, source_id: str) -> int | None:
        raise SourceError("it cannot be counted", permanent=False)

    def intake(self, rule: SourceRule) -> None:
        """Do without."""

    def pulled(self, con: object, intake: object) -> Iterator[LoadReport]:
        return iter([REPORT])

    def runs(self) -> list[Any]:
        """Return source, state, message and kind of every entry of the ledger."""
        sql = "SELECT source_id, state, message, kind FROM load_run ORDER BY run_id"
        return self.store.cursor().execute(sql).fetchall()

    def known(self, source_id: str = "desk") -> None:
        """Have the ledger know a source."""
        self.store.cursor().execute("INSERT INTO source (source_no, source_id) VALUES (1, ?)", [source_id])

    def later(self, minutes: float) -> None:
        self.hands.now += timedelta(minutes=minutes)


def nothing(place: Place) -> None:
    """Do nothing."""


def failing(error: Exception) -> Callable[[Place], None]:
    """Return what fails."""

    def work(place: Place) -> None:
        raise error

    return work
