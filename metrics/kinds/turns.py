"""Kinds of reply pairs: several rows of one ticket belong together, some turns never got a reply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.intervals import Interval
from metrics.kinds.averaging import Duration
from metrics.kinds.counting import count_where, first_row, with_extra
from metrics.metric import Anchor, Figure, Metric, Need, Row
from metrics.model import Desk, Question


@dataclass(frozen=True, slots=True)
class Pairs(Duration):
    """Mean duration of reply pairs; the interval of the mean takes tickets as clusters (4.2, 8.2)."""

    def _uncertainty(self, anchor: Anchor, column: str, question: Question) -> Need:
        wanted = Duration._uncertainty(self, anchor, column, question)
        return wanted if question.quantile is not None else Need(with_extra(anchor, anchor.case_key), wanted.measures)

    def _interval(self, question: Question, rows: Sequence[Row]) -> tuple[Interval | None, str | None]:
        found, method = Duration._interval(self, question, rows)
        return found, "ticket-cluster" if method == "day-cluster" else method


@dataclass(frozen=True, slots=True)
class Turns(Pairs):
    """Reply pairs, with the turns that were closed without a reply beside them, as count and share (4.2)."""

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return what a duration needs, then the unanswered turns."""
        unanswered = count_where("NOT is_answered AND ended_at IS NOT NULL")
        return *Duration.needs(self, metric, question, desk), Need(metric.anchor, (unanswered,))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the duration's figure with `unanswered` and `unanswered_share` in percent."""
        figure = Duration.finish(self, metric, question, desk, groups[:-1])
        (unanswered,) = first_row(groups[-1], 1)
        ended = figure.n + unanswered
        share = 100.0 * unanswered / ended if ended else None
        return figure._replace(parts=(*figure.parts, ("unanswered", unanswered), ("unanswered_share", share)))


@dataclass(frozen=True, slots=True)
class Median(Duration):
    """A duration led by its median, the mean beside it (4.17)."""

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sums of a duration asked for its median."""
        return Duration.needs(self, metric, _median(question), desk)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the median, or the quantile asked for, with the mean among the parts."""
        figure = Duration.finish(self, metric, _median(question), desk, groups)
        n, total = first_row(groups[0], 4)[:2]
        mean = total / n / self.unit_us if n else None
        return figure._replace(parts=(*figure.parts, ("mean", mean)))


def _median(question: Question) -> Question:
    return replace(question, quantile=0.5) if question.quantile is None else question
