"""How it goes with one source of the schedule, for pages, machines and the terminal."""

from dataclasses import dataclass
from datetime import datetime

from etl.schedule.breaker import Circuit


@dataclass(frozen=True)
class SourceStatus:
    """One source of the schedule at one moment.

    rhythm         when it is due, in words
    circuit        closed: asked as usual; open: spared after failures; half_open: being tried once
    failures       in a row
    paused_at      None = not paused
    running_since  None = not being pulled now
    next_at        None = not until it is resumed, or, after an error that trying again cannot mend, until its
                   settings, mapping or files change or somebody says "run now"
    pulled_at      start of the last pull that ended well, since the start of the process; None = none yet
    error          why the last pull failed; None = it did not
    """

    source_id: str
    name: str
    rhythm: str
    circuit: Circuit
    failures: int
    paused_at: datetime | None
    running_since: datetime | None
    next_at: datetime | None
    pulled_at: datetime | None
    error: str | None
