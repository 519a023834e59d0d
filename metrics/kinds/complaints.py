"""Kinds of complaints: shares that follow the desk's settings, and complaints per customers (semantics 12.10)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.kinds.counting import Share, first_row
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import ComplaintRules, DataState, Desk, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskShare(Share):
    """A share of rows that follow from the desk's rules for complaints."""

    table: Callable[[ComplaintRules], str]

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the rows under the desk's rules."""
        return replace(metric.anchor, table=self.table(desk.complaints))

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts."""
        return Share.needs(self, replace(metric, anchor=self.rows(metric, question, desk)), question, desk)


@dataclass(frozen=True, slots=True)
class PerThousand:
    """Rows per thousand distinct customers of other rows; part `customers` (12.10)."""

    customers: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the rows, and the customers."""
        return Need(metric.anchor, ("count(*)",)), Need(self.customers, ("count(DISTINCT customer_key)",))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the rate; None without customers, n = rows."""
        (n,), (customers,) = first_row(groups[0], 1), first_row(groups[1], 1)
        if not customers:
            return Figure(None, n, (("customers", 0),))
        return Figure(1000.0 * n / customers, n, (("customers", customers),), state=DataState.FRESH)

    def counted(self, question: Question) -> str | None:
        """Return None: every row counts."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return None: a row has no figure of its own."""
        return None
