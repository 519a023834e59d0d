"""The loads of a running monitor: schedule, pulls and the gate they pass one by one, started and stopped together."""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from random import Random

from data.settings import Settings
from data.source_rules import SourceRule
from etl.schedule.alarms import Clockwork
from etl.schedule.gate import Gate
from etl.schedule.memory import Memory
from etl.schedule.puller import Listener, Puller, Work
from etl.schedule.rhythm import rhythm_of
from etl.schedule.schedule import Plan, Schedule

READ_GRACE_S = 0.5  # a source that hangs in a read is not waited for: there is nothing to finish


def plan_of(rule: SourceRule, tz: str, signature: Callable[[SourceRule], str]) -> Plan:
    """Return how the schedule sees a source of the settings; tz is the desk's zone."""
    return Plan(rule.id, rule.name, rhythm_of(rule, tz), rule.jitter_s, lambda: signature(rule))


class Loads:
    """Pulls the sources of the settings until it is stopped.

    signature  of what a source is made of, see etl/pull/intakes.py
    seed       of the schedule's chance
    """

    def __init__(
        self,
        settings: Settings,
        work: Work,
        gate: Gate,
        listener: Listener,
        signature: Callable[[SourceRule], str],
        seed: str,
    ) -> None:
        self._gate, self._work, self._rules = gate, work, settings.sources
        self.clockwork = Clockwork()
        self._puller = Puller(settings.sources, work, gate, listener)
        self.schedule = Schedule(
            [plan_of(rule, settings.timezone, signature) for rule in settings.sources],
            self._puller.pull,
            self.clockwork,
            Memory(work.cursor),
            work.clock,
            Random(seed),
        )

    def start(self) -> None:
        """Begin to pull."""
        self.schedule.start()
        for rule in self._rules:
            if (limit := self._work.limit(rule)) is not None:
                self._expect(rule.id, self._work.clock() + timedelta(seconds=limit))
        self.clockwork.start()

    def _expect(self, source_id: str, instant: datetime) -> None:
        """Have a source that has not delivered by an instant told of as one that is stale."""
        name = f"{source_id} expected"  # no id of a source: those have no blanks
        enter = functools.partial(self._puller.enter, source_id)
        self.clockwork.at(name, instant, lambda: self.clockwork.beside(name, enter))

    def doubt(self, source_id: str) -> None:
        """Have the next good pull of a source say in the ledger that it is well, because a failure was written."""
        self._puller.doubt(source_id)

    def alone(self, source_id: str, waits: Callable[[], object]) -> AbstractContextManager[None]:
        """Keep a source from being pulled (etl/schedule/puller.py); one that nobody pulls needs no keeping."""
        return self._puller.alone(source_id, waits)

    def stop(self, grace_s: float) -> bool:
        """Pull no more: finish the load under way, or roll it back after the grace; return whether that was needed.

        What was broken off stands in the ledger as interrupted.
        """
        self.schedule.stop()
        self.clockwork.stop()
        is_rolled_back = self._gate.close(grace_s)
        self.schedule.wait(READ_GRACE_S)
        for source_id in self.schedule.running():
            self._puller.interrupt(source_id)
        return is_rolled_back
