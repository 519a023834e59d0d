"""Shares whose rows belong to customers: those of one customer are not independent (semantics 4.13 to 4.15, 8.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.intervals import Interval, wilson_by_cluster
from metrics.kinds.counting import count_where, first_row, is_plain
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import Desk, Question

METHOD = "wilson by customer"
MATURE = "matures_at <= $as_of::TIMESTAMPTZ"
IMMATURE = "count(CASE WHEN matures_at > $as_of::TIMESTAMPTZ THEN 1 END)"


def has_interval(question: Question) -> bool:
    """Return whether the interval is due: grouping by customer is for one figure, or for whoever asks."""
    return question.with_interval or is_plain(question)


def shares(anchor: Anchor, passing: str, of: str, question: Question, *beside: str) -> Need:
    """Return the need for (passed, rows, then aggregates over the rows), per customer where the interval is due.

    Rows without customer stand alone. With intervals one row per (passed, rows) of a customer, and their number last.
    """
    counts = (count_where(f"({passing}) AND ({of})"), count_where(of))
    if not has_interval(question):
        return Need(anchor, (*counts, *beside))
    sums = (
        f"{counts[0]} AS passed",
        f"{counts[1]} AS n_rows",
        *(f"{one} AS beside{i}" for i, one in enumerate(beside)),
    )
    alone = f"CASE WHEN customer_key IS NULL THEN {anchor.row_key} END"
    clusters = replace(anchor, per=f"customer_key, {alone}", sums=sums, extra=("passed", "n_rows"))
    return Need(clusters, (*(f"sum(beside{i})" for i in range(len(beside))), "count(*)"))


def totals(rows: Sequence[Row], question: Question, beside: int = 0) -> tuple[list[int], Interval | None]:
    """Return (passed, rows, the aggregates beside) and the interval, None where none is due."""
    if not has_interval(question):
        return list(first_row(rows, 2 + beside)), None
    clusters = [(row[0], row[1], row[-1]) for row in rows]
    passed, n = (sum(one[i] * one[2] for one in clusters) for i in (0, 1))
    return [passed, n, *(int(sum(row[2 + i] for row in rows)) for i in range(beside))], wilson_by_cluster(clusters)


@dataclass(frozen=True, slots=True)
class CustomerShare:
    """Rows that pass / rows that count, in percent, with Wilson's interval by customer (8.5)."""

    passing: str
    of: str
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        return (shares(metric.anchor, self.passing, self.of, question),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n and the count that passed."""
        (passed, n), interval = totals(groups[0], question)
        value = 100.0 * passed / n if n else None
        return Figure(value, n, (("passed", passed),), interval, METHOD if has_interval(question) else None)

    def counted(self, question: Question) -> str | None:
        """Return the denominator's predicate."""
        return self.of

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a row that passes, 0 for one that does not."""
        return f"CASE WHEN {self.passing} THEN 100.0 ELSE 0.0 END"


@dataclass(frozen=True, slots=True)
class NoRepeat:
    """Issues solved at the first contact / mature issues; immature ones are neither (4.14)."""

    unlinkable: Anchor
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return successes, mature and immature issues; for a plain window also the cases without customer."""
        issues = shares(metric.anchor, "is_success", MATURE, question, IMMATURE)
        if not is_plain(question):
            return (issues,)
        return issues, Need(self.unlinkable, ("count(*) - count(customer_key)",), timeless=True)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share of mature issues, n = mature issues."""
        (success, n, immature), interval = totals(groups[0], question, 1)
        parts: tuple[tuple[str, float | int | None], ...] = (("immature", immature),)
        if len(groups) > 1:
            parts = (*parts, ("unlinkable", first_row(groups[1], 1)[0]))
        value = 100.0 * success / n if n else None
        method = METHOD if has_interval(question) else None
        return Figure(value, n, (*parts, ("passed", success)), interval, method)

    def counted(self, question: Question) -> str | None:
        """Return the mature issues."""
        return MATURE

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a success, 0 for a failure."""
        return "CASE WHEN is_success THEN 100.0 ELSE 0.0 END"
