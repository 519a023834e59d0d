"""Local times to UTC as zoneinfo does it with fold=0 (semantics 1.1), set-wise.

DuckDB's own AT TIME ZONE takes the later instant of an ambiguous hour; so the zone is laid out as spans of
local time with one offset each, and local times are joined to them by day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import duckdb

FIRST = datetime(1969, 12, 30)  # noqa: DTZ001
LAST = datetime(2100, 1, 3)  # noqa: DTZ001
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Local times [low, high) with one offset (microseconds east of UTC); flag None = ok."""

    low: datetime
    high: datetime
    offset_us: int
    flag: str | None


@lru_cache(maxsize=64)
def spans(zone: str) -> tuple[Span, ...]:
    """Return the spans of a zone from 1969-12-30 to 2100-01-02, in order and without gaps."""
    found: list[Span] = []
    low, offset = FIRST, _offset(zone, FIRST)
    for moment in _transitions(zone):
        after = _offset(zone, moment)
        one, other = moment + offset, moment + after
        start, end = min(one, other), max(one, other)
        found.append(Span(low, start, _us(offset), None))
        found.append(Span(start, end, _us(offset), "nonexistent_time" if after > offset else "ambiguous_time"))
        low, offset = end, after
    found.append(Span(low, LAST, _us(offset), None))
    return tuple(span for span in found if span.low < span.high)


def fixed_offset_us(zone: str) -> int | None:
    """Return the offset of a zone that never changes it, else None."""
    found = spans(zone)
    return found[0].offset_us if len(found) == 1 else None


def _us(delta: timedelta) -> int:
    return delta // timedelta(microseconds=1)


def _offset(zone: str, utc: datetime) -> timedelta:
    """Return the offset in force at a naive UTC time."""
    offset = utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return offset or timedelta()


def _transitions(zone: str) -> list[datetime]:
    """Return the naive UTC times at which the offset changes."""
    found: list[datetime] = []
    day, before = FIRST, _offset(zone, FIRST)
    while day < LAST:
        following = day + timedelta(days=1)
        after = _offset(zone, following)
        if after != before:
            found.append(_bisect(zone, day, following))
        day, before = following, after
    return found


def _bisect(zone: str, low: datetime, high: datetime) -> datetime:
    before = _offset(zone, low)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def zone_table(con: duckdb.DuckDBPyConnection, zone: str, table: str) -> None:
    """Create temp table `table`(day, low, high, offset_us, flag), one row per day and span of the zone."""
    found = spans(zone)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS"
        " SELECT unnest(generate_series(date_trunc('day', low), high - INTERVAL 1 microsecond, INTERVAL 1 day))::DATE"
        " AS day, low, high, offset_us, flag"
        " FROM (SELECT unnest(?::TIMESTAMP[]) AS low, unnest(?::TIMESTAMP[]) AS high,"
        " unnest(?::BIGINT[]) AS offset_us, unnest(?::VARCHAR[]) AS flag)",
        [[s.low for s in found], [s.high for s in found], [s.offset_us for s in found], [s.flag for s in found]],
    )
