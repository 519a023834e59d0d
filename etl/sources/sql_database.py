"""A source of kind sql: queries against a ticket system's database, pulled as text from a cursor on."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from etl.model import Batch, Delivery, MappingError, SourceError
from etl.sources import sql_adbc, sql_table
from etl.sources.sql_cursor import Position
from etl.sources.sql_engine import dialect_of, engine_of, shown
from etl.sources.sql_horizon import Horizon
from etl.sources.sql_table import Chunk, Present, Reading, SqlTable, chunks, hidden_rows, pages
from etl.sources.text_rows import TextRows


class SqlSource:
    """Pulls every mapped query of one database, in the order of the mapping."""

    def __init__(self, source_id: str, url: str, tables: Sequence[SqlTable], zone: str = "UTC") -> None:
        self._source_id = source_id
        self._dialect = dialect_of(url)
        self._shown = shown(url)
        self._engine = engine_of(url)
        self._tables = tables
        self._zone = ZoneInfo(zone)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries of up to some 250,000 rows; the last one says what has been delivered for good.

        That is the start of the source's oldest open transaction, by the source's clock; where it cannot be read,
        the source's now less the overlap. A table of which only the overlap came again, unchanged, is left out.
        Raises SourceError and MappingError, without secrets; what was yielded before stands.
        """
        positions = {name: Position(**entry) for name, entry in json.loads(cursor or "{}").items()}
        before, pending = dict(positions), list[Chunk]()
        notes: list[str] = []
        with self._connected() as connection:
            horizon = self._horizon(connection, now)
            with closing(self._chunks(connection, positions, horizon)) as found:
                for chunk in found:
                    known = before.get(chunk.table.name, Position())
                    positions[chunk.table.name] = chunk.position
                    notes += _notes(chunk, known)
                    pending += [chunk] if _is_news(chunk, known) else []
                    if sum(each.rows for each in pending) >= sql_table.ROWS_PER_DELIVERY:
                        yield self._delivery(pending, positions)
                        pending = []
        until = horizon.until(max((each.cursor.overlap_s for each in self._tables if each.cursor), default=0))
        note = "; ".join([*horizon.notes(now), *notes]) or None
        yield replace(self._delivery(pending, positions), until=until, note=note, is_part=False)

    def keys(self, now: datetime) -> Iterator[Batch]:
        """Yield the ids of all tickets that the queries give now; raises SourceError and MappingError."""
        start = self._dialect.start
        with self._connected() as connection:
            limit = self._horizon(connection, now).limit.astimezone(self._zone)
            reading = Reading(connection, self._dialect.cursor, self._dialect.give_up)
            for table in (each for each in self._tables if each.ids):
                query = table.naming(connection.dialect.identifier_preparer.quote)
                since = table.cursor.since(Position(), limit, start) if table.cursor and ":since" in query else None
                with closing(pages(reading, query, since)) as found:
                    yield from (Batch(table.name, TextRows(page.columns, [page.rows])) for page in found)

    def close(self) -> None:
        """Give up the connection that is kept between pulls."""
        self._engine.dispose()

    def _connected(self) -> "_Guarded":
        return _Guarded(self._engine, self._shown)

    def _horizon(self, connection: sa.Connection, now: datetime) -> Horizon:
        """Return the horizon; the rows are read in a transaction of their own, which begins after it."""
        horizon = self._dialect.horizon(connection, now)
        connection.rollback()
        return horizon

    def _chunks(
        self, connection: sa.Connection, positions: Mapping[str, Position], horizon: Horizon
    ) -> Generator[Chunk, None, None]:
        limit, clock = horizon.limit.astimezone(self._zone), horizon.now.astimezone(self._zone)
        reading = Reading(connection, self._dialect.cursor, self._dialect.give_up)
        present = Present(limit, clock, self._dialect.start)
        for table in self._tables:
            known = positions.get(table.name, Position())
            since = table.cursor.since(known, limit, present.start) if table.cursor is not None else None
            yield from _table_chunks(reading, table, known, present, since if ":since" in table.query else None)

    def _delivery(self, pending: Sequence[Chunk], positions: Mapping[str, Position]) -> Delivery:
        cursor = json.dumps({name: position.stored() for name, position in positions.items()})
        batches = [chunk.batch() for chunk in pending]
        return Delivery(self._source_id, batches, cursor=cursor, is_part=True, is_present=True)


def _is_news(chunk: Chunk, known: Position) -> bool:
    is_seen = chunk.position.seen is not None and chunk.position.seen == known.seen
    return bool(chunk.hidden) or not is_seen


def _notes(chunk: Chunk, known: Position) -> list[str]:
    cursor = chunk.table.cursor
    told = [chunk.note] if chunk.note else []
    if cursor is None or not chunk.is_last or not cursor.went_back(known, chunk.position):
        return told
    return [
        *told,
        f"table {chunk.table.name}: the newest {cursor.column} was {known.highest} at the last pull and is"
        f" {chunk.position.highest or 'earlier'} now: rows were deleted, or the source was restored from a backup;"
        " then load it anew",
    ]


def _table_chunks(
    reading: Reading, table: SqlTable, known: Position, present: Present, since: str | int | None
) -> Iterator[Chunk]:
    """Yield the chunks of a table; a first load goes the fast way where there is one."""
    is_first = known.value is None
    note = None
    if is_first and sql_adbc.is_usable(reading):
        try:
            with closing(sql_adbc.fast_pages(reading, table.query, since)) as found:
                yield from _completed(reading, chunks(table, found, known, present), present, None)
            return
        except sql_adbc.NotWrapped as error:
            note = f"table {table.name} was read the plain way: {error}"
    with closing(pages(reading, table.query, since)) as found:
        read = chunks(table, found, known, present)
        yield from _completed(reading, read, present, note) if is_first else read


def _completed(reading: Reading, read: Iterator[Chunk], present: Present, note: str | None) -> Iterator[Chunk]:
    """Yield the chunks of a first load, the last one with the rows that the query can never give."""
    for chunk in read:
        yield (
            chunk
            if not chunk.is_last
            else replace(chunk, hidden=hidden_rows(reading, chunk.table, present), note=note)
        )


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
        if error is not None:
            self._connection.invalidate()  # rows may be on their way still
        self._connection.close()
        if isinstance(error, (sa.exc.SQLAlchemyError, self._driver_error())):
            if _is_bad_query(error):
                raise MappingError(f"{self._shown}: {_told(error)}; mend the query in the mapping") from error
            raise SourceError(f"{self._shown}: {_told(error)}", permanent=False) from error

    def _driver_error(self) -> Any:
        return self._engine.dialect.loaded_dbapi.Error


def _is_bad_query(error: BaseException) -> bool:
    cause = getattr(error, "orig", None) or error
    words = ("no such column", "no such table", "syntax error", "Unknown column")
    is_query = any(each.__name__ in ("ProgrammingError", "DataError") for each in type(cause).__mro__)
    return is_query or any(word in str(cause) for word in words)


def _told(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
