"""Staged rows become canonical rows: delete and insert by key, touching nothing that stayed the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from etl.load.fates import EVENT, KINDS, KNOWLEDGE, MESSAGE, SURVEY, TICKET, Kind, decide, is_empty, within
from etl.normalize.staging import TABLES


@dataclass(frozen=True)
class Stamp:
    """What a load writes beside the rows: its run, its instant, and which streams belong to ticket rows.

    is_latest  a row counts whatever its version: it was read after the one that is known
    """

    run_id: int
    loaded_at: datetime
    source_no: int
    owned: tuple[int, ...]
    is_latest: bool = False


@dataclass(frozen=True)
class Moved:
    """What is to be moved.

    whole    names of the canonical tables all of whose staged rows are new ones
    is_first there was no ticket in the warehouse
    staged   number of rows by staging table
    changed  number of known tickets that changed
    """

    whole: frozenset[str]
    is_first: bool
    staged: Mapping[str, int]
    changed: int

    def is_whole(self, kind: Kind) -> bool:
        """Return whether every staged row of this kind was a new one (or there is none)."""
        return kind.target in self.whole


def compare(con: duckdb.DuckDBPyConnection, stamp: Stamp) -> Moved:
    """Decide the fate of every staged row; create the fate views and temp table changed_ticket (key)."""
    staged, is_first = _staged(con), is_empty(con, TICKET.target)
    whole = frozenset(
        kind.target for kind in KINDS if decide(con, kind, staged[kind.staged], stamp.owned, stamp.is_latest)
    )
    done = con.execute(
        f"CREATE OR REPLACE TEMP TABLE changed_ticket AS SELECT key FROM {TICKET.fate} WHERE fate = 'changed'"
    ).fetchone()
    return Moved(whole, is_first, staged, int(done[0]) if done else 0)


def _staged(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(con.execute(counts).fetchall())


def move(con: duckdb.DuckDBPyConnection, stamp: Stamp, moved: Moved) -> None:
    """Bring new and changed rows into the canonical tables; fill touched_ticket and touched_survey."""
    _touch(con, moved)
    _replace_versioned(con, TICKET, stamp, moved)
    if moved.changed:
        _drop_vanished_surveys(con, stamp)
    _replace_versioned(con, SURVEY, stamp, moved)
    _move_answers(con, moved)
    for kind in (EVENT, MESSAGE):
        _replace_keyed(con, kind, stamp, moved)
        _replace_owned(con, kind, stamp, moved)
    for kind in KNOWLEDGE:
        _replace_keyed(con, kind, stamp, moved)
    _move_due(con, moved)
    for table, key in (("customer", "customer_key"), ("agent", "agent_key")):
        if moved.staged[f"norm_{table}"]:
            _merge_people(con, table, key)


def _touch(con: duckdb.DuckDBPyConnection, moved: Moved) -> None:
    parts = [f"SELECT key FROM {TICKET.fate} WHERE fate <> 'same'"]
    # In an empty warehouse every ticket is new, and nothing else needs touching.
    if not moved.is_first or not moved.staged[TICKET.staged]:
        for kind in (each for each in (EVENT, MESSAGE) if moved.staged[each.staged]):
            parts += _touched_by(kind, moved)
    con.execute(f"INSERT INTO touched_ticket SELECT key FROM ({' UNION '.join(parts)}) WHERE key IS NOT NULL")
    if moved.staged[SURVEY.staged]:
        con.execute(f"INSERT INTO touched_survey SELECT key FROM {SURVEY.fate} WHERE fate <> 'same'")


def _touched_by(kind: Kind, moved: Moved) -> list[str]:
    if moved.is_whole(kind):
        return [f"SELECT ticket_key FROM {kind.staged}"]
    return [
        f"SELECT s.ticket_key FROM {kind.staged} AS s {_fate_of(kind, kind.key)}",
        f"SELECT known_ticket FROM {kind.fate} WHERE fate = 'changed'",
    ]


def _replace_versioned(con: duckdb.DuckDBPyConnection, kind: Kind, stamp: Stamp, moved: Moved) -> None:
    if not moved.staged[kind.staged]:
        return
    if not moved.is_whole(kind):
        _delete(con, kind.target, kind.key, f"SELECT key FROM {kind.fate} WHERE fate = 'changed'")
    con.execute(
        f"INSERT INTO {kind.target} BY NAME SELECT s.* EXCLUDE (row_no, table_name), ?::TIMESTAMPTZ AS loaded_at,"
        f" ?::BIGINT AS run_id FROM {kind.staged} AS s{_join_fate(kind, moved)}",
        [stamp.loaded_at, stamp.run_id],
    )


def _insert_stamped(con: duckdb.DuckDBPyConnection, kind: Kind, stamp: Stamp, tail: str = "") -> None:
    run = f", {stamp.run_id}::BIGINT AS run_id" if kind.is_of_ticket else ""
    rows = f"SELECT s.* EXCLUDE (row_no, table_name){run} FROM {kind.staged} AS s{tail}"
    con.execute(f"INSERT INTO {kind.target} BY NAME {rows}")


def _replace_keyed(con: duckdb.DuckDBPyConnection, kind: Kind, stamp: Stamp, moved: Moved) -> None:
    """Move events and messages that stand for themselves; those of ticket rows too when all are new."""
    if not moved.staged[kind.staged]:
        return
    if moved.is_whole(kind):
        if moved.is_whole(TICKET):
            _insert_stamped(con, kind, stamp)
            return
    else:
        _delete(con, kind.target, kind.key, f"SELECT key FROM {kind.fate} WHERE fate = 'changed'")
    _insert_stamped(con, kind, stamp, _fate_of(kind, kind.key))


def _replace_owned(con: duckdb.DuckDBPyConnection, kind: Kind, stamp: Stamp, moved: Moved) -> None:
    """Replace the set of events or messages that belongs to each moved ticket row."""
    if not stamp.owned or (moved.is_whole(kind) and moved.is_whole(TICKET)):
        return
    streams = ", ".join(map(str, stamp.owned))
    if moved.changed:
        _delete(con, kind.target, "ticket_key", "SELECT key FROM changed_ticket", f" AND stream IN ({streams})")
    if moved.staged[kind.staged]:
        _insert_stamped(con, kind, stamp, f"{_fate_of(TICKET, 'ticket_key')} WHERE s.stream IN ({streams})")


def _move_due(con: duckdb.DuckDBPyConnection, moved: Moved) -> None:
    if moved.changed:
        _delete(con, "sla_due", "ticket_key", "SELECT key FROM changed_ticket")
    if moved.staged["norm_due"]:
        con.execute(
            "INSERT INTO sla_due BY NAME SELECT s.* EXCLUDE (row_no, table_name) FROM norm_due AS s"
            + _join_fate(TICKET, moved)
        )


def _move_answers(con: duckdb.DuckDBPyConnection, moved: Moved) -> None:
    if not moved.is_whole(SURVEY):
        _delete(con, "survey_answer", SURVEY.key, f"SELECT key FROM {SURVEY.fate} WHERE fate = 'changed'")
    if moved.staged["norm_answer"]:
        con.execute(
            "INSERT INTO survey_answer BY NAME SELECT s.* EXCLUDE (row_no, table_name) FROM norm_answer AS s"
            + _join_fate(SURVEY, moved)
        )


def _join_fate(kind: Kind, moved: Moved) -> str:
    return "" if moved.is_whole(kind) else _fate_of(kind, kind.key)


def _fate_of(kind: Kind, key: str) -> str:
    """Return the JOIN that keeps those staged rows `s` whose row decides over its key, unless all stayed the same."""
    return (
        f" JOIN {kind.fate} AS f ON f.key = s.{key} AND f.row_no = s.row_no AND f.table_name = s.table_name"
        " AND f.fate <> 'same'"
    )


def _drop_vanished_surveys(con: duckdb.DuckDBPyConnection, stamp: Stamp) -> None:
    """Drop the answer that a changed ticket row used to carry and carries no longer."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE vanished_survey AS SELECT r.response_key AS key FROM survey_response AS r"
        " JOIN changed_ticket AS c ON c.key = r.ticket_key JOIN fate_ticket AS f ON f.key = c.key"
        " JOIN norm_ticket AS n ON n.ticket_key = c.key AND n.row_no = f.row_no AND n.table_name = f.table_name"
        " AND n.src_ticket_id = r.src_response_id WHERE r.source_no = ?"
        " AND r.response_key NOT IN (SELECT response_key FROM norm_survey)",
        [stamp.source_no],
    )
    for table in ("survey_answer", SURVEY.target):
        _delete(con, table, SURVEY.key, "SELECT key FROM vanished_survey")
    con.execute("INSERT INTO touched_survey SELECT key FROM vanished_survey")


def _delete(con: duckdb.DuckDBPyConnection, table: str, key: str, keys_sql: str, condition: str = "") -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS {keys_sql}")
    bounds = con.execute("SELECT min(key), max(key) FROM leaving").fetchone()
    if bounds is None or bounds[0] is None:
        return
    con.execute(
        f"DELETE FROM {table} USING leaving WHERE {table}.{key} = leaving.key"
        f" AND {table}.{key} BETWEEN {bounds[0]}::BIGINT AND {bounds[1]}::BIGINT{condition}"
    )


def _merge_people(con: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    """Insert customers or agents not seen before; known ones take over what arrived and keep the rest."""
    columns = [row[0] for row in con.execute(f"DESCRIBE norm_{table}").fetchall() if row[0] != key]
    latest = ", ".join(f"arg_max({c}, rowid) FILTER ({c} IS NOT NULL) AS {c}" for c in columns)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE arriving AS SELECT {key} AS key, {latest} FROM norm_{table} GROUP BY ALL"
    )
    differs = " OR ".join(f"coalesce(a.{c} IS DISTINCT FROM k.{c} AND a.{c} IS NOT NULL, false)" for c in columns)
    merged = ", ".join(f"coalesce(a.{c}, k.{c}) AS {c}" for c in columns)
    bounded = within(con, table, key, "arriving")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE people AS SELECT a.key AS {key}, {merged} FROM arriving AS a"
        f" LEFT JOIN (SELECT * FROM {table} {bounded}) AS k ON k.{key} = a.key WHERE k.{key} IS NULL OR {differs}"
    )
    _delete(con, table, key, f"SELECT {key} AS key FROM people")
    con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM people")
