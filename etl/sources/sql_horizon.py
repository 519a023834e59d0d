"""How far a database can be read for good: its own clock, and the oldest transaction that may still commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SKEW = timedelta(minutes=1)  # clocks further apart than that are told


@dataclass(frozen=True)
class Horizon:
    """What a database says of its present, read before its rows.

    now       its own clock, aware
    oldest    start of the oldest transaction that is open; None = none is, or it is not known
    is_known  whether open transactions could be read at all
    note      what a person should know; None = nothing
    """

    now: datetime
    oldest: datetime | None = None
    is_known: bool = True
    note: str | None = None

    @property
    def limit(self) -> datetime:
        """Return the instant from which on rows may still appear."""
        return self.now if self.oldest is None else min(self.now, self.oldest)

    def until(self, overlap_s: int) -> datetime:
        """Return the instant before which everything has been delivered.

        overlap_s  seconds read again; where open transactions cannot be read, none is taken to last longer
        """
        return self.limit if self.is_known else self.now - timedelta(seconds=overlap_s)

    def notes(self, ours: datetime) -> list[str]:
        """Return what a person should know, clocks that differ included; `ours` is our own clock."""
        found = [self.note] if self.note else []
        if self.oldest is not None and self.now - self.oldest > SKEW:
            found.append(f"a transaction open in the source since {self.oldest:%Y-%m-%d %H:%M:%SZ} holds it back")
        if abs(self.now - ours) > SKEW:
            side = "ahead of" if self.now > ours else "behind"
            minutes = abs(self.now - ours) / timedelta(minutes=1)
            found.append(f"the source's clock is {minutes:.0f} min {side} ours; its own clock counts")
        return found
