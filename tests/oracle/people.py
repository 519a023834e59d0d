"""Load of people by hand: contacts, agents at work, hour by hour (semantics 4.18; decision 18)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.oracle.cases import House
from tests.oracle.figures import Figure, Row, quantile
from tests.oracle.raw import Message
from tests.oracle.replies import span
from tests.oracle.resolutions import resolve_events
from tests.oracle.stages import actions_of
from tests.oracle.turns import labels_of_turn, turns_of_people

CAME = "came"  # value of a contact or a ticket; agents at work have (who, hour)


def _hour(instant: datetime, tz: str) -> datetime:
    """Return the begin of the local hour; an hour that comes twice is two hours."""
    local = instant.astimezone(ZoneInfo(tz))
    return instant.replace(minute=0, second=0, microsecond=0) if local.minute == instant.minute else local


def at_work(house: House) -> Iterator[Row]:
    for case in house.cases:
        for one in actions_of(case):
            who = one.author if isinstance(one, Message) else one.actor
            if who is not None:
                hour = _hour(one.when, house.desk.tz)
                yield Row(hour, case.created, {**case.labels, "agent": who}, (who, hour))


def contacts(house: House) -> Iterator[Row]:
    """Return one row per turn, at the instant the customer asked; a reply too early makes none."""
    for case, turn in turns_of_people(house):
        asked = max(turn.asked, case.created)
        if turn.reply and span(house.clock(case, "calendar"), asked, turn.reply.when) is None:
            continue
        yield Row(asked, case.created, labels_of_turn(case, turn), (CAME, _hour(asked, house.desk.tz)))


def load(house: House, clock: str) -> Iterator[Row]:
    yield from contacts(house)
    yield from at_work(house)


def resolved_by(house: House, clock: str) -> Iterator[Row]:
    for row in resolve_events(house, clock):
        yield Row(row.moment, row.created, row.labels, (CAME, None))
    yield from at_work(house)


def per_hour(rows: Sequence[Row]) -> Figure:
    came, work = _sorted(rows)
    n, hours = len(came), len(set(work))
    return Figure(n / hours if hours else None, n, {"contacts": n, "agent_hours": hours})


def per_agent(rows: Sequence[Row]) -> Figure:
    came, work = _sorted(rows)
    agents = len({who for who, _ in work})
    return Figure(len(came) / agents if agents else None, len(came), {"agents": agents})


def spread(rows: Sequence[Row]) -> Figure:
    came, work = _sorted(rows)
    agents: dict[datetime | None, set[str]] = defaultdict(set)
    for who, hour in work:
        agents[hour].add(who)
    loads = [sum(1 for _, one in came if one == hour) / len(found) for hour, found in agents.items()]
    p50, p90 = quantile(loads, 0.5), quantile(loads, 0.9)
    alone = sum(1 for _, hour in came if hour not in agents)
    ratio = p90 / p50 if p50 and p90 is not None else None
    return Figure(ratio, len(came), {"p50": p50, "p90": p90, "hours": len(loads), "unstaffed": alone})


def _sorted(rows: Sequence[Row]) -> tuple[list[tuple[str, datetime | None]], list[tuple[str, datetime | None]]]:
    values = [row.value for row in rows]
    return [one for one in values if one[0] is CAME], [one for one in values if one[0] is not CAME]
