"""Chance without state: a draw is a pure function of seed, subject and what is asked.

So the life of case 4711 is the same whether it is made alone, in a chunk of 250,000 or after a restart.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bits = NDArray[np.uint64]

_STRIDE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


@lru_cache(maxsize=1024)
def _salt(seed: int, what: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(f"{seed}|{what}".encode(), digest_size=8).digest(), "little"))


def _mixed(bits: Bits) -> Bits:
    """Return the splitmix64 finaliser of each word (in place)."""
    bits ^= bits >> np.uint64(30)
    bits *= _MIX_1
    bits ^= bits >> np.uint64(27)
    bits *= _MIX_2
    bits ^= bits >> np.uint64(31)
    return bits


class Draws:
    """Draws for an array of whole-number subjects; each question (`what`) has a stream of its own."""

    def __init__(self, seed: int, subjects: Ints) -> None:
        self._seed = seed
        self._base: Bits = subjects.astype(np.uint64) * _STRIDE

    def uniform(self, what: str) -> Floats:
        """Return one number in [0, 1) per subject."""
        bits = _mixed(self._base + _salt(self._seed, what))
        return (bits >> np.uint64(11)).astype(np.float64) * _UNIT

    def chance(self, what: str, probability: float | Floats) -> Flags:
        """Return whether it happens, per subject."""
        return self.uniform(what) < probability

    def pick(self, what: str, weights: Sequence[float]) -> Ints:
        """Return the position of one of the weights per subject, likely in proportion to the weight."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges[:-1] / edges[-1], self.uniform(what), side="right").astype(np.int64)

    def below(self, what: str, bound: int | Ints) -> Ints:
        """Return a whole number in [0, bound) per subject."""
        return (self.uniform(what) * bound).astype(np.int64)

    def normal(self, what: str) -> Floats:
        """Return a standard normal number per subject."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(what + "/radius")))
        turned: Floats = radius * np.cos(2.0 * np.pi * self.uniform(what + "/angle"))
        return turned

    def exponential(self, what: str, mean: float | Floats) -> Floats:
        """Return a waiting time with the given mean per subject."""
        waited: Floats = -np.log(1.0 - self.uniform(what)) * mean
        return waited

    def spread(self, what: str, median: float | Floats, sigma: float) -> Floats:
        """Return a lognormal time with the given median per subject (mean = median * exp(sigma^2 / 2))."""
        drawn: Floats = median * np.exp(sigma * self.normal(what))
        return drawn
