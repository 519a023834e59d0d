"""An order that was placed with the monitor: its number, how far it is, and what it has told so far."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from etl.orders.order import Order
from etl.schedule.progress import Progress

State = Literal["waiting", "running", "done", "failed"]
MOST_LINES = 2_000  # kept of one order; who follows it has read the earlier ones


@dataclass
class Placed:
    """One order; `order` itself is let go of as soon as it is over, for it may name a person.

    error     why it failed; None = it did not
    n_told    lines told so far, those no longer kept too
    progress  of the first load of its source; None = it is none
    began_at  None = it waits
    ended_at  None = it is not over
    """

    number: int
    order: Order | None
    verb: str
    source_id: str | None
    state: State = "waiting"
    error: str | None = None
    n_told: int = 0
    progress: Progress | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    kept: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_over(self) -> bool:
        """Return whether it is done or has failed."""
        return self.ended_at is not None

    def tell(self, line: str) -> None:
        """Note a line for the person who gave the order."""
        with self.lock:
            self.kept.append(line)
            self.n_told += 1

    def begins(self, progress: Progress) -> None:
        """Note that it is the first load of its source."""
        self.progress = progress

    def end(self, error: str | None, now: datetime) -> None:
        """Note how it ended; None = well. What was said first counts."""
        with self.lock:
            if not self.is_over:
                self.state, self.error, self.ended_at = "done" if error is None else "failed", error, now
            self.order = None

    def standing(self, after: int = 0) -> dict[str, Any]:
        """Return how it stands, for JSON, with the lines behind the first `after` ones; `next` is where to go on."""
        with self.lock:
            return {
                "order": self.number,
                "verb": self.verb,
                "source": self.source_id,
                "state": self.state,
                "error": self.error,
                "lines": self._lines(max(0, after)),
                "next": self.n_told,
            }

    def _lines(self, after: int) -> list[str]:
        """Return the lines behind the first `after` ones; what is no longer kept is told as a number."""
        n_gone = self.n_told - len(self.kept)
        missing = [f"... {n_gone - after:,} more lines"] if n_gone > after else []
        return missing + list(self.kept)[max(0, after - n_gone) :]
