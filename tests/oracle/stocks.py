"""What is open at an instant by hand: backlog, its age and pace, who waits, who is unassigned (4.3, 4.7, 4.12)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from metrics.model import Clock
from tests.oracle import replies
from tests.oracle.cases import Case, House
from tests.oracle.figures import HOUR, MINUTE, Figure, Fold, Row, quantile
from tests.oracle.resolutions import backlog

TRAILING = timedelta(days=28)
Step = tuple[datetime | None, datetime]  # from (None = ever), up to


@dataclass(frozen=True)
class Stock:
    """One KPI as of the end of a step; `now` is set where only the present is known."""

    name: str
    rows: Callable[[House, str, Step], Iterable[Row]]
    fold: Fold
    clocks: tuple[Clock, ...] = ("calendar",)
    parts: tuple[str, ...] = ()
    now: bool = False
    parameter: str | None = None


def _row(case: Case, value: object = None) -> Row:
    return Row(None, case.created, case.labels, value)


def open_cases(house: House, clock: str, step: Step) -> Iterator[Row]:
    return (_row(case) for case in backlog(house, step[1]))


def never_resolved(house: House, clock: str, step: Step) -> Iterator[Row]:
    for case in house.cases:
        if case.created < step[1] and not any(when < step[1] for when in case.resolves):
            yield _row(case)


def ages(house: House, clock: str, step: Step) -> Iterator[Row]:
    for case in backlog(house, step[1]):
        yield _row(case, house.clock(case, clock).between(case.created, step[1]))


def moves(house: House, clock: str, step: Step) -> Iterator[Row]:
    """Return what is open before and after a step, and what happened in it; nothing happens before creation."""
    low, high = step
    if low:
        yield from (_row(case, "open") for case in backlog(house, low))
    yield from (_row(case, "close") for case in backlog(house, high))
    for case in house.cases:
        happened = [(case.created, "created")]
        happened += [(max(when, case.created), "resolved" if done else "reopened") for when, done in case.turns]
        yield from (_row(case, what) for when, what in happened if (not low or low <= when) and when < high)


def trailing(house: House, clock: str, step: Step) -> Iterator[Row]:
    return moves(house, clock, (step[1] - TRAILING, step[1]))


def waiting(house: House, clock: str, step: Step) -> Iterator[Row]:
    return replies.waiting(house, clock)


def unassigned(house: House, clock: str, step: Step) -> Iterator[Row]:
    """Return open cases without owner and without any assignment, with their age."""
    for case in house.cases:
        if not case.is_closed and case.ticket.labels.get("agent") is None and not case.of("assign"):
            yield _row(case, (house.as_of - case.created) / timedelta(microseconds=1))


def silent(house: House, clock: str, step: Step) -> Iterator[Row]:
    """Return open cases that were last replied to more than four hours ago, with the hours since."""
    for case in house.cases:
        if not case.is_closed and case.replies:
            since = house.as_of - max(reply.when for reply in case.replies)
            if since > timedelta(hours=4):
                yield _row(case, since / timedelta(hours=1))


def longest(rows: Sequence[Row]) -> Figure:
    return Figure(float(len(rows)), len(rows), {"max": max((row.value for row in rows), default=None)})


def level(rows: Sequence[Row]) -> Figure:
    return Figure(float(len(rows)), len(rows))


def aged(unit: float, q: float) -> Fold:
    """Return the fold of ages to a quantile."""
    return lambda rows: Figure(quantile([row.value / unit for row in rows], q), len(rows))


def _counts(rows: Sequence[Row]) -> dict[str, float | None]:
    names = ("open", "created", "reopened", "resolved", "close")
    return {name: sum(1 for row in rows if row.value == name) for name in names}


def change(rows: Sequence[Row]) -> Figure:
    """Return created + reopened - resolved, n = open at the end (flow identity)."""
    parts = _counts(rows)
    value = (parts["created"] or 0) + (parts["reopened"] or 0) - (parts["resolved"] or 0)
    return Figure(float(value), int(parts["close"] or 0), parts)


def pace(is_net: bool, rows: Sequence[Row]) -> Figure:
    """Return the days that the open cases last at the pace of 28 days."""
    parts = _counts(rows)
    created, resolved, backlog = ((parts[name] or 0) for name in ("created", "resolved", "close"))
    per_day = (resolved - (created if is_net else 0)) / TRAILING.days
    grows = (created - resolved) / TRAILING.days
    beside: dict[str, float | None] = {
        "backlog": backlog,
        "resolved_per_day": resolved / TRAILING.days,
        "created_per_day": created / TRAILING.days,
        "grows_per_day": grows if is_net and grows >= 0 else None,
    }
    return Figure(backlog / per_day if per_day > 0 else None, int(backlog), beside)


def unowned(rows: Sequence[Row]) -> Figure:
    ages = [row.value / MINUTE for row in rows]
    parts = {"p50": quantile(ages, 0.5), "p90": quantile(ages, 0.9), "max": max(ages, default=None)}
    return Figure(float(len(rows)), len(rows), parts)


PACE = ("backlog", "resolved_per_day", "created_per_day", "grows_per_day")
STOCKS = (
    Stock("backlog", open_cases, level),
    Stock("backlog_first", never_resolved, level),
    Stock("backlog_age", ages, aged(HOUR, 0.5), ("calendar", "business")),
    Stock("backlog_change", moves, change, parts=("open", "created", "reopened", "resolved", "close")),
    Stock("coverage_days", trailing, partial(pace, False), parts=PACE),
    Stock("burn_down_days", trailing, partial(pace, True), parts=PACE),
    Stock("waiting_now", waiting, level, now=True),
    Stock("silent_now", silent, longest, parts=("max",), now=True, parameter="4"),
    Stock("unassigned", unassigned, unowned, parts=("p50", "p90", "max"), now=True),
)
