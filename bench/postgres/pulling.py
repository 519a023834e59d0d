"""The stages that read the database, each in a process of its own: `bench.postgres.pulling STAGE FOLDER URL`."""

import json
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time

import duckdb
import psycopg

from bench.postgres.server import TABLES
from data.settings import ROOT, load_calendars, load_settings
from data.warehouse import Warehouse
from etl.mapping import Mapping, load_mapping
from etl.model import Origin
from etl.pull.run import Intake, pull
from etl.sources import open_source, sql_adbc
from metrics import facts
from metrics.desk import desk_from
from metrics.model import Desk

UNTIL = datetime(2026, 11, 1, 4, tzinfo=UTC)
SMALL = "300MB"
OURS = "ours.duckdb"
Result = dict[str, float]


def floor(folder: Path, url: str) -> Result:
    """Copy the tables into CSV files: the least that reading them takes."""
    started = perf_counter()
    with psycopg.connect(url) as connection:
        for table in TABLES:
            with (
                (folder / f"floor-{table}.csv").open("wb") as file,
                connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copying,
            ):
                for part in copying:
                    file.write(part)
    return {"seconds": perf_counter() - started}


def bare(folder: Path, url: str) -> Result:
    """Copy the tables as they are into a DuckDB file, all at once through the Arrow-native driver: nothing is read.

    The least that any load takes which ends in DuckDB: no keys, no checks, no ledger, no facts.
    """
    warehouse = Warehouse(folder / "bare.duckdb")
    started = perf_counter()
    with ThreadPoolExecutor(len(TABLES)) as pool:
        rows = sum(pool.map(lambda table: _copied(warehouse.cursor(), url, table), TABLES))
    warehouse.close()
    return {"seconds": perf_counter() - started, "rows": rows}


def _copied(con: duckdb.DuckDBPyConnection, url: str, table: str) -> int:
    driver = import_module(sql_adbc.DRIVER)
    with driver.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        con.register("arriving", cursor.fetch_record_batch())
        done = con.execute(f"CREATE TABLE bare_{table} AS FROM arriving").fetchone()
    return int(done[0]) if done else 0


def written(folder: Path, url: str) -> Result:
    """Copy the finished tables of `ours` into another DuckDB file: what writing the outcome takes by itself."""
    warehouse = Warehouse(folder / "written.duckdb")
    con = warehouse.cursor()
    con.execute(f"ATTACH '{folder / OURS}' AS finished (READ_ONLY)")
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'finished'").fetchall()
    started = perf_counter()
    for (name,) in names:
        con.execute(f"CREATE TABLE written_{name} AS FROM finished.{name}")
    warehouse.close()
    return {"seconds": perf_counter() - started}


def ours(folder: Path, url: str) -> Result:
    """Pull the tables as the product does: normalized, checked, accounted for, with all facts."""
    return _pulled(folder / OURS, url, _mapping(), _desk(), None)


def small(folder: Path, url: str) -> Result:
    """Do the same with so little memory for the engine that all of the process stays under 1 GB."""
    return _pulled(folder / "small.duckdb", url, _mapping(), _desk(), SMALL)


def plain(folder: Path, url: str) -> Result:
    """Load the tickets alone, without optional drivers and without facts: text through SQLAlchemy's pool."""
    sys.modules[sql_adbc.DRIVER] = None  # type: ignore[assignment]  # as if it were not installed
    mapping = _mapping()
    tickets = mapping.model_copy(update={"tables": mapping.tables[:1]})
    return _pulled(folder / "plain.duckdb", url, tickets, None, None)


def read(folder: Path, url: str) -> Result:
    """Read the tickets alone, without optional drivers, and load nothing."""
    sys.modules[sql_adbc.DRIVER] = None  # type: ignore[assignment]
    mapping = _mapping()
    source = open_source("bench", "sql", url, mapping.model_copy(update={"tables": mapping.tables[:1]}))
    started = perf_counter()
    deliveries = sum(1 for _ in source.read(None, UNTIL))
    return {"seconds": perf_counter() - started, "deliveries": deliveries}


def _desk() -> Desk:
    settings = load_settings(ROOT / "data" / "demo.yaml")
    return desk_from(settings, load_calendars(settings))


def _mapping() -> Mapping:
    return load_mapping(Path(__file__).with_name("mapping.yaml"))


def _pulled(path: Path, url: str, mapping: Mapping, desk: Desk | None, memory: str | None) -> Result:
    """Pull into a new warehouse; without a desk no facts are made."""
    warehouse = Warehouse(path, memory_limit=memory)
    con = warehouse.cursor()
    if desk is not None:
        facts.create(con, desk)
    source = open_source("bench", "sql", url, mapping)
    intake = Intake("bench", source, mapping, Origin(kind="sql", is_live=True), is_whole=True)
    started, stages = perf_counter(), dict[str, float]()
    rows = rejected = 0
    for report in pull(con, intake, lambda con, mark: facts.refresh(con, mark, desk) if desk else None, UNTIL):
        rows, rejected = rows + report.n_read, rejected + report.n_rejected
        for name, spent in report.seconds.items():
            stages[f"stage {name}"] = stages.get(f"stage {name}", 0.0) + spent
    seconds = perf_counter() - started
    warehouse.close()
    return {"seconds": seconds, "rows": rows, "rejected": rejected} | stages


STAGES: dict[str, Callable[[Path, str], Result]] = {
    "floor": floor,
    "bare": bare,
    "written": written,
    "ours": ours,
    "small": small,
    "plain": plain,
    "read": read,
}


def main(stage: str, folder: str, url: str) -> None:
    """Run one stage and print its result as JSON, with the seconds of processors that this process used."""
    before = process_time()
    result = STAGES[stage](Path(folder), url)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result | {"peak": peak, "processor": process_time() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
