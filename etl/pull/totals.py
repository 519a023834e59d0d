"""About how many rows a source has before it, for telling how long a first load takes: counted or estimated."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import sqlalchemy as sa

from data.settings import rooted
from data.source_rules import SourceRule
from etl import ledger
from etl.load.deferral import is_pending
from etl.mapping import Mapping as SourceMapping
from etl.mapping import load_mapping
from etl.mapping.model import TableMapping
from etl.model import SourceError
from etl.pull.span_intakes import bounded
from etl.sources.file import is_unfinished
from etl.sources.sql_cursor import Position, SqlCursor
from etl.sources.sql_engine import dialect_of, engine_of
from etl.sources.sql_table import ORDER

SAMPLE_BYTES = 2**20
LINES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")


def first_total(con: duckdb.DuckDBPyConnection, rule: SourceRule, url: Callable[[], str]) -> int | None:
    """Return about how many rows the first load of a source has before it; None = not known, or it is over.

    One that was broken off still has the rest before it.
    """
    known = ledger.standing(con, rule.id)
    if known.cursor is not None and not is_pending(con, rule.id):
        return None
    return total(rule, load_mapping(rooted(rule.mapping)), known.cursor, url)


def total(rule: SourceRule, mapping: SourceMapping, cursor: str | None, url: Callable[[], str]) -> int | None:
    """Return about how many rows come from the cursor on; None = the source cannot tell.

    Databases count, files of lines are estimated by their size and their first megabyte, Parquet says it.
    url  address of a database. Raises SourceError.
    """
    state: Mapping[str, Any] = json.loads(cursor or "{}")
    if rule.kind == "sql":
        return _counted(url(), bounded(mapping).tables, state)
    if rule.kind == "file" and rule.path is not None and "://" not in rule.path:
        return _estimated(_files(rooted(Path(rule.path)), state), mapping.tables)
    return None


def of_files(paths: Sequence[Path], mapping: SourceMapping) -> int | None:
    """Return about how many rows files and the files of folders have; None = they cannot tell. Raises SourceError."""
    return _estimated([file for path in paths for file in _files(path, {})], mapping.tables)


def _counted(url: str, tables: Sequence[TableMapping], state: Mapping[str, Any]) -> int:
    start = dialect_of(url).start
    try:
        with engine_of(url).connect() as connection:
            return sum(_count(connection, table, state.get(table.name, {}), start) for table in tables)
    except sa.exc.SQLAlchemyError as error:
        raise SourceError(f"its rows cannot be counted ({type(error).__name__})", permanent=False) from error


def _count(connection: sa.Connection, table: TableMapping, position: Mapping[str, Any], start: str) -> int:
    statement = sa.text(f"SELECT count(*) FROM ({ORDER.sub('', table.query or '')}) kw")
    if ":since" in (table.query or ""):
        cursor = table.cursor
        since = start if cursor is None else _cursor(cursor).since(Position(**position), None, start)
        statement = statement.bindparams(sa.bindparam("since", since, type_=sa.types.NullType()))
    return int(connection.execute(statement).scalar_one())


def _cursor(cursor: Any) -> SqlCursor:
    return SqlCursor(cursor.column, cursor.overlap_s, cursor.format, cursor.key)


def _files(place: Path, state: Mapping[str, Any]) -> list[Path]:
    """Return the files that were not loaded yet; raises SourceError for a folder that cannot be read."""
    try:
        found = sorted(place.iterdir()) if place.is_dir() else [place]
        return [file for file in found if file.is_file() and not is_unfinished(file.name) and str(file) not in state]
    except OSError as error:
        raise SourceError(f"{place}: cannot be read ({error.strerror})", permanent=False) from error


def _estimated(files: Sequence[Path], tables: Sequence[TableMapping]) -> int | None:
    """Return the rows of all files, each as often as it is read by a table; None when one of them cannot tell."""
    total = 0
    for file in files:
        readers = sum(table.file.pattern is None or file.match(table.file.pattern) for table in tables)
        rows = _rows(file) if readers else 0
        if rows is None:
            return None
        total += rows * readers
    return total


def _rows(file: Path) -> int | None:
    try:
        if file.suffix.lower() in PARQUET:
            return int(pq.read_metadata(file).num_rows)
        if file.suffix.lower() not in LINES:
            return None
        with file.open("rb") as opened:
            sample = opened.read(SAMPLE_BYTES)
    except (OSError, ValueError):  # the load will tell what is wrong with it
        return None
    lines = sample.count(b"\n")
    return round(lines * file.stat().st_size / len(sample)) if sample else 0
