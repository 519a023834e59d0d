"""How orders that did not come to a good end stand in the ledger: as runs of their source, where people look."""

from datetime import datetime
from typing import Literal

import duckdb

from data.warehouse import transaction
from etl import ledger
from etl.orders.placed import Placed


def is_written(con: duckdb.DuckDBPyConnection, placed: Placed, error: str) -> bool:
    """Return whether what an order failed by stands in the ledger already: pulls write their own failures."""
    row = con.execute(
        "SELECT count(*) FROM load_run WHERE source_id = $source AND state IN ('refused', 'failed')"
        " AND ended_at >= $began AND (contains($error, message) OR contains(message, $error))",
        {"source": placed.source_id, "began": placed.began_at, "error": error},
    ).fetchone()
    return row is not None and row[0] > 0


def is_known(con: duckdb.DuckDBPyConnection, source_id: str) -> bool:
    """Return whether the ledger has heard of a source; a name mistyped makes no entry."""
    row = con.execute("SELECT EXISTS (FROM load_run WHERE source_id = ?)", [source_id]).fetchone()
    return ledger.standing(con, source_id).is_known or bool(row and row[0])


def write(
    con: duckdb.DuckDBPyConnection,
    placed: Placed,
    state: Literal["failed", "interrupted"],
    message: str,
    now: datetime,
) -> None:
    """Write how an order ended that loaded nothing more, named by its verb."""
    with transaction(con):
        began, verb = placed.began_at or now, placed.verb
        ledger.write_ending(con, ledger.Ending(placed.source_id, state, f"{verb}: {message}", began, now, verb))
