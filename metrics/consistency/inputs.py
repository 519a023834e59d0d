"""Checks of what people enter: weights, distributions, totals, funnels, tiers (semantics 5.1, 5.8, 5.10)."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf, isclose

from metrics.consistency.finding import Finding
from metrics.survey import TOLERANCE
from metrics.survey import distribution as recomputed

Tier = tuple[str, float, float]  # name, from (inclusive), to (exclusive); inf = no end


def weights(given: Mapping[str, float]) -> list[Finding]:
    """Return what is wrong with a set of weights: sum, sign, and the order they are listed in (5.1)."""
    found = [Finding.of("weights_negative", name=name, weight=weight) for name, weight in given.items() if weight < 0]
    total = sum(given.values())
    if abs(total - 1.0) > TOLERANCE:
        found.append(Finding.of("weights_sum", total=total))
    return found + weights_order(given)


def weights_order(given: Mapping[str, float]) -> list[Finding]:
    """Return where a smaller weight is listed before a larger one; screens sort by value."""
    return [
        Finding.of("weights_order", name=name, weight=weight, after=after, after_weight=larger)
        for (name, weight), (after, larger) in pairwise(given.items())
        if weight < larger - TOLERANCE
    ]


def distribution(shares: Mapping[float, float], mean: float | None = None, digits: int = 1) -> list[Finding]:
    """Return what is wrong with shares {score: percent}: their total, and a mean claimed with them (5.8).

    digits   decimals in which the mean is given
    """
    actual = recomputed(shares)
    found = [] if actual.is_valid else [Finding.of("distribution_total", total=actual.total)]
    if mean is not None and actual.mean is not None and not _rounds_to(actual.mean, mean, digits):
        found.append(Finding.of("distribution_mean", claimed=mean, actual=actual.mean))
    return found


def aggregate(claimed: float, parts: Iterable[float], slack: float = TOLERANCE) -> list[Finding]:
    """Return whether a total is not the sum of its own parts; aggregates are always recomputed (5.8)."""
    actual = sum(parts)
    return [] if abs(actual - claimed) <= slack else [Finding.of("aggregate_sum", claimed=claimed, actual=actual)]


def funnel(stages: Sequence[tuple[str, float]]) -> list[Finding]:
    """Return each stage (name, count) that holds more than the one before it, named "valid>received" (5.8)."""
    return [
        Finding.of(
            "funnel_grows",
            stages=f"{later}>{earlier}",
            later_name=later,
            later=more,
            earlier_name=earlier,
            earlier=fewer,
        )
        for (earlier, fewer), (later, more) in pairwise(stages)
        if more > fewer
    ]


def tiers(given: Iterable[Tier]) -> list[Finding]:
    """Return empty tiers, and holes and overlaps between neighbours; tiers are half-open [from, to) (5.10)."""
    listed = sorted(given, key=lambda tier: tier[1])
    found = [
        Finding.of("tiers_empty", name=name, low=low, high=high)
        for name, low, high in listed
        if round(high, 9) <= low
    ]
    reach = -inf
    for _, low, high in listed:
        if reach > -inf and not isclose(reach, low, abs_tol=TOLERANCE):
            rule = "tiers_hole" if reach < low else "tiers_overlap"
            found.append(Finding.of(rule, low=min(reach, low), high=max(low, min(reach, high))))
        reach = max(reach, high)
    return found


def _rounds_to(actual: float, claimed: float, digits: int) -> bool:
    return abs(actual - claimed) <= 0.5 / 10.0**digits + TOLERANCE
