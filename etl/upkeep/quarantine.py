"""Re-driving quarantined rows: what was refused is read again with the mended mapping, and loaded the ordinary way.

Decision 22: a mended mapping, rows that were delivered again meanwhile, what stays in the quarantine and why.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from etl import ledger
from etl.load import load
from etl.load.mend import mended_fields
from etl.mapping import Mapping
from etl.mapping.model import TableMapping
from etl.model import Batch, Delivery, LoadReport, MappingError, Origin, Refresh, Reject
from etl.normalize import clear, normalize
from etl.normalize.sqltext import listing, literal

UNREADABLE = ("malformed", "bad_file")  # no rows of a table: the file has to be mended and delivered again
NOTE = "taken out of the quarantine"
# grain of a staged row -> the table that tells when the same one was loaded again
_STAMPED = (
    ("ticket", "ticket", "ticket_key"),
    ("survey", "survey_response", "response_key"),
    ("event", "ticket_event", "event_key"),
    ("message", "message", "message_key"),
)


class QuarantinedRows:
    """Quarantined rows of one table, listed in temp table redriven; see etl.model.Rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: str) -> None:
        self._mine = f"table_name = {literal(table)} AND NOT is_superseded"
        names = con.execute(
            f"SELECT DISTINCT unnest(json_keys(payload)) AS name FROM redriven WHERE {self._mine} ORDER BY name"
        ).fetchall()
        self.columns = tuple(name for (name,) in names)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        cells = "".join(
            f", map_extract(cells, {literal(name)})[1] AS c{place}"
            for place, name in enumerate(self.columns, start=1)
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT row_no{cells} FROM (SELECT row_no,"
            f" CAST(payload AS MAP(VARCHAR, VARCHAR)) AS cells FROM redriven WHERE {self._mine})"
            " ORDER BY row_no"
        )
        found = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found[0]) if found else 0

    def malformed(self) -> tuple[Reject, ...]:
        """Return nothing: what could not be split into columns is not taken up again."""
        return ()


@dataclass(frozen=True)
class Lot:
    """What is taken up again.

    mapping  of the source, mended
    origin   as for a load; is_vouched for a mapping that changed in more than what it could not read before
    rule     only the rows that stand there for this reason; None = all
    """

    source_id: str
    mapping: Mapping
    origin: Origin
    rule: str | None = None


def redrive(con: duckdb.DuckDBPyConnection, lot: Lot, refresh: Refresh, now: datetime) -> LoadReport:
    """Load what the (mended) mapping can read of a source's quarantined rows, all in one transaction.

    Rows that load are marked as resolved by this run, the others keep or change their reason; doing it again
    changes nothing. con needs its own cursor. Raises MappingError as a load does.
    """
    known = ledger.standing(con, lot.source_id)
    if not known.is_known:
        raise MappingError(f"source {lot.source_id!r}: nothing of it was ever loaded, so nothing of it was refused")
    origin = replace(lot.origin, max_bad_share=1.0, replace=False)
    _take_up(con, lot)
    n_superseded = _leave_superseded(con, lot.mapping, known.source_no, origin.salt)
    notes = [NOTE, *_overtaken(n_superseded), *_incurable(con, lot, known.mapping)]
    batches = [Batch(name, QuarantinedRows(con, name), is_picked=True) for name in _tables(con)]
    delivery = Delivery(
        lot.source_id, batches, until=known.watermark, note="; ".join(notes), is_redrive=True, is_part=True
    )
    return load(con, delivery, lot.mapping, refresh, now, origin)


def _tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("SELECT DISTINCT table_name FROM redriven WHERE NOT is_superseded ORDER BY 1").fetchall()
    return [name for (name,) in rows]


def _overtaken(number: int) -> list[str]:
    return [f"{number:,} more were delivered again meanwhile and loaded, so they are settled"] if number else []


def _incurable(con: duckdb.DuckDBPyConnection, lot: Lot, before: str | None) -> list[str]:
    """Return how many loaded rows had a value left out that the mapping may read now: they are not here any more."""
    number = 0
    for table, path in mended_fields(before, lot.mapping):
        row = con.execute(
            "SELECT count(*) FROM defect WHERE source_id = ? AND table_name = ? AND field = ?",
            [lot.source_id, table, path],
        ).fetchone()
        number += int(row[0]) if row else 0
    told = f"{number:,} loaded rows keep a value left out that the mapping may read now; load anew to have it"
    return [told] if number else []


def _take_up(con: duckdb.DuckDBPyConnection, lot: Lot) -> None:
    """Create temp table redriven: each quarantined row once, numbered so that of one thing the last delivered wins.

    Those of one run keep their own numbers. Samples of refused loads stay: their rows come with the rest of what was
    refused.
    """
    wanted = " HAVING bool_or(rule = $rule)" if lot.rule is not None else ""
    names = listing(table.name for table in lot.mapping.tables)
    keyed = [table.name for table in lot.mapping.tables if _is_keyed_by_place(table)]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE redriven AS WITH held AS (SELECT r.table_name, r.payload,"
        " arg_max(r.row_no, r.run_id) AS source_row, max(coalesce(r.seen_at, l.started_at)) AS seen_at,"
        " max(coalesce(r.seen_run, r.run_id)) AS seen_run"
        " FROM reject AS r LEFT JOIN load_run AS l ON l.run_id = r.run_id WHERE r.source_id = $source"
        f" AND r.resolved_at IS NULL AND r.payload IS NOT NULL AND r.rule NOT IN {listing(UNREADABLE)}"
        f" AND r.table_name IN {names} AND coalesce(l.state, 'done') <> 'refused' GROUP BY ALL{wanted}),"
        " placed AS (SELECT *, row_number() OVER (PARTITION BY table_name, source_row ORDER BY seen_run DESC,"
        " payload) = 1 AND (list_contains($keyed::VARCHAR[], table_name) OR min(seen_run) OVER of_table"
        " = max(seen_run) OVER of_table) AS is_in_place FROM held WINDOW of_table AS (PARTITION BY table_name))"
        " SELECT table_name, source_row, payload, seen_at, seen_run, false AS is_superseded, CASE WHEN is_in_place"
        " THEN source_row ELSE max(source_row) OVER (PARTITION BY table_name) + row_number() OVER (PARTITION BY"
        " table_name, is_in_place ORDER BY seen_run, source_row, payload) END AS row_no FROM placed",
        {"source": lot.source_id, "keyed": keyed} | ({"rule": lot.rule} if lot.rule is not None else {}),
    )
    for table in keyed:  # under another number it would be another row
        con.execute("DELETE FROM redriven WHERE table_name = ? AND row_no <> source_row", [table])


def _is_keyed_by_place(table: TableMapping) -> bool:
    return '"row_number":true' in table.model_dump_json(exclude_defaults=True)


def _leave_superseded(con: duckdb.DuckDBPyConnection, mapping: Mapping, source_no: int, salt: str) -> int:
    """Mark the rows of which a later delivery was loaded already; return how many.

    An older row without a version would else overwrite a newer one.
    """
    clear(con)
    try:
        for name in _tables(con):
            normalize(con, Batch(name, QuarantinedRows(con, name), is_picked=True), mapping, source_no, salt)
        for kind, table, key in _STAMPED:
            con.execute(
                "UPDATE redriven AS d SET is_superseded = true FROM norm_row AS n"
                f" JOIN {table} AS t ON t.{key} = n.key WHERE n.table_name = d.table_name AND n.row_no = d.row_no"
                f" AND n.kind = '{kind}' AND n.version IS NULL AND t.run_id > d.seen_run"
            )
    finally:
        clear(con)
    found = con.execute("SELECT count(*) FROM redriven WHERE is_superseded").fetchone()
    return int(found[0]) if found else 0
