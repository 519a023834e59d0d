"""What the terminal and the log are told of the pulls of a running monitor, and which pulls have changed anything."""

from collections.abc import Callable
from datetime import datetime, tzinfo

import structlog

from data.terminal import say
from etl import account
from etl.model import LoadReport
from etl.schedule.alarms import beside
from etl.schedule.progress import Progress
from etl.schedule.puller import EXPECTED

log = structlog.get_logger("monitor")


class Teller:
    """Listens to pulls (etl/schedule/puller.py): their first loads at the terminal, each error once in the log.

    total    about how many rows the first load of a source has before it; None = not known
    changed  called when a pull that has changed something is over
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        zone: tzinfo,
        total: Callable[[str], int | None],
        changed: Callable[[], object],
    ) -> None:
        self.progress, self._zone = Progress(clock), zone
        self._total, self._tell_changed = total, changed
        self._changed: set[str] = set()
        self._errors: dict[str, str] = {}

    def began(self, source_id: str) -> None:
        """Tell of a first pull that it begins."""
        if self.progress.began(source_id):
            say(f"{source_id}: reading what is new ...")
            beside(f"count {source_id}", lambda: self._count(source_id))

    def _count(self, source_id: str) -> None:
        """Learn how many rows a first load has before it, beside the load."""
        try:
            self.progress.expect(source_id, self._total(source_id))
        except EXPECTED as error:
            log.info("rows are not counted", source=source_id, why=str(error))

    def loaded(self, report: LoadReport) -> None:
        """Tell how far a first pull is."""
        self._errors.pop(report.source_id, None)
        if report.is_change:
            self._changed.add(report.source_id)
        if self.progress.of(report.source_id) is not None:
            far = self.progress.loaded(report)
            say(f"{report.source_id}: {account.account(report, self._zone)}" + (f"; {far}" if far else ""))

    def failed(self, source_id: str, error: Exception) -> None:
        """Log an error, once as long as it stays the same."""
        if self._errors.get(source_id) != str(error):
            self._errors[source_id] = str(error)
            unexpected = None if isinstance(error, EXPECTED) else error
            log.error("load failed", source=source_id, error=str(error), exc_info=unexpected)

    def ended(self, source_id: str) -> None:
        """Note that a pull is over."""
        self.progress.ended(source_id)
        if source_id in self._changed:
            self._changed.discard(source_id)
            self._tell_changed()
