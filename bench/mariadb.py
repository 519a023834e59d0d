"""`python -m bench.mariadb --tickets N`: the demo desk's tickets out of a MariaDB, which the bench starts itself."""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pymysql

from bench.postgres.__main__ import RUN, SEED, stage, table
from bench.postgres.pulling import UNTIL
from data.demo import export
from tests.servers.mariadb import MariaDB

INSTANTS = ("opened_at", "updated_at")


def main() -> None:
    """Fill a server with tickets, read and load them, print what it took."""
    parser = argparse.ArgumentParser(prog="bench.mariadb", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--files", type=Path, help="folder with the demo desk's Parquet files; default: made anew")
    given = parser.parse_args()
    folder = RUN / f"mariadb-{given.tickets}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if given.files is None:
        export(folder, given.tickets, UNTIL, SEED)
    with filled(given.files or folder, folder / "tickets.csv") as server:
        results = {f"tickets alone, {name}": stage(name, folder, server.url()) for name in ("read", "plain")}
    print(table("MariaDB", given.tickets, results))
    shutil.rmtree(folder)


@contextmanager
def filled(files: Path, lines: Path) -> Iterator[MariaDB]:
    """Yield a server that holds the tickets of a folder; `lines` is the file by which they get there."""
    server = MariaDB()
    try:
        _fill(server, f"read_parquet('{files}/tickets-*.parquet')", lines)
        yield server
    finally:
        server.stop()


def _fill(server: MariaDB, source: str, lines: Path) -> None:
    columns = duckdb.sql(f"DESCRIBE FROM {source}").fetchall()
    server.run(f"CREATE TABLE tickets ({', '.join(_column(name, kind) for name, kind, *_ in columns)})")
    instants = ", ".join(
        f"strftime(make_timestamp({name} * 1000), '%Y-%m-%d %H:%M:%S.%g') AS {name}" for name in INSTANTS
    )
    duckdb.sql(
        f"COPY (SELECT COLUMNS(*)::VARCHAR FROM (SELECT * REPLACE ({instants}) FROM {source}))"
        f" TO '{lines}' (HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '', NULLSTR '\\N')"
    )
    connection = pymysql.connect(
        host="127.0.0.1", port=server.port, user="root", database="desk", autocommit=True, local_infile=True
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(f"LOAD DATA LOCAL INFILE '{lines}' INTO TABLE tickets CHARACTER SET utf8mb4")
    lines.unlink()


def _column(name: str, kind: str) -> str:
    if name in INSTANTS:
        return f"`{name}` datetime(3)"
    if kind == "BIGINT":
        return f"`{name}` bigint" + (" PRIMARY KEY" if name == "id" else "")
    return f"`{name}` text"


if __name__ == "__main__":
    main()
