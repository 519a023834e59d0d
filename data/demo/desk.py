"""The demo desk in SQLite: made in bulk once, then kept alive step by step."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from data.demo import cast
from data.demo.rhythm import PACE, World, to_ms
from data.demo.tables import TABLES, Block, python_values, size
from data.demo.walk import Numbers, Walk

SCHEMA = Path(__file__).with_name("desk.sql")
BATCH = 50_000  # rows turned into Python objects at once

Progress = Callable[[int, int], None]


def create(
    path: Path, tickets: int, until: datetime, seed: int, progress: Progress | None = None, *, pace: float = PACE
) -> None:
    """Write a desk with `tickets` cases opened up to `until` (aware); the same arguments give the same desk.

    The history covers 28 days to three years, 91 days at 64,000 tickets. `progress(done, total)` is told
    the cases written. `pace`: least cases an hour once the desk lives on. Raises FileExistsError.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists; remove it to make a new demo desk")
    path.parent.mkdir(parents=True, exist_ok=True)
    world = World.of(tickets, until, seed, pace)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as con:
        con.execute("PRAGMA journal_mode = OFF")
        con.execute("PRAGMA synchronous = OFF")
        tables, indexes = SCHEMA.read_text(encoding="utf-8").split("-- Indexes", 1)
        con.executescript(tables)
        con.execute("BEGIN")
        _write_staff(con, world)
        _write_history(con, world, tickets, progress or _silent)
        con.execute("COMMIT")
        con.executescript("-- Indexes" + indexes)
        con.execute("PRAGMA journal_mode = WAL")
    unfinished.rename(path)


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def _write_history(con: sqlite3.Connection, world: World, tickets: int, progress: Progress) -> None:
    done = 0
    for blocks in history(world):
        _write(con, blocks)
        done += size(blocks["hd_case"])
        progress(done, tickets)
    con.execute(
        "INSERT INTO hd_clock VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        [world.seed, world.started_ms, world.settled_ms, world.scale, world.per_day, world.pace, world.settled_ms],
    )


def history(world: World) -> Iterator[Mapping[str, Block]]:
    """Yield the whole history in blocks in order of time, cases as they stand at its end."""
    walk = Walk(world, world.started_ms - 1, Numbers())
    while walk.at_ms < world.settled_ms:
        yield walk.step(walk.chunk_end(world.settled_ms), world.settled_ms)


def _write_staff(con: sqlite3.Connection, world: World) -> None:
    groups = [(number + 1, group.name, group.department) for number, group in enumerate(cast.GROUPS)]
    con.executemany("INSERT INTO hd_group VALUES (?, ?, ?)", groups)
    seats = world.agents_per_group
    agents = [
        (cast.FIRST_AGENT + number, cast.person(number), number // seats + 1, 0)
        for number in range(len(groups) * seats)
    ]
    con.executemany("INSERT INTO hd_agent VALUES (?, ?, ?, ?)", [(cast.ROBOT_ID, "小助 Robot", None, 1), *agents])


def _write(con: sqlite3.Connection, blocks: Mapping[str, Block]) -> int:
    """Write the blocks; cases that are there already are replaced. Return the number of rows."""
    for table, columns in TABLES.items():
        block = blocks[table]
        verb = "INSERT OR REPLACE" if table == "hd_case" else "INSERT"
        marks = ", ".join("?" * len(columns))
        for start in range(0, size(block), BATCH):
            values = [python_values(column, block[column.name][start : start + BATCH]) for column in columns]
            con.executemany(f"{verb} INTO {table} VALUES ({marks})", zip(*values, strict=True))
    return sum(size(block) for block in blocks.values())


class Living:
    """A desk that goes on living in its file; the file alone knows how far it has come.

    Keeps one connection, so that the write-ahead log is not folded into the file at every step; may be called
    from any thread, one at a time.
    """

    def __init__(self, path: Path, seed: int) -> None:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no demo desk here; create it first")
        _add_later_tables(path)
        self._path = path
        self._seed = seed
        self._con: sqlite3.Connection | None = None
        self._walk: Walk | None = None
        self._turn = Lock()

    def advance(self, now: datetime) -> int:
        """Write everything that happened since the last time up to `now` (aware); return the number of rows.

        A `now` not after the last one writes nothing. Raises RuntimeError when somebody else advances the
        same file, ValueError when the file belongs to another seed; the next call asks the file again.
        """
        goal = to_ms(now)
        with self._turn:
            try:
                return self._advanced(goal)
            except BaseException:
                self._forget()
                raise

    def _advanced(self, goal: int) -> int:
        if self._con is None:
            self._con = sqlite3.connect(self._path, isolation_level=None, timeout=10.0, check_same_thread=False)
            self._con.execute("PRAGMA synchronous = NORMAL")
        walk = self._walk = self._walk or _resumed(self._con, self._path, self._seed)
        written = 0
        while walk.at_ms < goal:
            written += _step(self._con, walk, walk.chunk_end(goal))
        return written

    def _forget(self) -> None:
        if self._con is not None:
            self._con.close()
        self._con = self._walk = None

    def close(self) -> None:
        """Close the file; a later `advance` opens it again."""
        with self._turn:
            self._forget()


def _add_later_tables(path: Path) -> None:
    """Give a desk made by an earlier version the tables it lacks; they fill from now on."""
    statements = SCHEMA.read_text(encoding="utf-8").split(";")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10.0)) as con:
        known = {row[0] for row in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for text in statements if "hd_invite" not in known else ():
            if " IF NOT EXISTS " in text:
                con.execute(text)


def _step(con: sqlite3.Connection, walk: Walk, to_ms: int) -> int:
    before = walk.at_ms
    blocks = walk.step(to_ms)
    with _transaction(con):
        moved = con.execute("UPDATE hd_clock SET shown_until = ? WHERE shown_until = ?", [to_ms, before])
        if moved.rowcount != 1:
            raise RuntimeError("another process advances this demo desk; let only one do it")
        return _write(con, blocks)


@contextmanager
def _transaction(con: sqlite3.Connection) -> Iterator[None]:
    con.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def _resumed(con: sqlite3.Connection, path: Path, seed: int) -> Walk:
    clock = con.execute("SELECT seed, started_at, settled_at, scale, per_day, pace, shown_until FROM hd_clock")
    *made_from, shown_until = clock.fetchone()
    world = World(*made_from)
    if world.seed != seed:
        raise ValueError(f"{path} was made with seed {world.seed}, not {seed}")
    last = [con.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in NUMBERED]
    return Walk(world, shown_until, Numbers(*last))


NUMBERED = ("hd_case_log", "hd_post", "hd_invite", "hd_rating")
