"""Two readings held against each other: the difference, how uncertain it is, and whether it is real (semantics 8.12).

The interval of a difference follows from the two intervals (Newcombe's square-and-add). For shares with Wilson's
intervals that is Newcombe's method (8.5); for means, CSI and NPS, whose intervals lie evenly around the value, it is
the root of the summed squared errors, each with its own Student or normal quantile (8.2, 8.6, 8.7). Quantiles have
the intervals of their order statistics (8.4), which lie unevenly: each side of the difference takes the side of them
that points there (96-99 % of intervals hold the true difference of two lognormal medians, n = 20 to 300).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import erfc, hypot, sqrt

from metrics.distributions import Z95
from metrics.intervals import Interval
from metrics.model import Reading, Text, Unit

POINTS = (Unit.PERCENT, Unit.SCORE, Unit.POINTS)  # their changes are told in pp or points, never in percent (1.5)
NO_REAL_CHANGE: Text = {"en": "no real change", "zh-CN": "无实质变化"}
REAL_CHANGE: Text = {"en": "real change", "zh-CN": "有实质变化"}
NOT_KNOWN: Text = {"en": "not known whether real", "zh-CN": "无法判断是否为实质变化"}
SIGNS: dict[Unit, Text] = {
    Unit.PERCENT: {"en": " pp", "zh-CN": " 个百分点"},
    Unit.SCORE: {"en": "", "zh-CN": " 分"},
    Unit.POINTS: {"en": " pts", "zh-CN": " 点"},
}
FALSE_DISCOVERIES = 0.05
DROP_Z = 1.645  # one-sided 5 %


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change from one reading to another.

    difference  current - previous in the metric's unit; None when either has no value
    interval    95 % interval of the difference; None where either reading has none
    relative    difference in percent of the previous value; None for shares, scores and points, and against 0
    is_real     whether the interval leaves 0 out; None = not known
    p           two-sided p-value that goes with the interval
    method      "newcombe", "combined errors" or "combined order statistics"; None without interval
    """

    unit: Unit
    difference: float | None
    interval: Interval | None = None
    relative: float | None = None
    is_real: bool | None = None
    p: float | None = None
    method: str | None = None

    @property
    def words(self) -> Text:
        """Return "no real change" when the interval covers 0, by language."""
        if self.is_real is None:
            return NOT_KNOWN
        return REAL_CHANGE if self.is_real else NO_REAL_CHANGE

    def sentence(self, language: str) -> str:
        """Return difference, interval and words: "+2.0 pp (-1.1 to +5.1), no real change"; "" without difference."""
        if self.difference is None:
            return ""
        sign = SIGNS.get(self.unit, {}).get(language, "")
        told = f"{self.difference:+.2f}{sign}" + (f" ({self.relative:+.1f}%)" if self.relative is not None else "")
        if self.interval:
            to = " 至 " if language.startswith("zh") else " to "
            told += f" [{self.interval[0]:+.2f}{to}{self.interval[1]:+.2f}]"
        return told + ("，" if language.startswith("zh") else ", ") + self.words[language]


def compare(current: Reading, previous: Reading | None, unit: Unit) -> Comparison:
    """Return the change between two readings of one metric; nothing is known without both values (8.12)."""
    if previous is None or current.value is None or previous.value is None:
        return Comparison(unit, None)
    change = current.value - previous.value
    relative = None if unit in POINTS or not previous.value else 100.0 * change / abs(previous.value)
    interval = difference_interval((current.value, current.interval), (previous.value, previous.interval))
    if interval is None:
        return Comparison(unit, change, None, relative)
    is_real = not interval[0] <= 0.0 <= interval[1]
    return Comparison(unit, change, interval, relative, is_real, p_value(change, interval), _method(current))


def _method(current: Reading) -> str:
    told = current.method or ""
    if told.startswith("wilson"):
        return "newcombe"
    return "combined order statistics" if told == "order statistics" else "combined errors"


Estimate = tuple[float, Interval | None]


def difference_interval(current: Estimate, previous: Estimate) -> Interval | None:
    """Return the 95 % interval of current - previous from (value, interval) each; None when one has no interval."""
    (now, at_now), (then, at_then) = current, previous
    if at_now is None or at_then is None:
        return None
    below = hypot(max(0.0, now - at_now[0]), max(0.0, at_then[1] - then))
    above = hypot(max(0.0, at_now[1] - now), max(0.0, then - at_then[0]))
    return now - then - below, now - then + above


def p_value(difference: float, interval: Interval) -> float:
    """Return the two-sided p-value whose 5 % line is the interval's: how far 0 lies in half widths towards it."""
    half = difference - interval[0] if difference > 0 else interval[1] - difference
    if half <= 0.0:
        return 1.0 if difference == 0 else 0.0
    return erfc(Z95 * abs(difference) / half / sqrt(2.0))


def is_significant_drop(previous: Estimate, current: Estimate) -> bool | None:
    """Return whether a fall is more than chance: (previous - current) / combined error above 1.645 (8.8).

    None when either has no interval, or neither has an error: then the rule fires unlabelled. Errors are read off the
    intervals, which are 1.96 errors wide on each side for the index and the promoter score; for means of few days,
    whose t is wider, it errs towards "not significant".
    """
    (then, at_then), (now, at_now) = previous, current
    if at_then is None or at_now is None:
        return None
    error = hypot(at_then[1] - at_then[0], at_now[1] - at_now[0]) / (2.0 * Z95)
    return (then - now) / error > DROP_Z if error else None


def benjamini_hochberg(p_values: Sequence[float | None], rate: float = FALSE_DISCOVERIES) -> list[bool | None]:
    """Return which of many changes are real with at most this rate of false ones; None stays None (8.12)."""
    known = sorted(p for p in p_values if p is not None)
    passed = [p for rank, p in enumerate(known, 1) if p <= rate * rank / len(known)]
    limit = passed[-1] if passed else -1.0
    return [None if p is None else p <= limit for p in p_values]


def compare_many(pairs: Iterable[tuple[Reading, Reading | None]], unit: Unit) -> list[Comparison]:
    """Return the changes of many slices; which are real is decided over all of them (Benjamini-Hochberg, 8.12)."""
    found = [compare(current, previous, unit) for current, previous in pairs]
    real = benjamini_hochberg([one.p for one in found])
    return [replace(one, is_real=is_real) for one, is_real in zip(found, real, strict=True)]
