"""Stages and hand-overs by hand: visits between two sorts of events of a case (semantics 4.8, 12.8).

At equal instants comes first what only opens visits (creation, resolution), then assignments and actions in the
order of the source, events before messages, and last what only ends visits (resolution, reply, follow-up, survey).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from metrics.model import Stage
from tests.oracle.cases import Case, House
from tests.oracle.figures import Figure, Fold, Row, mean_of
from tests.oracle.raw import Event, Message
from tests.oracle.replies import SKEW
from tests.oracle.work import transfers_of

FIRST, EVENT, MESSAGE, LAST = 0, 1, 2, 9
OPENS, ENDS = 1, 0  # what is both ends the visit before and opens the next


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A moment of a case with its place among equal instants."""

    when: datetime
    place: int
    key: int = 0


@dataclass(slots=True)
class Visit:
    entered: datetime
    left: datetime | None


def _of(rows: Iterable[Event | Message]) -> list[Point]:
    return [Point(one.when, EVENT if isinstance(one, Event) else MESSAGE, one.key) for one in rows]


def actions_of(case: Case) -> list[Event | Message]:
    """Return what agents did: messages public or internal, status, assign, priority changes (12.8).

    Somebody who does not say what he is, is an agent.
    """
    found: list[Event | Message] = [
        one
        for one in case.events
        if one.kind in ("status", "assign", "priority")
        and (one.actor_kind == "agent" or (one.actor_kind is None and one.actor is not None))
    ]
    return found + [one for one in case.messages if one.author_kind == "agent" and not one.is_auto]


def _acknowledgements(case: Case) -> list[Message]:
    return [one for one in case.messages if one.is_auto and one.is_public]


def points(house: House, case: Case, name: str, place: int) -> list[Point]:
    """Return the moments of a point of the stage maps; `place` is that of moments without an event."""
    named: dict[str, Callable[[], list[Point]]] = {
        "created": lambda: [Point(case.created, place)],
        "type_set": lambda: [Point(case.created, place)],
        "first_assign": lambda: _of(case.of("assign")[:1]),
        "assign": lambda: _of(case.of("assign")),
        "transfer": lambda: _of(transfers_of(case)),
        "first_agent_action": lambda: sorted(_of(actions_of(case)))[:1],
        "agent_action": lambda: _of(actions_of(case)),
        "reply": lambda: [Point(one.when, place) for one in case.replies],
        "acknowledgement": lambda: [Point(one.when, place) for one in _acknowledgements(case)],
        "resolved": lambda: [Point(max(when, case.created), place) for when in case.resolves],  # as in the flow
        "closed": lambda: [Point(one.when, place) for one in case.of("status") if one.new == "closed"],
        "followup": lambda: [Point(one.when, place) for one in case.of("followup")],
        "survey": lambda: [Point(when, place) for when in house.submissions.get(case.key, [])],
    }
    return named[name]()


def visits(case: Case, opening: Iterable[Point], ending: Iterable[Point]) -> list[Visit]:
    """Return the visits of a case: from an opening to the first ending after it, openings in between included.

    Up to 60 s before creation counts at creation, among the moments of that instant; earlier ones are defects (2.7).
    """
    marks = [(one, OPENS) for one in opening] + [(one, ENDS) for one in ending]
    kept = [(one, what) for one, what in marks if one.when >= case.created - SKEW]
    found: list[Visit] = []
    for point, what in sorted((replace(one, when=max(one.when, case.created)), what) for one, what in kept):
        if what == OPENS and (not found or found[-1].left):
            found.append(Visit(point.when, None))
        elif what == ENDS and found and not found[-1].left:
            found[-1].left = point.when
    return found


Found = Callable[[House, Case], list[Visit]]


def stage_visits(stage: Stage, house: House, case: Case) -> list[Visit]:
    opening = points(house, case, stage.start, FIRST)
    return visits(case, opening, [one for name in stage.stops for one in points(house, case, name, LAST)])


def _rows(house: House, clock: str, found: Found, name: str = "") -> Iterator[Row]:
    """Return the ended visits with (name, duration)."""
    for case in house.cases:
        passed = house.clock(case, clock)
        for one in found(house, case):
            if one.left:
                yield Row(one.left, case.created, case.labels, (name, passed.between(one.entered, one.left)))


def open_visits(found: Found, house: House, clock: str) -> Iterator[Row]:
    """Return the visits that have not ended as of now."""
    for case in house.cases:
        for one in found(house, case):
            if not one.left:
                yield Row(None, case.created, case.labels, None)


def map_rows(way: Sequence[Stage], house: House, clock: str) -> Iterator[Row]:
    """Return the ended visits of every stage of a map."""
    for stage in way:
        yield from _rows(house, clock, partial(stage_visits, stage), stage.key)


def rows_of(found: Found, house: House, clock: str) -> Iterator[Row]:
    """Return the ended visits."""
    return _rows(house, clock, found)


def timed(name: str, unit: float) -> Fold:
    """Return the fold to the mean time of one stage's visits, with its share of the time of all."""

    def fold(rows: Sequence[Row]) -> Figure:
        own = [Row(row.moment, row.created, row.labels, row.value[1]) for row in rows if row.value[0] == name]
        figure = mean_of(unit)(own)
        total, mine = (sum(values) for values in ([row.value[1] for row in rows], [row.value for row in own]))
        figure.parts["share"] = 100 * mine / total if own and total else None
        return figure

    return fold


def intake(house: House, case: Case) -> list[Visit]:
    opening = points(house, case, "created", FIRST)
    return visits(case, opening, points(house, case, "first_assign", LAST))


def handovers(house: House, case: Case) -> list[Visit]:
    return visits(case, _of(transfers_of(case)), _of(actions_of(case)))


def elsewhere(house: House, case: Case) -> list[Visit]:
    """Return the stays in departments other than that of the first owner."""
    placed = [one for one in case.of("assign") if one.dept is not None]
    away = [one for one in placed if one.dept != placed[0].dept]
    back = [one for one in placed if one.dept == placed[0].dept]
    return visits(case, _of(away), [*_of(back), *points(house, case, "resolved", LAST)])


def department(name: str, house: House, case: Case) -> list[Visit]:
    return visits(case, _of(one for one in case.of("assign") if one.dept == name), _of(actions_of(case)))


def escalations(name: str, limit: timedelta, house: House, clock: str) -> Iterator[Row]:
    """Return the visits to a department that waited longer than a limit, at the instant they passed it."""
    for case in house.cases:
        for one in department(name, house, case):
            if (one.left or house.as_of) - one.entered > limit:
                yield Row(one.entered + limit, case.created, case.labels, None)
