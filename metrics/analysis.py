"""Why a figure changed, what drives it, which cases are at risk (semantics 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

Segments = Mapping[str, Sequence[float]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of a ratio split into mix and rate effects, per segment and in total (9.1)."""

    before: float | None
    after: float | None
    mix: float | None
    rate: float | None
    segments: Mapping[str, tuple[float, float]]


def decompose(before: Segments, after: Segments) -> Decomposition:
    """Return mix and rate effects of segments (n, sum); None throughout when a period is empty (9.1)."""
    n0, n1 = (sum(n for n, _ in period.values()) for period in (before, after))
    r0 = sum(total for _, total in before.values()) / n0 if n0 else None
    r1 = sum(total for _, total in after.values()) / n1 if n1 else None
    if r0 is None or r1 is None:
        return Decomposition(r0, r1, None, None, {})
    names = list(dict.fromkeys([*before, *after]))
    effects = {
        name: _effect(before.get(name, (0, 0)), after.get(name, (0, 0)), (n0, n1), (r0 + r1) / 2.0) for name in names
    }
    mix, rate = (sum(effect[i] for effect in effects.values()) for i in (0, 1))
    return Decomposition(r0, r1, mix, rate, effects)


def _effect(
    before: Sequence[float], after: Sequence[float], totals: tuple[float, float], middle: float
) -> tuple[float, float]:
    w0, w1 = before[0] / totals[0], after[0] / totals[1]
    rates = [total / n for n, total in (before, after) if n]
    if not rates:
        return 0.0, 0.0
    r0, r1 = rates[0], rates[-1]  # a segment absent in one period borrows the other rate: all mix
    return (w1 - w0) * ((r0 + r1) / 2.0 - middle), (w0 + w1) / 2.0 * (r1 - r0)


def priority_matrix(target: float, types: Segments) -> dict[str, float] | None:
    """Return the impact share·(target - score) of each type (count, mean score); None without answers (9.3)."""
    n = sum(count for count, _ in types.values())
    return {name: count / n * (target - score) for name, (count, score) in types.items()} if n else None


def shortfall(target: float, types: Segments) -> float | None:
    """Return target - weighted mean of types (count, mean score); None without answers (9.3)."""
    n = sum(count for count, _ in types.values())
    return target - sum(count * score for count, score in types.values()) / n if n else None


def within_variance(types: Sequence[tuple[int, float | None]]) -> float | None:
    """Return the variance of answers within types, of (count, standard deviation); None where no type has two."""
    known = [(n - 1, spread) for n, spread in types if n > 1 and spread is not None]
    return sum(free * spread**2 for free, spread in known) / sum(free for free, _ in known) if known else None


def shrunk_scores(types: Segments, within: float) -> dict[str, float]:
    """Return g + (x - g)·τ²/(τ² + s²/n) of types (count, mean score), g being the overall mean (9.3).

    within  s², the variance of answers within types; τ², that between types, is its unbiased estimate, at least 0
    """
    n = sum(count for count, _ in types.values())
    overall = sum(count * score for count, score in types.values()) / n
    squares = sum(count * (score - overall) ** 2 for count, score in types.values())
    spare = n - sum(count**2 for count, _ in types.values()) / n
    between = max(0.0, (squares - (len(types) - 1) * within) / spare) if spare > 0 else 0.0
    return {
        name: overall + (score - overall) * _trust(count, between, within) for name, (count, score) in types.items()
    }


def _trust(count: float, between: float, within: float) -> float:
    return between / (between + within / count) if between else 0.0


def rank_ranges(types: Segments, target: float, within: float, draws: int = 2000) -> dict[str, tuple[int, int]]:
    """Return the ranks (1 = largest impact) that 95 % of redrawn matrices give each type (count, mean score) (9.3).

    A redrawn matrix has other counts (multinomial) and other means (normal, s²/n); the draws are the same every time.
    """
    chance = np.random.default_rng(0)
    counts = np.array([count for count, _ in types.values()], dtype=float)
    scores = np.array([score for _, score in types.values()], dtype=float)
    shares = chance.multinomial(int(counts.sum()), counts / counts.sum(), size=draws) / counts.sum()
    means = scores + chance.standard_normal((draws, len(scores))) * np.sqrt(within / counts)
    ranks = (-shares * (target - means)).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="closest_observation")
    return {name: (int(low[i]), int(high[i])) for i, name in enumerate(types)}


def mean_difference(a: Segments, b: Segments) -> tuple[float | None, float | None]:
    """Return mean a - mean b of types (count, mean): raw, and adjusted for the mix of types both handled (9.4)."""
    raw = _difference(_mean(a), _mean(b))
    shared = [name for name in a if name in b and a[name][0] and b[name][0]]
    n = sum(a[name][0] + b[name][0] for name in shared)
    adjusted = sum((a[name][0] + b[name][0]) / n * (a[name][1] - b[name][1]) for name in shared) if n else None
    return raw, adjusted


def _mean(types: Segments) -> float | None:
    n = sum(count for count, _ in types.values())
    return sum(count * mean for count, mean in types.values()) / n if n else None


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def lmg(drivers: Sequence[Sequence[float]], outcome: Sequence[float]) -> list[float]:
    """Return the Shapley shares of R² from driver correlations and correlations with the outcome (9.2).

    Raises ValueError when the shapes do not fit.
    """
    count = len(outcome)
    if len(drivers) != count or any(len(row) != count for row in drivers):
        raise ValueError(f"{count} outcome correlations need a {count} x {count} driver matrix")
    matrix, vector = np.asarray(drivers, dtype=float), np.asarray(outcome, dtype=float)
    explained = {
        subset: _r_squared(matrix, vector, subset)
        for k in range(count + 1)
        for subset in combinations(range(count), k)
    }
    return [_shapley(explained, i, count) for i in range(count)]


def _r_squared(matrix: Floats, vector: Floats, subset: tuple[int, ...]) -> float:
    if not subset:
        return 0.0
    places = list(subset)
    part = vector[places]
    return float(part @ np.linalg.lstsq(matrix[np.ix_(places, places)], part, rcond=None)[0])


def _shapley(explained: Mapping[tuple[int, ...], float], driver: int, count: int) -> float:
    share = 0.0
    for subset, r2 in explained.items():
        if driver not in subset:
            weight = factorial(len(subset)) * factorial(count - len(subset) - 1) / factorial(count)
            share += weight * (explained[tuple(sorted((*subset, driver)))] - r2)
    return share


def conditional_breach(s_due: float, s_age: float) -> float | None:
    """Return P(wait > due | wait > age) = S(due)/S(age); None where nobody waits so long (9.7)."""
    return s_due / s_age if s_age else None


def breach_probability(past_age: float, past_due: float, parent: float, m: float = 50.0) -> float | None:
    """Return the breach probability shrunk to its parent with weight m; None without any history (9.7)."""
    return (past_due + m * parent) / (past_age + m) if past_age + m else None
