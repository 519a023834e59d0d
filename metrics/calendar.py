"""Business time: one axis per calendar, on which closed hours take no room (semantics 3)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from metrics.model import Calendar

Span = tuple[int, int]
Ints = npt.NDArray[np.int64]

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
WIDTHS_US = (15 * MINUTE_US, 5 * MINUTE_US, MINUTE_US)
FIRST_DAY = date(2000, 1, 1)
END_DAY = date(2101, 1, 1)
UNIX_DAY = date(1970, 1, 1)
UNIX = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_US = (FIRST_DAY - UNIX_DAY).days * DAY_US  # positions count from here
END_US = (END_DAY - UNIX_DAY).days * DAY_US
ONE_US = timedelta(microseconds=1)


def us_of(instant: datetime) -> int:
    """Return microseconds since 1970; raises ValueError for a naive instant (semantics 1.1)."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}: give it a zone, e.g. {instant.isoformat()}+08:00")
    return (instant - UNIX) // ONE_US


def instant_of(us: int) -> datetime:
    """Return the UTC instant of microseconds since 1970."""
    return UNIX + timedelta(microseconds=us)


class Axis:
    """Open microseconds since 2000-01-01 of one calendar, years 2000..2100; the working is cached per calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._opens, self._closes, self._cum = _working(calendar)

    def position_us(self, instant: datetime) -> int:
        """Return open microseconds between 2000-01-01 and the instant; outside 2000..2100 that of the nearest end."""
        return self.position_of(us_of(instant))

    def position_of(self, us: int) -> int:
        """Return `position_us` of an instant given in microseconds since 1970."""
        last = bisect_right(self._opens, us) - 1
        if last < 0:
            return 0
        return self._cum[last] + min(us, self._closes[last]) - self._opens[last]

    def instant(self, position_us: int, upper: bool = False) -> datetime:
        """Return the first (upper: the last) instant at which this much open time has passed.

        They differ at a close: first = the close itself, last = the next open (semantics 3.3).
        Raises ValueError when the calendar does not reach so far.
        """
        return instant_of(self.us_at(position_us, upper))

    def us_at(self, position_us: int, upper: bool = False) -> int:
        """Return `instant` in microseconds since 1970."""
        if position_us == 0 and not upper:
            return FIRST_US
        find = bisect_right if upper else bisect_left
        last = find(self._cum, position_us) - 1
        us = self._opens[last] + position_us - self._cum[last] if last >= 0 else 0
        if last < 0 or us > self._closes[last] or (upper and us == self._closes[last]):
            raise ValueError(f"calendar {self.calendar.name}: no instant has {position_us} us of open time behind it")
        return us

    def open_us(self, start: datetime, end: datetime) -> int:
        """Return open microseconds between two instants; negative when end is before start (semantics 3.2)."""
        return self.position_us(end) - self.position_us(start)

    def add(self, start: datetime, amount_us: int) -> datetime:
        """Return start ⊕ amount: an amount ending exactly at a close is due at that close (semantics 3.3)."""
        return max(start, self.instant(self.position_us(start) + amount_us))

    def is_known(self, year: int) -> bool:
        """Tell whether the year's holidays are published; other years are unknown and carry a warning (3.4)."""
        years = self.calendar.years
        if years is None:
            return any(day.year == year for day in self.calendar.holidays)
        return years == "all" or year in years

    def width_us(self) -> int:
        """Return the slot width: the largest of 15, 5, 1 minutes that divides all boundaries (semantics 3.5)."""
        return _width(self.calendar)

    def spans(self) -> Iterator[Span]:
        """Return the open spans in UTC microseconds since 1970, in time order, touching ones joined."""
        return zip(self._opens, self._closes, strict=True)

    def slots(self, width_us: int, first: int, end: int) -> tuple[Ints, Ints, Ints]:
        """Return slot numbers [first, end), the position at each start, and its open time (0 or the width).

        Raises ValueError when the width does not divide the boundaries.
        """
        if self.width_us() % width_us:
            raise ValueError(f"calendar {self.calendar.name}: slots of {width_us} us do not divide its boundaries")
        numbers = np.arange(first, end, dtype=np.int64)
        edges = np.arange(first, end + 1, dtype=np.int64) * width_us
        cum = self._positions(edges)
        return numbers, cum[:-1], np.diff(cum)

    def _positions(self, us: Ints) -> Ints:
        if not self._opens:
            return np.zeros(len(us), dtype=np.int64)
        opens, closes, cum = (np.asarray(part, dtype=np.int64) for part in (self._opens, self._closes, self._cum))
        last = np.searchsorted(opens, us, side="right") - 1
        inside: Ints = cum[last] + np.minimum(us, closes[last]) - opens[last]
        return np.where(last < 0, 0, inside)


@lru_cache(maxsize=64)
def _working(calendar: Calendar) -> tuple[list[int], list[int], list[int]]:
    opens: list[int] = []
    closes: list[int] = []
    cum: list[int] = []
    total = 0
    for start, end in _joined(_utc_spans(calendar)):
        opens.append(start)
        closes.append(end)
        cum.append(total)
        total += end - start
    return opens, closes, cum


@lru_cache(maxsize=64)
def _width(calendar: Calendar) -> int:
    opens, closes, _ = _working(calendar)
    bounds = np.asarray(opens + closes, dtype=np.int64)
    for width in WIDTHS_US:
        if not np.any(bounds % width):
            return width
    raise ValueError(f"calendar {calendar.name}: spans must start and end on whole minutes of UTC ({calendar.tz})")


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    held: Span | None = None
    for start, end in spans:
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
        elif end > start:
            if held is not None:
                yield held
            held = (start, end)
    if held is not None:
        yield held


def _utc_spans(calendar: Calendar) -> Iterator[Span]:
    zone = ZoneInfo(calendar.tz)
    makeup = dict(calendar.makeup)
    offsets = _midnight_offsets(zone)
    weekday = FIRST_DAY.weekday()
    closed = {(day - FIRST_DAY).days for day in calendar.holidays}
    special = {(day - FIRST_DAY).days: spans for day, spans in makeup.items()}
    weekly = calendar.weekly
    changes = {max(0, (day - FIRST_DAY).days): week for day, week in sorted(calendar.changes)}
    for number in range(len(offsets) - 1):
        weekly = changes.get(number, weekly)
        regular = () if number in closed else weekly[(weekday + number) % 7]
        spans = special.get(number, regular)
        if not spans:
            continue
        if offsets[number] == offsets[number + 1]:
            midnight = FIRST_US + number * DAY_US - offsets[number]
            yield from ((midnight + a * MINUTE_US, midnight + b * MINUTE_US) for a, b in sorted(spans))
        else:
            day = FIRST_DAY + timedelta(days=number)
            yield from ((_local_us(zone, day, a), _local_us(zone, day, b)) for a, b in sorted(spans))


def _local_us(zone: ZoneInfo, day: date, minute: int) -> int:
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return us_of(wall.astimezone(UTC))


def _midnight_offsets(zone: ZoneInfo) -> list[int]:
    """Return the UTC offset in us at each local midnight from FIRST_DAY to END_DAY.

    Asked once a week, and daily only in weeks where the clock changes: no zone changes twice in a week.
    """
    days = (END_DAY - FIRST_DAY).days + 1
    offsets: list[int] = []
    for start in range(0, days, 7):
        end = min(start + 7, days)
        first, last = _offset(zone, start), _offset(zone, end)
        if first == last:
            offsets.extend([first] * (end - start))
        else:
            offsets.extend(_offset(zone, number) for number in range(start, end))
    return offsets


def _offset(zone: ZoneInfo, number: int) -> int:
    day = FIRST_DAY + timedelta(days=number)
    offset = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
    return (offset or timedelta()) // ONE_US
