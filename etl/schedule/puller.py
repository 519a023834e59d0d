"""One pull of one source of the settings: its intake made anew, its loads reported, its end told and written down."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import duckdb

from data.disk import NoRoom
from data.source_rules import SourceRule
from data.strict_yaml import StrictYamlError
from etl.model import LoadRefused, LoadReport, LoadStopped, MappingError, SourceError
from etl.pull.run import FAULTS, Intake
from etl.schedule import entries
from etl.schedule.gate import AGAIN_S, Gate
from etl.schedule.schedule import Outcome

EXPECTED = (StrictYamlError, SourceError, MappingError, LoadRefused, OSError)
STOPPED = "interrupted when the monitor was stopped; what was committed stays, the next start goes on from there"
FAULT = "a fault of the program, {kind}; the log tells more, other sources go on"


class Listener(Protocol):
    """Who is told of pulls; called from the thread of the source."""

    def began(self, source_id: str) -> None:
        """A pull begins."""

    def loaded(self, report: LoadReport) -> None:
        """A load was committed."""

    def failed(self, source_id: str, error: Exception) -> None:
        """A pull ended in an error."""

    def ended(self, source_id: str) -> None:
        """A pull is over, well or not."""


@dataclass(frozen=True)
class Work:
    """What pulls are made of, handed in by app.py.

    cursor  gives a cursor of the warehouse to the calling thread
    intake  makes the intake of a source; settings, secrets and mapping are read each time
    pulled  pulls it, facts and all, one report per committed load
    limit   seconds after which a source counts as stale; None = never
    """

    cursor: Callable[[], duckdb.DuckDBPyConnection]
    intake: Callable[[SourceRule], Intake]
    pulled: Callable[[duckdb.DuckDBPyConnection, Intake], Iterator[LoadReport]]
    limit: Callable[[SourceRule], int | None]
    clock: Callable[[], datetime]


class Puller:
    """Pulls sources by name; never raises, so that no source takes another one down."""

    def __init__(self, rules: tuple[SourceRule, ...], work: Work, gate: Gate, listener: Listener) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._work, self._gate, self._listener = work, gate, listener
        self._busy = {rule.id: threading.Lock() for rule in rules}
        self._settled: set[str] = set()
        self._noted: dict[str, str | None] = {}
        self._interrupted: set[str] = set()
        self._whole: set[str] = set()  # sources whose last pull loaded all there was

    def pull(self, source_id: str) -> Outcome:
        """Pull a source and return how it ended; every end but an idle one stands in the ledger."""
        con, intake = self._work.cursor(), None
        self._whole.discard(source_id)
        self._listener.began(source_id)
        try:
            with self.alone(source_id):
                intake = self._work.intake(self._rules[source_id])
                report = None
                for report in self._work.pulled(con, intake):
                    self._listener.loaded(report)
                self._whole.add(source_id)
                self._settle(con, source_id)
                self._note(con, source_id, report)
            return Outcome()
        except Exception as error:  # a thread has nobody to raise to; the listener and the ledger are told
            if self._gate.is_closed:  # LoadStopped, or an error of the engine that was interrupted
                self.interrupt(source_id)
                return Outcome(is_stopped=True)
            is_written = intake is not None and isinstance(error, FAULTS)
            return self._failed(con, source_id, error, is_written)
        finally:
            self._listener.ended(source_id)
            con.close()

    @contextmanager
    def alone(self, source_id: str, waits: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Keep a source from being pulled by others; raises LoadStopped when the process is stopping.

        waits  called when somebody else has it now
        """
        lock = self._busy.get(source_id) or threading.Lock()
        if not lock.acquire(blocking=False):
            waits()
            while not lock.acquire(timeout=AGAIN_S):
                self._gate.wait(0)
        try:
            yield
        finally:
            lock.release()

    def interrupt(self, source_id: str) -> None:
        """Write down, once, that a pull was broken off; the gate is closed, so nothing of it follows.

        One of which all was loaded was not broken off, whatever was still to be told of it.
        """
        with self._gate.last():
            if source_id not in self._interrupted | self._whole:
                self._interrupted.add(source_id)
                entries.end(self._work.cursor(), source_id, "interrupted", STOPPED, self._work.clock())

    def doubt(self, source_id: str) -> None:
        """Forget that the ledger knows a source as well: somebody else wrote that it failed."""
        self._settled.discard(source_id)

    def enter(self, source_id: str) -> None:
        """Write down a source that should have delivered by now; one that hangs never ends in an error."""
        con = self._work.cursor()
        with suppress(LoadStopped), self._gate.entered(con):
            self._enter(con, source_id)

    def _enter(self, con: duckdb.DuckDBPyConnection, source_id: str) -> None:
        rule = self._rules[source_id]
        entries.enter(con, rule, self._work.limit(rule))

    def _settle(self, con: duckdb.DuckDBPyConnection, source_id: str) -> None:
        """Write that a source is well again, when the last that is known of it is a failure."""
        if source_id in self._settled:
            return
        with self._gate.entered(con):
            if (told := entries.recovery(con, source_id)) is not None:
                entries.end(con, source_id, "done", told, self._work.clock())
        self._settled.add(source_id)

    def _note(self, con: duckdb.DuckDBPyConnection, source_id: str, report: LoadReport | None) -> None:
        """Write what an idle pull has to tell of its source, once; a load with rows tells it in its own entry."""
        if report is None or report.run_id:
            self._noted.pop(source_id, None)
            return
        if self._noted.get(source_id) == report.notice:
            return
        with self._gate.entered(con):
            entries.note(con, source_id, report.notice, self._work.clock())
        self._noted[source_id] = report.notice

    def _failed(self, con: duckdb.DuckDBPyConnection, source_id: str, error: Exception, is_written: bool) -> Outcome:
        self._settled.discard(source_id)
        message = str(error) if isinstance(error, EXPECTED) else FAULT.format(kind=type(error).__name__)
        self._listener.failed(source_id, error)
        # with a full disk nothing can be written down; the schedule and the listener are told all the same
        with suppress(LoadStopped, NoRoom), self._gate.entered(con):
            self._enter(con, source_id)
            if not is_written:
                entries.end(con, source_id, "failed", message, self._work.clock())
        return Outcome(message, is_final=self._is_final(source_id, error))

    def _is_final(self, source_id: str, error: Exception) -> bool:
        """Return whether trying again is no use. Of files never: the next one may be good."""
        if self._rules[source_id].path is not None:
            return False
        is_lasting = isinstance(error, SourceError) and error.permanent
        return is_lasting or isinstance(error, MappingError | StrictYamlError)
