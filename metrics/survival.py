"""Kaplan-Meier: what a cohort waits, with those who still wait counted as waiting (semantics 4.3)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil, inf
from typing import NamedTuple

TOLERANCE = 1e-9


class Stretch(NamedTuple):
    """Answers between two departures: answered[first:end] of `at_risk` cases; `survival` stands before them."""

    first: int
    end: int
    at_risk: int
    survival: float


def quantiles(answered: Sequence[int], left: Sequence[int], asked: Sequence[float]) -> list[int | None]:
    """Return for each q the smallest duration with S <= 1 - q; None where the curve stays above it.

    answered   ascending durations up to an answer
    left       ascending durations of cases without one; at its own duration such a case is still at risk
    """
    found: dict[float, int] = {}
    for stretch in _stretches(answered, left):
        for q in asked:
            place = stretch.first + _needed(stretch, 1.0 - q + TOLERANCE) - 1
            if q not in found and place < stretch.end:
                found[q] = answered[place]
    return [found.get(q) for q in asked]


def _needed(stretch: Stretch, survival: float) -> int:
    """Return how many answers of the stretch bring the curve down to `survival`: within one it falls evenly."""
    return max(1, ceil(stretch.at_risk * (1.0 - survival / stretch.survival)))


def _stretches(answered: Sequence[int], left: Sequence[int]) -> Iterator[Stretch]:
    first, at_risk, survival = 0, len(answered) + len(left), 1.0
    for duration, leaving in [*((one, len(list(same))) for one, same in groupby(left)), (inf, 0)]:
        end = bisect_right(answered, duration, first)
        if end > first:
            yield Stretch(first, end, at_risk, survival)
            survival *= 1.0 - (end - first) / at_risk
        at_risk -= end - first + leaving
        first = end
