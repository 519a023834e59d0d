"""Quantiles of Student's t and of the binomial, without a statistics library."""

from functools import lru_cache
from math import exp, lgamma, log, sqrt

Z95 = 1.959963984540054
TINY = 1e-300


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function (Lentz)."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > TINY else TINY)
    result = d
    for m in range(1, 10_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + numerator * d
            d = 1.0 / (d if abs(d) > TINY else TINY)
            c = 1.0 + numerator / c
            c = c if abs(c) > TINY else TINY
            result *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return result


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), 0..1."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def t_tail(t: float, df: int) -> float:
    """Return P(T > t) for t >= 0 and df degrees of freedom."""
    return 0.5 * beta_share(df / 2.0, 0.5, df / (df + t * t))


@lru_cache(maxsize=4096)
def t_quantile(df: int, share: float = 0.975) -> float:
    """Return the quantile of Student's t (share > 0.5), by bisection to 1e-12; ValueError for df < 1."""
    if df < 1:
        raise ValueError(f"Student's t needs at least 1 degree of freedom, got {df}")
    low, high = 0.0, 2.0
    while t_tail(high, df) > 1.0 - share:
        high *= 2.0
    while high - low > 1e-12 * max(1.0, high):
        middle = (low + high) / 2.0
        low, high = (middle, high) if t_tail(middle, df) > 1.0 - share else (low, middle)
    return (low + high) / 2.0


def binomial_share(k: int, n: int, q: float) -> float:
    """Return P(X <= k) for X binomial(n, q)."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else beta_share(n - k, k + 1.0, 1.0 - q)


def binomial_quantile(share: float, n: int, q: float) -> int:
    """Return the smallest k with P(X <= k) >= share for X binomial(n, q)."""
    spread = 12.0 * sqrt(n * q * (1.0 - q)) + 12.0
    low, high = max(-1, int(n * q - spread)), min(n, int(n * q + spread))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if binomial_share(middle, n, q) >= share else (middle, high)
    return high
