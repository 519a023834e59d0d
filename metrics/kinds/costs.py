"""Kinds of costs: what one resolved ticket costs, and what repeats cost (semantics 4.20, decision 19)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from metrics.calendar import us_of
from metrics.costs import cost_of, months_in, months_of_step
from metrics.kinds.counting import EveryRow, first_row
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question
from metrics.periods import add_months, midnight

TEAM = "(SELECT label FROM member m WHERE m.dimension = 'team' AND m.member_id = team)"


class Resolved(NamedTuple):
    """Tickets resolved, what their months cost, and what one of them did; None = not known."""

    n: int
    cost: float | None

    @property
    def each(self) -> float | None:
        """Return the cost of one ticket; None without tickets or without their cost."""
        return self.cost / self.n if self.n and self.cost is not None else None


def resolved_need(anchor: Anchor, question: Question) -> Need:
    """Return the tickets resolved by month, and by team where teams are told apart."""
    keys = (f"CAST(date_trunc('month', {anchor.day}) AS DATE)", *((TEAM,) if question.split == "team" else ()))
    return Need(replace(anchor, extra=keys), ("count(*)", "max(epoch_us($as_of::TIMESTAMPTZ))"))


def resolved(question: Question, desk: Desk, rows: Sequence[Row]) -> Resolved:
    """Return what `resolved_need` found of one window, step or team; no cost unless its months are whole and over."""
    n = sum(row[-2] for row in rows)
    if not n or question.window.tz != desk.tz or not _has_books(question):
        return Resolved(n, None)
    months = _months(question, rows[0][0])
    if not months or rows[0][-1] < us_of(midnight(add_months(months[-1], 1), desk.tz)):
        return Resolved(n, None)
    return Resolved(n, cost_of(desk.costs, months, _teams(question, rows[0])))


def _has_books(question: Question) -> bool:
    """Return whether costs are kept for what is asked: for the desk and for teams they are, for nothing else."""
    return {question.split, *(name for name, _ in question.slice.by)} <= {None, "team"}


def _months(question: Question, month: date) -> tuple[date, ...]:
    if question.grain is None:
        return months_in(question.window)
    return months_of_step(question.window, question.grain, month)


def _teams(question: Question, row: Row) -> tuple[str, ...] | None:
    if question.split == "team":
        return (row[1],)
    return dict(question.slice.by).get("team")


@dataclass(frozen=True, slots=True)
class CostPerResolved(EveryRow):
    """Cost of the months / tickets resolved in them."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the tickets resolved."""
        return (resolved_need(metric.anchor, question),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the cost of one ticket, n = tickets; part `cost`."""
        found = resolved(question, desk, groups[0])
        return Figure(found.each, found.n, (("cost", found.cost),))


@dataclass(frozen=True, slots=True)
class CostOfRepeats(EveryRow):
    """Repeat tickets x what one resolved ticket cost in these months."""

    resolved: Anchor
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the repeats, and the tickets resolved."""
        return Need(metric.anchor, ("count(*)",)), resolved_need(self.resolved, question)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the product, n = repeats; part `cost_per_resolved`."""
        (n,), each = first_row(groups[0], 1), resolved(question, desk, groups[1]).each
        state = DataState.FRESH if n or each is not None else DataState.EMPTY
        return Figure(None if each is None else n * each, n, (("cost_per_resolved", each),), state=state)
