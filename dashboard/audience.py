"""Who looks at what: only views that somebody looked at lately are worth working out before they are asked for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from dashboard.view import View

KEPT = timedelta(minutes=5)
MOST = 12  # views; more at once would cost more than the wait they save

Look = tuple[str, View]  # (path of the page, what it was asked for)


class Audience:
    """The views looked at in the last minutes; thread-safe."""

    def __init__(self, expected: Iterable[Look], now: datetime) -> None:
        self._lock = Lock()
        self._seen = dict.fromkeys(expected, now)

    def looked(self, look: Look, now: datetime) -> None:
        """Remember that a view was shown just now."""
        with self._lock:
            self._seen.pop(look, None)
            self._seen[look] = now

    def looks(self, now: datetime) -> list[Look]:
        """Return the views of the last minutes, the latest last, and forget the others."""
        with self._lock:
            recent = [(look, at) for look, at in self._seen.items() if now - at <= KEPT]
            self._seen = dict(recent[-MOST:])
            return list(self._seen)
