"""Resolutions and the backlog by hand (semantics 4.4, 4.5, 4.7)."""

from collections.abc import Iterator
from datetime import datetime

from tests.oracle.cases import Case, House, ticket_labels
from tests.oracle.clock import Clock
from tests.oracle.figures import Row
from tests.oracle.replies import span


def paused(house: House, case: Case, clock: Clock, end: datetime) -> int:
    """Return the time in pause statuses from creation to an end."""
    spells = case.spells(end)
    return sum(clock.between(start, stop) for start, stop, status in spells if status in house.desk.pause_statuses)


def _duration(house: House, case: Case, end: datetime, clock: str, is_net: bool) -> int | None:
    passed = house.clock(case, clock)
    gross = span(passed, case.created, end)
    if gross is None or not is_net:
        return gross
    return gross - paused(house, case, passed, end)


def _resolved(house: House, clock: str, is_first: bool, is_net: bool) -> Iterator[Row]:
    for case in house.cases:
        if case.resolves and (is_first or case.is_closed):
            end = case.resolves[0 if is_first else -1]
            value = _duration(house, case, end, clock, is_net)
            if value is not None:
                yield Row(end, case.created, case.labels, value)


def last(house: House, clock: str) -> Iterator[Row]:
    """Full resolution; undated tickets with a given duration stand for themselves (12.2)."""
    yield from _resolved(house, clock, is_first=False, is_net=False)
    for ticket in house.undated:
        if ticket.given_resolution_s is not None and clock == "calendar":
            yield Row(None, None, ticket_labels(ticket), round(ticket.given_resolution_s * 1e6))


def first(house: House, clock: str) -> Iterator[Row]:
    return _resolved(house, clock, is_first=True, is_net=False)


def net(house: House, clock: str) -> Iterator[Row]:
    return _resolved(house, clock, is_first=False, is_net=True)


def net_first(house: House, clock: str) -> Iterator[Row]:
    return _resolved(house, clock, is_first=True, is_net=True)


def _turns(house: House, is_resolve: bool) -> Iterator[Row]:
    for case in house.cases:
        for when, which in case.turns:
            if which == is_resolve:
                # an event before creation changes the backlog when the case begins (flow identity, 4.7, 1.15)
                yield Row(max(when, case.created), case.created, case.labels, None)


def resolve_events(house: House, clock: str) -> Iterator[Row]:
    return _turns(house, is_resolve=True)


def reopen_events(house: House, clock: str) -> Iterator[Row]:
    return _turns(house, is_resolve=False)


def reopened(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        if case.resolves:
            yield Row(case.resolves[0], case.created, case.labels, bool(case.reopens))


def cases(house: House) -> Iterator[Row]:
    """Return every case by creation, itself as value."""
    return (Row(case.created, case.created, case.labels, case) for case in house.cases)


def tickets(house: House) -> Iterator[Row]:
    """Return the ticket of every case by creation and, without an instant, every undated one (decision 11)."""
    for case in house.cases:
        yield Row(case.created, case.created, case.labels, case.ticket)
    for ticket in house.undated:
        yield Row(None, None, ticket_labels(ticket), ticket)


def volume(house: House, clock: str) -> Iterator[Row]:
    return tickets(house)


def is_open(case: Case, instant: datetime) -> bool:
    """Return whether a case is in the backlog at an instant; both comparisons are strict (4.7)."""
    before = [is_resolve for when, is_resolve in case.turns if when < instant]
    return case.created < instant and not (before and before[-1])


def backlog(house: House, instant: datetime) -> Iterator[Case]:
    return (case for case in house.cases if is_open(case, instant))
