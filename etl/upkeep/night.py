"""What is done once a night beside the pulls: reconcile every source that can tell, empty old rejected rows."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from data.settings import Settings
from data.strict_yaml import StrictYamlError
from etl.model import LoadStopped, MappingError, SourceError
from etl.schedule.rhythm import ByCron
from etl.upkeep.upkeep import Upkeep

EXPECTED = (SourceError, MappingError, StrictYamlError, OSError)
NAME = "nightly upkeep"  # no id of a source: those have no blanks
ASKED = ("sql", "jira", "chatwoot", "intercom")  # Zendesk and Freshdesk tell of deleted tickets by themselves


class Bell(Protocol):
    """What rings once at an instant (etl/schedule/alarms.py)."""

    def at(self, name: str, instant: datetime, work: Callable[[], object]) -> None:
        """Do the work at an instant."""

    def beside(self, name: str, work: Callable[[], object]) -> None:
        """Do the work now, in a thread that does not keep the process from ending."""


class Night:
    """The turn of every night; what fails is told and does not keep the rest.

    failed  is told of an error: name of the source, error
    """

    def __init__(
        self,
        settings: Settings,
        upkeep: Upkeep,
        bell: Bell,
        clock: Callable[[], datetime],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._settings, self._upkeep = settings, upkeep
        self._bell, self._clock, self._failed = bell, clock, failed

    def await_next(self) -> None:
        """Set the bell for the next night; what was missed while no monitor ran is not made up."""
        turn = ByCron(self._settings.night.cron, self._settings.timezone).next_after(self._clock())
        self._bell.at(NAME, turn, lambda: self._bell.beside(NAME, self.work))

    def work(self) -> None:
        """Do the work of a night, and set the bell for the next one."""
        rules = self._settings.night
        try:
            for source_id in self._asked() if rules.reconcile else ():
                self._reconcile(source_id)
            if rules.keep_rejects_days is not None:
                self._upkeep.forget(rules.keep_rejects_days)
        except LoadStopped:
            return  # the process is stopping, so there is no next night
        except Exception:
            self.await_next()  # a fault of the program ends this night, not all of them
            raise
        self.await_next()

    def _asked(self) -> list[str]:
        return [rule.id for rule in self._settings.sources if rule.kind in ASKED]

    def _reconcile(self, source_id: str) -> None:
        try:
            self._upkeep.reconcile(source_id)
        except EXPECTED as error:
            self._failed(source_id, error)
