"""Every row read is new, changed, same or rejected (semantics 2.4)."""

from dataclasses import dataclass

import duckdb

from etl.load.fates import EVENT, KINDS, MESSAGE, Kind
from etl.load.move import Moved

KNOWLEDGE_ROWS = ("article", "revision")
AGENT = "agent"  # rows of agents have no version and no content of their own: their people are merged


@dataclass(frozen=True)
class Counts:
    """How many rows a load read and what became of them."""

    read: int
    new: int
    changed: int
    same: int
    rejected: int


def count_rejected(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of source rows of which nothing loads."""
    # The small side is built: a row of norm_row that also stands in norm_reject loaded in part.
    found = con.execute(
        "SELECT (SELECT count(*) FROM (SELECT DISTINCT table_name, row_no FROM norm_reject)) - (SELECT count(*) FROM"
        " norm_row SEMI JOIN norm_reject ON norm_reject.row_no = norm_row.row_no"
        " AND norm_reject.table_name = norm_row.table_name)"
    ).fetchone()
    return int(found[0]) if found else 0


def count(con: duckdb.DuckDBPyConnection, n_read: int, moved: Moved) -> Counts:
    """Return the accounting of the staged rows; raises RuntimeError when it does not add up.

    Leaves the temp view row_fate (table_name, row_no, fate) of accepted rows behind.
    """
    _create_row_fate(con, moved)
    fates = dict(con.execute("SELECT fate, count(*) FROM row_fate GROUP BY fate").fetchall())
    rejected = count_rejected(con) if moved.staged["norm_reject"] else 0
    counts = Counts(n_read, fates.get("new", 0), fates.get("changed", 0), fates.get("same", 0), rejected)
    if counts.new + counts.changed + counts.same + counts.rejected != n_read:
        raise RuntimeError(f"row accounting does not add up: {counts}")
    return counts


def _create_row_fate(con: duckdb.DuckDBPyConnection, moved: Moved) -> None:
    staged = _rows_per_kind(con)
    if all(moved.is_whole(kind) and staged.get(kind.target, 0) <= _keys(con, kind) for kind in KINDS):
        parts = [f"SELECT table_name, row_no, 'new' AS fate FROM norm_row WHERE kind <> '{AGENT}'"]
    else:
        parts = [_ticket_rows(), *(_other_rows(name) for name in ("survey", "event", "message", *KNOWLEDGE_ROWS))]
    if AGENT in staged:
        parts.append(_agent_rows())
    if len(parts) == 1:
        con.execute(f"CREATE OR REPLACE TEMP VIEW row_fate AS {parts[0]}")
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE row_fate_rows AS {' UNION ALL '.join(parts)}")
    con.execute("CREATE OR REPLACE TEMP VIEW row_fate AS SELECT * FROM row_fate_rows")


def _rows_per_kind(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = con.execute("SELECT kind, count(*) FROM norm_row GROUP BY kind").fetchall()
    return {name if name == AGENT else _kind(name).target: number for name, number in rows}


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.staged == f"norm_{name}")


def _keys(con: duckdb.DuckDBPyConnection, kind: Kind) -> int:
    found = con.execute(f"SELECT count(*) FROM {kind.fate}").fetchone()
    return int(found[0]) if found else 0


def _ticket_rows() -> str:
    """Return SQL for the rows of ticket and update tables.

    A row that lost to another one of the same ticket changed it when it differs and is newer than what was
    known, or when an event of its own moved.
    """
    moved_events = " UNION ALL ".join(
        f"SELECT table_name, row_no FROM {kind.fate} WHERE fate <> 'same'" for kind in (EVENT, MESSAGE)
    )
    return (
        "SELECT r.table_name, r.row_no, CASE"
        " WHEN f.row_no = r.row_no AND f.table_name = r.table_name AND f.fate <> 'same' THEN f.fate"
        " WHEN e.row_no IS NOT NULL THEN 'changed'"
        " WHEN f.row_no = r.row_no AND f.table_name = r.table_name OR f.fate = 'same' THEN 'same'"
        " WHEN r.row_hash IS NOT DISTINCT FROM f.row_hash THEN 'same'"
        " WHEN f.fate = 'new' OR coalesce(r.version > f.known_version, true) THEN 'changed'"
        " ELSE 'same' END AS fate"
        f" FROM norm_row AS r JOIN fate_ticket AS f ON f.key = r.key"
        f" LEFT JOIN (SELECT DISTINCT table_name, row_no FROM ({moved_events})) AS e"
        " ON e.table_name = r.table_name AND e.row_no = r.row_no WHERE r.kind = 'ticket'"
    )


def _other_rows(name: str) -> str:
    return (
        "SELECT r.table_name, r.row_no, CASE WHEN f.fate = 'same' THEN 'same'"
        " WHEN f.row_no = r.row_no AND f.table_name = r.table_name THEN f.fate ELSE 'changed' END AS fate"
        f" FROM norm_row AS r JOIN {_kind(name).fate} AS f ON f.key = r.key WHERE r.kind = '{name}'"
    )


def _agent_rows() -> str:
    """Return SQL for the rows of agent tables: what all that arrives of an agent does to what is known of him."""
    arriving = "SELECT agent_key, arg_max(role, rowid) FILTER (role IS NOT NULL) AS role FROM norm_agent GROUP BY 1"
    return (
        "SELECT r.table_name, r.row_no, CASE WHEN k.agent_key IS NULL THEN 'new'"
        " WHEN a.role IS DISTINCT FROM k.role AND a.role IS NOT NULL THEN 'changed' ELSE 'same' END AS fate"
        f" FROM norm_row AS r JOIN ({arriving}) AS a ON a.agent_key = r.key"
        " LEFT JOIN agent AS k ON k.agent_key = r.key WHERE r.kind = 'agent'"
    )
