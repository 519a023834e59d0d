"""Deliveries of one pull that follow each other at once: their facts wait for the last of them.

What they touched is kept in the warehouse, so a killed pull leaves it to the next one. The watermark waits too:
the facts stand as of an instant at which they know everything.
"""

from datetime import datetime

import duckdb

LISTS = (
    ("deferred_ticket", "touched_ticket", "ticket_key"),
    ("deferred_survey", "touched_survey", "response_key"),
)


def is_pending(con: duckdb.DuckDBPyConnection) -> bool:
    """Return whether an earlier delivery still waits for its facts."""
    row = con.execute("SELECT EXISTS (FROM deferred_mark)").fetchone()
    return bool(row and row[0])


def defer(con: duckdb.DuckDBPyConnection, source_no: int, until: datetime | None) -> None:
    """Keep what this delivery touched, and how far it came, for the last delivery of its pull."""
    for deferred, touched, key in LISTS:
        con.execute(f"INSERT INTO {deferred} SELECT {key} FROM {touched}")
    con.execute("INSERT INTO deferred_mark VALUES (?, ?)", [source_no, until])


def recall(con: duckdb.DuckDBPyConnection) -> None:
    """Add what waits to the touched lists, and move the watermarks of its sources as far as they came."""
    for deferred, touched, key in LISTS:
        con.execute(f"INSERT INTO {touched} SELECT DISTINCT {key} FROM {deferred} ANTI JOIN {touched} USING ({key})")
        con.execute(f"DELETE FROM {deferred}")
    con.execute(
        "UPDATE source SET watermark = greatest(source.watermark, come.until)"
        " FROM (SELECT source_no, max(until) AS until FROM deferred_mark GROUP BY ALL) AS come"
        " WHERE source.source_no = come.source_no"
    )
    con.execute("DELETE FROM deferred_mark")
