"""Days whose last open cases were within a limit, as a share of a period (semantics 1.10, 4.7)."""

from collections.abc import Sequence
from datetime import datetime

from metrics.backlog import Part, levels, snapshot_agg, stock_instants
from metrics.kinds.counting import number_in
from metrics.metric import Figure, Metric
from metrics.model import DataState, Question, Reading, Window
from metrics.periods import DAY, buckets, local_day
from metrics.reading import reading
from metrics.scan import Ground


def days_within(ground: Ground, metric: Metric, question: Question) -> tuple[Reading, ...]:
    """Return the share of days in percent, one per bucket and member, parts `days` and `days_met`.

    A day counts by its end, the running one by now; days before the first case of the data are not judged. None
    without a day, as in hours that do not end one. n = open cases at the end. ValueError: the limit is no number.
    """
    limit = float(number_in(question))
    if ground.as_of is None:
        return (Reading(question, None, 0, DataState.EMPTY, None),)
    ends, steps = _day_ends(ground, question.window, ground.as_of), stock_instants(question, ground.as_of)
    last = [instant for _, instant in steps if instant is not None]
    stock = levels(ground, Part(question.slice, question.split), [*ends, *last])
    members = sorted({member or "" for one in stock.values() for member in one}) if question.split else [None]
    found = []
    for member in members:
        low: datetime | None = None
        for bucket, instant in steps:
            within = [one for one in ends if instant and one <= instant and (low is None or one > low)]
            daily = [stock[one].get(member, 0) for one in within]
            figure = _figure(daily, limit, stock[instant].get(member, 0) if instant else 0)
            found.append(reading(question, metric, figure, ground.as_of, (bucket, member)))
            low = instant or low
    return tuple(found)


def _figure(daily: Sequence[int], limit: float, level: int) -> Figure:
    met = snapshot_agg(daily, limit)["days_met"] or 0
    value = 100.0 * met / len(daily) if daily else None
    state = DataState.FRESH if daily else DataState.EMPTY
    return Figure(value, level, (("days", len(daily)), ("days_met", met)), state=state)


def _day_ends(ground: Ground, window: Window, as_of: datetime) -> list[datetime]:
    """Return the ends of the window's days since the first case, the running day's as now."""
    first = ground.con.execute("SELECT min(opened_at) FROM fact_span").fetchall()[0][0]
    if first is None:
        return []
    begun = local_day(first, window.tz)
    start = max(window.start or begun, begun)
    end = min(window.end or local_day(as_of, window.tz) + DAY, local_day(as_of, window.tz) + DAY)
    if start >= end:
        return []
    return [min(day.high, as_of) for day in buckets(Window(start, end, window.tz), "day") if day.low < as_of]
