"""Steps of a window by hand, as instants (semantics 1.4)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from metrics.model import Grain, Window

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


def midnight(day: date, tz: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).astimezone(UTC)


def first_day(day: date, grain: Grain) -> date:
    """Return the first day of the step that holds a day."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "sunday_week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if grain in MONTHS:
        length = MONTHS[grain]
        return date(day.year, (day.month - 1) // length * length + 1, 1)
    return day


def next_day(day: date, grain: Grain) -> date:
    """Return the first day of the step after the one that starts on a day."""
    if grain in ("week", "sunday_week"):
        return day + 7 * DAY
    if grain in MONTHS:
        ahead = day.month - 1 + MONTHS[grain]
        return date(day.year + ahead // 12, ahead % 12 + 1, 1)
    return day + DAY


def steps(window: Window, grain: Grain) -> list[tuple[datetime, datetime]]:
    """Return the [start, end) of every step of a bounded window, cut to it."""
    assert window.start and window.end
    low, high = midnight(window.start, window.tz), midnight(window.end, window.tz)
    if grain == "hour":
        hours = (high - low) // HOUR
        return [(low + number * HOUR, low + (number + 1) * HOUR) for number in range(hours)]
    found, day = [], first_day(window.start, grain)
    while day < window.end:
        after = next_day(day, grain)
        found.append((max(low, midnight(day, window.tz)), min(high, midnight(after, window.tz))))
        day = after
    return found
