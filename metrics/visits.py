"""Visits: from one point in the life of a case to the next of another sort (semantics 4.8, 12.8).

A visit opens with its start and ends with the first stop after it; further starts in between belong to the same
visit, as several messages make one turn. Which visits there are follows from the desk's stage maps; the facts work
them out (metrics/facts/visits), here stands what they are called and how their rows are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
INNER_POINTS = ("department", "away", "back")  # assignment to a department; to another than the first; to the first


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """The point that opens a visit and those that end it."""

    start: str
    stops: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return what the columns of the pair begin with in fact_visit."""
        return "__".join((self.start, *self.stops))

    @property
    def is_plain(self) -> bool:
        """Tell whether a case may have one visit only, so that fact_visit has columns for it."""
        return self.start not in ("transfer", "away", "back")


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
    """Return all pairs whose visits are worked out for a desk, each once, in the order of their columns."""
    return tuple(sorted({INTAKE, HANDOVER, ELSEWHERE, IN_DEPARTMENT, *_of_stages(desk)}))


def _of_stages(desk: Desk) -> Iterator[Pair]:
    for way in desk.stages.values():
        for stage in way:
            yield pair_of(stage.start, *stage.stops)


def visit_rows(pair: Pair, where: str = "TRUE") -> Anchor:
    """Return ended visits of a pair as rows with their case's dimensions, stage_us and stage_biz_us their time."""
    dims, name = ", ".join(DIMENSIONS), pair.name
    rows = (
        f"SELECT case_key, created_at, {dims}, entered_at, exited_at, biz_us AS stage_biz_us"
        f" FROM fact_revisit WHERE pair = '{name}' AND {where}"
    )
    if pair.is_plain:
        rows += (
            f" UNION ALL SELECT case_key, created_at, {dims}, {name}_in, {name}_out, {name}_biz_us"
            f" FROM fact_visit WHERE {where}"
        )
    table = f"(SELECT *, epoch_us(exited_at) - epoch_us(entered_at) AS stage_us FROM ({rows}))"
    return Anchor(table, "exited_at", None, where="exited_at IS NOT NULL")


def still_open(ended: Anchor) -> Anchor:
    """Return the visits that have not ended, by when they were entered."""
    return replace(ended, instant="entered_at", where="entered_at IS NOT NULL AND exited_at IS NULL")
