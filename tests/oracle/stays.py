"""Time in every status up to the last resolution, and what the bot does, by hand (semantics 4.4, 4.17)."""

from collections.abc import Iterator

from tests.oracle.cases import House
from tests.oracle.figures import Row
from tests.oracle.replies import span

PENDING, HOLD, WORK = ("pending_customer",), ("on_hold",), ("new", "open")


def _stay(house: House, clock: str, statuses: tuple[str, ...]) -> Iterator[Row]:
    for case in house.cases:
        if not case.is_closed:
            continue
        end, passed = case.resolves[-1], house.clock(case, clock)
        if span(passed, case.created, end) is not None:
            spells = [(start, stop) for start, stop, status in case.spells(end) if status in statuses]
            value = sum(passed.between(start, stop) for start, stop in spells)
            yield Row(end, case.created, case.labels, value)


def pending(house: House, clock: str) -> Iterator[Row]:
    return _stay(house, clock, PENDING)


def hold(house: House, clock: str) -> Iterator[Row]:
    return _stay(house, clock, HOLD)


def agent_work(house: House, clock: str) -> Iterator[Row]:
    return _stay(house, clock, WORK)


def requester_wait(house: House, clock: str) -> Iterator[Row]:
    return _stay(house, clock, WORK + HOLD)


def involved(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        yield Row(case.created, case.created, case.labels, bool(case.bot_replies))


def contained(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        if case.bot_replies:
            alone = case.is_closed and not case.replies and not case.of("handoff")
            yield Row(case.created, case.created, case.labels, alone)
