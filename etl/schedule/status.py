"""How it goes with one source of the schedule, for pages, machines and the terminal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

    def as_json(self) -> dict[str, Any]:
        """Return the fields for a machine; instants in ISO form, UTC."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in vars(self).items()
        }

    def told(self) -> str:
        """Return it in one line for a terminal."""
        wait = f"next {self.next_at:%Y-%m-%d %H:%M:%S}Z" if self.next_at else "not before something changes"
        state = f"paused since {self.paused_at:%Y-%m-%d %H:%M}Z" if self.paused_at else wait
        state = f"running since {self.running_since:%H:%M:%S}Z" if self.running_since else state
        failed = f"; {self.failures} failures in a row ({self.circuit}): {self.error}" if self.error else ""
        return f"{self.source_id} ({self.rhythm}): {state}{failed}"
