"""Where a system is and what opens it, as the settings say."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime


@dataclass(frozen=True)
class Access:
    """Address, secret and beginning of a source that is read over its web interface.

    user   whose token it is; None = the token stands for itself
    since  first day that is read; None = all there is
    """

    url: str
    token: str = field(repr=False)
    user: str | None = None
    since: date | None = None

    @property
    def start(self) -> int:
        """Return the epoch second at which the first day begins, in UTC."""
        if self.since is None:
            return 0
        return int(datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC).timestamp())
