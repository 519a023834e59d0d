"""Complaints by hand: how many, how often again, about slow response (semantics 4.6, 4.12, 4.16, 12.8, 12.10)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.oracle.cases import House
from tests.oracle.figures import Figure, Row
from tests.oracle.issues import chains
from tests.oracle.raw import Message, Ticket
from tests.oracle.replies import SKEW
from tests.oracle.resolutions import tickets
from tests.oracle.stages import actions_of

DAY = timedelta(hours=24)


def is_complaint(ticket: Ticket) -> bool:
    return ticket.labels.get("type") == "complaint"


def is_slow(house: House, ticket: Ticket) -> bool:
    return is_complaint(ticket) and house.desk.complaints.slow_tag in ticket.tags


def complaints(house: House, clock: str) -> Iterator[Row]:
    return (row for row in tickets(house) if is_complaint(row.value))


def of_all(house: House, clock: str) -> Iterator[Row]:
    return (replace(row, value=is_complaint(row.value)) for row in tickets(house))


def slow_of_all(house: House, clock: str) -> Iterator[Row]:
    return (replace(row, value=is_slow(house, row.value)) for row in tickets(house))


def with_served(house: House, clock: str) -> Iterator[Row]:
    """Return complaints by creation, and the customers of resolved cases by resolution."""
    for case in house.cases:
        if is_complaint(case.ticket):
            yield Row(case.created, case.created, case.labels, None)
        for when in case.resolves:
            if case.ticket.customer is not None:
                yield Row(max(when, case.created), case.created, case.labels, case.ticket.customer)


def per_thousand(rows: Sequence[Row]) -> Figure:
    """Return complaints per thousand distinct customers served in the same period."""
    served = {row.value for row in rows if row.value is not None}
    n = sum(1 for row in rows if row.value is None)
    return Figure(1000 * n / len(served) if served else None, n, {"customers": len(served)})


def second(house: House, clock: str) -> Iterator[Row]:
    """Return the chains of complaints, at their first one: whether there was another (decision 16)."""
    for chain in chains(house, [case for case in house.cases if is_complaint(case.ticket)]):
        yield Row(chain[0].created, chain[0].created, chain[0].labels, len(chain) >= 2)


def slow_followups(house: House, clock: str) -> Iterator[Row]:
    """Return decided complaints about slow response: whether a supervisor acted within 24 h of creation."""
    for case in house.cases:
        if not is_slow(house, case.ticket):
            continue
        acted = [
            one.when
            for one in actions_of(case)
            if (one.author if isinstance(one, Message) else one.actor) in house.supervisors
            and one.when >= case.created - SKEW
        ]
        if acted or case.created + DAY <= house.as_of:
            yield Row(case.created, case.created, case.labels, bool(acted) and min(acted) - case.created <= DAY)
