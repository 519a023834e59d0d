"""One load at a time: sources are read beside each other, the warehouse is written by one of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from etl.model import LoadStopped

AGAIN_S = 0.05
STOPPING = "the monitor is stopping"


class Gate:
    """Lets one load in at a time, and none once it is closed."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._con: duckdb.DuckDBPyConnection | None = None
        self._closing = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Return whether the process is stopping."""
        return self._closing.is_set()

    def wait(self, seconds: float) -> None:
        """Wait outside; raises LoadStopped as soon as the process is stopping."""
        if self._closing.wait(seconds):
            raise LoadStopped(STOPPING)

    @contextmanager
    def entered(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Wait for the turn to write, and hold it; raises LoadStopped when the process is stopping."""
        with self._turn:
            if self.is_closed:
                raise LoadStopped(STOPPING)
            self._con = con
            try:
                yield
            finally:
                self._con = None

    @contextmanager
    def last(self) -> Iterator[None]:
        """Hold the turn after the gate was closed, to write down what was left."""
        with self._turn:
            yield

    def close(self, grace_s: float) -> bool:
        """Let nobody in any more and wait for the load inside; after the grace it is interrupted and rolled back.

        Return whether it had to be.
        """
        self._closing.set()
        is_rolled_back = not self._turn.acquire(timeout=grace_s)
        if is_rolled_back:
            self._interrupt()
        self._turn.release()
        return is_rolled_back

    def _interrupt(self) -> None:
        """Take the turn from the load that has it; between two of its statements there is nothing to interrupt."""
        while not self._turn.acquire(timeout=AGAIN_S):
            con = self._con
            if con is not None:
                con.interrupt()
