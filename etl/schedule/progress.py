"""How far first loads are: rows so far, how fast, and how long still.

The source has told how many rows there are, or with each load how much of all is read; else it is not known.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from etl.model import LoadReport

SPEAKS_AFTER_S = 2.0  # what is over at once needs no telling
LEAST_SHARE = 0.005  # of less nobody can tell how much the whole is


@dataclass(frozen=True)
class FirstLoad:
    """The first pull of a source since the start of the process, or a past span of it that is read again.

    rows     committed so far
    total    about how many rows there are; None = not known
    at       when the last of the rows were committed; None = none yet
    counted  the total was told before the first row; else it follows from the share that is read, and moves
    """

    since: datetime
    rows: int = 0
    total: int | None = None
    at: datetime | None = None
    counted: bool = False

    def after(self, report: LoadReport, at: datetime) -> "FirstLoad":
        """Return it with a committed load."""
        rows = self.rows + report.n_read
        is_told = not self.counted and report.share is not None and report.share >= LEAST_SHARE
        return replace(self, rows=rows, at=at, total=round(rows / (report.share or 1)) if is_told else self.total)

    @property
    def per_s(self) -> float | None:
        """Return rows a second; None before the first."""
        took = (self.at - self.since).total_seconds() if self.at is not None else 0
        return self.rows / took if self.rows and took > 0 else None

    def left_s(self, now: datetime) -> int | None:
        """Return the seconds until all rows are read, at the pace so far; None = not known, or all are.

        0 = they should be there by now, and the figures are being worked out.
        """
        pace = self.per_s
        if pace is None or self.at is None or self.total is None or self.rows >= self.total:
            return None
        return max(0, round((self.total - self.rows) / pace - (now - self.at).total_seconds()))

    def told(self, now: datetime) -> str:
        """Return it in words, such as "250,000 of about 1,000,000 rows, 50,000 rows/s, 15 s left".

        Where it is not known how many rows there are, that is said instead of the time left.
        """
        of = f" of about {self.total:,}" if self.total is not None and self.rows < self.total else ""
        pace, left = self.per_s, self.left_s(now)
        parts = [f"{self.rows:,}{of} rows"]
        parts += [f"{pace:,.0f} rows/s"] if pace is not None else []
        parts += [f"{_span(left)} left"] if left is not None else []
        parts += ["time left not known"] if self.total is None else []
        return ", ".join(parts)


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def spoken(reports: Iterable[LoadReport], progress: "Progress", say: Callable[[str], object]) -> Iterator[LoadReport]:
    """Yield the reports of a first load; after each of them say how far it is."""
    for report in reports:
        yield report
        if far := progress.loaded(report):
            say(f"  {far}")


class Progress:
    """First loads by source; told of from the threads of the sources."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[str, FirstLoad] = {}
        self._seen: set[str] = set()

    def began(self, source_id: str) -> bool:
        """Note that a pull begins; return whether it is the first one of its source."""
        with self._lock:
            is_first = source_id not in self._seen
            self._seen.add(source_id)
            if is_first:
                self._under_way[source_id] = FirstLoad(self._clock())
            return is_first

    def expect(self, source_id: str, total: int | None) -> None:
        """Note how many rows a first load has before it; None = its source cannot tell."""
        if total is not None:
            self._change(source_id, lambda known: replace(known, total=total, counted=True))

    def loaded(self, report: LoadReport) -> str | None:
        """Note a committed load; return how far it is, in words, once there is something to tell of a first load."""
        now = self._clock()
        known = self._change(report.source_id, lambda one: one.after(report, now))
        if known is None or (now - known.since).total_seconds() < SPEAKS_AFTER_S or not known.rows:
            return None
        return known.told(now)

    def ended(self, source_id: str) -> None:
        """Note that a pull is over."""
        with self._lock:
            self._under_way.pop(source_id, None)

    def of(self, source_id: str) -> FirstLoad | None:
        """Return how far the first load of a source is; None = it is over, or has not begun."""
        with self._lock:
            return self._under_way.get(source_id)

    def together(self) -> FirstLoad | None:
        """Return all first loads under way as one; None = none is. How many rows is known when it is of all."""
        with self._lock:
            found = list(self._under_way.values())
        if not found:
            return None
        totals = [one.total for one in found if one.total is not None]
        total = sum(totals) if len(totals) == len(found) else None
        at = max((one.at for one in found if one.at is not None), default=None)
        return FirstLoad(min(one.since for one in found), sum(one.rows for one in found), total, at)

    def _change(self, source_id: str, changed: Callable[[FirstLoad], FirstLoad]) -> FirstLoad | None:
        with self._lock:
            known = self._under_way.get(source_id)
            if known is not None:
                known = self._under_way[source_id] = changed(known)
            return known
