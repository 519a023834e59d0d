"""First replies by hand: reason, FRT, any responder, total wait, waiting, cohort (semantics 4.1 to 4.3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.oracle.cases import Case, House
from tests.oracle.clock import Clock
from tests.oracle.figures import Row

SKEW = timedelta(seconds=60)


def span(clock: Clock, start: datetime, stop: datetime) -> int | None:
    """Return a duration; 0 up to 60 s before the start, None for earlier (2.7)."""
    return clock.between(start, stop) if stop >= start - SKEW else None


def start_of(case: Case) -> datetime:
    handoffs = case.of("handoff")
    return handoffs[0].when if handoffs else case.created


def reason(case: Case) -> str:
    """Return the one reason of a case, in the order of 4.1."""
    if case.ticket.created_by == "agent":
        return "agent_initiated"
    if case.replies:
        return "negative_duration" if case.replies[0].when < start_of(case) - SKEW else "ok"
    if not case.is_closed:
        return "open_unanswered"
    return "bot_contained" if case.bot_replies and not case.of("handoff") else "resolved_without_reply"


def _answered(house: House, clock: str, from_creation: bool) -> Iterator[Row]:
    for case in house.cases:
        if reason(case) == "ok":
            reply = case.replies[0]
            start = case.created if from_creation else start_of(case)
            value = span(house.clock(case, clock), start, reply.when)
            labels = {**case.labels, "agent": reply.author or "(none)"}
            if value is not None:
                yield Row(reply.when, case.created, labels, value)


def frt(house: House, clock: str) -> Iterator[Row]:
    return _answered(house, clock, from_creation=False)


def wait_total(house: House, clock: str) -> Iterator[Row]:
    return _answered(house, clock, from_creation=True)


def frt_any(house: House, clock: str) -> Iterator[Row]:
    """All cases with a reply of anyone (golden/README, frt_any_mean)."""
    for case in house.cases:
        found = sorted(one.when for one in case.replies + case.bot_replies)
        value = span(house.clock(case, clock), case.created, found[0]) if found else None
        if value is not None:
            yield Row(found[0], case.created, case.labels, value)


def waiting(house: House, clock: str) -> Iterator[Row]:
    """Cases open and unanswered now."""
    for case in house.cases:
        if reason(case) == "open_unanswered":
            yield Row(None, case.created, case.labels, None)


def cohort(house: House, clock: str) -> Iterator[Row]:
    """Return (time, whether it ended in a reply) of cases by creation (4.3)."""
    for case in house.cases:
        why, passed = reason(case), house.clock(case, clock)
        start = start_of(case)
        ends = {"ok": case.replies[:1], "open_unanswered": [], "resolved_without_reply": []}
        if why not in ends:
            continue
        end = house.as_of if why == "open_unanswered" else None
        end = case.replies[0].when if why == "ok" else end or case.resolves[0]
        yield Row(case.created, case.created, case.labels, (passed.between(start, end), why == "ok"))


def kaplan_meier(pairs: list[tuple[int, bool]], quantile: float) -> int | None:
    """Return the smallest time with S <= 1 - q, None when it is not reached."""
    survival = 1.0
    for time in sorted({time for time, is_event in pairs if is_event}):
        at_risk = sum(1 for other, _ in pairs if other >= time)
        deaths = sum(1 for other, is_event in pairs if is_event and other == time)
        survival *= 1 - deaths / at_risk
        if survival <= 1 - quantile + 1e-9:
            return time
    return None
