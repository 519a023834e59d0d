"""The funnel of surveys by hand: invited, received, valid; customers served and invited (semantics 5.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.oracle.cases import House
from tests.oracle.figures import Figure, Row
from tests.oracle.raw import Survey
from tests.oracle.surveys import all_rows, row_of, valid


def offers(house: House, clock: str) -> Iterator[Row]:
    return (replace(row_of(house, one), moment=one.offered, value="invited") for one in house.offered)


def responses(house: House, clock: str) -> Iterator[Row]:
    """Return invitations by their sending, and surveys by their submission: whether they are valid."""
    yield from offers(house, clock)
    yield from validity(house, clock)


def validity(house: House, clock: str) -> Iterator[Row]:
    left = {one.key for one in valid(house)}
    return (replace(row, value=row.value.key in left) for row in all_rows(house, clock))


def response_rate(rows: Sequence[Row]) -> Figure:
    """Return received / invited; no value without invitations, or with fewer than were received."""
    invited = sum(1 for row in rows if row.value == "invited")
    received, good = len(rows) - invited, sum(1 for row in rows if row.value is True)
    parts: dict[str, float | None] = {"received": received, "valid": good}
    return Figure(None if not invited or received > invited else 100 * received / invited, invited, parts)


def customers(house: House, clock: str) -> Iterator[Row]:
    """Return (stage, customer) of resolutions, invitations and valid answers."""
    for case in house.cases:
        for when in case.resolves:
            value = ("served", case.ticket.customer)
            yield Row(max(when, case.created), case.created, case.labels, value)
    for one in house.offered:
        yield replace(row_of(house, one), moment=one.offered, value=("invited", _customer(house, one)))
    for one in valid(house):
        yield replace(row_of(house, one), value=("valid", _customer(house, one)))


def _customer(house: House, one: Survey) -> int | None:
    if one.customer is not None or one.ticket is None:
        return one.customer
    ticket = house.present.get(house.survivor(one.ticket))
    return ticket.customer if ticket else None


def coverage(rows: Sequence[Row]) -> Figure:
    """Return distinct customers invited / distinct customers served, n = resolutions of known customers."""
    known = {
        name: {who for stage, who in _pairs(rows) if stage == name} - {None}
        for name in ("served", "invited", "valid")
    }
    n = sum(1 for stage, who in _pairs(rows) if stage == "served" and who is not None)
    served, invited = len(known["served"]), len(known["invited"])
    has_value = served and invited <= served and any(stage == "invited" for stage, _ in _pairs(rows))
    return Figure(100 * invited / served if has_value else None, n, {name: len(who) for name, who in known.items()})


def _pairs(rows: Sequence[Row]) -> list[tuple[str, int | None]]:
    return [row.value for row in rows]
