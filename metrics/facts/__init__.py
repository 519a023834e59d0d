"""Derived tables: created, refreshed for touched cases, rebuilt."""
