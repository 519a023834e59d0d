"""Kinds that count rows: plain counts, shares, and the share with a story (SLA)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.intervals import wilson
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question
from metrics.unknown_years import year_parts


def count_where(predicate: str | None) -> str:
    """Return the aggregate that counts rows meeting a predicate, in portable SQL."""
    return "count(*)" if predicate is None else f"count(CASE WHEN {predicate} THEN 1 END)"


def is_plain(question: Question) -> bool:
    """Return whether one figure for the whole window is asked; only then side counts are printed with it."""
    return not question.grain and not question.split


def quoted(text: str) -> str:
    """Return the text safe between single quotes in SQL."""
    return text.replace("'", "''")


def number_in(question: Question) -> str:
    """Return the question's parameter as a number is written in SQL; ValueError names what was given instead."""
    try:
        return repr(float(question.parameter or ""))
    except ValueError:
        raise ValueError(f"{question.metric} needs a number as parameter, got {question.parameter!r}") from None


def first_row(rows: Sequence[Row], width: int) -> Row:
    """Return the only row of a group, zeros where the engine found nothing."""
    return rows[0] if rows else (0,) * width


class EveryRow:
    """What kinds share whose rows all count and have no figure of their own."""

    is_stock: ClassVar[bool] = False

    def counted(self, question: Question) -> str | None:
        """Return None: every row counts."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return None: a row has no figure of its own."""
        return None


@dataclass(frozen=True, slots=True)
class Count:
    """Number of rows; 0 is a value, but nothing at all is marked empty. A stock is counted as of now."""

    where: str | None = None
    is_stock: bool = False
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return one count."""
        return (Need(metric.anchor, (count_where(self.where),), timeless=self.is_stock),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the count as value and n."""
        (n,) = first_row(groups[0], 1)
        return Figure(float(n), n, state=DataState.FRESH if n or self.is_stock else DataState.EMPTY)

    def counted(self, question: Question) -> str | None:
        """Return the counted rows' predicate."""
        return self.where

    def row_value(self, question: Question) -> str | None:
        """Return None: a counted row has no figure of its own."""
        return None


@dataclass(frozen=True, slots=True)
class Share:
    """Rows that pass / rows that count, in percent, with Wilson's interval; None for nothing (8.5)."""

    passing: str
    of: str
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        passing, of = self.predicates(question)
        return (Need(metric.anchor, (count_where(f"({passing}) AND ({of})"), count_where(of))),)

    def predicates(self, question: Question) -> tuple[str, str]:
        """Return (passing, of) with the question's parameter filled in; ValueError when it is no number."""
        if "{parameter}" not in self.passing + self.of:
            return self.passing, self.of
        given = number_in(question)
        return self.passing.replace("{parameter}", given), self.of.replace("{parameter}", given)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n and the count that passed."""
        passed, n = first_row(groups[0], 2)
        value = 100.0 * passed / n if n else None
        return Figure(value, n, (("passed", passed),), wilson(passed, n), "wilson")

    def counted(self, question: Question) -> str | None:
        """Return the denominator's predicate."""
        return self.predicates(question)[1]

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a row that passes, 0 for one that does not."""
        return f"CASE WHEN {self.predicates(question)[0]} THEN 100.0 ELSE 0.0 END"


SLA_BREACHED = "(outcome IN ('breached', 'open') AND due_at < $as_of::TIMESTAMPTZ)"
SLA_UNDECIDED = "(outcome = 'open' AND (due_at IS NULL OR due_at >= $as_of::TIMESTAMPTZ))"


@dataclass(frozen=True, slots=True)
class SlaShare:
    """met / (met + breached); a clock that has run out is a breach even while the case is open (4.9, 4.10)."""

    undated: Anchor  # clocks without a decision instant: na, or waiting without a due time
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return met, breached, undecided; for a plain window also what has no decision instant."""
        decided: tuple[str, ...] = (
            "count(CASE WHEN outcome = 'met' THEN 1 END)",
            count_where(SLA_BREACHED),
            count_where(f"decided_at IS NOT NULL AND {SLA_UNDECIDED}"),
        )
        if desk.sla_clock == "business":
            decided += ("min(start_at)", "max(due_at)")
        if not is_plain(question):
            return (Need(metric.anchor, decided),)
        rest = (count_where(SLA_UNDECIDED), "count(CASE WHEN outcome = 'na' THEN 1 END)")
        return Need(metric.anchor, decided), Need(self.undated, rest)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share with its four counts; n = met + breached."""
        met, breached, undecided, *reach = first_row(groups[0], 3)
        parts: list[tuple[str, float | int | None]] = [("met", met), ("breached", breached)]
        if len(groups) > 1:
            waiting, na = first_row(groups[1], 2)
            parts += [("undecided", undecided + waiting), ("na", na)]
        else:
            parts.append(("undecided", undecided))
        parts += year_parts(desk, *reach) if reach else ()
        n = met + breached
        value = 100.0 * met / n if n else None
        return Figure(value, n, tuple(parts), wilson(met, n), "wilson")

    def counted(self, question: Question) -> str | None:
        """Return the decided clocks."""
        return f"(outcome = 'met' OR {SLA_BREACHED})"

    def row_value(self, question: Question) -> str | None:
        """Return 100 for met, 0 for breached."""
        return "CASE WHEN outcome = 'met' THEN 100.0 ELSE 0.0 END"


def with_extra(anchor: Anchor, extra: str) -> Anchor:
    """Return the anchor grouped by one more column."""
    return replace(anchor, extra=(extra,))
