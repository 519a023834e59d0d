"""The ledger of loads: sources and their cursors, runs, rejected rows and defects."""

from collections.abc import Mapping as Counter
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from hashlib import sha256

import duckdb

from etl.mapping import Mapping
from etl.model import Delivery, LoadReport, Origin

SAMPLE = 100
LONGEST_CURSOR = 1_000  # characters


@dataclass(frozen=True)
class Standing:
    """What the warehouse knows of a source.

    is_known      False = nothing of it was ever loaded; source_no is the number it would get
    watermark     instant up to which it has delivered everything; None = not known
    mapping_hash  of the mapping its rows were loaded with; None = none yet
    mapping       that mapping as JSON; None = it was not kept
    """

    source_no: int
    is_known: bool
    cursor: str | None = None
    watermark: datetime | None = None
    mapping_hash: str | None = None
    mapping: str | None = None


def mapping_hash(mapping: Mapping) -> str:
    """Return a hash of what a mapping means; comments, layout and options at their defaults do not change it."""
    return sha256(mapping_text(mapping).encode()).hexdigest()[:32]


def mapping_text(mapping: Mapping) -> str:
    """Return a mapping as JSON, without what is at its default."""
    return mapping.model_dump_json(exclude_defaults=True)


def standing(con: duckdb.DuckDBPyConnection, source_id: str) -> Standing:
    """Return what is known of a source, with the number it has or would get."""
    row = con.execute(
        "SELECT source_no, cursor, watermark, mapping_hash, mapping FROM source WHERE source_id = ?", [source_id]
    ).fetchone()
    if row is not None:
        return Standing(row[0], True, *row[1:])
    highest = con.execute("SELECT coalesce(max(source_no), 0) FROM source").fetchone()
    return Standing((highest[0] if highest else 0) + 1, False)


def enter_source(
    con: duckdb.DuckDBPyConnection, source_id: str, known: Standing, origin: Origin, mapping: Mapping
) -> None:
    """Write what the settings say about a source; its number is given once and for all."""
    fields = [origin.kind, origin.name or source_id, mapping.zone, origin.is_live, origin.max_age_s]
    fields += [mapping_hash(mapping), mapping_text(mapping)]
    if known.is_known:
        con.execute(
            "UPDATE source SET kind = ?, name = ?, tz = ?, is_live = ?, max_age_s = ?, mapping_hash = ?,"
            " mapping = ? WHERE source_no = ?",
            [*fields, known.source_no],
        )
        return
    con.execute(
        "INSERT INTO source (source_no, source_id, kind, name, tz, is_live, max_age_s, mapping_hash, mapping)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [known.source_no, source_id, *fields],
    )
    taken = con.execute("SELECT count(*) FROM source WHERE source_no = ?", [known.source_no]).fetchone()
    if taken != (1,):
        raise RuntimeError(f"source number {known.source_no} was given twice; load one source at a time")


def move_source(con: duckdb.DuckDBPyConnection, source_no: int, cursor: str | None, until: datetime | None) -> None:
    """Move a source's cursor and watermark on; a watermark never goes back."""
    con.execute(
        "UPDATE source SET cursor = coalesce(?, cursor), watermark = greatest(watermark, ?::TIMESTAMPTZ)"
        " WHERE source_no = ?",
        [cursor, until, source_no],
    )


def next_run_id(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the next run."""
    row = con.execute("SELECT coalesce(max(run_id), 0) + 1 FROM load_run").fetchone()
    return int(row[0]) if row else 1


def loaded_before(con: duckdb.DuckDBPyConnection, delivery: Delivery, digest: str) -> str | None:
    """Return where the same content was loaded before under the same mapping, in words; None = never."""
    row = con.execute(
        "SELECT run_id, file_name FROM load_run WHERE source_id = ? AND file_hash = ? AND mapping_hash = ?"
        " AND state = 'done' ORDER BY run_id DESC LIMIT 1",
        [delivery.source_id, delivery.file_hash, digest],
    ).fetchone()
    return None if row is None else f"run {row[0]} ({row[1]})"


def write_run(con: duckdb.DuckDBPyConnection, delivery: Delivery, report: LoadReport, times: "Times") -> None:
    """Write the entry of a run that was done or refused.

    A long cursor is left out: of a folder it names every file so far, and with every run the ledger would grow by all
    of them. The source's own stands in the table source.
    """
    if len(delivery.cursor or "") > LONGEST_CURSOR:
        delivery = replace(delivery, cursor=None)
    _insert_run(con, delivery, report, times)


@dataclass(frozen=True)
class Times:
    """State and instants of a run, and the hash of its mapping."""

    state: str
    started_at: datetime
    ended_at: datetime
    mapping_hash: str


def _insert_run(con: duckdb.DuckDBPyConnection, delivery: Delivery, report: LoadReport, times: Times) -> None:
    con.execute(
        "INSERT INTO load_run BY NAME SELECT ?::BIGINT AS run_id, ? AS source_id, ? AS tables,"
        " ?::TIMESTAMPTZ AS started_at, ?::TIMESTAMPTZ AS ended_at, ? AS state, ? AS message, ? AS cursor,"
        " ?::TIMESTAMPTZ AS watermark, ? AS file_name, ? AS file_hash, ? AS mapping_hash, ?::BIGINT AS n_read,"
        " ?::BIGINT AS n_new, ?::BIGINT AS n_changed, ?::BIGINT AS n_same, ?::BIGINT AS n_rejected,"
        " ?::BIGINT AS data_version, ? AS kind",
        [
            *(report.run_id, delivery.source_id, ", ".join(batch.table for batch in delivery.batches)),
            *(times.started_at, times.ended_at, times.state, report.message, delivery.cursor, report.watermark),
            *(delivery.file_name, delivery.file_hash, times.mapping_hash),
            *(report.n_read, report.n_new, report.n_changed, report.n_same, report.n_rejected, report.data_version),
            delivery.kind or ("redrive" if delivery.is_redrive else None),
        ],
    )


def repeats(con: duckdb.DuckDBPyConnection, source_id: str, state: str, message: str, now: datetime) -> bool:
    """Return whether a source ended in the very same way since its last load; then that entry's end moves to now.

    Several bad files of a folder take turns, so it need not be the last entry.
    """
    same = con.execute(
        "SELECT max(run_id) FROM load_run WHERE source_id = $source AND state = $state AND message = $message"
        " AND run_id >= (SELECT coalesce(max(run_id), 0) FROM load_run WHERE source_id = $source AND state = 'done')",
        {"source": source_id, "state": state, "message": message},
    ).fetchone()
    if same is None or same[0] is None:
        return False
    con.execute("UPDATE load_run SET ended_at = ? WHERE run_id = ?", [now, same[0]])
    return True


@dataclass(frozen=True)
class Ending:
    """How work on a source ended that loaded nothing.

    source_id  None = it was about none
    kind       verb that it was asked for by; None = it was a turn of the source
    """

    source_id: str | None
    state: str
    message: str
    started_at: datetime
    ended_at: datetime
    kind: str | None = None


def write_ending(con: duckdb.DuckDBPyConnection, ending: Ending) -> None:
    """Write an entry of no rows."""
    con.execute(
        "INSERT INTO load_run (run_id, source_id, state, message, started_at, ended_at, kind, n_read, n_new,"
        " n_changed, n_same, n_rejected) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)",
        [next_run_id(con), *astuple(ending)],
    )


def write_failure(con: duckdb.DuckDBPyConnection, source_id: str, message: str, now: datetime) -> None:
    """Write that a pull failed; the same failure repeated only moves its end."""
    if repeats(con, source_id, "failed", message, now):
        return
    write_ending(con, Ending(source_id, "failed", message, now, now))


def set_file_aside(con: duckdb.DuckDBPyConnection, source_id: str, file_name: str, why: str, now: datetime) -> None:
    """Write that a pull of a file failed, and put the file among the rejects: rule bad_file, no row."""
    write_failure(con, source_id, why, now)
    con.execute(
        "INSERT INTO reject (run_id, source_id, table_name, row_no, payload, rule, value, hint)"
        " SELECT (SELECT max(run_id) FROM load_run WHERE source_id = $source), $source, $file, 0,"
        " json_object('file', $file), 'bad_file', $file, $why"
        " WHERE NOT EXISTS (FROM reject WHERE source_id = $source AND rule = 'bad_file' AND value = $file"
        " AND hint = $why AND resolved_at IS NULL)",
        {"source": source_id, "file": file_name, "why": why},
    )


def settle_file(con: duckdb.DuckDBPyConnection, source_id: str, file_name: str, now: datetime) -> None:
    """Mark what was held against a file as resolved: it was loaded."""
    con.execute(
        "UPDATE reject SET resolved_at = ? WHERE source_id = ? AND rule = 'bad_file' AND value = ?"
        " AND resolved_at IS NULL",
        [now, source_id, file_name],
    )


def write_rejects(con: duckdb.DuckDBPyConnection, seen: "Seen", source_id: str, limit: int | None = None) -> int:
    """Write the staged rejects, whole; of those noted before only where they were last seen moves on.

    Returns how many were written.
    """
    noted = "r.source_id = $source AND r.resolved_at IS NULL AND r.rule = n.rule AND r.table_name = n.table_name"
    noted += " AND r.field IS NOT DISTINCT FROM n.field AND r.payload = n.payload"
    cut = f" LIMIT {limit}" if limit is not None else ""
    done = con.execute(
        "INSERT INTO reject BY NAME SELECT $run::BIGINT AS run_id, $source AS source_id, n.* FROM norm_reject AS n"
        f" WHERE NOT EXISTS (SELECT 1 FROM reject AS r WHERE {noted}){cut}",
        {"source": source_id, "run": seen.run_id},
    ).fetchone()
    number = int(done[0]) if done else 0
    con.execute(
        f"UPDATE reject AS r SET seen_at = $now, seen_run = $run FROM norm_reject AS n WHERE {noted}",
        {"source": source_id, "now": seen.now, "run": seen.last_run(number > 0)},
    )
    return number


@dataclass(frozen=True)
class Seen:
    """The run that sees rows which do not load.

    is_noted  the run stands in the ledger whatever it does with them; else the next run gets its number
    """

    run_id: int
    now: datetime
    is_noted: bool = True

    def last_run(self, is_noted: bool) -> int:
        """Return the last run in the ledger once this one is through; what a later one loads is newer."""
        return self.run_id if self.is_noted or is_noted else self.run_id - 1


def settle_refused(
    con: duckdb.DuckDBPyConnection, source_id: str, file_name: str | None, run_id: int, now: datetime
) -> None:
    """Mark the sample that a refused load left as resolved: the same delivery, or the next one, is loaded whole."""
    con.execute(
        "UPDATE reject SET resolved_at = $now, resolved_run = $run WHERE source_id = $source AND resolved_at IS NULL"
        " AND run_id IN (SELECT run_id FROM load_run WHERE source_id = $source AND state = 'refused'"
        " AND file_name IS NOT DISTINCT FROM $file)",
        {"now": now, "run": run_id, "source": source_id, "file": file_name},
    )


def origin_of(con: duckdb.DuckDBPyConnection, source_id: str, salt: str) -> Origin | None:
    """Return what was last said about a source besides its rows; None = nothing of it was ever loaded."""
    row = con.execute("SELECT kind, name, is_live, max_age_s FROM source WHERE source_id = ?", [source_id]).fetchone()
    return None if row is None else Origin(row[0], row[1], bool(row[2]), row[3], salt)


def write_defects(con: duckdb.DuckDBPyConnection, source_id: str, run_id: int) -> None:
    """Write the defects of rows that moved in; a ticket row read anew replaces what was noted about it."""
    con.execute(
        "DELETE FROM defect USING changed_ticket WHERE defect.ticket_key = changed_ticket.key"
        " AND defect.source_id = ? AND defect.table_name IN (SELECT DISTINCT table_name FROM norm_ticket)",
        [source_id],
    )
    con.execute(
        "INSERT INTO defect BY NAME SELECT ?::BIGINT AS run_id, ? AS source_id, d.* FROM norm_defect AS d"
        " JOIN row_fate AS f ON f.table_name = d.table_name AND f.row_no = d.row_no AND f.fate <> 'same'",
        [run_id, source_id],
    )


@dataclass(frozen=True)
class Refused:
    """Rows refused for one reason: the same field, value and remedy; `rows` are the first of them."""

    table: str
    field: str | None
    value: str | None
    hint: str | None
    number: int
    rows: tuple[int, ...]

    def told(self, column: str | None = None) -> str:
        """Return it in one line: where, what, what would do; `column` is the one that the field reads."""
        rows = ", ".join(f"{row:,}" for row in self.rows)
        place = f"{self.table} row {rows}" if self.number == 1 else f"{self.table}, {self.number:,} rows ({rows}"
        place += " ...)" if self.number > len(self.rows) else ")" if self.number > 1 else ""
        what = f"column {column!r} ({self.field})" if column else self.field
        value = "nothing" if self.value is None else repr(self.value)
        told = "; ".join(part for part in (f"{what} = {value}" if what else None, self.hint) if part)
        return f"{place}: {told}" if told else place


def refused(con: duckdb.DuckDBPyConnection, rows: str, rule: str, limit: int) -> list[Refused]:
    """Return the most frequent reasons of a rule; `rows` is SQL of norm_reject or of entries of reject."""
    found = con.execute(
        "SELECT table_name, field, value, hint, count(*), list(row_no ORDER BY row_no)[:5]"
        f" FROM {rows} WHERE rule = ? GROUP BY ALL ORDER BY count(*) DESC, min(row_no) LIMIT ?",
        [rule, limit],
    ).fetchall()
    return [
        Refused(table, field, value, hint, number, tuple(first)) for table, field, value, hint, number, first in found
    ]


def by_rule(con: duckdb.DuckDBPyConnection, rows: str) -> Counter[str, int]:
    """Return how many rejects or defects there are by rule, most frequent first; `rows` is SQL behind FROM."""
    found = con.execute(f"SELECT rule, count(*) FROM {rows} GROUP BY rule ORDER BY count(*) DESC, rule").fetchall()
    return dict(found)
