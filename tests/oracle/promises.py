"""Promises kept by hand: first reply and resolution (semantics 4.9 to 4.11, 12.4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from metrics.model import SlaTier
from tests.oracle.cases import Case, House
from tests.oracle.clock import Clock
from tests.oracle.figures import Figure, Row, wilson
from tests.oracle.replies import SKEW, reason, start_of
from tests.oracle.resolutions import paused

Outcome = tuple[str, datetime | None]


def target_us(house: House, priority: str | None, what: str) -> int | None:
    """Return a tier's target in microseconds; None = no limit. No priority is P2."""
    tier = house.desk.sla.get(priority or "P2", SlaTier(None, None))
    minutes = tier.first_reply_min if what == "first_reply" else tier.resolution_min
    return None if minutes is None else round(minutes * 60_000_000)


def _changes(case: Case, until: datetime | None) -> list[tuple[datetime, str | None]]:
    return [(one.when, one.new) for one in case.of("priority") if until is None or one.when < until]


def reply_due(house: House, case: Case, until: datetime | None) -> datetime | None:
    """Return when the first reply was due after all priority changes before it; None = no limit."""
    clock, start = house.sla_clock(case), start_of(case)
    target = target_us(house, case.ticket.labels.get("priority"), "first_reply")
    due = None if target is None else clock.after(start, target)
    for when, priority in _changes(case, until):
        new = target_us(house, priority, "first_reply")
        if house.desk.on_priority_change == "from_start":
            due = None if new is None else clock.after(start, new)
        elif due is None or due >= when:
            due = _fair_due(clock, (start, when), due, (target, new))
        target = new
    return due


def _fair_due(
    clock: Clock, instants: tuple[datetime, datetime], due: datetime | None, targets: tuple[int | None, int | None]
) -> datetime | None:
    (start, when), (old, new) = instants, targets
    if new == old:
        return due
    if new is None:
        return None
    if old is None or new < old:
        fresh = clock.after(max(start, when), new)
        return fresh if due is None else min(due, fresh)
    return clock.after(start, new)


def first_reply(house: House, case: Case) -> Outcome:
    why = reason(case)
    if why in ("agent_initiated", "negative_duration", "bot_contained"):
        return "na", None
    reply = case.replies[0].when if case.replies else None
    due = case.dues.get("first_reply") or reply_due(house, case, reply)
    if due is None:
        return "na", None
    if reply:
        return ("met", reply) if reply <= due else ("breached", due)
    if case.resolves and case.resolves[0] <= due:
        return "na", None
    return ("breached", due) if house.as_of > due else ("undecided", due)


def net_at(house: House, case: Case, instant: datetime) -> int:
    """Return what the resolution clock shows at an instant: time since creation without pauses."""
    clock = house.sla_clock(case)
    return clock.between(case.created, instant) - paused(house, case, clock, instant)


def net_limit(house: House, case: Case, until: datetime) -> int | None:
    """Return the promise in time of the net clock after all priority changes; None = no limit."""
    old = limit = target_us(house, case.ticket.labels.get("priority"), "resolution")
    for when, priority in _changes(case, until):
        new = target_us(house, priority, "resolution")
        shown = net_at(house, case, when)
        if house.desk.on_priority_change == "from_start":
            limit = new
        elif new != old and (limit is None or shown <= limit):
            limit = _fair_limit(shown, limit, old, new)
        old = new
    return limit


def _fair_limit(shown: int, limit: int | None, old: int | None, new: int | None) -> int | None:
    if new is None or (old is not None and new > old):
        return new
    return shown + new if limit is None else min(limit, shown + new)


def passing(house: House, case: Case, limit: int, end: datetime) -> datetime | None:
    """Return the instant after which the net clock showed more than the limit (4.10); None when it never did."""
    clock, left = house.sla_clock(case), limit
    for start, stop, status in case.spells(end):
        if status in house.desk.pause_statuses:
            continue
        here = clock.between(start, stop)
        if here > left:
            return clock.past(start, left)
        left -= here
    return None


def resolution(house: House, case: Case) -> Outcome:
    end = case.resolves[-1] if case.is_closed else house.as_of
    if end < case.created - SKEW:
        return "na", None
    if given := case.dues.get("resolution"):
        return _given(case, given, end)
    limit = net_limit(house, case, end)
    if limit is None:
        return "na", None
    if net_at(house, case, end) > limit:
        return "breached", passing(house, case, limit, end)
    return ("met", end) if case.is_closed else ("undecided", None)


def _given(case: Case, due: datetime, end: datetime) -> Outcome:
    if end > due:
        return "breached", due
    return ("met", end) if case.is_closed else ("undecided", due)


def replies_kept(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        outcome, decided = first_reply(house, case)
        yield Row(decided, case.created, case.labels, outcome)


def resolutions_kept(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        outcome, decided = resolution(house, case)
        yield Row(decided, case.created, case.labels, outcome)


def kept(rows: Sequence[Row]) -> Figure:
    """Return met / (met + breached) with the outcomes as parts."""
    parts = {name: sum(1 for row in rows if row.value == name) for name in ("met", "breached", "undecided", "na")}
    met, n = parts["met"], parts["met"] + parts["breached"]
    return Figure(100 * met / n if n else None, n, dict(parts), wilson(met, n))
