"""Engines for database addresses: which driver is used, and what is refused."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from etl.model import MappingError, SourceError
from etl.sources.sql_dialect import Dialect
from etl.sources.sql_horizon import Horizon
from etl.sources.sql_mysql import MYSQL
from etl.sources.sql_postgres import POSTGRES
from etl.sources.sql_server import SQL_SERVER

BUSY_S = 5.0
RECYCLE_S = 1800
ENGINES = 32


def _ours(connection: sa.Connection, now: datetime) -> Horizon:
    return Horizon(now)


SQLITE = Dialect("sqlite", _ours, {})
DIALECTS: Mapping[str, Dialect] = {
    "sqlite": SQLITE,
    "postgresql": POSTGRES,
    "postgres": POSTGRES,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "mssql": SQL_SERVER,
}


def dialect_of(url: str) -> Dialect:
    """Return what is particular to the database of an address; MappingError when it is none we read."""
    return DIALECTS[_parsed(url)[1]]


def _parsed(url: str) -> tuple[sa.URL, str]:
    """Return an address with the driver we use, and the kind of database."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise MappingError(
            "the URL does not read like sqlite:///path/to/file.sqlite or postgresql://user:password@host:5432/name"
        ) from None
    kind, _, driver = parsed.drivername.partition("+")
    if kind not in DIALECTS:
        known = ", ".join(f"{name}://" for name in DIALECTS)
        raise MappingError(f"{shown(parsed)}: databases of kind {kind!r} are not read, use one of {known}")
    named = parsed.drivername if kind == "mssql" and driver else DIALECTS[kind].driver
    return parsed.set(drivername=named), kind


def shown(url: str | sa.URL) -> str:
    """Return an address without password and options, for people."""
    return sa.make_url(url).set(query={}).render_as_string(hide_password=True)


@lru_cache(maxsize=ENGINES)
def engine_of(url: str) -> sa.Engine:
    """Return the read-only engine of an address, which keeps a connection between pulls.

    SQLite files are opened read-only beside their writer. Raises MappingError for a kind of database we do not
    read or whose driver is missing.
    """
    parsed, kind = _parsed(url)
    if kind == "sqlite":
        return _sqlite(parsed)
    dialect = DIALECTS[kind]
    opened = dialect.opened_with(parsed.query)
    session = {name: value for name, value in opened.items() if name not in parsed.query or name == "options"}
    more: dict[str, Any] = {"use_native_hstore": False} if dialect is POSTGRES else {}
    try:
        engine = sa.create_engine(
            parsed, connect_args=session, pool_size=1, pool_pre_ping=True, pool_recycle=RECYCLE_S, **more
        )
    except (ImportError, sa.exc.NoSuchModuleError) as error:
        raise MappingError(f"{shown(url)}: its driver cannot be loaded ({error}); install it") from None
    sa.event.listen(engine, "connect", lambda connection, _: _settle(dialect, connection))
    return engine


def _settle(dialect: Dialect, connection: Any) -> None:
    try:
        dialect.settle(connection)
    except BaseException:
        connection.close()
        raise


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database:
        return sa.create_engine(url, pool_pre_ping=True)
    path = Path(url.database)
    return sa.create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=sa.pool.NullPool)


def _open_sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise SourceError(f"{path}: no such database file", permanent=False)
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, check_same_thread=False)
