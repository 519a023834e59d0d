"""All tests: DuckDB runs as the product has it run, the command line speaks English unless a test says otherwise."""

import gc
import os

import data  # noqa: F401  settles the allocator before DuckDB is loaded

os.environ["KPI_LANG"] = "en"  # what the command line says is compared, whatever the locale


def pytest_collection_finish() -> None:
    """Have the collector of garbage pass by what stays to the end: modules and thousands of tests."""
    gc.collect()
    gc.freeze()
