"""The store: schema, warehouse, keys, settings, calendars and the demo's world."""

from data import allocator

allocator.settle()  # here, because every room imports this one before DuckDB
