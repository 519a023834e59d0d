"""Deliveries of one pull that follow each other at once: their facts wait for the last of them.

What they touched is kept in the warehouse, so a killed pull leaves it to the next one. The watermark waits too:
the facts stand as of an instant at which they know everything.
"""

from datetime import datetime

import duckdb

from data.disk import telling
from data.warehouse import bump_data_version, transaction, watermark
from etl.model import Later, Refresh

LISTS = (
    ("deferred_ticket", "touched_ticket", "ticket_key", "ticket"),
    ("deferred_survey", "touched_survey", "response_key", "survey_response"),
)


def is_pending(con: duckdb.DuckDBPyConnection, source_id: str | None = None) -> bool:
    """Return whether an earlier delivery of a source still waits for its facts; None = of any source."""
    row = con.execute(
        "SELECT EXISTS (FROM deferred_mark JOIN source USING (source_no)"
        " WHERE source_id = coalesce(?::VARCHAR, source_id))",
        [source_id],
    ).fetchone()
    return bool(row and row[0])


def defer(con: duckdb.DuckDBPyConnection, source_no: int, until: datetime | None) -> None:
    """Keep what this delivery touched, and how far it came, for the last delivery of its pull."""
    for deferred, touched, key, _ in LISTS:
        con.execute(f"INSERT INTO {deferred} SELECT {key} FROM {touched}")
    con.execute("INSERT INTO deferred_mark VALUES (?, ?)", [source_no, until])


def recall(con: duckdb.DuckDBPyConnection, source_no: int | None = None) -> None:
    """Add what waits to the touched lists, and move the watermark of its source as far as it came.

    source_no  None = of all sources. That of others stays: a source that is being pulled has not delivered all yet.
    """
    others = "SELECT source_no FROM deferred_mark WHERE source_no <> coalesce($source, source_no)"
    given = {"source": source_no}
    for deferred, touched, key, table in LISTS:
        mine = f"{key} NOT IN (SELECT {key} FROM {table} WHERE source_no IN ({others}))"
        con.execute(
            f"INSERT INTO {touched} SELECT DISTINCT {key} FROM {deferred} ANTI JOIN {touched} USING ({key})"
            f" WHERE {mine}",
            given,
        )
        con.execute(f"DELETE FROM {deferred} WHERE {mine}", given)
    con.execute(
        "UPDATE source SET watermark = greatest(source.watermark, come.until)"
        " FROM (SELECT source_no, max(until) AS until FROM deferred_mark GROUP BY ALL) AS come"
        " WHERE source.source_no = come.source_no AND source.source_no = coalesce($source, source.source_no)",
        given,
    )
    con.execute("DELETE FROM deferred_mark WHERE source_no = coalesce($source, source_no)", given)


def finish(con: duckdb.DuckDBPyConnection, later: Later | None) -> None:
    """Do what a refresh left for after the commit, and move the version on once more.

    A process that is killed before it is through does it when it starts.
    """
    if later is not None:
        with telling():
            later()
            bump_data_version(con)


def settle(con: duckdb.DuckDBPyConnection, refresh: Refresh) -> bool:
    """Bring the facts up to what killed pulls left, when a process starts; return whether there was anything."""
    if not is_pending(con):
        return False
    with transaction(con):
        for _, touched, key, _ in LISTS:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {touched} ({key} BIGINT)")
        recall(con)
        later = refresh(con, watermark(con))
        bump_data_version(con)
    finish(con, later)
    return True
