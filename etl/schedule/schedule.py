"""The turns of all sources: who is due, spared or paused; each source on its own, none twice at a time."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from etl.schedule.alarms import Alarms
from etl.schedule.breaker import Breaker, Circuit
from etl.schedule.memory import Memory, Remembered
from etl.schedule.rhythm import Rhythm
from etl.schedule.status import SourceStatus

LOOK_S = 30.0  # a source that is not asked is looked at so often: has what it failed on changed?
BROKEN = "the turn broke off by a fault of the program or of the warehouse; the log tells more"


@dataclass(frozen=True)
class Plan:
    """One source as the schedule sees it.

    jitter_s   each turn comes up to so much later
    signature  what the source is made of: settings, mapping, files; a failed one is tried again when it changes
    """

    source_id: str
    name: str
    rhythm: Rhythm
    jitter_s: float = 0.0
    signature: Callable[[], str] = str


@dataclass(frozen=True)
class Outcome:
    """How a pull ended.

    error        None = well
    is_final     the same try would meet the same error again
    is_stopped   the process is stopping; neither well nor failed
    """

    error: str | None = None
    is_final: bool = False
    is_stopped: bool = False

    @property
    def is_well(self) -> bool:
        """Return whether the source was pulled whole."""
        return self.error is None and not self.is_stopped


class UnknownSource(ValueError):
    """There is no such source; the message names those there are."""


@dataclass
class Seat:
    """What is known of a source while the process runs."""

    plan: Plan
    breaker: Breaker = field(default_factory=Breaker)
    paused_at: datetime | None = None
    running_since: datetime | None = None
    next_at: datetime | None = None
    pulled_at: datetime | None = None
    error: str | None = None
    signature: str | None = None
    is_asked: bool = False  # somebody said "run now"


class Schedule:
    """Pulls every source in its turn, each in a thread of its own.

    pull    pulls one source; may take long; its errors come back in the outcome
    chance  seeded; spreads turns and waits
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        pull: Callable[[str], Outcome],
        alarms: Alarms,
        memory: Memory,
        clock: Callable[[], datetime],
        chance: Random,
    ) -> None:
        known = memory.all()
        self._seats = {plan.source_id: _seat_of(plan, known.get(plan.source_id, Remembered())) for plan in plans}
        self._pull, self._alarms, self._memory = pull, alarms, memory
        self._clock, self._chance = clock, chance
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._is_stopping = False

    def start(self) -> None:
        """Set the first turn of every source: at once, but for a line of cron of which none was missed."""
        now = self._clock()
        with self._lock:
            for seat in self._seats.values():
                if seat.paused_at is None:
                    self._set(seat, seat.plan.rhythm.first(seat.pulled_at, now))

    def stop(self) -> None:
        """Begin no more pulls; those under way go on."""
        with self._lock:
            self._is_stopping = True

    def running(self) -> tuple[str, ...]:
        """Return the sources that are being pulled."""
        with self._lock:
            return tuple(name for name, seat in self._seats.items() if seat.running_since is not None)

    def wait(self, seconds: float) -> bool:
        """Wait until no source is being pulled; return False when some still are after so many seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: not self.running(), seconds)

    def run_now(self, source_id: str) -> None:
        """Pull a source at once, or once more when it is being pulled; a paused one stays paused afterwards."""
        with self._lock:
            seat = self._seat(source_id)
            seat.is_asked = True
            if seat.running_since is None:
                self._set(seat, self._clock())

    def pause(self, source_id: str) -> None:
        """Pull a source no more until it is resumed, over a restart too; a pull under way goes on to its end."""
        seat = self._seat(source_id)
        since = seat.paused_at or self._clock()
        self._memory.pause(source_id, since)  # outside the lock: it may wait for the commit of a load
        with self._lock:
            seat.paused_at, seat.next_at = since, None
            self._alarms.drop(source_id)

    def resume(self, source_id: str) -> None:
        """Pull a source again in its turns; at once when turns were missed."""
        seat = self._seat(source_id)
        if seat.paused_at is None:
            return
        self._memory.pause(source_id, None)
        with self._lock:
            seat.paused_at = None
            if seat.running_since is None:
                self._set(seat, seat.plan.rhythm.first(seat.pulled_at, self._clock()))

    def statuses(self) -> tuple[SourceStatus, ...]:
        """Return how it goes with every source, in the order of the settings."""
        with self._lock:
            return tuple(_status(seat) for seat in self._seats.values())

    def _seat(self, source_id: str) -> Seat:
        if source_id not in self._seats:
            raise UnknownSource(f"no source {source_id!r}; there are: {', '.join(self._seats) or 'none'}")
        return self._seats[source_id]

    def _set(self, seat: Seat, instant: datetime) -> None:
        seat.next_at = instant
        source_id = seat.plan.source_id
        self._alarms.at(source_id, instant, lambda: self._ring(source_id))

    def _ring(self, source_id: str) -> None:
        with self._lock:
            seat = self._seats[source_id]
            is_wanted = seat.paused_at is None or seat.is_asked
            if self._is_stopping or seat.running_since is not None or not is_wanted:
                return
            seat.running_since = started = self._clock()
            self._begin(seat, started)

    def _begin(self, seat: Seat, started: datetime) -> None:
        try:
            self._alarms.beside(seat.plan.source_id, lambda: self._turn(seat, started))
        except RuntimeError:  # no thread to be had
            seat.running_since = None
            self._go_on(seat, started, started)
            raise

    def _turn(self, seat: Seat, started: datetime) -> None:
        """Take one turn; whatever comes of it, the source has a next one."""
        outcome: Outcome | None = Outcome(BROKEN)
        try:
            outcome = self._pulled(seat, started)
        finally:
            with self._idle:
                now, seat.running_since = self._clock(), None
                if outcome is not None:
                    self._learn(seat, outcome, started, now)
                if not (self._is_stopping or (outcome is not None and outcome.is_stopped)):
                    self._go_on(seat, started, now)
                self._idle.notify_all()

    def _pulled(self, seat: Seat, started: datetime) -> Outcome | None:
        """Pull a source; None = it was left alone, because it is spared and nothing of it has changed."""
        signature = seat.plan.signature()
        with self._lock:
            if seat.breaker.bars(started) and not seat.is_asked and signature == seat.signature:
                return None
            seat.breaker, seat.signature, seat.is_asked = seat.breaker.tried(), signature, False
        outcome = self._pull(seat.plan.source_id)
        if outcome.is_well and seat.plan.rhythm.is_remembered:
            self._memory.pulled(seat.plan.source_id, started)
        return outcome

    def _learn(self, seat: Seat, outcome: Outcome, started: datetime, now: datetime) -> None:
        if outcome.is_stopped:
            return
        seat.error = outcome.error
        if outcome.is_well:
            seat.breaker, seat.pulled_at = Breaker(), started
        elif outcome.is_final:
            seat.breaker = seat.breaker.gave_up()
        else:
            seat.breaker = seat.breaker.failed(now, seat.plan.rhythm.pause_s, self._chance.random())

    def _go_on(self, seat: Seat, started: datetime, now: datetime) -> None:
        """Set the next turn."""
        if seat.is_asked:
            self._set(seat, now)
        elif seat.paused_at is None:
            late = timedelta(seconds=self._chance.uniform(0, seat.plan.jitter_s))
            due, retry = seat.plan.rhythm.following(started, now) + late, seat.breaker.retry_at
            if seat.breaker.circuit is Circuit.OPEN:
                self._set(seat, min(due, retry or due, now + timedelta(seconds=LOOK_S)))
                seat.next_at = retry
            else:
                self._set(seat, min(due, retry or due))


def _seat_of(plan: Plan, known: Remembered) -> Seat:
    return Seat(plan, paused_at=known.paused_at, pulled_at=known.pulled_at)


def _status(seat: Seat) -> SourceStatus:
    return SourceStatus(
        source_id=seat.plan.source_id,
        name=seat.plan.name,
        rhythm=str(seat.plan.rhythm),
        circuit=seat.breaker.circuit,
        failures=seat.breaker.failures,
        paused_at=seat.paused_at,
        running_since=seat.running_since,
        next_at=seat.next_at,
        pulled_at=seat.pulled_at,
        error=seat.error,
    )
