"""What the schedule writes into the ledger of loads: how pulls ended that loaded nothing."""

from datetime import datetime

import duckdb

from data.source_rules import SourceRule
from data.warehouse import transaction
from etl import ledger

NOTHING = "what was told of the source before is so no longer"
BACK = "the source answers again; nothing new in it"
ASIDE = "nothing new; the files that could not be loaded stand among the rejects"


def end(con: duckdb.DuckDBPyConnection, source_id: str, state: str, message: str, now: datetime) -> None:
    """Write how a pull ended (failed, interrupted, done); the same again only moves that entry's end."""
    with transaction(con):
        if ledger.repeats(con, source_id, state, message, now):
            return
        ledger.write_ending(con, ledger.Ending(source_id, state, message, now, now))


def note(con: duckdb.DuckDBPyConnection, source_id: str, notice: str | None, now: datetime) -> None:
    """Write what is so of a source as an entry of no rows, unless its last entry says so; None = nothing any more."""
    last = con.execute(
        "SELECT state, coalesce(message, ''), n_read FROM load_run WHERE source_id = ? ORDER BY run_id DESC LIMIT 1",
        [source_id],
    ).fetchone()
    state, message, n_read = last or ("done", "", 0)
    if notice is None:
        is_told = (state, n_read) == ("done", 0) and message not in ("", BACK, ASIDE, NOTHING)
        if is_told:
            end(con, source_id, "done", NOTHING, now)
    elif notice not in message or state != "done":
        end(con, source_id, "done", notice, now)


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


def recovery(con: duckdb.DuckDBPyConnection, source_id: str) -> str | None:
    """Return what a good pull without anything new says after an entry that failed; None = the last one did not.

    What a file was refused for is no failure of its source, which answered all the time.
    """
    row = con.execute(
        "SELECT state IN ('failed', 'refused'), file_name IS NOT NULL OR EXISTS (SELECT 1 FROM reject AS r"
        " WHERE r.source_id = u.source_id AND r.run_id = u.run_id AND r.rule = 'bad_file')"
        " FROM load_run AS u WHERE source_id = ? ORDER BY run_id DESC LIMIT 1",
        [source_id],
    ).fetchone()
    is_unsettled, is_of_a_file = row or (False, False)
    return (ASIDE if is_of_a_file else BACK) if is_unsettled else None
