"""Elapsed and business time in plain steps: a list of open spans, walked (semantics 3.1 to 3.3)."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from metrics.model import Calendar

MICROSECOND = timedelta(microseconds=1)
Spans = list[tuple[datetime, datetime]]
FIRST, LAST = date(2024, 10, 1), date(2025, 12, 31)


def micros(span: timedelta) -> int:
    """Return whole microseconds."""
    return span // MICROSECOND


def local(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return a local minute of a day (1440 = the next midnight) as an instant."""
    wall = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def open_spans(calendar: Calendar) -> Spans:
    """Return the open spans of a calendar in order; make-up days win over holidays, holidays over weekdays."""
    zone, makeup = ZoneInfo(calendar.tz), dict(calendar.makeup)
    found: Spans = []
    day = FIRST
    while day <= LAST:
        spans = () if day in calendar.holidays else calendar.weekly[day.weekday()]
        for start, end in makeup.get(day, spans):
            found.append((local(day, start, zone), local(day, end, zone)))
        day += timedelta(days=1)
    return sorted(found)


@dataclass
class Clock:
    """Counts the time that passes on a clock; without spans all time passes."""

    spans: Spans | None = None

    def __post_init__(self) -> None:
        self._starts = [start for start, _ in self.spans or ()]

    def _from(self, instant: datetime) -> Iterator[tuple[datetime, datetime]]:
        assert self.spans is not None
        yield from self.spans[max(0, bisect_right(self._starts, instant) - 1) :]

    def between(self, start: datetime, end: datetime) -> int:
        """Return the microseconds of [start, end) on this clock; 0 when end is not later."""
        if end <= start:
            return 0
        if self.spans is None:
            return micros(end - start)
        total = 0
        for opens, closes in self._from(start):
            if opens >= end:
                break
            total += max(0, micros(min(end, closes) - max(start, opens)))
        return total

    def after(self, start: datetime, amount: int) -> datetime:
        """Return start plus an amount (> 0) of this clock; an amount ending exactly at a close is due then."""
        return self._walk(start, amount, is_strict=False)

    def past(self, start: datetime, amount: int) -> datetime:
        """Return the instant after which more than an amount has passed; at a close that is the next opening."""
        return self._walk(start, amount, is_strict=True)

    def _walk(self, start: datetime, amount: int, is_strict: bool) -> datetime:
        if self.spans is None:
            return start + amount * MICROSECOND
        for opens, closes in self._from(start):
            here = max(0, micros(closes - max(start, opens)))
            if here > amount or (here == amount and not is_strict):
                return max(start, opens) + amount * MICROSECOND
            amount -= here
        raise ValueError(f"the calendar ends before {amount} us after {start} have passed")


ELAPSED = Clock()
