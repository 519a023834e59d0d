"""Dropping what an earlier mapping of a source loaded, so that a changed mapping starts clean."""

from datetime import datetime

import duckdb

FOLLOWERS = (("ticket_event", "event_key"), ("message", "message_key"), ("sla_due", "ticket_key"))
KEYS_PER_SOURCE = 2**54  # data/keys.py: source_no * 64 streams * 2^48 ids


def purge(con: duckdb.DuckDBPyConnection, source_no: int, source_id: str, now: datetime) -> None:
    """Drop every canonical row of a source, mark its tickets and surveys as touched and its rejects as resolved.

    Followers of a ticket that never arrived are found by their key where their id was a whole number.
    """
    con.execute("INSERT INTO touched_ticket SELECT ticket_key FROM ticket WHERE source_no = ?", [source_no])
    con.execute(
        "INSERT INTO touched_survey SELECT response_key FROM survey_response WHERE source_no = ?", [source_no]
    )
    low, high = source_no * KEYS_PER_SOURCE, (source_no + 1) * KEYS_PER_SOURCE - 1
    for table, key in FOLLOWERS:
        con.execute(
            f"DELETE FROM {table} WHERE ticket_key IN (SELECT ticket_key FROM touched_ticket)"
            f" OR {key} BETWEEN {low} AND {high} OR ticket_key BETWEEN {low} AND {high}"
        )
    con.execute("DELETE FROM survey_answer WHERE response_key IN (SELECT response_key FROM touched_survey)")
    for table in ("ticket", "survey_response", "customer", "agent", "kb_article", "kb_revision", "gone_ticket"):
        con.execute(f"DELETE FROM {table} WHERE source_no = ?", [source_no])
    con.execute("DELETE FROM defect WHERE source_id = ?", [source_id])
    con.execute("UPDATE reject SET resolved_at = ? WHERE source_id = ? AND resolved_at IS NULL", [now, source_id])
