"""How cases ended by hand, as marked, by whom, with the bot alone; the source's own figures (4.6, 4.17, 12.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.oracle.cases import Case, House
from tests.oracle.figures import Figure, Fold, Row, mean, wilson
from tests.oracle.issues import chains
from tests.oracle.replies import span
from tests.oracle.resolutions import tickets


def marked(house: House, clock: str) -> Iterator[Row]:
    """Return the cases closed now by creation: resolved, closed unresolved, or unmarked (None)."""
    for case in house.cases:
        if case.is_closed:
            kind = case.ticket.resolution_kind
            yield Row(case.created, case.created, case.labels, None if kind is None else kind == "resolved")


def complete(house: House, clock: str) -> Iterator[Row]:
    """Return resolved cases by last resolution: with a complete solution, without, or unmarked (None)."""
    for case in house.cases:
        if case.is_closed and case.ticket.resolution_kind != "unresolved":
            yield Row(case.resolves[-1], case.created, case.labels, case.ticket.solution_complete)


def marks(rows: Sequence[Row]) -> Figure:
    """Return the share of yes among the marked, the unmarked beside it."""
    given = [row.value for row in rows if row.value is not None]
    n, good = len(given), sum(given)
    return Figure(100 * good / n if n else None, n, {"unmarked": len(rows) - n}, wilson(good, n))


def first_owners(house: House, clock: str) -> Iterator[Row]:
    """Return resolved cases whose first owner and resolver are known: whether they are the same."""
    for case in house.cases:
        owners = [event.new for event in case.of("assign") if event.new is not None]
        if case.is_closed and owners:
            resolver = case.changes[-1].actor
            if resolver is not None:
                yield Row(case.resolves[-1], case.created, case.labels, resolver == owners[0])


def bot_cases(house: House, clock: str) -> Iterator[Row]:
    """Return the cases with a bot's reply: confirmed or not, "immature" or "unlinkable" (decision 10)."""
    days = timedelta(days=house.desk.repeat_days)
    followed = {case.key for chain in chains(house) for case in chain[:-1]}
    for case in house.cases:
        if case.bot_replies:
            value: object = "unlinkable"
            if case.ticket.customer is not None:
                mature = bool(case.resolves) and case.resolves[0] + days <= house.as_of
                value = _is_confirmed(case, case.key in followed, days) if mature else "immature"
            yield Row(case.created, case.created, case.labels, value)


def _is_confirmed(case: Case, is_followed: bool, days: timedelta) -> bool:
    is_contained = case.is_closed and not case.replies and not case.of("handoff")
    is_back = is_followed or any(when <= case.resolves[0] + days for when in case.reopens)
    return is_contained and not is_back


def confirmed(rows: Sequence[Row]) -> Figure:
    parts = {name: sum(1 for row in rows if row.value == name) for name in ("immature", "unlinkable")}
    mature = [row.value for row in rows if row.value not in parts]
    n, good = len(mature), sum(mature)
    return Figure(100 * good / n if n else None, n, dict(parts), wilson(good, n))


def bot_replies(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        for reply in case.bot_replies[:1]:
            value = span(house.clock(case, "calendar"), case.created, reply.when)
            if value is not None:
                yield Row(reply.when, case.created, case.labels, value)


def vendor(field: str, house: House, clock: str) -> Iterator[Row]:
    """Return the tickets of cases that carry a figure of the source."""
    for row in tickets(house):
        if field in row.value.vendor:
            yield replace(row, value=float(row.value.vendor[field]))


def vendor_mean(factor: float) -> Fold:
    """Return the fold to the mean of a field, times a factor."""

    def fold(rows: Sequence[Row]) -> Figure:
        found = mean([row.value for row in rows])
        return Figure(None if found is None else found * factor, len(rows))

    return fold


def vendor_sum(rows: Sequence[Row]) -> Figure:
    return Figure(sum(row.value for row in rows) if rows else None, len(rows))
