"""Windows, grains and buckets: local dates turned into UTC bounds, once, in Python (semantics 1.4, 1.5)."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from metrics.model import Grain, Window

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
State = Literal["complete", "partial"]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of a grain: label (ISO local date, or local hour with offset) and UTC bounds [low, high)."""

    label: str
    low: datetime
    high: datetime


@lru_cache(maxsize=65536)
def midnight(day: date, tz: str) -> datetime:
    """Return the UTC instant at which the local day begins; an ambiguous one is the earlier (1.1)."""
    return datetime.combine(day, time(), ZoneInfo(tz)).astimezone(UTC)


def bounds(window: Window) -> tuple[datetime | None, datetime | None]:
    """Return the UTC bounds [low, high) of a window; None = unbounded."""
    low = midnight(window.start, window.tz) if window.start else None
    return low, midnight(window.end, window.tz) if window.end else None


def local_day(instant: datetime, tz: str) -> date:
    """Return the local date of an instant; ValueError for a naive one (1.1)."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}: give an offset")
    return instant.astimezone(ZoneInfo(tz)).date()


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, the last one where that month is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def step_start(day: date, grain: Grain) -> date:
    """Return the first day of the step of the grain that holds `day`."""
    if grain in ("hour", "day"):
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "sunday_week":
        return day - timedelta(days=day.isoweekday() % 7)
    size = MONTHS[grain]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def next_step(start: date, grain: Grain) -> date:
    """Return the first day of the step after the one that begins at `start`."""
    if grain in MONTHS:
        return add_months(start, MONTHS[grain])
    return start + (7 * DAY if grain in ("week", "sunday_week") else DAY)


def steps(first: date, end: date, grain: Grain) -> Iterator[tuple[date, date]]:
    """Yield the (start, next start) of every step of the grain that touches [first, end)."""
    start = step_start(first, grain)
    while start < end:
        following = next_step(start, grain)
        yield start, following
        start = following


@lru_cache(maxsize=1024)
def buckets(window: Window, grain: Grain) -> tuple[Bucket, ...]:
    """Return the steps of a bounded window, the outer ones cut to it; ValueError for an unbounded window."""
    if window.start is None or window.end is None:
        raise ValueError(f"buckets need a bounded window, got {window}")
    if grain == "hour":
        return tuple(_hours(window.start, window.end, window.tz))
    return tuple(
        Bucket(
            start.isoformat(),
            midnight(max(start, window.start), window.tz),
            midnight(min(following, window.end), window.tz),
        )
        for start, following in steps(window.start, window.end, grain)
    )


def _hours(start: date, end: date, tz: str) -> Iterator[Bucket]:
    low, last, zone = midnight(start, tz), midnight(end, tz), ZoneInfo(tz)
    while low < last:
        yield Bucket(low.astimezone(zone).isoformat(timespec="minutes"), low, min(low + HOUR, last))
        low += HOUR


def period_state(end: date, tz: str, as_of: datetime | None) -> State:
    """Return whether the period up to local midnight of `end` is over as of an instant (1.4)."""
    return "complete" if as_of is not None and as_of >= midnight(end, tz) else "partial"


def window_state(window: Window, as_of: datetime | None) -> State:
    """Return whether a window is complete as of an instant; one without end is always partial."""
    return "partial" if window.end is None else period_state(window.end, window.tz, as_of)


def previous(window: Window, how: str) -> Window:
    """Return the window to compare with (1.5); ValueError for an unbounded window or an unknown rule.

    how     mtd: same number of days from the 1st of the previous month, cut at its end
            days: equally long span right before; year: same dates a year earlier
            a grain (week, month, ...): as many steps before it
    """
    if window.start is None or window.end is None:
        raise ValueError(f"an unbounded window has no previous period: {window}")
    start, end = _previous_dates(window.start, window.end, how)
    return replace(window, start=start, end=end)


def _previous_dates(start: date, end: date, how: str) -> tuple[date, date]:
    if how == "mtd":
        first = add_months(start.replace(day=1), -1)
        return first, min(first + (end - start.replace(day=1)), start.replace(day=1))
    if how in ("days", "day", "hour", "week", "sunday_week"):
        return start - (end - start), start
    if how == "year":
        return add_months(start, -12), add_months(end, -12)
    if how in MONTHS:
        months = max(MONTHS[how], (end.year - start.year) * 12 + end.month - start.month)
        return add_months(start, -months), start
    raise ValueError(f"unknown comparison {how!r}; known: mtd, days, week, month, quarter, half_year, year")


def iso_week(day: date) -> str:
    """Return the ISO week with its ISO year, such as 2024-W01 (never the calendar year, 1.4)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def calendar_fields(instant: datetime, tz: str) -> dict[str, str]:
    """Return day, iso_week, iso_week_start, sunday_week_start and month of an instant's local date (1.4)."""
    day = local_day(instant, tz)
    return {
        "day": day.isoformat(),
        "iso_week": iso_week(day),
        "iso_week_start": step_start(day, "week").isoformat(),
        "sunday_week_start": step_start(day, "sunday_week").isoformat(),
        "month": f"{day:%Y-%m}",
    }


def bucket_text(label: str, grain: Grain, language: str = "en") -> str:
    """Return what is printed under a bucket: 2025-03, 2025-W11, 2025 Q1, 2025 H1, 03-10, 09:00."""
    if grain == "hour":
        return label[11:16]
    day = date.fromisoformat(label)
    is_chinese = language.startswith("zh")
    half = ("上半年" if day.month <= 6 else "下半年") if is_chinese else ("H1" if day.month <= 6 else "H2")
    texts: dict[str, str] = {
        "day": f"{day:%m-%d}",
        "week": iso_week(day),
        "sunday_week": f"{day:%m-%d}",
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year} 第{(day.month + 2) // 3}季度"
        if is_chinese
        else f"{day.year} Q{(day.month + 2) // 3}",
        "half_year": f"{day.year} {half}",
        "year": f"{day.year}",
    }
    return texts[grain]


def localize(local: datetime, tz: str) -> tuple[datetime, Literal["ok", "ambiguous", "nonexistent"]]:
    """Return the UTC instant of a wall-clock time and its flag; ValueError when it already has an offset (1.1).

    Ambiguous: the earlier instant. Nonexistent: the offset before the jump.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local.isoformat()} already has an offset")
    zone = ZoneInfo(tz)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late:
        return early, "ok"
    return early, "ambiguous" if early < late else "nonexistent"
