"""Issues by hand: chains of a customer's cases of one category, repeats, one touch (semantics 4.13 to 4.16)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from tests.oracle.cases import Case, House
from tests.oracle.figures import Figure, Row, wilson


def chains(house: House, cases: Iterable[Case] | None = None) -> list[list[Case]]:
    """Return the issues, or the chains of some of the cases; cases without customer belong to none."""
    groups: dict[tuple[int, str], list[Case]] = defaultdict(list)
    for case in sorted(house.cases if cases is None else cases, key=lambda one: (one.created, one.key)):
        if case.ticket.customer is not None:
            groups[case.ticket.customer, case.labels["category"]].append(case)
    found: list[list[Case]] = []
    for group in groups.values():
        for number, case in enumerate(group):
            if number and _joins(house, group[number - 1], case):
                found[-1].append(case)
            else:
                found.append([case])
    return found


def _joins(house: House, before: Case, case: Case) -> bool:
    if not before.is_closed:
        return True
    return case.created - before.resolves[-1] <= timedelta(days=house.desk.repeat_days)


def issues(house: House, clock: str) -> Iterator[Row]:
    """Return success, "immature" and "unlinkable" rows; an issue belongs to its first case."""
    days = timedelta(days=house.desk.repeat_days)
    for chain in chains(house):
        case = chain[0]
        if not case.resolves:
            continue
        solved = case.resolves[0]
        good = len(chain) == 1 and not any(when <= solved + days for when in case.reopens)
        value = good if solved + days <= house.as_of else "immature"
        yield Row(solved, case.created, case.labels, (case.ticket.customer, value))


def no_repeat(rows: Sequence[Row]) -> Figure:
    mature = [row.value for row in rows if row.value[1] != "immature"]
    found = by_customer(mature)
    return Figure(found.value, found.n, {"immature": len(rows) - found.n}, found.interval)


def touched_once(rows: Sequence[Row]) -> Figure:
    return by_customer([row.value for row in rows])


def by_customer(marks: Sequence[tuple[object, bool]]) -> Figure:
    """Return the share of true marks with Wilson's interval, the marks of one customer taken together (8.5)."""
    groups: dict[object, list[bool]] = defaultdict(list)
    for number, (customer, mark) in enumerate(marks):
        groups[("alone", number) if customer is None else customer].append(mark)
    n, k = len(marks), len(groups)
    if not n:
        return Figure(None, 0)
    p = sum(mark for _, mark in marks) / n
    if k > 1 and 0 < p < 1:
        between = sum((sum(group) - p * len(group)) ** 2 for group in groups.values()) / (k * (k - 1)) / (n / k) ** 2
        worth = n / max(1.0, between / (p * (1 - p) / (n - 1)))
    else:
        worth = n * n / sum(len(group) ** 2 for group in groups.values())
    return Figure(100 * p, n, interval=wilson(p * worth, worth))


def repeats(house: House, clock: str) -> Iterator[Row]:
    for chain in chains(house):
        for position, case in enumerate(chain):
            yield Row(case.created, case.created, case.labels, position > 0)


def one_touch(house: House, clock: str) -> Iterator[Row]:
    for case in house.cases:
        touches = [one for one in case.replies if case.resolves and one.when <= case.resolves[0]]
        if touches:
            value = (case.ticket.customer, len(touches) == 1 and not case.reopens)
            yield Row(case.resolves[0], case.created, case.labels, value)
