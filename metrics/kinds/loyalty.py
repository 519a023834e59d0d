"""Loyalty tiers: customers by their mean rating (semantics 5.10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.metric import Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question
from metrics.survey import below, loyalty_tier

# The rating as thousandths of the 1-5 scale, whatever its own scale (linear, 5.5).
ON_FIVE = "1000 + 4 * (overall_milli - 1000 * scale_min) / (scale_max - scale_min)"
RATED = "overall_milli IS NOT NULL AND customer_key IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Loyalty:
    """Share of the customers whose mean rating falls into the tier that the parameter names."""

    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return how many customers have which mean of how many ratings."""
        sums = (
            f"avg(CASE WHEN {RATED} THEN {ON_FIVE} END) AS score",
            f"count(CASE WHEN {RATED} THEN 1 END) AS ratings",
        )
        return (
            Need(replace(metric.anchor, per="customer_key", sums=sums, extra=("score", "ratings")), ("count(*)",)),
        )

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, n = ratings of known customers; parts: customers, and those in the tier."""
        rated = [row for row in groups[0] if row[1]]
        n = sum(ratings * customers for _, ratings, customers in rated)
        if question.parameter not in (*desk.loyalty, below(desk.loyalty)):
            known = ", ".join((*desk.loyalty, below(desk.loyalty)))
            return Figure(None, n, (), None, f"error:no tier {question.parameter!r}; known: {known}", DataState.ERROR)
        customers = sum(row[2] for row in rated)
        inside = sum(row[2] for row in rated if loyalty_tier(row[0] / 1000.0, desk.loyalty) == question.parameter)
        value = 100.0 * inside / customers if customers else None
        return Figure(value, n, (("customers", customers), ("passed", inside)), None, "none")

    def counted(self, question: Question) -> str | None:
        """Return the ratings of known customers."""
        return RATED

    def row_value(self, question: Question) -> str | None:
        """Return the rating on the 1-5 scale."""
        return f"({ON_FIVE}) / 1000.0"
