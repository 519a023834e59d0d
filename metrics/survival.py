"""Kaplan-Meier: what a cohort waits, with those who still wait counted as waiting (semantics 4.3)."""

from collections.abc import Sequence

TOLERANCE = 1e-9
Wait = tuple[int, int, int]  # duration, events at it, cases that leave at it (events and censored)


def quantiles(waits: Sequence[Wait], asked: Sequence[float]) -> list[int | None]:
    """Return for each q the smallest duration with S <= 1 - q; None where the curve stays above it.

    waits   ascending durations; cases censored at a duration are still at risk at it
    """
    found: dict[float, int] = {}
    at_risk = sum(leaving for _, _, leaving in waits)
    survival = 1.0
    for duration, events, leaving in waits:
        if events:
            survival *= 1.0 - events / at_risk
            for q in asked:
                if q not in found and survival <= 1.0 - q + TOLERANCE:
                    found[q] = duration
        at_risk -= leaving
    return [found.get(q) for q in asked]
