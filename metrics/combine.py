"""Figures put together from sums, never from means (semantics 1.10)."""

from collections.abc import Iterable, Sequence

from metrics.model import Reading


def mean_combined(parts: Iterable[Sequence[float]]) -> float | None:
    """Return the mean over parts (sum, n); None for nothing."""
    listed = [(float(total), float(n)) for total, n in parts]
    n = sum(count for _, count in listed)
    return sum(total for total, _ in listed) / n if n else None


def mean_of_means(readings: Iterable[Reading]) -> float | None:
    """Return the plain mean of member values: the wrong headline, kept to show how far off it is."""
    values = [one.value for one in readings if one.value is not None]
    return sum(values) / len(values) if values else None


def peak_ratio(hours: Iterable[Sequence[float]]) -> float | None:
    """Return customers per agent-hour over hours (agent hours, customers); None without agent hours (4.18)."""
    listed = [(float(agents), float(customers)) for agents, customers in hours]
    agents = sum(one for one, _ in listed)
    return sum(customers for _, customers in listed) / agents if agents else None
