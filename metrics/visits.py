"""Visits: from one point in the life of a case to the next of another sort (semantics 4.8, 12.8).

A visit opens with its start and ends with the first stop after it; further starts in between belong to the same
visit, as several messages make one turn. Which visits there are follows from the desk's stage maps; the facts work
them out (metrics/facts/visits), here stands what they are called and how their rows are read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from data.stage_maps import Point
from metrics.metric import Anchor
from metrics.model import DIMENSIONS, Desk

# Who acts without saying what he is, is an agent: so the load reads it too.
BY_AGENT = "(e.actor_kind = 'agent' OR e.actor_kind IS NULL AND e.actor IS NOT NULL)"
OWN = "(e.kind <> 'status' OR l.case_key IS NULL)"
ACTING = f"e.kind IN ('status', 'assign', 'priority') AND {BY_AGENT} AND {OWN}"
WRITING = "m.author_kind = 'agent' AND m.is_auto IS NOT TRUE"
OF_CASE = "LEFT JOIN case_link l ON l.ticket_key = {e}.ticket_key"
POINTS: tuple[str, ...] = tuple(sorted(get_args(Point)))  # that stage maps may name
MANIFOLD = ("transfer", "away", "back")
# Digits of fact_case, one per pair of the desk: does a case visit it, as far as it may do so once.
NONE, ENDED, OPEN, UNSURE = range(4)  # unsure: the visits, maybe several, stand in fact_revisit
DIGIT_BITS = 2
DIGITS = 31  # of a BIGINT
COLUMNS = ("visits_a", "visits_b")
INNER_POINTS = ("department", "away", "back")  # assignment to a department; to another than the first; to the first


@dataclass(frozen=True, slots=True)
class Stored:
    """Where fact_case keeps the first instant of a point, and its position on the business axis."""

    instant: str
    position: str


CREATION = Stored("created_at", "created_pos_us")
ASSIGNMENT = Stored("assigned_at", "assigned_pos_us")
ACTION = Stored("action_at", "action_pos_us")
NOWHERE = Stored("NULL::TIMESTAMPTZ", "NULL::BIGINT")
STORED = {
    "created": CREATION,
    "type_set": CREATION,
    "first_assign": ASSIGNMENT,
    "assign": ASSIGNMENT,
    "department": ASSIGNMENT,
    "first_agent_action": ACTION,
    "agent_action": ACTION,
    "reply": Stored("reply_at", "reply_pos_us"),
    "acknowledgement": Stored("acknowledged_at", "acknowledged_pos_us"),
    "resolved": Stored("first_resolved_at", "first_resolved_pos_us"),
    "closed": Stored("closed_at", "closed_pos_us"),
    "followup": Stored("called_at", "called_pos_us"),
    "survey": Stored("surveyed_at", "surveyed_pos_us"),
    **dict.fromkeys(MANIFOLD, NOWHERE),  # a case may have many of them
}


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """The point that opens a visit and those that end it."""

    start: str
    stops: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the pair is called in fact_revisit."""
        return "__".join((self.start, *self.stops))

    @property
    def is_plain(self) -> bool:
        """Tell whether a case may have one visit only, so that fact_case has room for it."""
        return self.start not in MANIFOLD


INTAKE = Pair("created", ("first_assign",))
HANDOVER = Pair("transfer", ("agent_action",))
ELSEWHERE = Pair("away", ("back", "resolved"))
IN_DEPARTMENT = Pair("department", ("agent_action",))  # a visit belongs to its department, not only to its case


def pair_of(start: str, *stops: str) -> Pair:
    """Return the pair of a stage; ValueError for a point that stage maps do not know."""
    for point in (start, *stops):
        if point not in POINTS:
            raise ValueError(f"unknown point {point!r} of a stage; known: {', '.join(POINTS)}")
    return Pair(start, tuple(sorted(set(stops))))


def pairs(desk: Desk) -> tuple[Pair, ...]:
    """Return all pairs whose visits are worked out for a desk, each once, in the order of their digits.

    ValueError when the stage maps have more of them than a case has room for.
    """
    found = tuple(sorted({INTAKE, HANDOVER, ELSEWHERE, IN_DEPARTMENT, *_of_stages(desk)}))
    if len(found) > DIGITS * len(COLUMNS):
        raise ValueError(
            f"the stage maps hold {len(found)} different pairs of points; at most {DIGITS * len(COLUMNS)} can be kept"
        )
    return found


def _of_stages(desk: Desk) -> Iterator[Pair]:
    for way in desk.stages.values():
        for stage in way:
            yield pair_of(stage.start, *stage.stops)


def ended_visits(pair: Pair, desk: Desk, where: str = "TRUE") -> Anchor:
    """Return ended visits of a pair as rows with their case's dimensions, stage_us and stage_biz_us their time."""
    rows = _revisits(pair, f"exited_at IS NOT NULL AND {where}")
    if pair.is_plain:
        exit_at = _least(STORED[stop].instant for stop in pair.stops)
        places = _least(STORED[stop].position for stop in pair.stops)
        end = f"{exit_at}, {places} - {STORED[pair.start].position}, {_latest(pair)}"
        rows += f" UNION ALL {_visits(pair, end)} WHERE {is_visited(pair, desk, ENDED)} AND {where}"
    table = f"(SELECT *, epoch_us(exited_at) - epoch_us(entered_at) AS stage_us FROM ({rows}))"
    return Anchor(table, "exited_at", None, ceiling="latest_at")


def open_visits(pair: Pair, desk: Desk, where: str = "TRUE") -> Anchor:
    """Return the visits of a pair that have not ended, by when they were entered; exited_at is NULL."""
    rows = _revisits(pair, f"exited_at IS NULL AND {where}")
    if pair.is_plain:
        opened = _visits(pair, "NULL, NULL, NULL")
        rows += f" UNION ALL {opened} WHERE {is_visited(pair, desk, OPEN)} AND {where}"
    return Anchor(f"({rows})", "entered_at", None)


def digit_of(pair: Pair, desk: Desk) -> tuple[str, int]:
    """Return the column of fact_case in which the digit of a pair stands, and by how many bits it is shifted."""
    column, digit = divmod(pairs(desk).index(pair), DIGITS)
    return COLUMNS[column], DIGIT_BITS * digit


def is_visited(pair: Pair, desk: Desk, *digits: int) -> str:
    """Return the predicate of the cases in which a pair has one of the digits."""
    column, shift = digit_of(pair, desk)
    told = ", ".join(str(digit << shift) for digit in digits)
    return f"{column} & {UNSURE << shift} IN ({told})"


def _visits(pair: Pair, end: str) -> str:
    dims = ", ".join(DIMENSIONS)
    return f"SELECT case_key, created_at, {dims}, {STORED[pair.start].instant}, {end} FROM fact_case"


def _revisits(pair: Pair, where: str) -> str:
    return (
        f"SELECT case_key, created_at, {', '.join(DIMENSIONS)}, entered_at, exited_at, biz_us AS stage_biz_us,"
        f" exited_at AS latest_at FROM fact_revisit WHERE pair = '{pair.name}' AND {where}"
    )


def _latest(pair: Pair) -> str:
    """Return a column that is never before the end of a visit; engines skip rows by a column, not by a formula."""
    if len(pair.stops) > 1 and "survey" not in pair.stops:
        return "last_change_at"
    return _least(STORED[stop].instant for stop in pair.stops)


def _least(columns: Iterable[str]) -> str:
    found = sorted(set(columns))
    return f"least({', '.join(found)})" if len(found) > 1 else found[0]
