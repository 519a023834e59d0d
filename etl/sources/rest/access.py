"""Where a system is and what opens it, as the settings say."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime


@dataclass(frozen=True)
class Access:
    """Address, secret and beginning of a source that is read over its web interface.

    user   whose token it is; None = the token stands for itself
    since  first day that is read; None = all there is
    until  first day that is not read any more; None = up to now
    """

    url: str
    token: str = field(repr=False)
    user: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def start(self) -> int:
        """Return the epoch second at which the first day begins, in UTC."""
        return 0 if self.since is None else _midnight(self.since)

    @property
    def end(self) -> int | None:
        """Return the epoch second at which the first day begins that is not read, in UTC; None = none does."""
        return None if self.until is None else _midnight(self.until)


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
