"""One mapped query of a database, and the pages of its rows."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from etl.model import Batch, MappingError, Reject
from etl.sources.sql_cursor import Position, SqlCursor
from etl.sources.text_rows import TextRows, as_text, text_batch

PAGE = 50_000
ROWS_PER_DELIVERY = 250_000
MOST_HIDDEN = 1000
HIDDEN_RULE = "no_change_time"
SINCE = re.compile(r"""([\w.`"\[\]]+)\s*>=\s*:since\b""")

ORDER = re.compile(r"\s+ORDER\s+BY\s[^()]*$", re.I)  # of no use in a subquery, and not everywhere allowed in one


@dataclass(frozen=True)
class SqlTable:
    """One mapped query; `:since` in its text is bound to where the last pull ended, less the overlap.

    cursor  None = the whole query is pulled each time
    ids     columns that the id of a ticket is read from; empty = its rows are no tickets
    """

    name: str
    query: str
    cursor: SqlCursor | None = None
    ids: tuple[str, ...] = ()

    def hiding(self) -> str | None:
        """Return a query for the rows that `>= :since` can never give; None = the query compares in another way."""
        found = SINCE.findall(self.query)
        if self.cursor is None or len(found) != 1:
            return None
        return SINCE.sub(r"(\1 IS NULL OR \1 < :since)", self.query)

    def naming(self, quote: Callable[[str], str]) -> str:
        """Return a query for the ids alone; `quote` spells a column's name as the database wants it."""
        columns = ", ".join(f"kw.{quote(name)}" for name in self.ids)
        return f"SELECT {columns} FROM ({ORDER.sub('', self.query)}) kw"


@dataclass(frozen=True)
class Present:
    """The instants one pull goes by, in the zone of the source.

    limit  from where on rows may still appear
    clock  the source's now
    start  before everything the database can hold, as text
    """

    limit: datetime
    clock: datetime
    start: str


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of one table; `position` is where a pull that ends here goes on.

    is_last  the query has no more rows
    hidden   rows that the query can never give
    note     what a person should know of how it was read; None = nothing
    """

    table: SqlTable
    columns: tuple[str, ...]
    pages: tuple[pa.RecordBatch, ...]
    position: Position
    is_last: bool = False
    hidden: tuple[Reject, ...] = ()
    note: str | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return sum(page.num_rows for page in self.pages)

    def batch(self) -> Batch:
        """Return the rows as a batch; the hidden ones are numbered on."""
        hidden = [replace(one, row_no=self.rows + number) for number, one in enumerate(self.hidden, start=1)]
        return Batch(self.table.name, TextRows(self.columns, self.pages, hidden))


@dataclass(frozen=True)
class Page:
    """Some rows of a query as text; `seen` is their hash where they are all there is, else None."""

    columns: tuple[str, ...]
    rows: pa.RecordBatch
    seen: str | None = None


Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Reading:
    """A connection under which rows are read.

    open_cursor  gives a cursor on the driver's connection that leaves rows at the server
    give_up      ends a cursor whose connection was dropped
    """

    connection: sa.Connection
    open_cursor: Callable[[Any], Any]
    give_up: Callable[[Any], None]


def pages(reading: Reading, query: str, since: str | int | None) -> Generator[Page, None, None]:
    """Yield the rows of a query, 50,000 at a time, out of one snapshot that the server keeps."""
    is_first = True
    with executed(reading, query, since) as cursor:
        columns = _columns(cursor)
        while rows := cursor.fetchmany(PAGE):
            whole = is_first and len(rows) < PAGE
            yield Page(columns, text_batch(rows, len(columns)), _fingerprint(rows) if whole else None)
            is_first = False
    if is_first:
        yield Page(columns, text_batch([], len(columns)), _fingerprint([]))


@contextmanager
def executed(reading: Reading, query: str, since: str | int | None) -> Iterator[Any]:
    """Give the driver's cursor over a query; since None = it has no `:since`.

    The driver's own cursor, because a result of SQLAlchemy makes an object of each row.
    """
    statement = sa.text(query)
    if since is not None:
        # without a type the server gives the parameter that of the column it is compared to
        statement = statement.bindparams(sa.bindparam("since", since, type_=sa.types.NullType()))
    compiled = statement.compile(dialect=reading.connection.dialect)
    values = compiled.params
    cursor = reading.open_cursor(reading.connection.connection.driver_connection)
    try:
        named = values if compiled.positiontup is None else [values[name] for name in compiled.positiontup]
        cursor.execute(str(compiled), named)
        yield cursor
    except BaseException:
        reading.connection.invalidate()  # rows may be on their way still
        reading.give_up(cursor)
        raise
    cursor.close()


def _columns(cursor: Any) -> tuple[str, ...]:
    if cursor.description is None:
        raise MappingError("the query gives no rows; a source is read with SELECT only")
    return tuple(column[0] for column in cursor.description)


def _fingerprint(rows: Rows) -> str:
    """Return a hash of one page, so that the overlap read again is known to be nothing new."""
    return sha256(repr([tuple(row) for row in rows]).encode("utf-8", "replace")).hexdigest()[:32]


def chunks(table: SqlTable, found: Iterator[Page], known: Position, present: Present) -> Iterator[Chunk]:
    """Yield the rows of one query in chunks, each with the position a pull that ends there goes on from."""
    position = replace(known, seen=None, highest=None, at=present.limit.isoformat())
    held: list[Page] = []
    before, middle = None, position
    for page in found:
        values = _cursor_values(table, page)
        _check_order(table, before, values)
        if table.cursor is not None and values is not None:
            position = table.cursor.moved(position, values, present.limit, present.clock)
        if held and sum(each.rows.num_rows for each in held) >= ROWS_PER_DELIVERY:
            yield _chunk(table, held, middle)
            held = []
        held.append(page)
        before, middle = values, position
    seen = held[0].seen if len(held) == 1 else None
    yield replace(_chunk(table, held, replace(position, seen=seen)), is_last=True)


def _chunk(table: SqlTable, held: Sequence[Page], position: Position) -> Chunk:
    return Chunk(table, held[0].columns, tuple(page.rows for page in held), position)


def _cursor_values(table: SqlTable, page: Page) -> pa.Array | None:
    if table.cursor is None:
        return None
    for column in (table.cursor.column, table.cursor.key or table.cursor.column):
        if column not in page.columns:
            known = ", ".join(page.columns)
            raise MappingError(f"table {table.name}: no cursor column {column!r}; the query gives {known}")
    return page.rows.column(page.columns.index(table.cursor.column))


def _check_order(table: SqlTable, before: pa.Array | None, values: pa.Array | None) -> None:
    if table.cursor is None or before is None or values is None:
        return
    if table.cursor.falls_back(before, values):
        raise MappingError(f"table {table.name}: the query has to end in ORDER BY {table.cursor.column} and its key")


def hidden_rows(reading: Reading, table: SqlTable, present: Present) -> tuple[Reject, ...]:
    """Return the first rows that a query never gives, because their change column is empty or before all instants."""
    query = table.hiding()
    if query is None or table.cursor is None:
        return ()
    since = table.cursor.since(Position(), None, present.start)
    with executed(reading, query, since) as cursor:
        columns, rows = _columns(cursor), cursor.fetchmany(MOST_HIDDEN)
    return tuple(_hidden(table.cursor.column, dict(zip(columns, row, strict=True))) for row in rows)


def _hidden(column: str, row: dict[str, Any]) -> Reject:
    hint = f"the query never gives it: have the query write COALESCE({column}, created_at) as {column}"
    payload = {name: as_text(value) for name, value in row.items()}
    return Reject(0, payload, HIDDEN_RULE, column, payload.get(column), hint)
