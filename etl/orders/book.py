"""The order book of a running monitor: orders are carried out beside the schedule, and told to whoever follows them.

They write through the same gate as the pulls, one at a time. Orders about the same source follow each other.
"""

import threading
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta

from data.disk import NoRoom
from etl.model import LoadStopped, SourceError
from etl.orders import ending
from etl.orders.order import Order, Place
from etl.orders.placed import Placed
from etl.schedule.gate import STOPPING, Gate
from etl.schedule.loads import Loads
from etl.schedule.progress import FirstLoad
from etl.schedule.puller import EXPECTED, FAULT, Listener

BROKEN_OFF = "broken off when the monitor was stopped; ask for it again"
NO_THREAD = "there is no thread to be had for it ({why}); ask for it again"
MOST_RUNNING = 4
MOST_OPEN = 50
MOST_KEPT = 100  # that are over
KEPT = timedelta(minutes=15)


class Book:
    """Takes orders, carries them out and remembers for a while how they went.

    gate      what every writer of the warehouse passes
    loads     lends its threads, and is told of sources whose failure was written
    listener  hears of loads and failures as it does of pulls
    """

    def __init__(self, place: Place, gate: Gate, loads: Loads, listener: Listener) -> None:
        self._place = replace(place, heard=listener.loaded, again=self._again, alone=loads.alone, is_read=True)
        self._gate, self._loads, self._listener = gate, loads, listener
        self._known = frozenset(rule.id for rule in place.home.settings.sources)
        self._placed: dict[int, Placed] = {}
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._is_stopping = False
        self.since = place.clock()
        self._number = 0

    def place(self, order: Order, note: str | None = None) -> Placed:
        """Take an order and begin it as soon as there is room; raises ValueError where too many are open.

        note  the first line that its giver is told; None = none
        """
        with self._lock:
            self._forget()
            open_ = sum(not one.is_over for one in self._placed.values())
            if self._is_stopping:
                raise ValueError(STOPPING)
            if open_ >= MOST_OPEN:
                raise ValueError(f"{open_} orders wait already; try again once some are done")
            self._number += 1
            placed = Placed(self._number, order, order.verb, order.source_id)
            self._placed[placed.number] = placed
            if note is not None:
                placed.tell(note)
            self._begin()
            return placed

    def placed(self, number: int) -> Placed | None:
        """Return an order by its number; None = there was none, or it has been over for long."""
        with self._lock:
            self._forget()
            return self._placed.get(number)

    def first_load(self) -> FirstLoad | None:
        """Return how far an import is that is the first load of its source; None = none is under way."""
        with self._lock:
            found = [one.progress.together() for one in self._of("running") if one.progress is not None]
        return next((one for one in found if one is not None), None)

    def stop(self, patience_s: float) -> None:
        """Take no more orders and, the gate being closed, write down those that do not end by themselves."""
        with self._idle:
            self._is_stopping = True
            self._idle.wait_for(lambda: not self._of("running"), patience_s)
            left = [one for one in self._placed.values() if not one.is_over]
        for placed in left:
            self._break_off(placed)

    def _of(self, state: str) -> list[Placed]:
        return [one for one in self._placed.values() if one.state == state]

    def _forget(self) -> None:
        """Forget what has been over for long, and the oldest of too many."""
        now = self._place.clock()
        over = [one for one in self._placed.values() if one.ended_at is not None]
        old = [one for one in over if one.ended_at is not None and now - one.ended_at > KEPT]
        for one in {each.number: each for each in [*old, *over[:-MOST_KEPT]]}.values():
            del self._placed[one.number]

    def _begin(self) -> None:
        """Begin what waits, in order, where no other order of its source is under way."""
        for placed in self._of("waiting"):
            running = self._of("running")
            busy = {(one.source_id or one.verb) for one in running}
            if self._is_stopping or len(running) >= MOST_RUNNING:
                return
            if (placed.source_id or placed.verb) not in busy and placed.order is not None:
                self._start(placed, placed.order)

    def _start(self, placed: Placed, order: Order) -> None:
        placed.state, placed.began_at = "running", self._place.clock()
        name = f"order {placed.number}, {placed.verb}"
        try:
            self._loads.clockwork.beside(name, lambda: self._carry_out(placed, order))
        except RuntimeError as error:
            placed.end(NO_THREAD.format(why=error), self._place.clock())

    def _carry_out(self, placed: Placed, order: Order) -> None:
        try:
            order.carry_out(replace(self._place, say=placed.tell, begins=placed.begins))
            placed.end(None, self._place.clock())
        except Exception as error:  # a thread has nobody to raise to; the one who follows the order is told
            self._failed(placed, order, error)
        finally:
            with self._idle:
                self._idle.notify_all()
                self._begin()
        if order.source_id is not None:
            self._listener.ended(order.source_id)

    def _failed(self, placed: Placed, order: Order, error: Exception) -> None:
        """Tell of a failure and write it down; one that a stop has caused is broken off."""
        told = str(error) if isinstance(error, EXPECTED) else FAULT.format(kind=type(error).__name__)
        if placed.is_over:  # a stop did not wait for it
            return
        if self._gate.is_closed and not self._is_written(placed, told):
            self._break_off(placed)
            return
        hidden = SourceError(told, permanent=True)
        self._listener.failed(order.source_id or order.verb, hidden if order.is_private else error)
        # with a full disk nothing can be written down; whoever follows the order is told all the same
        try:
            with suppress(NoRoom, LoadStopped):
                self._write(placed, order, told)
        finally:
            placed.end(told, self._place.clock())

    def _is_written(self, placed: Placed, told: str) -> bool:
        with closing(self._place.home.store.cursor()) as con:
            return ending.is_written(con, placed, told)

    def _write(self, placed: Placed, order: Order, told: str) -> None:
        """Have the failure stand in the ledger where it is one of a source that is known there."""
        if order.source_id is None or not order.is_run(self._known):
            return
        with closing(self._place.home.store.cursor()) as con, self._gate.entered(con):
            if not ending.is_written(con, placed, told) and ending.is_known(con, order.source_id):
                ending.write(con, placed, "failed", told, self._place.clock())
        self._loads.doubt(order.source_id)

    def _break_off(self, placed: Placed) -> None:
        """Write down, once, that a stop broke an order off; the gate is closed, so nothing of it follows."""
        with self._gate.last(), closing(self._place.home.store.cursor()) as con:
            now, order = self._place.clock(), placed.order
            if order is not None and order.is_run(self._known) and not placed.is_over:
                ending.write(con, placed, "interrupted", BROKEN_OFF, now)
            placed.end(BROKEN_OFF, now)

    def _again(self, source_id: str) -> None:
        """Have a source tried again that was stopped by what an order has settled; one that is paused stays so."""
        schedule = self._loads.schedule
        if any(one.source_id == source_id and one.paused_at is None for one in schedule.statuses()):
            schedule.run_now(source_id)
