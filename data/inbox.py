"""The journal of pushed events beside the warehouse: what stands in it survives a kill, and keeps its id for good.

It is a file of its own because a sender waits for its answer, and the warehouse may be in the middle of a long load.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.settings import Settings

MOST_EVENTS = 100_000
MOST_BYTES = 256 * 2**20
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, source_id TEXT NOT NULL, id TEXT, received_at TEXT NOT NULL, body TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS event_of_id ON event (source_id, id);
CREATE INDEX IF NOT EXISTS event_waiting ON event (source_id, seq) WHERE body IS NOT NULL;
CREATE TABLE IF NOT EXISTS heard (source_id TEXT PRIMARY KEY, heard_at TEXT NOT NULL);
"""
WAITING = "FROM event WHERE source_id = ? AND body IS NOT NULL"


def inbox_beside(warehouse: Path) -> Path:
    """Return where the journal of a warehouse is."""
    return warehouse.with_name(warehouse.name + ".inbox")


@dataclass(frozen=True)
class Entry:
    """An event to be kept: its text, and the id it is known by; None = it may come again (it was rejected)."""

    body: str
    id: str | None


@dataclass(frozen=True)
class Kept:
    """An event of the journal: its place, when it came, its text."""

    seq: int
    received_at: datetime
    body: str


class Inbox:
    """Events of all sources in the order they came; safe to use from any thread. sqlite3.Error when it fails.

    Events that are loaded lose their text and keep their id. Raises OSError when the file cannot be opened.
    """

    def __init__(self, path: Path, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        path.touch(0o600)
        self._con = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._con.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise OSError(
                f"{path}: the inbox cannot be opened ({error}); move it away to begin with a new one"
            ) from None
        self._lock = threading.Lock()
        self._most_events, self._most_bytes = most_events, most_bytes

    def close(self) -> None:
        """Close the file."""
        self._con.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._con.execute("BEGIN IMMEDIATE")
            try:
                yield self._con
                self._con.execute("COMMIT")  # on the disk when it returns
            finally:
                if self._con.in_transaction:
                    self._con.execute("ROLLBACK")

    def keep(self, source_id: str, entries: Sequence[Entry], now: datetime) -> list[bool]:
        """Keep the events whose id is not known, and that the source was heard; return of each whether it was new.

        All of them are on the disk when this returns, or none is.
        """
        with self._writing() as con:
            con.execute(
                "INSERT INTO heard VALUES (?, ?) ON CONFLICT (source_id)"
                " DO UPDATE SET heard_at = max(heard_at, excluded.heard_at)",
                [source_id, now.isoformat()],
            )
            return [self._add(con, source_id, entry, now) for entry in entries]

    def _add(self, con: sqlite3.Connection, source_id: str, entry: Entry, now: datetime) -> bool:
        done = con.execute(
            "INSERT INTO event (source_id, id, received_at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [source_id, entry.id, now.isoformat(), entry.body],
        )
        return done.rowcount == 1

    def known(self, source_id: str, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that were kept before."""
        with self._lock:
            return {one for one in ids if self._is_known(source_id, one)}

    def _is_known(self, source_id: str, id_: str) -> bool:
        found = self._con.execute("SELECT 1 FROM event WHERE source_id = ? AND id = ?", [source_id, id_])
        return found.fetchone() is not None

    def is_full(self, source_id: str) -> bool:
        """Return whether more events of a source wait to be loaded than there is room for."""
        with self._lock:
            count, size = self._con.execute(
                f"SELECT count(*), coalesce(sum(length(body)), 0) {WAITING}", [source_id]
            ).fetchone()
        return bool(count >= self._most_events or size >= self._most_bytes)

    def heard_at(self, source_id: str) -> datetime | None:
        """Return when a source was last heard; None = never."""
        with self._lock:
            row = self._con.execute("SELECT heard_at FROM heard WHERE source_id = ?", [source_id]).fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def waiting(self, source_id: str, after: int, most: int) -> list[Kept]:
        """Return the next events behind a place, in order."""
        with self._lock:
            rows = self._con.execute(
                f"SELECT seq, received_at, body {WAITING} AND seq > ? ORDER BY seq LIMIT ?", [source_id, after, most]
            ).fetchall()
        return [Kept(seq, datetime.fromisoformat(received_at), body) for seq, received_at, body in rows]

    def settle(self, source_id: str, loaded: int) -> None:
        """Drop the texts up to the place that the warehouse has loaded.

        Ids behind it without a text were loaded into another state of the warehouse, such as the one before a backup
        was put back: they are forgotten, so that their events can be sent again.
        """
        # the plus keeps the index of ids out: it would be read whole
        behind = "FROM event WHERE seq > ? AND +source_id = ? AND body IS NULL"
        loads = f"{WAITING} AND seq <= ?"
        with self._lock:
            is_loaded = self._con.execute(f"SELECT 1 {loads} LIMIT 1", [source_id, loaded]).fetchone()
            is_behind = self._con.execute(f"SELECT 1 {behind} LIMIT 1", [loaded, source_id]).fetchone()
        if not is_loaded and not is_behind:
            return
        with self._writing() as con:
            con.execute(f"DELETE {behind}", [loaded, source_id])
            con.execute(f"DELETE {loads} AND id IS NULL", [source_id, loaded])
            con.execute(f"UPDATE event SET body = NULL {loads.removeprefix('FROM event ')}", [source_id, loaded])


def inbox_of(settings: Settings, warehouse: Path) -> Inbox | None:
    """Return where events wait that were pushed; None = no source pushes."""
    is_pushed = any(rule.kind == "push" for rule in settings.sources)
    return Inbox(inbox_beside(warehouse)) if is_pushed else None
