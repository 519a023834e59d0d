"""All tests: DuckDB runs as the product has it run."""

import data  # noqa: F401  settles the allocator before DuckDB is loaded
