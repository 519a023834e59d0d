"""How long to wait before a request is tried again."""

import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

LIMIT = 5  # so many times as long
EPOCH_FROM = 1_000_000_000  # smaller numbers are no instants of these days


@dataclass(frozen=True)
class Patience:
    """How hard a request is tried.

    tries      of one request, the first included
    first_s    wait before the second try where the server names none; doubles from try to try
    longest_s  the longest single wait; a server that asks for more ends the run, and the next one goes on
    timeout_s  without an answer the connection is given up
    """

    tries: int = 6
    first_s: float = 1.0
    longest_s: float = 120.0
    timeout_s: float = 60.0

    def back_off_s(self, n_tried: int) -> float:
        """Return the wait after so many tries where the server names none."""
        return float(min(self.longest_s, self.first_s * 2 ** (n_tried - 1)))

    def wait_s(self, n_tried: int, asked_s: float | None, is_limit: bool = False) -> float:
        """Return the wait after so many tries; asked_s is what the server names, None = nothing.

        One that names next to nothing, and then fails again, is given more time from try to try. A limit of which
        nothing is named is one of requests in a minute: all waits together outlast it.
        """
        if asked_s is None:
            return min(self.longest_s, self.back_off_s(n_tried) * (LIMIT if is_limit else 1))
        return asked_s if n_tried == 1 else max(asked_s, self.back_off_s(n_tried))


def http_instant(text: str | None) -> datetime | None:
    """Return the instant of an HTTP date such as a Date header; None = absent, not one, or without a zone."""
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def asked_wait_s(header: str | None, served_at: datetime | None) -> float | None:
    """Return the seconds a Retry-After header asks for, 0 for the past; None = it asks for nothing readable.

    served_at  the server's own clock: a date is meant by that, whatever the clock here says
    """
    try:
        seconds = float(header or "")
    except ValueError:
        until = http_instant(header)
        if until is None or served_at is None:
            return None
        seconds = (until - served_at).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def reset_wait_s(header: str | None, served_at: datetime | None) -> float | None:
    """Return the seconds until the instant of an X-RateLimit-Reset header, by the server's own clock.

    It is an epoch second or, as Jira has it, an ISO 8601 text. None = it is neither, or the server does not tell its
    clock
    """
    second = _reset_s(header or "")
    is_instant = math.isfinite(second) and second > EPOCH_FROM
    return max(0.0, second - served_at.timestamp()) if is_instant and served_at is not None else None


def _reset_s(text: str) -> float:
    """Return the epoch second that a text names; NaN = none."""
    with suppress(ValueError):
        return float(text)
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found.timestamp() if found.tzinfo is not None else math.nan
    return math.nan
