"""When cases are opened: hours, weekdays, Chinese holidays, bad days, and the living desk's brisker pace."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from data.demo.draws import Draws, Flags, Floats, Ints

HOUR = 3_600_000  # ms
DAY = 24 * HOUR
LOCAL = 8 * HOUR  # Asia/Shanghai has kept UTC+8 since 1991
USUAL_PER_DAY = 700.0
MIN_DAYS, MAX_DAYS = 28, 1096
PACE = 60.0

_HOURS = np.array(
    [0.16, 0.11, 0.08, 0.07, 0.07, 0.10, 0.18, 0.32, 0.62, 1.25, 1.50, 1.38]
    + [0.92, 1.02, 1.42, 1.40, 1.30, 1.12, 0.82, 0.78, 0.82, 0.72, 0.46, 0.26]
)
_WEEKDAYS = np.array([1.16, 1.06, 1.02, 1.00, 0.98, 0.62, 0.54])
_HOLIDAY, _MAKEUP = 0.42, 0.95
BAD_DAY_SHARE = 0.03
BAD_DAY_LOAD = 2.3

# (month, day, length): roughly; the official table belongs to the calendars, not to this world
_HOLIDAYS = {
    2024: ((1, 1, 1), (2, 10, 8), (4, 4, 3), (5, 1, 5), (6, 8, 3), (9, 15, 3), (10, 1, 7)),
    2025: ((1, 1, 1), (1, 28, 8), (4, 4, 3), (5, 1, 5), (5, 31, 3), (10, 1, 8)),
    2026: ((1, 1, 3), (2, 15, 9), (4, 4, 3), (5, 1, 5), (6, 19, 3), (9, 25, 3), (10, 1, 7)),
}
_EVERY_YEAR = ((1, 1, 1), (4, 4, 3), (5, 1, 5), (10, 1, 7))
_MAKEUP_DAYS = {
    2024: ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)),
    2025: ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    2026: ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
}


def to_ms(instant: datetime) -> int:
    """Return epoch milliseconds of an aware instant; a naive one is an error."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; give an aware instant")
    return int(instant.timestamp() * 1000)


@dataclass(frozen=True)
class World:
    """What a demo desk is made from; kept in its file, so it goes on as the same world after a restart.

    started_ms    first hour of the history, epoch ms
    settled_ms    end of the history; from here on the desk is alive and brisker
    scale         cases per unit of hour weight
    per_day       cases per average day of the history
    pace          least cases per hour once alive
    """

    seed: int
    started_ms: int
    settled_ms: int
    scale: float
    per_day: float
    pace: float

    @classmethod
    def of(cls, tickets: int, until: datetime, seed: int, pace: float = PACE) -> "World":
        """Return the world with exactly `tickets` cases opened up to `until`."""
        if tickets < 1:
            raise ValueError(f"{tickets} tickets: at least 1")
        days = float(np.clip(tickets / USUAL_PER_DAY, MIN_DAYS, MAX_DAYS))
        settled = to_ms(until)
        started = (settled - int(days * DAY)) // HOUR * HOUR
        unit = cls(seed, started, settled, 1.0, tickets / days, 0.0)
        total = float(Rhythm(unit, settled).position(np.array([settled]))[0])
        return cls(seed, started, settled, tickets / total, tickets / days, pace)

    @property
    def agents_per_group(self) -> int:
        """Return how many agents a group has; busier desks have more."""
        return int(np.clip(8 * np.sqrt(self.per_day / USUAL_PER_DAY), 8, 70))


class Rhythm:
    """The arrivals of a world up to a horizon: case number <-> instant, both ways and for whole arrays."""

    def __init__(self, world: World, horizon_ms: int) -> None:
        self._world = world
        self.horizon_ms = horizon_ms
        hours = np.arange(world.started_ms // HOUR, horizon_ms // HOUR + 2, dtype=np.int64)
        natural = _hour_weights(world.seed, hours) * world.scale
        self._knots, per_hour = _with_knot(hours * HOUR, natural, world.settled_ms)
        alive = self._knots >= world.settled_ms
        brisk = np.where(alive, np.maximum(per_hour, world.pace), per_hour)
        self._natural_share = per_hour / brisk
        opened = brisk[:-1] * np.diff(self._knots) / HOUR
        self._opened = np.concatenate([[0.0], np.cumsum(opened)])

    def position(self, instants_ms: Ints) -> Floats:
        """Return how many cases (with fraction) have been opened by each instant; 0 before the start."""
        found: Floats = np.interp(instants_ms, self._knots, self._opened)
        return found

    def opened_ms(self, cases: Ints) -> Ints:
        """Return the instant each case number was opened at, in order of the numbers."""
        place = cases + Draws(self._world.seed, cases).uniform("opened")
        return np.interp(place, self._opened, self._knots.astype(np.float64)).astype(np.int64)

    def count(self, instant_ms: int) -> int:
        """Return how many cases have been opened at or before an instant."""
        about = max(int(self.position(np.array([instant_ms]))[0]), 1)
        near = np.arange(about - 1, about + 2, dtype=np.int64)
        return about - 1 + int(np.count_nonzero(self.opened_ms(near) <= instant_ms))

    def natural_share(self, instants_ms: Ints) -> Floats:
        """Return the share of the arrivals at an instant that the desk would have had without the brisk pace."""
        place = np.searchsorted(self._knots, instants_ms, side="right") - 1
        return self._natural_share[np.clip(place, 0, None)]

    def is_bad(self, instants_ms: Ints) -> Flags:
        """Return whether an outage was on at each instant."""
        return _is_bad(self._world.seed, (instants_ms + LOCAL) // HOUR)


def local_hour(instants_ms: Ints) -> Ints:
    """Return the hour of the day (0-23) in Shanghai."""
    return (instants_ms + LOCAL) // HOUR % 24


def _with_knot(knots: Ints, weights: Floats, at_ms: int) -> tuple[Ints, Floats]:
    place = int(np.searchsorted(knots, at_ms))
    if place == len(knots) or knots[place] == at_ms or place == 0:
        return knots, weights
    return np.insert(knots, place, at_ms), np.insert(weights, place, weights[place - 1])


def _hour_weights(seed: int, utc_hours: Ints) -> Floats:
    local = utc_hours + LOCAL // HOUR
    noise = np.exp(0.12 * Draws(seed, local).normal("hour noise"))
    load = np.where(_is_bad(seed, local), BAD_DAY_LOAD, 1.0)
    weights: Floats = _day_weights(seed, local // 24) * _HOURS[local % 24] * load * noise
    return weights


def _is_bad(seed: int, local_hours: Ints) -> Flags:
    bad = Draws(seed, local_hours // 24).chance("bad day", BAD_DAY_SHARE)
    return bad & (local_hours % 24 >= 9) & (local_hours % 24 < 20)


def _day_weights(seed: int, days: Ints) -> Floats:
    weights = _WEEKDAYS[(days + 3) % 7]
    years = range(_year(int(days[0])), _year(int(days[-1])) + 1)
    weights = np.where(np.isin(days, [day for year in years for day in _holidays(year)]), _HOLIDAY, weights)
    weights = np.where(np.isin(days, [day for year in years for day in _makeup_days(year)]), _MAKEUP, weights)
    return weights * np.exp(0.07 * Draws(seed, days).normal("day noise"))


def _year(day: int) -> int:
    return (date(1970, 1, 1) + timedelta(days=day)).year


def _epoch_day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _holidays(year: int) -> list[int]:
    spans = _HOLIDAYS.get(year, _EVERY_YEAR)
    return [_epoch_day(date(year, month, day)) + more for month, day, length in spans for more in range(length)]


def _makeup_days(year: int) -> list[int]:
    return [_epoch_day(date(year, month, day)) for month, day in _MAKEUP_DAYS.get(year, ())]
