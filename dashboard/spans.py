"""Which days a named period means, and which days it is compared with (semantics 1.4, 1.5)."""

from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from dashboard.view import View
from metrics import periods
from metrics.model import Window

DAY = timedelta(days=1)


def today(as_of: datetime | None, now: datetime, tz: str) -> date:
    """Return the local day of the last loaded instant; of the clock before anything is loaded.

    An old export is thereby shown at its own end, not as eight empty tiles of this week (semantics 1.2).
    """
    return ((as_of or now) - timedelta(microseconds=1)).astimezone(ZoneInfo(tz)).date()


def window(view: View, day: date, tz: str) -> Window:
    """Return the days of the view's period; running periods end with `day`, included."""
    if view.period == "custom" and view.first and view.last:
        return Window(view.first, view.last + DAY, tz)
    start, end = _named(view.period, day)
    return Window(start, end, tz)


def _named(period: str, day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return {
        "today": (day, day + DAY),
        "yesterday": (day - DAY, day),
        "28d": (day - 27 * DAY, day + DAY),
        "week": (day - day.weekday() * DAY, day + DAY),
        "month": (first, day + DAY),
        "last_month": ((first - DAY).replace(day=1), first),
    }.get(period, (day - 6 * DAY, day + DAY))


def previous(view: View, span: Window) -> Window:
    """Return the period before: a running month or week against the same days of the one before it."""
    if view.period == "week":
        start, end = bounds(span)
        return Window(start - 7 * DAY, end - 7 * DAY, span.tz)
    how = {"month": "mtd", "last_month": "month"}.get(view.period, "days")
    return periods.previous(span, how)


def everything(tz: str) -> Window:
    """Return the window of data without instants: all of them (semantics 12.2)."""
    return Window(None, None, tz)


def bounds(span: Window) -> tuple[date, date]:
    """Return both sides of a window that has them; ValueError for an open one."""
    if span.start is None or span.end is None:
        raise ValueError(f"a screen needs a period with two ends, got {span}")
    return span.start, span.end


def is_partial(span: Window, as_of: datetime | None) -> bool:
    """Return whether the period still runs at the watermark (semantics 1.4); data without instants do not run."""
    return span.end is not None and periods.window_state(span, as_of) == "partial"


def full_days(span: Window, before: Window, last: date) -> tuple[Window, Window] | None:
    """Return both windows without the day that still runs, equally long; None when no full day is left.

    A sum over six and a half days against one over seven would always look like a fall.
    """
    start, end = bounds(span)
    end = min(end, last)
    if start >= end:
        return None
    first, until = bounds(before)
    return Window(start, end, span.tz), Window(first, min(until, first + (end - start)), span.tz)


def matured(span: Window, before: Window, wait_days: float, last: date) -> tuple[Window, Window]:
    """Return both windows, moved back together where not one day of the span has been observed long enough.

    "Solved without a repeat within 7 days" cannot be said of the last 7 days (semantics 4.14): the tile of a week
    would be empty for ever, so it shows the latest week that can be judged, and says which.
    """
    (start, end), ripe = bounds(span), last - ceil(wait_days) * DAY
    if start < ripe:
        return span, before
    shift = end - ripe
    first, until = bounds(before)
    return Window(start - shift, end - shift, span.tz), Window(first - shift, until - shift, span.tz)


def stepped(span: Window, by: int, last: date) -> Window | None:
    """Return the window one length earlier (by=-1) or later (by=1), a month for a month; None beyond the last day."""
    start, end = bounds(span)
    shift = _month_shift if _is_month(start, end) else _day_shift
    moved, until = shift(start, end, by)
    return Window(moved, min(until, last + DAY), span.tz) if moved <= last else None


def _is_month(start: date, end: date) -> bool:
    return start.day == 1 and end == (start + 31 * DAY).replace(day=1)


def _month_shift(start: date, end: date, by: int) -> tuple[date, date]:
    if by < 0:
        return (start - DAY).replace(day=1), start
    return end, (end + 31 * DAY).replace(day=1)


def _day_shift(start: date, end: date, by: int) -> tuple[date, date]:
    return start + by * (end - start), end + by * (end - start)


def trailing(span: Window, days: int) -> Window:
    """Return the window of at least that many days that ends with the span and contains it."""
    start, end = bounds(span)
    return Window(min(start, end - days * DAY), end, span.tz)
