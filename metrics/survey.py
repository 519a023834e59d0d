"""Survey figures from sums: index and its error, scales, funnel, distribution, cleaning (semantics 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul
from typing import NamedTuple

import duckdb

from data.questionnaires import LOYALTY
from metrics.intervals import population_factor
from metrics.model import Reading

TOLERANCE = 1e-9
# Parts of one step of 1-5: a multiple of 1 to 15 and of 1,000, so that steps of common scales convert to whole parts,
# and five steps still fit into an INTEGER.
FIVE = 360_360_000


def weights_error(weights: Mapping[str, float]) -> str | None:
    """Return what is wrong with the weights, None when they sum to 1 (5.1); they are never rescaled."""
    total = sum(weights.values())
    return None if abs(total - 1.0) <= TOLERANCE else f"csi weights sum to {total:.12g}, they must sum to 1"


def csi_from_means(means: Mapping[str, float], weights: Mapping[str, float], min_weight: float) -> float | None:
    """Return the weighted mean of the dimensions that have a mean; None below the minimum weight (5.3)."""
    used = covered_weight(means, weights)
    if used < min_weight - TOLERANCE or used <= 0:
        return None
    return sum(weights[name] * mean for name, mean in means.items() if name in weights) / used


def weighted_sum(means: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the index of given means, all dimensions being there; nothing is rescaled (5.1, 5.3)."""
    return sum(weight * means[name] for name, weight in weights.items() if name in means)


def covered_weight(means: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weight of the dimensions with at least one answer."""
    return sum(weights[name] for name in means if name in weights)


Sums = dict[str, tuple[int, float]]  # per dimension: answers and their sum


class AnswerSets(NamedTuple):
    """Which sets of answers the surveys gave, side by side.

    columns  per dimension, in the order of the sorted names: the answer in every set, None = not answered
    counts   how many surveys gave each set
    """

    columns: Sequence[Sequence[float | None]]
    counts: Sequence[int]


def answers_and_sums(sets: AnswerSets, names: Sequence[str]) -> Sums:
    """Return answers and their sum for every dimension that has any."""
    found: Sums = {}
    for name, column in zip(names, sets.columns, strict=False):
        answers = sum([count for count, score in zip(sets.counts, column, strict=True) if score is not None])
        if answers:
            found[name] = (answers, sum(map(mul, sets.counts, [score or 0 for score in column])))
    return found


def csi_se(
    n: int, sets: AnswerSets, sums: Sums, weights: Mapping[str, float], population: float | None = None
) -> float | None:
    """Return the linearised standard error of the CSI, in the unit of the answers; None below n = 2 (5.4).

    n      valid surveys
    sums   of answers_and_sums, by the names of the weights
    """
    if n < 2 or not sums:
        return None
    total = sum(weights[name] for name in sums)
    parts = []
    for name, column in zip(sorted(weights), sets.columns, strict=True):
        if name in sums:
            answers, summed = sums[name]
            factor, mean = weights[name] / total * n / answers, summed / answers
            off = {score: 0.0 if score is None else factor * (score - mean) for score in set(column)}
            parts.append([off[score] for score in column])
    squares = sum([sum(z) ** 2 * count for z, count in zip(zip(*parts, strict=True), sets.counts, strict=True)])
    return population_factor(n, population) * sqrt(squares / (n - 1) / n)


def finite_se(reading: Reading, population: float | None) -> float | None:
    """Return the standard error that a CSI reading carries, corrected for a known population (5.4)."""
    se = reading.part("se")
    return None if se is None else se * population_factor(reading.n, population)


def linear_0_100(score: float) -> float:
    """Return a 1-5 score on the linear 0-100 scale (5.5)."""
    return (score - 1.0) / 4.0 * 100.0


def ratio_100(score: float) -> float:
    """Return a 1-5 score as a share of 5 in percent (5.5)."""
    return score / 5.0 * 100.0


def conversions(scale: tuple[float, float], value: float | None, language: str) -> str:
    """Return a scale with its conversions to 0-100, worked out where there is a value (5.5)."""
    low, high = scale
    is_chinese = language.startswith("zh")
    linear, ratio = ("线性 0-100", "比例") if is_chinese else ("linear 0-100", "ratio")
    told = [f"{linear} = (x - {low:g}) / {high - low:g} × 100", f"{ratio} = x / {high:g} × 100"]
    if value is not None:
        worked_out = (100.0 * (value - low) / (high - low), 100.0 * value / high)
        told = [f"{text} = {number:.1f}" for text, number in zip(told, worked_out, strict=True)]
    return " · ".join([f"{low:g}-{high:g}", *told])


def loyalty_tier(score: float, tiers: Mapping[str, float] = LOYALTY) -> str:
    """Return "5" from 4.6, "4" from 4.3, else "lt4"; the score is rounded to 9 digits first (5.10).

    tiers  name -> from which score on, half-open; below the lowest it is "lt" and that one's name
    """
    rounded, rising = round(score, 9), sorted(tiers, key=lambda name: tiers[name])
    reached = [name for name in rising if rounded >= tiers[name]]
    return reached[-1] if reached else below(tiers)


def below(tiers: Mapping[str, float]) -> str:
    """Return the name of what lies below the lowest tier."""
    return f"lt{min(tiers, key=lambda name: tiers[name])}"


def funnel_errors(invited: float, received: float, valid: float) -> list[str]:
    """Return the stages that hold more than the one before them (5.8)."""
    found = [("received>invited", received > invited), ("valid>received", valid > received)]
    return [name for name, wrong in found if wrong]


def response_rate(invited: float, received: float) -> float | None:
    """Return received / invited in percent; None without invitations (5.8)."""
    return 100.0 * received / invited if invited else None


def coverage(invited_customers: float, served_customers: float) -> tuple[float | None, bool | None]:
    """Return distinct invited / distinct served in percent and whether it reaches 80, inclusive (5.8)."""
    if not served_customers:
        return None, None
    share = 100.0 * invited_customers / served_customers
    return share, share >= 80.0 - TOLERANCE


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of scores checked: they must total 100 +- 0.5; mean and "<= 3" are recomputed (5.8)."""

    total: float
    is_valid: bool
    mean: float | None
    up_to_three: float


def distribution(shares: Mapping[float, float]) -> Distribution:
    """Return what shares {score: percent} amount to."""
    total = sum(shares.values())
    mean = sum(score * share for score, share in shares.items()) / total if total else None
    return Distribution(
        total,
        abs(total - 100.0) <= 0.5 + TOLERANCE,
        mean,
        sum(share for score, share in shares.items() if score <= 3),
    )


WATERFALL = """
SELECT coalesce(sum(n_out_of_range), 0), count(CASE WHEN dropped_by = 'speeder' THEN 1 END),
       count(CASE WHEN dropped_by = 'contradictory' THEN 1 END), count(CASE WHEN dropped_by = 'duplicate' THEN 1 END),
       count(CASE WHEN dropped_by IS NULL THEN 1 END)
FROM fact_survey
"""


def waterfall(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return what cleaning did: values out of range, surveys dropped by each rule, valid surveys (5.2)."""
    names = ("out_of_range", "speeder", "contradictory", "duplicate", "valid")
    return {name: int(n) for name, n in zip(names, con.execute(WATERFALL).fetchall()[0], strict=True)}
