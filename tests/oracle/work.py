"""Work lists and stages by hand: transfers, reach, follow-up, update gaps (semantics 4.8, 4.12)."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from tests.oracle.cases import Case, House
from tests.oracle.figures import Row
from tests.oracle.raw import Event

DEPT, REACH = "tech", timedelta(minutes=10)
GAP, DAY = timedelta(hours=4), timedelta(hours=24)


def transfers_of(case: Case) -> list[Event]:
    """Return the assignments to another department than the one before; those without a department are ignored."""
    placed = [event for event in case.of("assign") if event.dept is not None]
    return [after for before, after in pairwise(placed) if after.dept != before.dept]


def transfers(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        yield Row(case.created, case.created, case.labels, len(transfers_of(case)) > 0)


def transfers_per_ticket(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        yield Row(case.created, case.created, case.labels, len(transfers_of(case)))


def reach(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        reached = [event.when for event in case.of("assign") if event.dept == DEPT]
        if reached or house.as_of - case.created >= REACH:
            good = bool(reached) and reached[0] - case.created <= REACH
            yield Row(case.created, case.created, case.labels, good)


def urgent_reach(house: House, clock: str) -> Iterator[Row]:
    """Return the urgent cases alone; the oracle's desks name the department and the minutes of `reach`."""
    return (row for row in reach(house, clock) if row.labels["priority"] in house.desk.urgent_reach.priorities)


def followups(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        if not case.is_closed:
            continue
        end = case.resolves[-1]
        done = [event.when for event in case.of("followup") if event.when >= end]
        if done or end + DAY <= house.as_of:
            yield Row(end, case.created, case.labels, bool(done) and done[0] - end <= DAY)


def gaps(house: House, clock: str) -> Iterator[Row]:
    """Return one row per gap longer than four hours, up to the last resolution or as_of, at the reply it starts from.

    The semantics name no instant for a gap; the basis printed with the KPI ("the event's own instant") decides.
    """
    for case in house.cases:
        end = case.resolves[-1] if case.is_closed else house.as_of
        steps = [one.when for one in case.replies if one.when <= end]
        if steps:
            for start, stop in pairwise([*steps, end]):
                if stop - start > GAP:
                    yield Row(start, case.created, case.labels, None)


def gap_cases(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        end = case.resolves[-1] if case.is_closed else house.as_of
        steps = [one.when for one in case.replies if one.when <= end]
        if steps:
            longest = max(stop - start for start, stop in pairwise([*steps, end]))
            yield Row(case.created, case.created, case.labels, longest > GAP)


def effective(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        for event in case.of("followup"):
            if event.effective is not None:
                yield Row(event.when, case.created, case.labels, event.effective)


def satisfied(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        for event in case.of("followup"):
            if event.satisfied is not None:
                yield Row(event.when, case.created, case.labels, event.satisfied)
