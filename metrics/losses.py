"""What each KPI counts and what it leaves out, split into faults of the data and rules of the KPI (1.7, 2.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from metrics.catalog import HEADLINES, metric_of
from metrics.exclusions import TEXTS, left_out
from metrics.measure import measure
from metrics.members import Members
from metrics.model import Desk, Question, Reading, Text, Window
from metrics.periods import local_day
from metrics.scan import Ground

DAYS = 28
# Left out because something is missing or wrong in the data; better data would bring the cases back. The other
# reasons are the KPI's own rules (spam, merged, not yet due ...): such a case is rightly not in it.
NOT_CASES = ("out_of_range",)  # single answers: the survey may still count
FAULTS = (
    *("undated", "future", "negative_duration", "out_of_range", "unlinkable", "owner_unknown"),
    *("field_missing", "unmarked", "no_calendar", "undecided"),
)


@dataclass(frozen=True)
class Loss:
    """One KPI over the last 28 days of the data, or over all of data without instants.

    n        cases (or surveys) it counts
    faults   reason -> cases left out because of the data (of out_of_range: single answers); those of 0 are not told
    rules    reason -> cases left out by the KPI's own definition
    """

    metric: str
    title: Text
    n: int
    faults: dict[str, int]
    rules: dict[str, int]

    @property
    def lost(self) -> int:
        """Return how many cases faults of the data cost the KPI."""
        return sum(n for reason, n in self.faults.items() if reason not in NOT_CASES)

    @property
    def share(self) -> float:
        """Return how many percent of the cases it could count are lost to faults of the data."""
        return 100 * self.lost / (self.n + self.lost) if self.lost else 0.0


def reason_title(reason: str) -> Text:
    """Return what a reason is called by language."""
    return TEXTS[reason]


def losses(con: duckdb.DuckDBPyConnection, desk: Desk, as_of: datetime | None) -> tuple[Loss, ...]:
    """Return the losses of the headline KPIs, in their order."""
    questions = [Question(name, _window(desk, as_of), clock=desk.clock) for name in HEADLINES]
    found = measure(con, desk, questions, as_of)
    ground = Ground(con, desk, as_of, Members())
    return tuple(_loss(ground, question, found[question]) for question in questions)


def _window(desk: Desk, as_of: datetime | None) -> Window:
    if as_of is None:
        return Window(None, None, desk.tz)
    end = local_day(as_of, desk.tz) + timedelta(days=1)
    return Window(end - timedelta(days=DAYS), end, desk.tz)


def _loss(ground: Ground, question: Question, readings: Sequence[Reading]) -> Loss:
    reading = readings[0]
    counts = {reason: n for reason, n in left_out(ground, question, reading).items() if n > 0}
    faults = {reason: n for reason, n in counts.items() if reason in FAULTS}
    rules = {reason: n for reason, n in counts.items() if reason not in FAULTS}
    return Loss(question.metric, metric_of(question.metric).title, reading.n, faults, rules)
