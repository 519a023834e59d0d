"""What was found about the columns of a source: told, kept, settled and accepted (decision 24)."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb

from data.field_kpis import effect_of
from etl.drift.reading import readers
from etl.mapping import Mapping as SourceMapping
from etl.mapping import TableMapping
from etl.model import MappingError, SourceError

# kind -> kinds of later values that are no surprise
_FITS = {"text": ("integer", "number", "boolean", "instant"), "number": ("integer",)}
UNREAD = "the mapping does not read it"
_NO_COLUMN = re.compile(r"no such column|unknown column|invalid column|does not exist", re.I)


@dataclass(frozen=True)
class Known:
    """A column as it was last seen; is_accepted: a person said that it is gone for good."""

    kind: str
    is_gone: bool
    is_accepted: bool


@dataclass(frozen=True)
class Finding:
    """One change of a column: what is new, dropped or retyped.

    fields       canonical fields that read it
    is_stopping  the source waits for a person
    """

    table: str
    column: str
    what: str
    detail: str
    fields: tuple[str, ...] = ()
    is_stopping: bool = False

    def told(self) -> str:
        """Return it in one line."""
        words = {"new": "is new", "dropped": "is gone", "retyped": "changed its type"}
        return f"{self.table}: column {self.column!r} {words[self.what]}: {self.detail}"


class SchemaDrift(MappingError):
    """A column that the mapping reads is gone; nothing was loaded, and what was loaded before stays as it is."""

    def __init__(self, source_id: str, findings: Sequence[Finding]) -> None:
        told = "\n".join(finding.told() for finding in findings)
        super().__init__(_refusal(told, source_id, findings))
        self.source_id = source_id
        self.findings = tuple(findings)


def _refusal(told: str, source_id: str, findings: Sequence[Finding]) -> str:
    """Return what is gone and what would do: a column that nothing loads without can be renamed, not be given up."""
    needed = [one.column for one in findings if any(effect_of(field).is_essential for field in one.fields)]
    if needed:
        return (
            f"{told}\nnothing was loaded, what was loaded before stays. Nothing loads without"
            f" {', '.join(map(repr, needed))}: name in the mapping what it is now, or deliver rows that have it"
        )
    return (
        f"{told}\nnothing was loaded, what was loaded before stays. Name the column as the source calls it now,"
        f" or accept that it is gone: app.py drift --source {source_id} --accept {findings[0].column!r}"
    )


class Seen(Protocol):
    """The columns of one table as a load saw them."""

    @property
    def table(self) -> TableMapping:
        """Return the mapped table."""

    @property
    def known(self) -> Mapping[str, Known]:
        """Return the columns as the loads before saw them; empty = nothing is known of the table."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """Return column -> kind."""


def meaning(column: str, paths: Sequence[str], fresh: Sequence[str] = (), gone: Sequence[str] = ()) -> str:
    """Return which fields read a column and what the KPIs lose without it.

    fresh  columns that are new, one of which may be its new name
    gone   all columns that are gone: of one gone and one new it is asked whether they are the same
    """
    parts = [f"{path} ({effect_of(path).told()})" if effect_of(path).told() else path for path in paths]
    lowered = {name.lower(): name for name in fresh}
    near = [lowered[word] for word in difflib.get_close_matches(column.lower(), lowered, n=1)]
    only = list(fresh) if len(fresh) == len(gone) == 1 else []
    renamed = [f". Was it renamed to {name!r}?" for name in near or only]
    return f"it gave {', '.join(parts)}{''.join(renamed)}"


def known_columns(con: duckdb.DuckDBPyConnection, source_id: str, table: str) -> dict[str, Known]:
    """Return the columns of a table as they were last seen; empty = it was never loaded."""
    rows = con.execute(
        "SELECT column_name, kind, is_gone, accepted_at IS NOT NULL FROM source_column"
        " WHERE source_id = ? AND table_name = ? ORDER BY place",
        [source_id, table],
    ).fetchall()
    return {name: Known(kind, is_gone, is_accepted) for name, kind, is_gone, is_accepted in rows}


def write(con: duckdb.DuckDBPyConnection, source_id: str, run_id: int, seen: Seen, now: datetime) -> list[Finding]:
    """Keep the columns of a load and what changed about them, inside its transaction; return what changed."""
    read = readers(seen.table, list(seen.kinds))
    found = list(_changes(seen, read)) if seen.known else []
    if not seen.known or found or _is_other(seen):
        _keep(con, source_id, seen)
    note(con, source_id, run_id, found, now)
    _settle(con, source_id, seen, tuple(read), now)
    return found


def _changes(seen: Seen, read: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    table, known = seen.table.name, seen.known
    for name, kind in seen.kinds.items():
        before = known.get(name)
        if before is None:
            yield Finding(table, name, "new", "it is read" if name in read else UNREAD, tuple(read.get(name, ())))
        elif not _is_usual(before.kind, kind):
            what = f"{before.kind} before, {kind} now"
            told = meaning(name, read[name]) if name in read else UNREAD
            yield Finding(table, name, "retyped", f"{what}; {told}", tuple(read.get(name, ())))
    for name, before in known.items():
        if name not in seen.kinds and not before.is_gone:
            yield Finding(table, name, "dropped", UNREAD)


def _is_usual(before: str, kind: str) -> bool:
    return before == kind or "empty" in (before, kind) or kind in _FITS.get(before, ())


def _is_other(seen: Seen) -> bool:
    """Return whether what is kept has to be written anew: a column that came back, or its first values."""
    return any(
        seen.known[name].is_gone or (seen.known[name].kind == "empty") != (kind == "empty") and kind != "empty"
        for name, kind in seen.kinds.items()
    )


def _keep(con: duckdb.DuckDBPyConnection, source_id: str, seen: Seen) -> None:
    fresh = {name: kind for name, kind in seen.kinds.items() if name not in seen.known}
    _add(con, source_id, seen.table.name, fresh)
    for name, before in seen.known.items():
        kind = seen.kinds.get(name)
        kept = before.kind if kind is None or _is_usual(before.kind, kind) and before.kind != "empty" else kind
        con.execute(
            "UPDATE source_column SET kind = ?, is_gone = ?, accepted_at = CASE WHEN ? THEN accepted_at END"
            " WHERE source_id = ? AND table_name = ? AND column_name = ?",
            [kept, kind is None, kind is None, source_id, seen.table.name, name],
        )


def _add(con: duckdb.DuckDBPyConnection, source_id: str, table: str, kinds: Mapping[str, str]) -> None:
    """Write down columns behind those that are known, in their order in the source."""
    if kinds:
        con.execute(
            "INSERT INTO source_column SELECT $source, $table, name, place + (SELECT count(*) FROM source_column"
            " WHERE source_id = $source AND table_name = $table), kind, false, NULL"
            " FROM (SELECT unnest($names) AS name, unnest($kinds) AS kind, unnest(range(len($names))) AS place)",
            {"source": source_id, "table": table, "names": list(kinds), "kinds": list(kinds.values())},
        )


def note(
    con: duckdb.DuckDBPyConnection, source_id: str, run_id: int | None, found: Sequence[Finding], now: datetime
) -> None:
    """Write findings down, each once as long as it is open; run_id None = the load was stopped by it."""
    for each in found:
        con.execute(
            "INSERT INTO drift SELECT $run::BIGINT, $source, $table, $column, $what, $detail, $fields::VARCHAR[],"
            " $stops::BOOLEAN, $now::TIMESTAMPTZ, NULL WHERE NOT EXISTS (FROM drift WHERE"
            " source_id = $source AND table_name = $table AND what = $what"
            " AND column_name = $column AND resolved_at IS NULL)",
            {
                "run": run_id,
                "source": source_id,
                "table": each.table,
                "column": each.column,
                "what": each.what,
                "detail": each.detail,
                "fields": list(each.fields),
                "stops": each.is_stopping,
                "now": now,
            },
        )


def _settle(con: duckdb.DuckDBPyConnection, source_id: str, seen: Seen, read: Sequence[str], now: datetime) -> None:
    """Resolve what is true no more: a column that is back, one that is read by now, a stop that was overcome."""
    table = seen.table.name
    open_ones = "FROM drift WHERE resolved_at IS NULL AND source_id = ? AND table_name = ? LIMIT 1"
    if con.execute(open_ones, [source_id, table]).fetchone() is None:
        return
    con.execute(
        "UPDATE drift SET resolved_at = $now WHERE resolved_at IS NULL"
        " AND source_id = $source AND table_name = $table"
        " AND ((what = 'dropped' AND (is_stopping OR column_name IN (SELECT unnest($names::VARCHAR[]))))"
        " OR (what = 'new' AND column_name IN (SELECT unnest($read::VARCHAR[]))))",
        {"now": now, "source": source_id, "table": table, "names": list(seen.kinds), "read": list(read)},
    )


def acceptable(con: duckdb.DuckDBPyConnection, source_id: str, column: str) -> list[str]:
    """Return what is open about a column, in words.

    Raises MappingError when nothing is open, or nothing loads without the column.
    """
    rows = con.execute(
        "SELECT table_name, what, detail, fields FROM drift WHERE source_id = ? AND column_name = ?"
        " AND resolved_at IS NULL ORDER BY table_name, what",
        [source_id, column],
    ).fetchall()
    if not rows:
        raise MappingError(f"source {source_id!r}: nothing is open about a column {column!r}")
    for table, what, detail, fields in rows:
        if what == "dropped" and any(effect_of(field).is_essential for field in fields):
            raise MappingError(
                f"{table}: column {column!r} cannot be gone: {detail}. Name in the mapping what it is now"
            )
    return [Finding(table, column, what, detail).told() for table, what, detail, _ in rows]


def accept(con: duckdb.DuckDBPyConnection, source_id: str, column: str, now: datetime) -> list[str]:
    """Take note of what is open about a column; one that is gone reads as empty from the next load on.

    Returns what was accepted, in words. Raises MappingError for what is not acceptable.
    """
    found = acceptable(con, source_id, column)
    con.execute(
        "UPDATE source_column AS c SET accepted_at = ?, is_gone = true FROM drift AS d"
        " WHERE d.source_id = c.source_id AND d.table_name = c.table_name AND d.column_name = c.column_name"
        " AND d.resolved_at IS NULL"
        " AND d.what = 'dropped' AND c.source_id = ? AND c.column_name = ?",
        [now, source_id, column],
    )
    con.execute(
        "UPDATE drift SET resolved_at = ? WHERE source_id = ? AND column_name = ? AND resolved_at IS NULL",
        [now, source_id, column],
    )
    return found


def drift_lines(con: duckdb.DuckDBPyConnection, source_id: str | None = None) -> list[str]:
    """Return what is open about the columns of the sources, in words."""
    rows = con.execute(
        "SELECT source_id, table_name, column_name, what, detail, is_stopping FROM drift WHERE resolved_at IS NULL"
        " AND source_id = coalesce(?, source_id) ORDER BY is_stopping DESC, source_id, table_name, column_name",
        [source_id],
    ).fetchall()
    return [
        f"  {source} {'STOPPED ' if is_stopping else ''}{Finding(table, column, what, detail).told()}"
        for source, table, column, what, detail, is_stopping in rows
    ]


def explained(
    con: duckdb.DuckDBPyConnection, source_id: str, mapping: SourceMapping, error: SourceError | MappingError
) -> SourceError | MappingError:
    """Return an error; that of a query that misses a column, with what the column means to the KPIs."""
    text = str(error)
    if not isinstance(error, MappingError) or isinstance(error, SchemaDrift) or not _NO_COLUMN.search(text):
        return error
    told = [text]
    for table in mapping.tables:
        known = tuple(known_columns(con, source_id, table.name))
        for column, paths in readers(table, known).items():
            if re.search(rf"(?<!\w){re.escape(column)}(?!\w)", text):
                told.append(f"{table.name}: column {column!r}: {meaning(column, paths)}")
    return MappingError("\n".join(told)) if len(told) > 1 else error


def forget(con: duckdb.DuckDBPyConnection, source_id: str, now: datetime) -> None:
    """Start anew with a source that is loaded anew: its columns are learnt again."""
    con.execute("DELETE FROM source_column WHERE source_id = ?", [source_id])
    con.execute("UPDATE drift SET resolved_at = ? WHERE source_id = ? AND resolved_at IS NULL", [now, source_id])
