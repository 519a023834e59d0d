"""The customer satisfaction index and its standard error, from sums only (semantics 5.1, 5.3, 5.4)."""

from collections.abc import Mapping
from math import sqrt

from metrics.intervals import population_factor

TOLERANCE = 1e-9


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


def covered_weight(means: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weight of the dimensions with at least one answer."""
    return sum(weights[name] for name in means if name in weights)


def csi_se(
    n: int,
    sums: Mapping[str, tuple[int, float]],
    products: Mapping[tuple[str, str], tuple[int, float, float, float]],
    weights: Mapping[str, float],
    population: float | None = None,
) -> float | None:
    """Return the linearised standard error of the CSI; None below n = 2 (5.4).

    n          valid surveys
    sums       dimension -> (answers, sum of scores)
    products   (a, b) -> over surveys that answered both: (count, sum a, sum b, sum a*b)
    """
    if n < 2:
        return None
    used = {name: weights[name] for name, (answers, _) in sums.items() if answers and name in weights}
    total = sum(used.values())
    factor = {name: weight / total * n / sums[name][0] for name, weight in used.items()}
    mean = {name: sums[name][1] / sums[name][0] for name in used}
    squares = 0.0
    for (a, b), (both, sum_a, sum_b, sum_ab) in products.items():
        if a in used and b in used:
            spread = sum_ab - mean[a] * sum_b - mean[b] * sum_a + both * mean[a] * mean[b]
            squares += factor[a] * factor[b] * spread * (1.0 if a == b else 2.0)
    return population_factor(n, population) * sqrt(max(0.0, squares) / (n - 1) / n)
