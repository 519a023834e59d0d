"""Totals of days drawn again at random: how far a figure that rests on four weeks could have come out otherwise."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

DRAWS, SEED = 2_000, 28
RANGE = (0.025, 0.975)


def total_range(daily: Sequence[int]) -> tuple[float, float]:
    """Return the range that holds the middle 95 % of the total when as many days are drawn with replacement.

    The draws are the same in every process and for every question; no days give (0, 0).
    """
    if not daily:
        return 0.0, 0.0
    totals = np.sort(_times_drawn(len(daily)) @ np.asarray(daily, dtype=np.int64))
    low, high = np.quantile(totals, RANGE)  # type 7
    return float(low), float(high)


@cache
def _times_drawn(days: int) -> npt.NDArray[np.int64]:
    """Return how often each day was drawn, one row per draw."""
    drawn = np.random.default_rng(SEED).integers(0, days, size=(DRAWS, days))
    numbers = drawn + days * np.arange(DRAWS)[:, None]
    return np.bincount(numbers.ravel(), minlength=DRAWS * days).reshape(DRAWS, days)
