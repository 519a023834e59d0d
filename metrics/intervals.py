"""How uncertain a figure is: Wilson, day clusters, order statistics, NPS, margins (semantics 5.7, 5.9, 8)."""

from collections.abc import Iterable, Sequence
from math import ceil, sqrt

from metrics.distributions import Z95, binomial_quantile, t_quantile

Interval = tuple[float, float]


def wilson(x: float, n: float) -> Interval | None:
    """Return Wilson's 95 % interval of the share x/n in percent, clipped to 0..100; None for n = 0 (8.5)."""
    if n <= 0:
        return None
    p, z2 = x / n, Z95 * Z95
    below = 1.0 + z2 / n
    centre = (p + z2 / (2.0 * n)) / below
    half = Z95 * sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n)) / below
    return max(0.0, 100.0 * (centre - half)), min(100.0, 100.0 * (centre + half))


def wilson_by_cluster(clusters: Iterable[Sequence[int]]) -> Interval | None:
    """Return Wilson's interval of a share whose rows belong together in clusters, such as a customer's issues (8.5).

    clusters  (rows that passed, rows, number of such clusters); those without rows do not count
    n shrinks to as many independent rows as would be as telling: by the variance of the share over clusters (as in
    8.2) over that of independent rows, if above 1; where nothing varies, to n^2 / sum of the squared cluster sizes.
    """
    filled = [one for one in clusters if one[1]]
    n, passed = sum(m * k for _, m, k in filled), sum(x * k for x, _, k in filled)
    if not n:
        return None
    telling = n * n / sum(m * m * k for _, m, k in filled)
    if (k := sum(one[2] for one in filled)) > 1 and 0 < passed < n:
        p = passed / n
        squares = sum((x - p * m) ** 2 * count for x, m, count in filled)
        telling = n / max(1.0, squares * k / ((k - 1) * n * n) / (p * (1.0 - p) / (n - 1)))
    return wilson(passed * telling / n, telling)


def day_cluster_se(days: Iterable[Sequence[float]]) -> float | None:
    """Return the standard error of sum/n over days (n, sum), days being the clusters; None below 2 days (8.2)."""
    filled = [(float(n), float(total)) for n, total in days if n]
    k = len(filled)
    rows = sum(n for n, _ in filled)
    if k < 2 or rows <= 0:
        return None
    ratio = sum(total for _, total in filled) / rows
    squares = sum((total - ratio * n) ** 2 for n, total in filled)
    return sqrt(squares / (k * (k - 1))) / (rows / k)


def day_cluster(days: Iterable[Sequence[float]]) -> Interval | None:
    """Return the 95 % interval of sum/n by day clusters, Student's t with days - 1; None below 2 days (8.2)."""
    filled = [(float(n), float(total)) for n, total in days if n]
    se = day_cluster_se(filled)
    if se is None:
        return None
    mean = sum(total for _, total in filled) / sum(n for n, _ in filled)
    half = t_quantile(len(filled) - 1) * se
    return mean - half, mean + half


def mean_interval(n: int, total: float, squares: float) -> Interval | None:
    """Return the 95 % t interval of a mean from n, sum and sum of squares; None below n = 2 (1.12)."""
    if n < 2:
        return None
    mean = total / n
    variance = max(0.0, (squares - total * total / n) / (n - 1))
    half = t_quantile(n - 1) * sqrt(variance / n)
    return mean - half, mean + half


def order_ranks(n: int, q: float) -> tuple[int, int] | None:
    """Return the 1-based ranks of the order statistics around quantile q; None when n is too small (8.4)."""
    low, high = binomial_quantile(0.025, n, q), binomial_quantile(0.975, n, q) + 1
    return (low, high) if low >= 1 and high <= n else None


def quantile_interval(ordered: Sequence[float], q: float) -> Interval | None:
    """Return the 95 % interval of quantile q of ascending values; None when n is too small (8.4, 1.12)."""
    ranks = order_ranks(len(ordered), q)
    return None if ranks is None else (ordered[ranks[0] - 1], ordered[ranks[1] - 1])


def nps(promoters: float, passives: float, detractors: float) -> float | None:
    """Return the net promoter score in points; None without answers (5.7)."""
    n = promoters + passives + detractors
    return 100.0 * (promoters - detractors) / n if n else None


def nps_margin(promoters: float, passives: float, detractors: float) -> float | None:
    """Return the plain 95 % margin of NPS in points, a reference figure only; None without answers (5.7)."""
    n = promoters + passives + detractors
    if not n:
        return None
    a, b = promoters / n, detractors / n
    return 100.0 * Z95 * sqrt((a + b - (a - b) ** 2) / n)


def nps_interval(promoters: float, passives: float, detractors: float) -> Interval | None:
    """Return the adjusted Wald interval of NPS in points, clipped to +-100; None without answers (5.7)."""
    n = promoters + passives + detractors
    if not n:
        return None
    a, b = (promoters + 0.75) / (n + 3.0), (detractors + 0.75) / (n + 3.0)
    half = Z95 * sqrt((a + b - (a - b) ** 2) / (n + 3.0))
    return max(-100.0, 100.0 * (a - b - half)), min(100.0, 100.0 * (a - b + half))


def population_factor(n: int, population: float | None) -> float:
    """Return the finite-population factor; 1 when N is not known (5.4)."""
    if population is None or population <= 1:
        return 1.0 if population is None else 0.0
    return sqrt(max(0.0, (population - n) / (population - 1.0)))


def margin_of_error(n: int, population: float | None = None) -> float | None:
    """Return the worst-case 95 % margin of a share in points; None for n = 0 (5.9)."""
    return 100.0 * Z95 * sqrt(0.25 / n) * population_factor(n, population) if n > 0 else None


def required_n(margin: float, population: float | None = None) -> int:
    """Return the answers needed for a margin given as a fraction (0.03 = 3 points) (5.9)."""
    if margin <= 0:
        raise ValueError(f"a margin must be positive, got {margin}")
    n0 = Z95 * Z95 * 0.25 / (margin * margin)
    needed = n0 if population is None else n0 / (1.0 + (n0 - 1.0) / population)
    return ceil(round(needed, 9))
