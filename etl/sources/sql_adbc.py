"""The fast path for PostgreSQL: rows as Arrow text through ADBC, the same as through psycopg.

Used for a first load where the optional driver is installed; everything is optional here, and whatever cannot be
read this way is read the plain way with a note.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlencode

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from etl.model import SourceError
from etl.sources.sql_engine import shown
from etl.sources.sql_postgres import POSTGRES
from etl.sources.sql_table import Page, Reading
from etl.sources.text_rows import text_batch

TEXT = (19, 25, 1042, 1043)  # name, text, char(n), varchar: as they are; a cast would trim char(n)
# types whose cast to text is what the server writes anyway
CAST = (16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1083, 1114, 1184, 1186, 1266, 1700, 2950, 3802)
DRIVER = "adbc_driver_postgresql.dbapi"
SINCE_MARK = re.compile(r"(?<![:\w\\]):since\b")


class NotWrapped(Exception):
    """The query cannot be read this way; the message says why."""


def is_installed() -> bool:
    """Return whether the optional driver can be imported."""
    try:
        import_module(DRIVER)
    except ImportError:
        return False
    return True


def wrapped(query: str, columns: Sequence[tuple[str, int]]) -> str:
    """Return a query that gives every column as the text the server writes.

    columns  names and type OIDs. Raises NotWrapped where two columns have one name.
    """
    names = [name for name, _ in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise NotWrapped(f"two columns are called {twice!r}")
    listed = ", ".join(f"{_as_text(name, oid)} AS {quoted(name)}" for name, oid in columns)
    return f"SELECT {listed} FROM (\n{query.strip().rstrip(';')}\n) AS kw_rows"


def _as_text(name: str, oid: int) -> str:
    column = f"kw_rows.{quoted(name)}"
    if oid in TEXT:
        return f"{column}::text" if oid == TEXT[0] else column
    if oid in CAST:
        return f"{column}::text"
    return f"CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END"


def quoted(name: str) -> str:
    """Return an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int) -> str:
    """Return a value of `:since` as SQL; a COPY takes no parameters."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def address(url: sa.URL) -> str:
    """Return the address as the driver takes it, with the session of every other connection."""
    query = POSTGRES.opened_with(url.query)
    secret = f":{quote(url.password, safe='')}" if url.password else ""
    user = f"{quote(url.username, safe='')}{secret}@" if url.username else ""
    host = f"[{url.host}]" if url.host and ":" in url.host else url.host or ""
    place = f"{host}:{url.port}" if url.port else host
    return f"postgresql://{user}{place}/{quote(url.database or '')}?{urlencode(query, quote_via=quote, doseq=True)}"


def is_usable(reading: Reading) -> bool:
    """Return whether this connection can be read the fast way: PostgreSQL, and the driver is there."""
    return reading.connection.dialect.name == "postgresql" and is_installed()


def fast_pages(reading: Reading, query: str, since: str | int | None) -> Generator[Page, None, None]:
    """Yield the rows of a query, out of one snapshot. Raises NotWrapped before the first row, SourceError later."""
    plain = query if since is None else SINCE_MARK.sub(lambda _: literal(since), query)
    columns = _described(reading, plain.replace("\\:", ":"))
    names, is_begun = tuple(name for name, _ in columns), False
    driver = import_module("adbc_driver_manager")
    try:
        for batch in batches(reading.connection.engine.url, wrapped(plain.replace("\\:", ":"), columns)):
            is_begun = True
            yield Page(names, batch)
    except (driver.Error, pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        if not is_begun:
            raise NotWrapped(told) from None
        raise SourceError(f"{shown(reading.connection.engine.url)}: {told}", permanent=False) from error
    if not is_begun:
        yield Page(names, text_batch([], len(names)))


def _described(reading: Reading, query: str) -> list[tuple[str, int]]:
    """Return names and type OIDs of a query's columns."""
    connection: Any = reading.connection.connection.driver_connection
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM (\n{query.strip().rstrip(';')}\n) AS kw_rows LIMIT 0")
        found = [(column.name, column.type_code) for column in cursor.description or ()]
    connection.rollback()
    return found


def batches(url: sa.URL, query: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a wrapped query as text columns c1..cn; errors are those of the driver."""
    driver = import_module(DRIVER)
    with driver.connect(address(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        for batch in cursor.fetch_record_batch():
            names = [f"c{number + 1}" for number in range(batch.num_columns)]
            yield pa.RecordBatch.from_arrays([_text(column) for column in batch.columns], names)


def _text(column: Any) -> pa.Array:
    # PostgreSQL keeps no NUL character in a text
    return column if column.type == pa.string() else pc.cast(column, pa.string())
