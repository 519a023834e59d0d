"""How the last pull of every source ended, read off the end of the ledger: asked each second, however long it is."""

from collections.abc import Sequence

import duckdb

TAIL = 1000  # runs; the sources that have none among them are looked for in the whole ledger
LAST = """
SELECT source_id, unnest(max_by({{'state': state, 'message': message}}, run_id)) FROM load_run
WHERE {which} GROUP BY source_id
"""
Outcome = tuple[str | None, str | None]


def last_outcomes(con: duckdb.DuckDBPyConnection, source_ids: Sequence[str]) -> dict[str, Outcome]:
    """Return state and message of the last run of each source; a source that never ran is not in it."""
    top = con.execute("SELECT coalesce(max(run_id), 0) FROM load_run").fetchall()[0][0]
    found = _outcomes(con, "run_id > ?", [top - TAIL])  # a value, not a query: blocks below it are not even opened
    quiet = [name for name in source_ids if name not in found]
    if quiet:
        found |= _outcomes(con, f"source_id IN ({', '.join('?' * len(quiet))})", quiet)
    return found


def _outcomes(con: duckdb.DuckDBPyConnection, which: str, given: Sequence[object]) -> dict[str, Outcome]:
    rows = con.execute(LAST.format(which=which), given).fetchall()
    return {source_id: (state, message) for source_id, state, message in rows}
