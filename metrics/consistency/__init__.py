"""Figures that cannot stand together: each check refuses or flags what contradicts itself (R-127)."""

from metrics.consistency.finding import Finding, Refused, demand

__all__ = ["Finding", "Refused", "demand"]
