"""When a source is due: every so many seconds, or at the local minutes of a line of cron.

Instants are compared in UTC: two of one zone compare by their wall clocks, which is wrong where clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import floor
from typing import Protocol
from zoneinfo import ZoneInfo

from data.cron import Cron, parse_cron
from data.source_rules import SourceRule

FARTHEST_DAYS = 366 * 8 + 1  # 29 February can be eight years away (1896 to 1904, 2096 to 2104)


class Rhythm(Protocol):
    """The turns of a source."""

    @property
    def pause_s(self) -> float:
        """Return how long a failed source is left alone at first."""

    @property
    def is_remembered(self) -> bool:
        """Return whether a turn missed while the monitor was down is told by the last one, and made up."""

    def first(self, pulled_at: datetime | None, now: datetime) -> datetime:
        """Return the first turn of a monitor that starts now; pulled_at None = never pulled."""

    def next_after(self, instant: datetime) -> datetime:
        """Return the first turn after an instant, in UTC."""

    def following(self, started: datetime, now: datetime) -> datetime:
        """Return the turn after one that started and is over now; not before now."""


@dataclass(frozen=True)
class Every:
    """A turn every so many seconds; one that outlasts the next leaves it out."""

    seconds: float
    is_remembered = False

    @property
    def pause_s(self) -> float:
        """Return the interval."""
        return self.seconds

    def first(self, pulled_at: datetime | None, now: datetime) -> datetime:
        """Return now: whatever was missed is pulled with the start."""
        return now

    def next_after(self, instant: datetime) -> datetime:
        """Return the instant one interval later."""
        return instant.astimezone(UTC) + timedelta(seconds=self.seconds)

    def following(self, started: datetime, now: datetime) -> datetime:
        """Return the next of the turns that lie whole intervals after the start."""
        past = max(0, floor((now - started).total_seconds() / self.seconds))
        return started.astimezone(UTC) + timedelta(seconds=(past + 1) * self.seconds)

    def __str__(self) -> str:
        return f"every {self.seconds:g} s"


@dataclass(frozen=True)
class ByCron:
    """Turns at local minutes.

    A minute that the clocks leave out comes as much later as they are set forward; one that they repeat comes once,
    the first time, unless the line runs in every hour.
    """

    line: str
    tz: str
    is_remembered = True
    pause_s = 60.0

    def first(self, pulled_at: datetime | None, now: datetime) -> datetime:
        """Return now when turns were missed, however many, or none was ever had; else the next one."""
        return now if pulled_at is None else max(self.next_after(pulled_at), now)

    def next_after(self, instant: datetime) -> datetime:
        """Return the first turn after an instant; every line that settings accept has one."""
        for turn in self._turns(instant.astimezone(ZoneInfo(self.tz)).date() - timedelta(days=1)):
            if turn > instant:
                return turn
        raise ValueError(f"cron {self.line!r} does not come within eight years")

    def following(self, started: datetime, now: datetime) -> datetime:
        """Return the turn after the start; one that was missed meanwhile is made up at once, and only once."""
        return max(self.next_after(started), now.astimezone(UTC))

    def _turns(self, first: date) -> Iterator[datetime]:
        cron, zone = parse_cron(self.line), ZoneInfo(self.tz)
        for number in range(FARTHEST_DAYS):
            day = first + timedelta(days=number)
            if cron.has_day(day.month, day.day, day.isoweekday() % 7):
                yield from sorted(_on(cron, zone, day))

    def __str__(self) -> str:
        return f"cron {self.line} ({self.tz})"


def _on(cron: Cron, zone: ZoneInfo, day: date) -> set[datetime]:
    local = [datetime.combine(day, time(hour, minute), zone) for hour in cron.hours for minute in cron.minutes]
    again = [one.replace(fold=1) for one in local if cron.is_each_hour and _is_repeated(one)]
    return {one.astimezone(UTC) for one in (*local, *again)}


def _is_repeated(local: datetime) -> bool:
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and second < first


def rhythm_of(rule: SourceRule, tz: str) -> Rhythm:
    """Return when a source of the settings is due; tz is the desk's zone."""
    return Every(rule.interval_s) if rule.cron is None else ByCron(rule.cron, tz)


def turns(rhythm: Rhythm, instant: datetime, number: int) -> tuple[datetime, ...]:
    """Return the next turns after an instant."""
    found: list[datetime] = []
    for _ in range(number):
        instant = rhythm.next_after(instant)
        found.append(instant)
    return tuple(found)
