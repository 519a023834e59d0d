"""MEANING: what the rows mean: facts, KPIs, targets, verdicts."""

import data  # noqa: F401  settles the allocator before DuckDB is loaded
