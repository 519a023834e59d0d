"""A share with the rows beside it that count neither way."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.kinds.counting import Share, count_where, first_row
from metrics.metric import Figure, Metric, Need, Row
from metrics.model import Desk, Question


@dataclass(frozen=True, slots=True)
class ShareBeside(Share):
    """A share whose rows without a verdict are counted by reason.

    beside  (name of the part, predicate), ...
    """

    beside: tuple[tuple[str, str], ...] = ()

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts of a share, then the counts beside it, in one scan."""
        (wanted,) = Share.needs(self, metric, question, desk)
        return (Need(wanted.anchor, (*wanted.measures, *(count_where(test) for _, test in self.beside))),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share with the counts beside it as parts."""
        passed, n, *counts = first_row(groups[0], 2 + len(self.beside))
        figure = Share.finish(self, metric, question, desk, [[(passed, n)]])
        names = (name for name, _ in self.beside)
        return figure._replace(parts=(*zip(names, counts, strict=True), *figure.parts))
