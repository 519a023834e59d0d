"""Kinds that add figures up: durations on two clocks, plain and weighted means."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from metrics.calendar import MINUTE_US
from metrics.intervals import Interval, day_cluster, mean_interval, order_ranks
from metrics.kinds.counting import first_row, is_plain, with_extra
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import Desk, Question
from metrics.unknown_years import year_parts


def local_day(anchor: Anchor, question: Question) -> str:
    """Return SQL of the reporting zone's day in which a row counts: the clusters of an interval (1.4, 1.6, 8.2)."""
    if question.basis == "event" and anchor.day:
        return anchor.day
    instant = "created_at" if question.basis == "created" else anchor.instant
    return f"CAST({instant} AT TIME ZONE '{question.window.tz}' AS DATE)"


@dataclass(frozen=True, slots=True)
class Duration:
    """Mean of a duration in microseconds, with exact type-7 quantiles p50 and p90, and the longest (1.10).

    calendar, business   the column of either clock (1.8)
    unit_us              microseconds in the metric's unit
    waiting              rows that are still waiting as of now, printed beside the value (4.3)
    """

    calendar: str
    business: str
    unit_us: int = MINUTE_US
    waiting: Anchor | None = None
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def column(self, question: Question) -> str:
        """Return the column of the question's clock."""
        return self.business if question.clock == "business" else self.calendar

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return n, sum and quantiles; sums per day for an interval; the waiting rows for a plain window."""
        column = self.column(question)
        asked = f", {question.quantile!r}" if question.quantile not in (None, 0.5, 0.9) else ""
        sums: tuple[str, ...] = (
            f"count({column})",
            f"sum({column})",
            f"max({column})",
            f"quantile_cont({column}, [0.5, 0.9{asked}])",
        )
        if question.clock == "business":
            sums += self._reach(metric.anchor, column)
        needs = [Need(metric.anchor, sums)]
        if self.waiting and is_plain(question):
            oldest = "epoch_us($as_of::TIMESTAMPTZ) - epoch_us(min(start_at))"
            needs.append(Need(self.waiting, ("count(*)", oldest), timeless=True))
        if question.with_interval:
            needs.append(self._uncertainty(metric.anchor, column, question))
        return tuple(needs)

    @staticmethod
    def _reach(anchor: Anchor, column: str) -> tuple[str, ...]:
        """Return the first start and the last stop of the rows: whether their years' holidays are known (3.4)."""
        has = f"CASE WHEN {column} IS NOT NULL THEN"
        return f"min({has} created_at END)", f"max({has} {anchor.instant} END)"

    def _uncertainty(self, anchor: Anchor, column: str, question: Question) -> Need:
        if question.quantile is not None:
            return Need(anchor, (f"list_sort(list({column}))",))
        day = local_day(anchor, question)
        squares = f"sum(CAST({column} AS HUGEINT) * ({column}))"
        return Need(with_extra(anchor, day), (f"count({column})", f"sum({column})", squares))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean (or the asked quantile) in the metric's unit, with p50, p90 and max."""
        n, total, longest, quantiles, *reach = first_row(groups[0], 4)
        parts: list[tuple[str, float | int | None]] = [("p50", None), ("p90", None), ("max", None)]
        value = None
        if n:
            scaled = [quantile / self.unit_us for quantile in quantiles]
            parts = [("p50", scaled[0]), ("p90", scaled[1]), ("max", longest / self.unit_us)]
            value = self._value(question, total / n / self.unit_us, scaled)
        if self.waiting and is_plain(question):
            waiting, oldest = first_row(groups[1], 2)
            parts += [("waiting_now", waiting), ("oldest_waiting", oldest / self.unit_us if waiting else None)]
        parts += year_parts(desk, *reach) if n and reach else ()
        interval, method = self._interval(question, groups[-1]) if question.with_interval and n else (None, None)
        return Figure(value, n, tuple(parts), interval, method)

    @staticmethod
    def _value(question: Question, mean: float, scaled: Sequence[float]) -> float:
        if question.quantile is None:
            return mean
        return scaled[{0.5: 0, 0.9: 1}.get(question.quantile, 2)]

    def _interval(self, question: Question, rows: Sequence[Row]) -> tuple[Interval | None, str | None]:
        if question.quantile is not None:
            ranked = self._ranked([one for one in rows[0][0] if one is not None], question.quantile)
            return ranked, "order statistics" if ranked else None
        days = [row[1:3] for row in rows if row[1]]
        found, method = day_cluster(days), "day-cluster"
        if found is None:
            # One day has no clusters; the rows of it still give a mean interval (1.12).
            n, total, squares = (sum(row[i] or 0 for row in rows) for i in (1, 2, 3))
            found, method = mean_interval(n, total, squares), "t"
        return (found and (found[0] / self.unit_us, found[1] / self.unit_us)), method if found else None

    def _ranked(self, ordered: Sequence[int], quantile: float) -> Interval | None:
        ranks = order_ranks(len(ordered), quantile)
        return ranks and (ordered[ranks[0] - 1] / self.unit_us, ordered[ranks[1] - 1] / self.unit_us)

    def counted(self, question: Question) -> str | None:
        """Return the rows that have a duration on the question's clock."""
        return f"{self.column(question)} IS NOT NULL"

    def row_value(self, question: Question) -> str | None:
        """Return the row's duration in the metric's unit."""
        return f"{self.column(question)} / {float(self.unit_us)}"


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean of an integer column stored in thousandths; with `weight` the weighted one, without interval (12.10)."""

    column: str
    where: str | None = None
    weight: str | None = None
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return n, weighted count and sum; squares and sums per day where an interval is due."""
        column = self._column()
        weight = (
            f"CASE WHEN {column} IS NOT NULL THEN {self.weight} END" if self.weight else f"{column} - {column} + 1"
        )
        weighted = f"sum({column} * {self.weight})" if self.weight else f"sum({column})"
        sums = (f"count({column})", f"sum({weight})", weighted)
        if not self._has_interval(question):
            return (Need(metric.anchor, sums),)
        squares = f"sum(CAST({column} AS BIGINT) * {column})"
        per_day = with_extra(metric.anchor, local_day(metric.anchor, question))
        days = Need(per_day, (f"count({column})", f"sum({column})"))
        return Need(metric.anchor, (*sums, squares)), days

    def _column(self) -> str:
        return f"CASE WHEN {self.where} THEN {self.column} END" if self.where else self.column

    def _has_interval(self, question: Question) -> bool:
        return not self.weight and (question.with_interval or is_plain(question))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean in units of the scale; with an interval also part `sd`, the answers' own spread."""
        n, weight, total, *squares = first_row(groups[0], 3 + self._has_interval(question))
        value = float(total) / 1000.0 / float(weight) if n and weight else None
        if not squares:
            return Figure(value, n, (), None, "none")
        interval, method = day_cluster([(row[1], row[2] / 1000.0) for row in groups[1] if row[1]]), "day-cluster"
        if interval is None and n:
            # As for durations: one day has no clusters, and a sample is never told without its interval (1.12, 8.1).
            interval, method = mean_interval(n, total / 1000.0, squares[0] / 1_000_000.0), "t"
        spread = sqrt(max(0.0, (squares[0] - total * total / n) / (n - 1))) / 1000.0 if n > 1 else None
        return Figure(value, n, (("sd", spread),), interval, method if interval else "none")

    def counted(self, question: Question) -> str | None:
        """Return the answered rows."""
        return f"{self._column()} IS NOT NULL"

    def row_value(self, question: Question) -> str | None:
        """Return the row's own rating."""
        return f"{self.column} / 1000.0"


@dataclass(frozen=True, slots=True)
class Vendor:
    """The source's own figure, given by the parameter: share, mean or sum of a vendor field (12.3)."""

    what: str  # share | mean | sum
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return n and the sum; booleans count as 1 and 0."""
        value = self._value(question)
        return (Need(metric.anchor, (f"count({value})", f"sum({value})")),)

    def _value(self, question: Question) -> str:
        if not question.parameter:
            raise ValueError(f"{question.metric} needs the vendor field as parameter")
        path = question.parameter.replace('"', '\\"').replace("'", "''")
        text = f"json_extract_string(vendor_json, '$.\"{path}\"')"
        if self.what == "share":
            return f"CASE {text} WHEN 'true' THEN 1 WHEN '1' THEN 1 WHEN 'false' THEN 0 WHEN '0' THEN 0 END"
        return f"TRY_CAST({text} AS DOUBLE)"

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent, the mean or the sum over the tickets that carry the field."""
        n, total = first_row(groups[0], 2)
        if not n:
            return Figure(None, 0)
        if self.what == "sum":
            return Figure(float(total), n)
        value = float(total) / n * (100.0 if self.what == "share" else 1.0)
        parts = (("passed", int(total)),) if self.what == "share" else ()
        return Figure(value, n, parts)

    def counted(self, question: Question) -> str | None:
        """Return the tickets that carry the field."""
        return f"{self._value(question)} IS NOT NULL"

    def row_value(self, question: Question) -> str | None:
        """Return the ticket's own vendor figure."""
        return self._value(question)
