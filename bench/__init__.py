"""Figures: what the product takes to load, build and answer, beside the least that would do."""

import data  # noqa: F401  settles the allocator before DuckDB is loaded
