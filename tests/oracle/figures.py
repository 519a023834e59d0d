"""From rows to figures: means, shares, counts, quantiles, each with its n and its parts (semantics 1.10, 8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import fsum, sqrt
from typing import Any

Z = 1.959963984540054
MINUTE, HOUR = 60_000_000.0, 3_600_000_000.0


@dataclass(slots=True)
class Row:
    """One row behind a figure: when it counts, when its case began, its labels, its own value, whose it is."""

    moment: datetime | None
    created: datetime | None
    labels: Mapping[str, str]
    value: Any
    whose: int | None = None  # case or customer, where rows of one belong together (8.5)


@dataclass(slots=True)
class Figure:
    value: float | None
    n: int
    parts: dict[str, float | None] = field(default_factory=dict)
    interval: tuple[float, float] | None = None


Fold = Callable[[Sequence[Row]], Figure]


def quantile(values: Sequence[float], q: float) -> float | None:
    """Return the type-7 quantile."""
    ordered = sorted(values)
    if not ordered:
        return None
    h = (len(ordered) - 1) * q
    low = int(h)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (h - low) * (ordered[high] - ordered[low])


def mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None


def mean_of(unit: float) -> Fold:
    """Return the fold of durations in microseconds to their mean with p50 and p90, in a unit."""

    def fold(rows: Sequence[Row]) -> Figure:
        values = [row.value / unit for row in rows]
        parts = {"p50": quantile(values, 0.5), "p90": quantile(values, 0.9)}
        return Figure(mean(values), len(values), parts)

    return fold


def count(rows: Sequence[Row]) -> Figure:
    return Figure(float(len(rows)), len(rows))


def share(rows: Sequence[Row]) -> Figure:
    """Return the percentage of true values with Wilson's interval."""
    n, x = len(rows), sum(1 for row in rows if row.value)
    return Figure(100 * x / n if n else None, n, interval=wilson(x, n))


def wilson(x: float, n: float) -> tuple[float, float] | None:
    """Return Wilson's interval in percent (8.5)."""
    if not n:
        return None
    p, z = x / n, Z
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half))
