"""All tests: DuckDB runs as the product has it run."""

import gc

import data  # noqa: F401  settles the allocator before DuckDB is loaded


def pytest_collection_finish() -> None:
    """Have the collector of garbage pass by what stays to the end: modules and thousands of tests."""
    gc.collect()
    gc.freeze()
