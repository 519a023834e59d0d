"""A mean that is told with its scale; answers on several scales have none (semantics 12.10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.kinds.averaging import Mean
from metrics.kinds.counting import first_row
from metrics.metric import Figure, Metric, Need, Row
from metrics.model import DataState, Desk, Question


@dataclass(frozen=True, slots=True)
class ScaledMean(Mean):
    """Mean of ratings with parts `scale_min` and `scale_max`.

    scale  columns of the lowest and the highest step of a row's scale; NULL = not known
    """

    scale: tuple[str, str] = ("scale_min", "scale_max")

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sums of a mean, then the scales of its rows."""
        ends = [f"CASE WHEN {self.counted(question)} THEN {end} END" for end in self.scale]
        wanted = tuple(f"{extreme}({end})" for end in ends for extreme in ("min", "max"))
        return (*Mean.needs(self, metric, question, desk), Need(metric.anchor, wanted))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean with its scale; no value where the rows have several: slice by mode or source then."""
        figure = Mean.finish(self, metric, question, desk, groups[:-1])
        if not figure.n:
            return figure
        low, other_low, high, other_high = first_row(groups[-1], 4)
        if (low, high) != (other_low, other_high):
            told = f"error:scales from {low:g}-{other_low:g} to {high:g}-{other_high:g}"
            return Figure(None, figure.n, (), None, told, DataState.ERROR)
        return figure._replace(parts=(*figure.parts, ("scale_min", low), ("scale_max", high)))
