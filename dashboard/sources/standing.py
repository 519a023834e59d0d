"""How a source stands: what the warehouse knows of it and what the scheduler plans, as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.model import Schedule, Stock
from metrics.ledger import Ledger, Run, SourceEntry
from metrics.model import DataState

LEVELS = {
    "fresh": "ok",
    "stale": "warn",
    "error": "critical",
    "refused": "critical",
    "loading": "none",
    "never": "none",
    "paused": "none",
    "imported": "none",
}

URGENCY = ("error", "refused", "stale", "loading", "never", "paused", "fresh", "imported")


@dataclass(frozen=True)
class Standing:
    """One source at one instant.

    state       fresh | stale | error (cannot be read) | refused (too much of it is bad) | loading (its first
                load is under way) | never (nothing loaded yet) | paused | imported (once, by hand)
    entry       None = the warehouse has nothing of it
    schedule    None = it is not read on a schedule
    n_rejected  rows that did not load and are not resolved
    n_again     those of them that can be taken up again as they are kept
    """

    source_id: str
    name: str
    kind: str
    state: str
    entry: SourceEntry | None
    schedule: Schedule | None
    n_rejected: int
    n_again: int

    @property
    def runs(self) -> Sequence[Run]:
        """Return its last runs, oldest first."""
        return self.entry.runs if self.entry else ()

    @property
    def watermark(self) -> datetime | None:
        """Return up to when it has delivered everything; None = nothing, or nothing with instants."""
        return self.entry.watermark if self.entry else None

    @property
    def last_good(self) -> Run | None:
        """Return the last of its runs that was done; None = none of those known."""
        return next((run for run in reversed(self.runs) if run.state == "done"), None)

    def lag_s(self, now: datetime) -> float | None:
        """Return the seconds since the watermark; None without one, and for what was imported once."""
        if self.watermark is None or self.state == "imported":
            return None
        return max(0.0, (now - self.watermark).total_seconds())

    @property
    def rows_per_minute(self) -> float | None:
        """Return the pace of the last run that read rows; None = not known."""
        return next((run.rows_per_minute for run in reversed(self.runs) if run.rows_per_minute is not None), None)


def standings(stock: Stock) -> list[Standing]:
    """Return every source, the worst state first; within it those of the settings in their order, then the others."""
    planned = {one.source_id: one for one in stock.schedules}
    known = {one.source_id: one for one in stock.ledger.sources}
    names = [*planned, *(name for name in known if name not in planned)]
    found = [_standing(name, known.get(name), planned.get(name), stock.ledger) for name in names]
    return sorted(found, key=lambda one: URGENCY.index(one.state))


def _standing(name: str, entry: SourceEntry | None, schedule: Schedule | None, ledger: Ledger) -> Standing:
    title = schedule.name if schedule else entry.name if entry else name
    kind = schedule.kind if schedule else entry.kind if entry else ""
    mine = [one for one in ledger.refusals if one.source_id == name]
    n_rejected, n_again = sum(one.n for one in mine), sum(one.again for one in mine)
    return Standing(name, title, kind, _state(entry, schedule), entry, schedule, n_rejected, n_again)


def _state(entry: SourceEntry | None, schedule: Schedule | None) -> str:
    if schedule is not None and schedule.is_paused:
        return "paused"
    if _is_first_load(entry, schedule):
        return "loading"
    if entry is None or not (entry.runs or entry.watermark or entry.tickets):
        return "never"
    if entry.state is DataState.FRESH and schedule is None and not entry.is_live:
        return "imported"
    is_refused = entry.state is DataState.ERROR and entry.trouble is not None and entry.trouble.state == "refused"
    return "refused" if is_refused else str(entry.state)


def _is_first_load(entry: SourceEntry | None, schedule: Schedule | None) -> bool:
    """Return whether a source is being read of which nothing had come to its end when that began."""
    since = schedule.running if schedule is not None else None
    if since is None:
        return False
    return entry is None or (entry.watermark is None and all(run.started_at >= since for run in entry.runs))
