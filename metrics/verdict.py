"""A value against its goal: attainment, met, gap, level, misses in a row, run rate (semantics 6, 12.7)."""

from collections.abc import Sequence
from math import isfinite

from metrics.model import Better, DataState, Level, Reading, Target, Verdict

TOLERANCE = 1e-9


def attainment(actual: float | None, target: float | None, better: Better) -> float | None:
    """Return target/actual (lower is better) or actual/target in percent, uncapped; None without a ratio (6.2)."""
    if actual is None or target is None or actual < 0 or target < 0 or better == "neither":
        return None
    if actual == 0 and target == 0:
        return 100.0
    above, below = (target, actual) if better == "lower" else (actual, target)
    return 100.0 * above / below if below else None


def is_met(actual: float | None, target: float | None, better: Better) -> bool | None:
    """Return whether the goal is met, equality included (tolerance 1e-9); None without value or direction (6.3)."""
    if actual is None or target is None or better == "neither":
        return None
    return actual <= target + TOLERANCE if better == "lower" else actual >= target - TOLERANCE


def gap(actual: float | None, benchmark: float | None, unit: str) -> float | None:
    """Return the gap: points for percentages, else percent of the benchmark; None for a benchmark of 0 (6.1)."""
    if actual is None or benchmark is None:
        return None
    if unit == "pct":
        return actual - benchmark
    return 100.0 * (actual - benchmark) / benchmark if benchmark else None


def judge(reading: Reading, target: Target | None, better: Better, state: DataState | None = None) -> Verdict:
    """Return the verdict: met ok, missed warn, attainment below the target's limit critical (12.7).

    state   of the sources behind the reading; anything but fresh data freezes the level (7.4): it is None.
    """
    known = reading.state if reading.state is not DataState.FRESH or state is None else state
    if target is None:
        return Verdict(None, known)
    reached = attainment(reading.value, target.value, better)
    met = is_met(reading.value, target.value, better)
    level = level_of(met, reached, target.critical_below) if known is DataState.FRESH else None
    return Verdict(level, known, target, reached, met)


def level_of(met: bool | None, reached: float | None, critical_below: float = 80.0) -> Level | None:
    """Return the level of a verdict; None for no value (12.7)."""
    if met is None:
        return None
    if met:
        return Level.OK
    return Level.CRITICAL if reached is not None and reached < critical_below - TOLERANCE else Level.WARN


def target_for(reading: Reading, targets: Sequence[Target]) -> Target | None:
    """Return the goal of the reading's metric whose slice and parameter fit it best, valid at the window's start."""
    fitting = [target for target in targets if _fits(reading, target)]
    return max(fitting, key=lambda target: (len(target.slice.by), target.parameter is not None), default=None)


def _fits(reading: Reading, target: Target) -> bool:
    question = reading.question
    if target.metric != question.metric or not _is_valid(reading, target):
        return False
    if target.parameter not in (None, question.parameter):
        return False
    asked = dict(question.slice.by)
    if question.split and reading.member is not None:
        asked[question.split] = (reading.member,)
    return all(asked.get(dimension) == values for dimension, values in target.slice.by)


def _is_valid(reading: Reading, target: Target) -> bool:
    start = reading.question.window.start
    return (target.valid_from is None or start is None or target.valid_from <= start) and (
        target.valid_to is None or start is None or start < target.valid_to
    )


def days_met(daily: Sequence[Reading], target: float | None, better: Better) -> tuple[int, int]:
    """Return the days whose value meets the goal, and the days that have a value (1.10; R-005).

    daily   one reading per day, such as the backlog at the end of each
    """
    met = [is_met(one.value, target, better) for one in daily]
    return met.count(True), sum(one is not None for one in met)


def misses_in_row(met: Sequence[bool | None], n: int = 3) -> tuple[int, bool]:
    """Return the trailing run of misses and whether it has reached n; a period without value resets it (6.5)."""
    run = 0
    for one in met:
        run = run + 1 if one is False else 0
    return run, run >= n


def run_rate_needed(target: float, n_done: float, sum_done: float, n_left: float) -> float | None:
    """Return the mean needed on the rest to end on the target; None without rest (6.6)."""
    return (target * (n_done + n_left) - sum_done) / n_left if n_left else None


def is_beyond(value: float | None, *, above: float | None = None, below: float | None = None) -> bool | None:
    """Return whether a value is strictly beyond a threshold (tolerance 1e-9); None for no value (7.1)."""
    if value is None or not isfinite(value):
        return None
    over = above is not None and value > above + TOLERANCE
    under = below is not None and value < below - TOLERANCE
    return over or under


def has_dropped(
    previous: float | None, current: float | None, limit: float, *, in_points: bool = False
) -> bool | None:
    """Return whether a fall is more than the limit (a fraction, or points); None where there is no ratio (7.2)."""
    if previous is None or current is None or (not in_points and previous <= 0):
        return None
    fall = previous - current if in_points else (previous - current) / previous
    return round(fall, 9) > limit
