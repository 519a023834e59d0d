"""Days that are out of the ordinary, per slice: logs of counts, means of logs of minutes, shares (semantics 9.5).

Expected is the median of the 8 weeks before plus the effect of the day's class (weekday, holiday, make-up day), half
the slice's own and half that of all slices. "Robust between-day variance + within variance/n" is read as two parts
that do not overlap: the residuals' variance (by their median deviation) already holds what rows of a day differ, so
its usual share is taken off. 200 random slices, +40 % for three days: .1 to .4 false alarms a day and 10 to 16 % of
small slices found (9.5: .20 and 17 %); with the overlap .01 to .09 and 1 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import erfc, exp, log, sqrt

import numpy as np
import numpy.typing as npt

from metrics.comparison import benjamini_hochberg
from metrics.model import Calendar

HISTORY, LEAST_DAYS = 56, 28  # days looked back on; with fewer figures among them a day is not judged
SMOOTHING, SMOOTH_LIMIT, DAY_LIMIT = 0.5, 2.3, 3.5
LEAST_EFFECT, LEAST_N, COOLDOWN = 0.2, 20, 3
NORMAL = 1.4826  # median deviation of a normal distribution -> standard deviation
Floats = npt.NDArray[np.float64]
Classes = Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a slice: its rows, the figure watched, and the variance of one row's figure within the day."""

    on: date
    n: int
    value: float
    within: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A day held against what was to be expected.

    z         distance in standard errors; smooth: its running mean that forgets half a day (EWMA)
    effect    change against the expected figure as a fraction; None against a share of 0
    is_alarm  beyond the limits, large enough, of enough rows; is_first: the first alarm of its episode
    """

    on: date
    n: int
    value: float
    expected: float
    z: float
    smooth: float
    effect: float | None
    is_alarm: bool
    is_first: bool = False


def counted(on: date, n: int) -> Day:
    """Return a day of counts: the log of n + 1/2, so that a day without any is one too."""
    return Day(on, n, log(n + 0.5), 1.0)


def timed(on: date, n: int, total: float, squares: float) -> Day:
    """Return a day of durations from n, sum and sum of squares of the logs of its minutes; ValueError for n < 1."""
    if n < 1:
        raise ValueError(f"{on}: a mean of logs needs a row, got n = {n}")
    return Day(on, n, total / n, max(0.0, (squares - total * total / n) / (n - 1)) if n > 1 else 0.0)


def shared(on: date, n: int, passed: int) -> Day:
    """Return a day of a share over a limit; ValueError for n < 1.

    Its variance is that of (passed + 1/2) / (n + 1): a share that was always 0 is not sure to stay so.
    """
    if n < 1:
        raise ValueError(f"{on}: a share needs a row, got n = {n}")
    likely = (passed + 0.5) / (n + 1)
    return Day(on, n, passed / n, likely * (1.0 - likely))


def classes(calendar: Calendar | None = None) -> Classes:
    """Return what tells a day's class: holiday, makeup, or its weekday 1 to 7."""
    holidays = calendar.holidays if calendar else frozenset()
    makeup = {day for day, _ in calendar.makeup} if calendar else set()

    def class_of(on: date) -> str:
        if on in makeup:
            return "makeup"
        return "holiday" if on in holidays else str(on.isoweekday())

    return class_of


def watch(
    slices: Mapping[str, Sequence[Day]], class_of: Classes | None = None, *, is_log: bool = True
) -> dict[str, tuple[Judged, ...]]:
    """Return the days of every slice that can be judged, in order; ValueError for two figures of one day.

    A day is not judged with fewer than 28 figures in the 8 weeks before it, or when those hold no day of its class.
    is_log  the figures are logs, so that a difference is a ratio; False for shares
    """
    grid = _Grid.of(slices, class_of or classes())
    judged: dict[str, list[Judged]] = {name: [] for name in slices}
    smooth = dict.fromkeys(slices, 0.0)
    for t in range(LEAST_DAYS, len(grid.days)):
        expected, scale = grid.expectation(t)
        for row, (name, days) in enumerate(judged.items()):
            value, error = float(grid.values[row, t]), float(scale[row])
            if np.isnan(value - expected[row]) or not error > 0.0:
                continue
            z = (value - float(expected[row])) / error
            smooth[name] = SMOOTHING * z + (1.0 - SMOOTHING) * smooth[name]
            effect = _effect(value, float(expected[row]), is_log)
            n = int(grid.n[row, t])
            is_alarm = _is_alarm(z, smooth[name], effect, n)
            is_first = is_alarm and not _is_running(days, grid.days[t])
            days.append(
                Judged(grid.days[t], n, value, float(expected[row]), z, smooth[name], effect, is_alarm, is_first)
            )
    return {name: tuple(days) for name, days in judged.items()}


def digest(found: Mapping[str, Sequence[Judged]], on: date) -> list[tuple[str, Judged]]:
    """Return a day's alarms that hold among all slices (Benjamini-Hochberg), the surest first."""
    judged = [(name, one) for name, days in found.items() for one in days if one.on == on]
    real = benjamini_hochberg([p_value(one) for _, one in judged])
    told = [pair for pair, is_real in zip(judged, real, strict=True) if is_real and pair[1].is_alarm]
    return sorted(told, key=lambda pair: (p_value(pair[1]), pair[0]))


def p_value(one: Judged) -> float:
    """Return how often a day as high as this would come by chance: of the day or its running mean, the rarer."""
    spread = sqrt(SMOOTHING / (2.0 - SMOOTHING))
    return 0.5 * erfc(max(one.z, one.smooth / spread) / sqrt(2.0))


def _effect(value: float, expected: float, is_log: bool) -> float | None:
    if is_log:
        return exp(value - expected) - 1.0
    return value / expected - 1.0 if expected > 0.0 else None


def _is_alarm(z: float, smooth: float, effect: float | None, n: int) -> bool:
    is_far = smooth > SMOOTH_LIMIT or z > DAY_LIMIT
    return is_far and n >= LEAST_N and (effect is None or effect >= LEAST_EFFECT)


def _is_running(days: Sequence[Judged], on: date) -> bool:
    """Return whether an alarm of the last days is of the same episode."""
    return any(one.is_alarm and on - one.on <= timedelta(days=COOLDOWN) for one in days[-COOLDOWN:])


@dataclass(frozen=True, slots=True)
class _Grid:
    """The slices' figures side by side, one column per day without gaps; NaN = no figure."""

    days: Sequence[date]
    kinds: Sequence[str]
    values: Floats
    n: Floats
    within: Floats

    @classmethod
    def of(cls, slices: Mapping[str, Sequence[Day]], class_of: Classes) -> "_Grid":
        given = sorted({day.on for days in slices.values() for day in days})
        first = given[0] if given else date.min
        days = [first + timedelta(days=i) for i in range((given[-1] - first).days + 1)] if given else []
        shape = (len(slices), len(days))
        values, n, within = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
        for row, (name, own) in enumerate(slices.items()):
            for day in own:
                column = (day.on - first).days
                if not np.isnan(values[row, column]):
                    raise ValueError(f"slice {name!r} has two figures for {day.on}")
                values[row, column], n[row, column], within[row, column] = day.value, day.n, day.within
        return cls(days, [class_of(day) for day in days], values, n, within)

    def expectation(self, t: int) -> tuple[Floats, Floats]:
        """Return the expected figure of day t and its standard error, one per slice; NaN where it is not known."""
        past = slice(max(0, t - HISTORY), t)
        seen, n, within = self.values[:, past], self.n[:, past], self.within[:, past]
        level = _medians(seen)
        apart = seen - level[:, None]
        kinds = np.array(self.kinds[past])
        effects = {kind: self._class_effect(apart[:, kinds == kind]) for kind in {*self.kinds[past], self.kinds[t]}}
        left = apart - np.column_stack([effects[kind] for kind in self.kinds[past]])
        usual = _medians(np.where(np.isnan(seen), np.nan, within / np.maximum(n, 0.5)))
        between = np.maximum(0.0, (NORMAL * _medians(np.abs(left - _medians(left)[:, None]))) ** 2 - usual)
        pooled = (within * n).sum(axis=1) / np.maximum(n.sum(axis=1), 1.0)
        enough = np.count_nonzero(~np.isnan(seen), axis=1) >= LEAST_DAYS
        expected = np.where(enough, level + effects[self.kinds[t]], np.nan)
        return expected, np.sqrt(between + pooled / np.maximum(self.n[:, t], 0.5))

    @staticmethod
    def _class_effect(apart: Floats) -> Floats:
        """Return the effect of a class per slice, half its own and half that of all; NaN where nobody has a day."""
        everyone = _medians(apart.reshape(1, -1))[0]
        own = _medians(apart)
        effect: Floats = 0.5 * np.where(np.isnan(own), everyone, own) + 0.5 * everyone
        return effect


def _medians(rows: Floats) -> Floats:
    """Return the median of each row's figures; NaN for a row without any."""
    if not rows.shape[1]:
        return np.full(rows.shape[0], np.nan)
    ordered, counts = np.sort(rows, axis=1), np.count_nonzero(~np.isnan(rows), axis=1)
    middle = np.column_stack((np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, rows.shape[1] - 1)))
    medians: Floats = np.take_along_axis(ordered, middle, axis=1).mean(axis=1)
    return medians
