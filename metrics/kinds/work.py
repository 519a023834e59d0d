"""Kinds of work lists whose limit is given with the question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.calendar import HOUR_US, MINUTE_US
from metrics.intervals import wilson
from metrics.kinds.counting import Count, Share, count_where, first_row, number_in, quoted
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question
from metrics.visits import IN_DEPARTMENT


@dataclass(frozen=True, slots=True)
class Reach:
    """Cases that came to a department in time / decided cases; parameter "department/minutes"."""

    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the dated cases with reached_us: creation to the first assignment to the department."""
        return replace(metric.anchor, table=_reached(metric.anchor.table, _limit(question)[0]))

    def predicates(self, question: Question) -> tuple[str, str]:
        """Return (in time, decided); ValueError for a parameter that is not department/minutes."""
        limit = _limit(question)[1]
        return (
            f"reached_us <= {limit}",
            f"(reached_us IS NOT NULL OR epoch_us($as_of) - epoch_us(created_at) >= {limit})",
        )

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        reached, decided = self.predicates(question)
        return (Need(self.rows(metric, question, desk), (count_where(reached), count_where(decided))),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n = decided cases."""
        passed, n = first_row(groups[0], 2)
        return Figure(100.0 * passed / n if n else None, n, (("passed", passed),), wilson(passed, n), "wilson")

    def counted(self, question: Question) -> str | None:
        """Return the decided cases."""
        return self.predicates(question)[1]

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a case in time, else 0."""
        return f"CASE WHEN {self.predicates(question)[0]} THEN 100.0 ELSE 0.0 END"


def _reached(cases: str, dept: str) -> str:
    """Return the cases as SQL with reached_us, creation to the first assignment to a department; NULL = never."""
    found = (
        "SELECT case_key, epoch_us(assigned_at) - epoch_us(created_at) AS reached_us FROM fact_case"
        f" WHERE dept = '{quoted(dept)}' UNION ALL"
        " SELECT case_key, coalesce(reached_us, epoch_us(entered_at) - epoch_us(created_at)) FROM fact_revisit"
        f" WHERE pair IN ('{IN_DEPARTMENT.name}', 'reached') AND dept = '{quoted(dept)}'"
    )
    reached = f"SELECT case_key, min(reached_us) AS reached_us FROM ({found}) GROUP BY case_key"
    return f"(SELECT f.*, x.reached_us FROM {cases} f LEFT JOIN ({reached}) x USING (case_key))"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentReach(Share):
    """Urgent cases that came to the desk's department in time, by the desk's rules; nothing while none is named."""

    passing: str = "reached_us <= limit_us"
    of: str = "reached_us IS NOT NULL OR epoch_us($as_of) - epoch_us(created_at) >= limit_us"

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the dated urgent cases with reached_us and limit_us."""
        rule = desk.urgent_reach
        names = ", ".join(f"'{quoted(one)}'" for one in rule.priorities)
        urgent = f"SELECT member_id FROM member WHERE dimension = 'priority' AND label IN ({names})"
        table = (
            f"(SELECT *, {round(rule.minutes * MINUTE_US)} AS limit_us"
            f" FROM {_reached(metric.anchor.table, rule.department or '')}"
            f" WHERE {rule.department is not None} AND priority IN ({urgent}))"
        )
        return replace(metric.anchor, table=table)

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        return Share.needs(self, replace(metric, anchor=self.rows(metric, question, desk)), question, desk)


def _limit(question: Question) -> tuple[str, int]:
    dept, slash, minutes = (question.parameter or "").rpartition("/")
    if not slash:
        raise ValueError(f"reach_rate needs the parameter department/minutes, got {question.parameter!r}")
    return dept, round(float(minutes) * MINUTE_US)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps strictly longer than the parameter's hours; parts: cases with one, and cases with a reply."""

    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def _is_long(self, question: Question) -> str:
        if not question.parameter:
            raise ValueError("update_gaps needs the hours as parameter")
        return f"gap_us > {round(float(question.parameter) * 3_600_000_000)}"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the long gaps, the cases with one, and all cases with a reply."""
        long = self._is_long(question)
        cases = f"count(DISTINCT CASE WHEN {long} THEN case_key END)"
        return (Need(metric.anchor, (count_where(long), cases, "count(DISTINCT case_key)")),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the number of violations; n = the same."""
        long, late, cases = first_row(groups[0], 3)
        return Figure(float(long), long, (("late_cases", late), ("cases", cases)))

    def counted(self, question: Question) -> str | None:
        """Return the violations."""
        return self._is_long(question)

    def row_value(self, question: Question) -> str | None:
        """Return the gap in hours."""
        return "gap_us / 3600000000.0"


@dataclass(frozen=True, slots=True)
class Silent(Count):
    """Open cases whose last reply is longer ago than the parameter's hours; part `max`: the longest in hours."""

    is_stock: bool = True

    def counted(self, question: Question) -> str | None:
        """Return the cases that are silent too long."""
        return f"silent_us > 3600000000 * {number_in(question)}"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return their count and the longest silence."""
        longest = f"max(CASE WHEN {self.counted(question)} THEN silent_us END)"
        return (Need(metric.anchor, (count_where(self.counted(question)), longest), timeless=True),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the count as value and n."""
        n, longest = first_row(groups[0], 2)
        return Figure(float(n), n, (("max", longest / HOUR_US if n else None),), state=DataState.FRESH)

    def row_value(self, question: Question) -> str | None:
        """Return the hours since the last reply."""
        return f"silent_us / {float(HOUR_US)}"


ANY_OWNER = (
    "max((SELECT count(*) FROM member WHERE dimension = 'agent' AND member_id <> 0)"
    " + (SELECT count(*) FROM (SELECT 1 FROM ticket_event WHERE kind = 'assign' LIMIT 1)))"
)


@dataclass(frozen=True, slots=True)
class Unassigned(Count):
    """Cases nobody owns as of now; parts: their age in minutes. Data that never names an owner cannot tell."""

    is_stock: bool = True

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return count, ages and whether the data knows owners at all."""
        ages = ("quantile_cont(unowned_us, [0.5, 0.9])", "max(unowned_us)")
        return (Need(metric.anchor, ("count(*)", *ages, ANY_OWNER), timeless=True),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the count with the median, p90 and longest age in minutes; None where owners are unknown."""
        n, quantiles, longest, owners = first_row(groups[0], 4)
        if n and not owners:
            return Figure(None, n, state=DataState.EMPTY)
        ages = [one / MINUTE_US for one in (*quantiles, longest)] if n else [None] * 3
        return Figure(float(n), n, tuple(zip(("p50", "p90", "max"), ages, strict=True)), state=DataState.FRESH)

    def row_value(self, question: Question) -> str | None:
        """Return the age in minutes."""
        return f"unowned_us / {float(MINUTE_US)}"
