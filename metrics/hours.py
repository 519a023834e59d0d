"""Hours of the reporting zone: where they begin, in SQL (semantics 1.4, 4.18)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from metrics.calendar import HOUR_US, ONE_US

LATELY = datetime(2025, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def _shift_us(tz: str) -> int:
    """Return how far the zone's hours begin before those of UTC; 0 but for zones with offsets such as +5:30."""
    offset = LATELY.astimezone(ZoneInfo(tz)).utcoffset() or timedelta()
    return offset // ONE_US % HOUR_US


def hour_us_sql(instant: str, tz: str) -> str:
    """Return SQL of the begin of an instant's local hour in microseconds, as the zone's hours begin these years."""
    shift = _shift_us(tz)
    if not shift:
        return f"epoch_us({instant}) // {HOUR_US} * {HOUR_US}"
    return f"((epoch_us({instant}) + {shift}) // {HOUR_US} * {HOUR_US} - {shift})"
