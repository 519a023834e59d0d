"""A schedule whose clock and alarms are in the hands of the test: nothing sleeps, nothing runs by itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import duckdb

from etl.schedule.alarms import Work
from etl.schedule.memory import Memory
from etl.schedule.rhythm import Every, Rhythm
from etl.schedule.schedule import Outcome, Plan, Schedule
from etl.schedule.status import SourceStatus
from tests.engine import beside, fresh

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WELL = Outcome()
DOWN = Outcome("no route to the host")
WRONG = Outcome("password refused", is_final=True)


@dataclass
class Hands:
    """Clock and alarms: `go` moves the clock and rings what is due, in order; work beside runs at once or is held."""

    now: datetime = START
    is_holding: bool = False
    held: list[Work] = field(default_factory=list)
    rung: list[tuple[str, datetime]] = field(default_factory=list)
    _set: dict[str, tuple[datetime, Work]] = field(default_factory=dict)

    def clock(self) -> datetime:
        return self.now

    def at(self, name: str, instant: datetime, work: Work) -> None:
        self._set[name] = (instant, work)

    def drop(self, name: str) -> None:
        self._set.pop(name, None)

    def beside(self, name: str, work: Work) -> None:
        if self.is_holding:
            self.held.append(work)
        else:
            work()

    def release(self) -> None:
        """Let the work go on that was held."""
        held, self.held, self.is_holding = self.held, [], False
        for work in held:
            work()

    def go(self, seconds: float) -> None:
        """Move the clock by so many seconds and ring on the way."""
        end = self.now + timedelta(seconds=seconds)
        while due := sorted((instant, name) for name, (instant, _) in self._set.items() if instant <= end):
            instant, name = due[0]
            self.now = max(self.now, instant)
            self.rung.append((name, self.now))
            self._set.pop(name)[1]()
        self.now = end


@dataclass
class Stage:
    """A schedule of sources whose pulls end as they are told."""

    hands: Hands
    schedule: Schedule
    pulls: list[tuple[str, float]]
    con: duckdb.DuckDBPyConnection

    def status(self, source_id: str = "desk") -> SourceStatus:
        return next(one for one in self.schedule.statuses() if one.source_id == source_id)

    def seconds(self, source_id: str = "desk") -> list[float]:
        """Return when a source was pulled, in seconds since the start."""
        return [second for name, second in self.pulls if name == source_id]


def plan(source_id: str = "desk", rhythm: Rhythm | None = None, **more: object) -> Plan:
    return Plan(source_id, source_id.title(), rhythm or Every(60), **more)  # type: ignore[arg-type]


def stage(
    *plans: Plan,
    ends: Callable[[str], Outcome] | Sequence[Outcome] = (),
    con: duckdb.DuckDBPyConnection | None = None,
    now: datetime = START,
) -> Stage:
    """Return a started schedule; `ends` gives the outcome of each pull by source, or one after another, then well."""
    hands, pulls, store = Hands(now), list[tuple[str, float]](), con or fresh()
    given: Iterator[Outcome] = iter(() if callable(ends) else ends)

    def pull(source_id: str) -> Outcome:
        pulls.append((source_id, (hands.now - now).total_seconds()))
        return ends(source_id) if callable(ends) else next(given, WELL)

    memory = Memory(lambda: beside(store))
    schedule = Schedule(plans or (plan(),), pull, hands, memory, hands.clock, Random(7))
    schedule.start()
    hands.go(0)
    return Stage(hands, schedule, pulls, store)
