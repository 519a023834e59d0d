"""How soon DuckDB gives freed memory back to the system.

DuckDB has its allocator return pages a second after they were freed. A large statement frees and takes them again
all the time: on two cores the rebuild of the facts then spends a third of its time on that (docs/decisions/0021).
"""

import os

VARIABLE = "DUCKDB_JE_MALLOC_CONF"  # read once, when DuckDB is loaded; other platforms do without
SETTING = "dirty_decay_ms:10000,muzzy_decay_ms:0"  # the allocator's own defaults


def settle() -> None:
    """Have freed pages kept for ten seconds; a variable the operator set stays. Call before DuckDB is imported."""
    os.environ.setdefault(VARIABLE, SETTING)
