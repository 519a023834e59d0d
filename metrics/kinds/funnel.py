"""Kinds of the survey funnel: each stage may hold no more than the one before it (semantics 5.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metrics.kinds.counting import first_row
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question
from metrics.survey import coverage, funnel_errors, response_rate


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """Surveys received / invitations, with the valid ones beside; no value without invitations (5.8)."""

    surveys: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return invitations, and surveys received and valid."""
        received = ("count(*)", "count(CASE WHEN dropped_by IS NULL THEN 1 END)")
        return Need(metric.anchor, ("count(*)",)), Need(self.surveys, received)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the rate in percent, n = invitations; a funnel that grows has no value, its method says where."""
        (invited,), (received, valid) = first_row(groups[0], 1), first_row(groups[1], 2)
        parts = (("received", received), ("valid", valid))
        if invited and (wrong := funnel_errors(invited, received, valid)):
            return Figure(None, invited, parts, None, f"error:{', '.join(wrong)}", DataState.ERROR)
        return Figure(response_rate(invited, received), invited, parts, None, "none")

    def counted(self, question: Question) -> str | None:
        """Return None: every invitation counts."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return None: an invitation has no figure of its own."""
        return None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Distinct customers invited / distinct customers served, those with a valid answer beside (5.8)."""

    offers: Anchor
    answers: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return resolutions and their customers, customers invited, customers with a valid answer."""
        customers = "count(DISTINCT customer_key)"
        served = Need(metric.anchor, ("count(customer_key)", customers))
        return served, Need(self.offers, ("count(*)", customers)), Need(self.answers, (customers,))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n = resolutions of known customers; no value where nobody is invited."""
        (n, served), (offers, invited), (valid,) = (first_row(rows, 2 - i // 2) for i, rows in enumerate(groups))
        parts = (("served", served), ("invited", invited), ("valid", valid))
        if not offers:
            return Figure(None, n, parts, None, None, DataState.EMPTY)
        if served and invited > served:
            return Figure(None, n, parts, None, "error:invited>served", DataState.ERROR)
        return Figure(coverage(invited, served)[0], n, parts, None, "none")

    def counted(self, question: Question) -> str | None:
        """Return the resolutions of known customers."""
        return "customer_key IS NOT NULL"

    def row_value(self, question: Question) -> str | None:
        """Return None: a resolution has no figure of its own."""
        return None
