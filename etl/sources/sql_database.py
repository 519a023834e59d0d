"""A source of kind sql: queries against a ticket system's database, pulled as text from a cursor on."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pyarrow as pa
import sqlalchemy as sa

from etl.model import Batch, Delivery, MappingError, SourceError
from etl.sources.sql_cursor import Position, SqlCursor
from etl.sources.text_rows import TextRows, text_batch

PAGE = 50_000
ROWS_PER_DELIVERY = 250_000
BUSY_S = 5.0
SESSION = {
    "postgresql": {"options": "-c timezone=UTC -c default_transaction_read_only=on"},
    "mysql": {"init_command": "SET time_zone = '+00:00'"},
    "mariadb": {"init_command": "SET time_zone = '+00:00'"},
}


@dataclass(frozen=True)
class SqlTable:
    """One mapped query; `:since` in its text is bound to where the last pull ended, less the overlap.

    cursor  None = the whole query is pulled each time
    """

    name: str
    query: str
    cursor: SqlCursor | None = None


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of one table; `position` is where a pull that ends here goes on."""

    table: SqlTable
    columns: tuple[str, ...]
    pages: tuple[pa.RecordBatch, ...]
    position: Position

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return sum(page.num_rows for page in self.pages)

    def batch(self) -> Batch:
        """Return the rows as a batch."""
        return Batch(self.table.name, TextRows(self.columns, self.pages))


def engine_of(url: str) -> sa.Engine:
    """Return a read-only engine for a database URL; SQLite files are opened read-only beside their writer."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        path = Path(parsed.database)
        return sa.create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=sa.pool.NullPool)
    return sa.create_engine(parsed, connect_args=SESSION.get(parsed.get_backend_name(), {}), pool_pre_ping=True)


def _open_sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise SourceError(f"{path}: no such database file", permanent=False)
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, check_same_thread=False)


class SqlSource:
    """Pulls every mapped query of one database, in the order of the mapping."""

    def __init__(self, source_id: str, url: str, tables: Sequence[SqlTable], zone: str = "UTC") -> None:
        self._source_id = source_id
        self._shown = sa.make_url(url).render_as_string(hide_password=True)
        self._engine = engine_of(url)
        self._tables = tables
        self._zone = ZoneInfo(zone)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries of up to some 250,000 rows; the last one says that all before `now` was delivered.

        A table of which only the overlap came again, unchanged, is left out.
        """
        positions = {name: Position(**entry) for name, entry in json.loads(cursor or "{}").items()}
        pending: list[Chunk] = []
        with self._connected() as connection:
            for chunk in self._chunks(connection, positions, now):
                positions[chunk.table.name] = chunk.position
                pending.append(chunk)
                if sum(each.rows for each in pending) >= ROWS_PER_DELIVERY:
                    yield self._delivery(pending, positions, None)
                    pending = []
        yield self._delivery(pending, positions, now)

    def _connected(self) -> "_Guarded":
        return _Guarded(self._engine, self._shown)

    def _chunks(self, connection: sa.Connection, positions: Mapping[str, Position], now: datetime) -> Iterator[Chunk]:
        for table in self._tables:
            known = positions.get(table.name, Position())
            limit = now.astimezone(self._zone)
            for chunk in _read_table(connection, table, known, limit):
                if chunk.pages and (chunk.position.seen is None or chunk.position.seen != known.seen):
                    yield chunk

    def _delivery(
        self, chunks: Sequence[Chunk], positions: Mapping[str, Position], until: datetime | None
    ) -> Delivery:
        cursor = json.dumps({name: position.stored() for name, position in positions.items()})
        return Delivery(self._source_id, [chunk.batch() for chunk in chunks], cursor=cursor, until=until)


class _Guarded:
    """A connection whose driver errors come out as SourceError or MappingError, without secrets."""

    def __init__(self, engine: sa.Engine, shown: str) -> None:
        self._engine = engine
        self._shown = shown

    def __enter__(self) -> sa.Connection:
        try:
            self._connection = self._engine.connect()
        except sa.exc.SQLAlchemyError as error:
            raise SourceError(f"{self._shown}: {_told(error)}", permanent=False) from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._connection.close()
        if isinstance(error, sa.exc.ProgrammingError) or (error is not None and _is_bad_query(error)):
            raise MappingError(f"{self._shown}: {_told(error)}; mend the query in the mapping") from error
        if isinstance(error, sa.exc.SQLAlchemyError):
            raise SourceError(f"{self._shown}: {_told(error)}", permanent=False) from error


def _is_bad_query(error: BaseException) -> bool:
    words = ("no such column", "no such table", "syntax error")
    return isinstance(error, sa.exc.OperationalError) and any(word in str(error) for word in words)


def _told(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _read_table(connection: sa.Connection, table: SqlTable, known: Position, limit: datetime) -> Iterator[Chunk]:
    """Yield the rows of one query in chunks, each with the position a pull that ends there goes on from."""
    statement = sa.text(table.query)
    since = {"since": table.cursor.since(known)} if table.cursor is not None and ":since" in table.query else {}
    result = connection.execution_options(stream_results=True).execute(statement, since)
    columns = tuple(result.keys())
    pages: list[pa.RecordBatch] = []
    position, seen, values = replace(known, seen=None), None, None
    for number, rows in enumerate(result.partitions(PAGE)):
        page = text_batch(rows, len(columns))
        seen = _fingerprint(rows) if number == 0 else None
        values, before = _cursor_values(table, columns, page), values
        position = _moved(table, (before, values), position, limit)
        pages.append(page)
        if sum(each.num_rows for each in pages) >= ROWS_PER_DELIVERY:
            yield Chunk(table, columns, tuple(pages), position)
            pages = []
    yield Chunk(table, columns, tuple(pages), replace(position, seen=seen))


def _fingerprint(rows: Sequence[sa.Row[Any]]) -> str:
    """Return a hash of one page, so that the overlap read again is known to be nothing new."""
    return sha256(repr([tuple(row) for row in rows]).encode("utf-8", "replace")).hexdigest()[:32]


def _cursor_values(table: SqlTable, columns: Sequence[str], page: pa.RecordBatch) -> pa.Array | None:
    if table.cursor is None:
        return None
    if table.cursor.column not in columns:
        raise MappingError(
            f"table {table.name}: no cursor column {table.cursor.column!r}; the query gives {', '.join(columns)}"
        )
    return page.column(columns.index(table.cursor.column))


def _moved(table: SqlTable, pages: Sequence[pa.Array | None], position: Position, limit: datetime) -> Position:
    """Return the position after the last of two consecutive pages of cursor values."""
    before, values = pages
    if table.cursor is None or values is None:
        return position
    if before is not None and table.cursor.falls_back(before, values):
        raise MappingError(f"table {table.name}: the query has to end in ORDER BY {table.cursor.column} and its key")
    return table.cursor.moved(position, values, limit)
