"""How a source that fails is spared: later and later tries, and none at all where trying cannot help."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

TRIPS_AT = 3  # failures in a row: a single one is nothing to wait for
LONGEST_S = 900.0
SPREAD = 0.2  # share by which a wait is drawn shorter, so that sources that fell together do not return together


class Circuit(StrEnum):
    """Whether a source is asked: as usual, once to see, or not before its wait is over."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True)
class Breaker:
    """What the last failures of a source mean for its next turn.

    failures   in a row
    retry_at   the next try; while open the source is not asked before. None while open: not until its settings,
               mapping or files change
    """

    circuit: Circuit = Circuit.CLOSED
    failures: int = 0
    retry_at: datetime | None = None

    def bars(self, now: datetime) -> bool:
        """Return whether the source is not to be asked yet."""
        return self.circuit is Circuit.OPEN and (self.retry_at is None or now < self.retry_at)

    def tried(self) -> "Breaker":
        """Return the state while an open circuit is tried once; a closed one stays as it is."""
        return replace(self, circuit=Circuit.HALF_OPEN) if self.circuit is Circuit.OPEN else self

    def failed(self, now: datetime, pause_s: float, chance: float) -> "Breaker":
        """Return the state after a failure that may pass by itself.

        pause_s  the usual pause between two turns, doubled with each failure up to a quarter of an hour
        chance   0 to 1, shortens the wait by up to a fifth
        """
        failures = self.failures + 1
        if failures < TRIPS_AT:
            return Breaker(Circuit.CLOSED, failures, now + timedelta(seconds=pause_s))
        wait = min(pause_s * 2 ** min(failures - TRIPS_AT + 1, 20), max(LONGEST_S, pause_s))
        return Breaker(Circuit.OPEN, failures, now + timedelta(seconds=wait * (1 - SPREAD * chance)))

    def gave_up(self) -> "Breaker":
        """Return the state after an error that the same try would meet again."""
        return Breaker(Circuit.OPEN, self.failures + 1)
