"""What people ask of the sources of a running monitor besides their turns: done beside everything else, and told."""

from collections.abc import Callable, Collection, Iterator
from datetime import date

from etl.model import LoadReport, LoadStopped, SourceError
from etl.pull.backfill import Span
from etl.schedule.loads import Loads
from etl.schedule.puller import EXPECTED, Listener
from etl.upkeep.upkeep import Upkeep

BROKEN_OFF = "broken off when the monitor was stopped; ask for it again"


class Errands:
    """Re-drive, backfill, accept; they come back at once, and raise ValueError, in words, for what cannot be."""

    def __init__(self, known: Collection[str], upkeep: Upkeep, loads: Loads, listener: Listener) -> None:
        self._known, self._upkeep, self._loads, self._listener = known, upkeep, loads, listener

    def redrive(self, source_id: str, rule: str | None) -> None:
        """Take the rejected rows of a source up again, those of one rule or (None) all."""
        if source_id not in self._known:
            raise ValueError(f"{source_id!r} is not in the settings; take its rows up with app.py redrive")
        self._beside("redrive", source_id, lambda: iter([self._upkeep.redrive(source_id, rule)]))

    def backfill(self, source_id: str, first: date, end: date) -> None:
        """Read a past span of a source again; `end` is the first day that is not read."""
        try:
            reports = self._upkeep.backfill(source_id, Span(first, end))
        except EXPECTED as error:
            raise ValueError(str(error)) from None
        self._beside("backfill", source_id, lambda: reports)

    def accept(self, source_id: str, column: str) -> list[str]:
        """Take note of what changed about a column as soon as no load is being written; return it in words."""
        try:
            found = self._upkeep.acceptable(source_id, column)
        except EXPECTED as error:
            raise ValueError(str(error)) from None
        self._beside("accept", source_id, lambda: self._accepted(source_id, column))
        return found

    def _accepted(self, source_id: str, column: str) -> Iterator[LoadReport]:
        self._upkeep.accept(source_id, column)
        schedule = self._loads.schedule
        if any(one.source_id == source_id and one.paused_at is None for one in schedule.statuses()):
            schedule.run_now(source_id)  # a source that was stopped by it is not tried again by itself
        yield from ()

    def _beside(self, verb: str, source_id: str, work: Callable[[], Iterator[LoadReport]]) -> None:
        self._loads.clockwork.beside(f"{verb} {source_id}", lambda: self._done(source_id, work))

    def _done(self, source_id: str, work: Callable[[], Iterator[LoadReport]]) -> None:
        try:
            for report in work():
                self._listener.loaded(report)
        except EXPECTED as error:
            self._listener.failed(source_id, error)
            self._loads.doubt(source_id)
        except LoadStopped:
            self._listener.failed(source_id, SourceError(BROKEN_OFF, permanent=False))
        self._listener.ended(source_id)
