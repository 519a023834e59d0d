"""What people ask of sources beside their turns: handed on, told of, and never a traceback when the monitor stops."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from etl.model import LoadReport, LoadStopped, MappingError, SourceError
from etl.pull.backfill import Span
from etl.schedule.errands import BROKEN_OFF, Errands
from etl.schedule.loads import Loads
from etl.upkeep.upkeep import Upkeep

GONE = "tickets: column 'agent' is gone"
REPORT = LoadReport(1, "desk", 3, 0, 3, 0, 0, None, 1)
FIRST, END = date(2025, 1, 10), date(2025, 1, 20)


@dataclass
class Stand:
    """Upkeep, clockwork and listener in one: what is done beside is done at once."""

    ends: Exception | None = None
    refuses: Exception | None = None
    heard: list[str] = field(default_factory=list)
    paused_at: datetime | None = None

    @property
    def clockwork(self) -> "Stand":
        return self

    @property
    def schedule(self) -> Any:
        seat = SimpleNamespace(source_id="desk", paused_at=self.paused_at)
        return SimpleNamespace(statuses=lambda: [seat], run_now=lambda name: self.heard.append(f"run {name}"))

    def beside(self, name: str, work: Callable[[], object]) -> None:
        self.heard.append(name)
        work()

    def doubt(self, source_id: str) -> None:
        self.heard.append("doubted")

    def redrive(self, source_id: str, rule: str | None) -> LoadReport:
        return next(self._done())

    def backfill(self, source_id: str, span: Span) -> Iterator[LoadReport]:
        if self.refuses is not None:
            raise self.refuses
        return self._done()

    def acceptable(self, source_id: str, column: str) -> list[str]:
        if self.refuses is not None:
            raise self.refuses
        return [GONE]

    def accept(self, source_id: str, column: str) -> list[str]:
        self.heard.append(f"accepted {source_id} {column}")
        return [GONE]

    def _done(self) -> Iterator[LoadReport]:
        if self.ends is not None:
            raise self.ends
        yield REPORT

    def began(self, source_id: str) -> None:
        raise AssertionError("an errand is no pull")

    def loaded(self, report: LoadReport) -> None:
        self.heard.append(f"loaded {report.n_read}")

    def failed(self, source_id: str, error: Exception) -> None:
        self.heard.append(f"failed {error}")

    def ended(self, source_id: str) -> None:
        self.heard.append("ended")

    def errands(self) -> Errands:
        return Errands(["desk"], cast("Upkeep", self), cast("Loads", self), self)


def test_a_backfill_is_done_beside_everything_else_and_told_of() -> None:
    stand = Stand()
    stand.errands().backfill("desk", FIRST, END)
    assert stand.heard == ["backfill desk", "loaded 3", "ended"]


def test_rejected_rows_are_taken_up_beside_everything_else() -> None:
    stand = Stand()
    stand.errands().redrive("desk", None)
    assert stand.heard == ["redrive desk", "loaded 3", "ended"]


def test_a_column_is_accepted_beside_everything_else_and_its_source_tried_again() -> None:
    stand = Stand()
    assert stand.errands().accept("desk", "agent") == [GONE]
    assert stand.heard == ["accept desk", "accepted desk agent", "run desk", "ended"]


@pytest.mark.parametrize(
    ("source", "paused_at"),
    [("desk", datetime(2025, 1, 1, tzinfo=UTC)), ("imported", None)],
    ids=["paused", "by hand"],
)
def test_accepting_a_column_pulls_nothing_that_is_not_pulled(source: str, paused_at: datetime | None) -> None:
    stand = Stand(paused_at=paused_at)
    stand.errands().accept(source, "agent")
    assert stand.heard == [f"accept {source}", f"accepted {source} agent", "ended"]


def test_a_column_about_which_nothing_is_open_is_refused_at_once() -> None:
    stand = Stand(refuses=MappingError("nothing is open about a column 'agent'"))
    with pytest.raises(ValueError, match="nothing is open about a column 'agent'"):
        stand.errands().accept("desk", "agent")
    assert stand.heard == []


def test_what_fails_is_told_and_the_next_good_pull_says_that_the_source_is_well() -> None:
    stand = Stand(SourceError("no route to the host", permanent=False))
    stand.errands().backfill("desk", FIRST, END)
    assert stand.heard == ["backfill desk", "failed no route to the host", "doubted", "ended"]


def test_a_stop_breaks_it_off_in_words() -> None:
    stand = Stand(LoadStopped("stopping"))
    stand.errands().backfill("desk", FIRST, END)
    assert stand.heard == ["backfill desk", f"failed {BROKEN_OFF}", "ended"]


def test_what_cannot_be_is_refused_at_once() -> None:
    stand = Stand(refuses=SourceError("nothing of it was loaded yet", permanent=True))
    with pytest.raises(ValueError, match="nothing of it was loaded yet"):
        stand.errands().backfill("desk", FIRST, END)
    with pytest.raises(ValueError, match="no day in it"):
        stand.errands().backfill("desk", END, FIRST)
    with pytest.raises(ValueError, match="is not in the settings"):
        stand.errands().redrive("other", None)
    assert stand.heard == []
