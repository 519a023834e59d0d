"""One engine for the small warehouses of all tests of a process: each is a database attached to it in memory.

Starting an engine costs more than what most tests do in it, and so does making the tables: they are copied from a
warehouse that stands ready. What engines, files, threads and kills do to each other is tested elsewhere, on
warehouses opened as the product opens them.
"""

import weakref
from functools import cache
from itertools import count

import duckdb

from data.warehouse import Warehouse
from metrics import facts

NUMBERS = count(1)


class Room(Warehouse):
    """An empty warehouse in the engine of the tests; with_facts = with the derived tables too."""

    def __init__(self, with_facts: bool = False) -> None:
        self._open_room()
        self._con.execute(f"COPY FROM DATABASE {_ready(with_facts).name} TO {self.name}")

    def _open_room(self) -> None:
        self._con = _engine()
        self.path = None
        self.name = f"room_{next(NUMBERS)}"
        self._con.execute(f"ATTACH ':memory:' AS {self.name}")

    def close(self) -> None:
        """Give the memory back."""
        self._con.execute(f"DETACH DATABASE IF EXISTS {self.name}")


class Ready(Room):
    """A warehouse that others are copied from: made as the product makes its own."""

    def __init__(self, with_facts: bool) -> None:
        self._open_room()
        self._create()
        if with_facts:
            facts.create(self.cursor())


def fresh(with_facts: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a cursor in an empty warehouse of its own, which goes when the cursor does."""
    room = Room(with_facts)
    cursor = room.cursor()
    weakref.finalize(cursor, room.close)
    return cursor


def beside(cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return another cursor in the warehouse of a cursor, for a thread of its own."""
    name = cursor.execute("SELECT current_database()").fetchall()[0][0]
    other = cursor.cursor()
    other.execute(f"USE {name}; SET TimeZone = 'UTC'")
    return other


@cache
def _ready(with_facts: bool) -> Ready:
    return Ready(with_facts)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return Warehouse(None, threads=1).cursor()
