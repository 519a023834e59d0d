"""Shares whose rows belong to customers: those of one customer are not independent (semantics 4.13 to 4.15, 8.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.intervals import Interval, wilson_by_cluster
from metrics.kinds.counting import count_where, first_row, is_plain
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import Desk, Question

METHOD = "wilson by customer"
MATURE = "matures_at <= $as_of::TIMESTAMPTZ"
IMMATURE = "count(CASE WHEN matures_at > $as_of::TIMESTAMPTZ THEN 1 END)"


def shares(anchor: Anchor, passing: str, of: str, is_due: bool, *beside: str) -> Need:
    """Return the need for (passed, rows, then aggregates over the rows), per customer where the interval is due.

    Rows without customer stand alone. With intervals one row per (passed, rows) of a customer, and their number last.
    """
    counts = (count_where(f"({passing}) AND ({of})"), count_where(of))
    if not is_due:
        return Need(anchor, (*counts, *beside))
    sums = (
        f"{counts[0]} AS passed",
        f"{counts[1]} AS n_rows",
        *(f"{one} AS beside{i}" for i, one in enumerate(beside)),
    )
    alone = f"CASE WHEN customer_key IS NULL THEN {anchor.row_key} END"
    clusters = replace(anchor, per=f"customer_key, {alone}", sums=sums, extra=("passed", "n_rows"))
    return Need(clusters, (*(f"sum(beside{i})" for i in range(len(beside))), "count(*)"))


def totals(rows: Sequence[Row], is_due: bool, beside: int = 0) -> tuple[list[int], Interval | None]:
    """Return (passed, rows, the aggregates beside) and the interval, None where none is due."""
    if not is_due:
        return list(first_row(rows, 2 + beside)), None
    clusters = [(row[0], row[1], row[-1]) for row in rows]
    passed, n = (sum(one[i] * one[2] for one in clusters) for i in (0, 1))
    return [passed, n, *(int(sum(row[2 + i] for row in rows)) for i in range(beside))], wilson_by_cluster(clusters)


@dataclass(frozen=True, slots=True)
class CustomerShare:
    """Rows that pass / rows that count, in percent, with Wilson's interval by customer (8.5).

    is_sample  the rows are answers to a survey: one figure always carries its interval (8.1)
    """

    passing: str
    of: str
    is_sample: bool = False
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def _is_due(self, question: Question) -> bool:
        return question.with_interval or (self.is_sample and is_plain(question))

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        return (shares(metric.anchor, self.passing, self.of, self._is_due(question)),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n and the count that passed."""
        is_due = self._is_due(question)
        (passed, n), interval = totals(groups[0], is_due)
        value = 100.0 * passed / n if n else None
        return Figure(value, n, (("passed", passed),), interval, METHOD if is_due else None)

    def counted(self, question: Question) -> str | None:
        """Return the denominator's predicate."""
        return self.of

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a row that passes, 0 for one that does not."""
        return f"CASE WHEN {self.passing} THEN 100.0 ELSE 0.0 END"


@dataclass(frozen=True, slots=True)
class NoRepeat:
    """Issues solved at the first contact / mature issues; immature ones are neither (4.14).

    A census: customers are grouped only where an interval is asked for, to compare (8.1).
    """

    unlinkable: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return successes, mature and immature issues; for a plain window also the cases without customer."""
        issues = shares(metric.anchor, "is_success", MATURE, question.with_interval, IMMATURE)
        if not is_plain(question):
            return (issues,)
        return issues, Need(self.unlinkable, ("count(*) - count(customer_key)",), timeless=True)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share of mature issues, n = mature issues."""
        (success, n, immature), interval = totals(groups[0], question.with_interval, 1)
        parts: tuple[tuple[str, float | int | None], ...] = (("immature", immature),)
        if len(groups) > 1:
            parts = (*parts, ("unlinkable", first_row(groups[1], 1)[0]))
        value = 100.0 * success / n if n else None
        method = METHOD if question.with_interval else None
        return Figure(value, n, (*parts, ("passed", success)), interval, method)

    def counted(self, question: Question) -> str | None:
        """Return the mature issues."""
        return MATURE

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a success, 0 for a failure."""
        return "CASE WHEN is_success THEN 100.0 ELSE 0.0 END"
