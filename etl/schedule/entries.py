"""What the schedule writes into the ledger of loads: how pulls ended that loaded nothing."""

from datetime import datetime

import duckdb

from data.source_rules import SourceRule
from data.warehouse import transaction
from etl import ledger

BACK = "the source answers again; nothing new in it"


def end(con: duckdb.DuckDBPyConnection, source_id: str, state: str, message: str, now: datetime) -> None:
    """Write how a pull ended (failed, interrupted, done); the same again only moves that entry's end."""
    with transaction(con):
        if ledger.repeats(con, source_id, state, message, now):
            return
        con.execute(
            "INSERT INTO load_run (run_id, source_id, started_at, ended_at, state, message, n_read, n_new, n_changed,"
            " n_same, n_rejected) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)",
            [ledger.next_run_id(con), source_id, now, now, state, message],
        )


def enter(con: duckdb.DuckDBPyConnection, rule: SourceRule, max_age_s: int | None) -> None:
    """Write down a source that has not delivered yet, so that whoever asks for states hears of it."""
    known = ledger.standing(con, rule.id)
    if known.is_known:
        return
    with transaction(con):
        con.execute(
            "INSERT INTO source (source_no, source_id, kind, name, is_live, max_age_s) VALUES (?, ?, ?, ?, true, ?)",
            [known.source_no, rule.id, rule.kind, rule.name, max_age_s],
        )


def is_unsettled(con: duckdb.DuckDBPyConnection, source_id: str) -> bool:
    """Return whether the last entry of a source says that it could not be loaded."""
    row = con.execute("SELECT max_by(state, run_id) FROM load_run WHERE source_id = ?", [source_id]).fetchone()
    return row is not None and row[0] in ("failed", "refused")
