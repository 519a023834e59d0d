"""What the schedule remembers over a restart, in the warehouse: pauses, and the last pull of a line of cron."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from data.warehouse import transaction


@dataclass(frozen=True)
class Remembered:
    """What was kept of a source.

    paused_at  None = not paused
    pulled_at  start of its last whole pull; None = none, or a source without a line of cron
    """

    paused_at: datetime | None = None
    pulled_at: datetime | None = None


class Memory:
    """The table source_turn; safe to use from any thread, and beside a load."""

    def __init__(self, cursor: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._cursor = cursor
        self._writing = threading.Lock()

    def all(self) -> Mapping[str, Remembered]:
        """Return what is remembered by source; sources of which nothing is are not in it."""
        rows = self._cursor().execute("SELECT source_id, paused_at, pulled_at FROM source_turn").fetchall()
        return {source_id: Remembered(paused_at, pulled_at) for source_id, paused_at, pulled_at in rows}

    def pause(self, source_id: str, since: datetime | None) -> None:
        """Remember that a source is paused; None = not any more."""
        self._write(source_id, "paused_at", since)

    def pulled(self, source_id: str, started_at: datetime) -> None:
        """Remember that a source was pulled whole."""
        self._write(source_id, "pulled_at", started_at)

    def _write(self, source_id: str, column: Literal["paused_at", "pulled_at"], instant: datetime | None) -> None:
        con = self._cursor()
        with self._writing, transaction(con):
            con.execute(
                "INSERT INTO source_turn (source_id) SELECT ? WHERE NOT EXISTS"
                " (FROM source_turn WHERE source_id = ?)",
                [source_id, source_id],
            )
            con.execute(f"UPDATE source_turn SET {column} = ? WHERE source_id = ?", [instant, source_id])
