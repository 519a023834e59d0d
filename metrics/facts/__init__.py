"""Derived tables: created, refreshed for touched cases, rebuilt."""

from metrics.facts.refreshing import create, ensure, rebuild, refresh

__all__ = ["create", "ensure", "rebuild", "refresh"]
