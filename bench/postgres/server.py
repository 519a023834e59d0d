"""The database that is read: a throw-away server with a million tickets and five events and messages each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tests.servers.postgres import Postgres

EVENTS_PER_TICKET = 5
INSTANTS = {"tickets": ("opened_at", "updated_at"), "log": ("logged_at",), "posts": ("sent_at", "updated_at")}
TABLES = tuple(INSTANTS)
CHUNK = 1 << 20


@contextmanager
def filled(folder: Path, tickets: int) -> Iterator[Postgres]:
    """Yield a server whose database holds the Parquet files of a folder; it goes with the context."""
    server = Postgres()
    try:
        left = tickets * EVENTS_PER_TICKET
        for table in TABLES:
            rows = _fill(server, folder, table, None if table == "tickets" else left)
            left -= 0 if table == "tickets" else rows
        server.run("VACUUM ANALYZE")
        yield server
    finally:
        server.stop()


def _fill(server: Postgres, folder: Path, table: str, limit: int | None) -> int:
    """Copy the rows of one table, no more than the limit; return how many."""
    source = f"read_parquet('{folder / f'{table}-*.parquet'}')"
    columns = duckdb.sql(f"DESCRIBE FROM {source}").fetchall()
    named = ", ".join(f'"{name}" {_type(table, name, kind)}' for name, kind, *_ in columns)
    server.run(f"CREATE TABLE {table} ({named}, PRIMARY KEY (id))")
    instants = ", ".join(
        f"strftime(make_timestamp({name} * 1000), '%Y-%m-%d %H:%M:%S.%g+00') AS {name}" for name in INSTANTS[table]
    )
    file = folder / f"{table}.csv"
    cut = "" if limit is None else f" LIMIT {limit}"
    duckdb.sql(f"COPY (SELECT * REPLACE ({instants}) FROM {source}{cut}) TO '{file}' (HEADER false)")
    with server.connect() as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copying, file.open("rb") as lines:
            while part := lines.read(CHUNK):
                copying.write(part)
        rows = cursor.rowcount
    file.unlink()
    return rows


def _type(table: str, column: str, kind: str) -> str:
    if column in INSTANTS[table]:
        return "timestamptz"
    return "bigint" if kind == "BIGINT" else "text"
