"""The one door to the DuckDB file: opening, schema, transactions, versions and the watermark."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import duckdb

from data import disk

SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = "1"
STORAGE_VERSION = "v1.5.0"  # read by DuckDB 1.5 and 2.0 alike
MOST_MEMORY = 12 * 2**30
FOLDS, AGAIN_S = 20, 0.25
NEVER = "1024TiB"  # size of a log that is folded into the file


class Warehouse:
    """An open warehouse; hand each thread its own cursor.

    path None = in memory (tests, golden worlds). What exceeds memory_limit is spilled beside the file. Raises
    NotWritable and NoRoom (data/disk.py).
    """

    def __init__(self, path: Path | None, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        self._con = duckdb.connect(":memory:", config=self._config(path, memory_limit, threads))
        self.path = path
        self.name = "warehouse" if path is not None else "memory"
        self._is_folding = True
        if path is not None:
            self._attach(path)
        self._con.execute(f"USE {self.name}")
        with disk.telling():
            self._create()

    def _attach(self, path: Path) -> None:
        disk.see_writable(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._mind_room(path)
        quoted = str(path).replace("'", "''")
        with disk.telling():
            self._con.execute(f"ATTACH '{quoted}' AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")

    def _mind_room(self, path: Path) -> None:
        """Leave the log alone where room is short: if it cannot be folded in, the whole engine is lost."""
        is_folding = not disk.is_short(path)
        if is_folding != self._is_folding:
            self._con.execute("RESET checkpoint_threshold" if is_folding else f"SET checkpoint_threshold = '{NEVER}'")
            self._is_folding = is_folding

    @staticmethod
    def _config(
        path: Path | None, memory_limit: str | None, threads: int | None
    ) -> dict[str, str | bool | int | float | list[str]]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        config["memory_limit"] = memory_limit or f"{fair_share() // 2**20}MiB"
        if threads is not None:
            config["threads"] = threads
        if path is not None:
            config["temp_directory"] = str(path.parent / (path.name + ".tmp"))
        return config

    def _create(self) -> None:
        con = self.cursor()
        con.execute("BEGIN")
        con.execute(SCHEMA.read_text(encoding="utf-8"))
        known = con.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
        if known is None:
            con.execute(
                "INSERT INTO meta VALUES ('schema_version', ?), ('data_version', '0')",
                [SCHEMA_VERSION],
            )
        elif known[0] != SCHEMA_VERSION:
            raise disk.NotAWarehouse(
                f"{self.path}: schema {known[0]}, this program needs {SCHEMA_VERSION}; move it away and load anew, or"
                " run the version that made it"
            )
        con.execute("COMMIT")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor of its own for the calling thread, in UTC and inside this warehouse."""
        if self.path is not None:
            self._mind_room(self.path)
        cursor = self._con.cursor()
        cursor.execute(f"USE {self.name}")
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor

    def checkpoint(self, wait: Callable[[float], object] = time.sleep) -> bool:
        """Fold the log into the file; raises NoRoom where room is short.

        wait  waits so many seconds, for the engine folds nothing in while others read what is to go
        Returns False when they still did after some seconds; then it is done with the next that is folded in.
        """
        cursor = self.cursor()
        if not self._is_folding:
            raise disk.NoRoom(
                f"{self.path}: what was deleted still takes its space, for room is short; make room first"
            )
        for _ in range(FOLDS):
            with suppress(duckdb.TransactionException), disk.telling():
                cursor.execute("CHECKPOINT")
                return True
            wait(AGAIN_S)
        return False

    def close(self) -> None:
        """Close the file and drop spilled temporary files."""
        self._con.close()
        if self.path is not None:
            shutil.rmtree(self.path.parent / (self.path.name + ".tmp"), ignore_errors=True)


def opened(path: Path, memory_mb: int | None) -> Warehouse:
    """Return the warehouse in a file, its engine held to so many megabytes; None = its fair share of the machine."""
    return Warehouse(path, memory_limit=None if memory_mb is None else f"{memory_mb}MB")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what happens inside whole, or nothing of it; raises NoRoom and NotWritable (data/disk.py)."""
    with disk.telling():
        con.execute("BEGIN")
        try:
            yield
            con.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a commit that failed has rolled back already; what it failed by comes out
                con.execute("ROLLBACK")
            raise


def fair_share() -> int:
    """Return how many bytes the engine may hold: half of the machine's memory, at most 12 GiB."""
    return min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2, MOST_MEMORY)


def data_version(con: duckdb.DuckDBPyConnection) -> int:
    """Return the number that every committed load with an effect moves on by one."""
    row = con.execute("SELECT value FROM meta WHERE name = 'data_version'").fetchone()
    return int(row[0]) if row else 0


def bump_data_version(con: duckdb.DuckDBPyConnection) -> int:
    """Move data_version on by one, inside the caller's transaction if there is one; return the new one."""
    version = data_version(con) + 1
    con.execute("UPDATE meta SET value = ? WHERE name = 'data_version'", [str(version)])
    return version


def watermark(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the instant up to which everything has been delivered (semantics 1.2); None = nothing loaded.

    The oldest of the live sources; those that never count as stale hold nothing back beside others that do. As long
    as no live source has delivered, the newest of the imports.
    """
    row = con.execute(
        "SELECT coalesce(min(watermark) FILTER (is_live AND max_age_s IS NOT NULL),"
        " min(watermark) FILTER (is_live), max(watermark)) FROM source"
    ).fetchone()
    found: datetime | None = row[0] if row else None
    return found
