"""Visits of each case between two points, on both clocks (semantics 4.8, 12.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from metrics import slots
from metrics.facts.job import SLOTS, Job
from metrics.facts.script import DIM_COLUMNS, sections
from metrics.model import Desk
from metrics.visits import IN_DEPARTMENT, INNER_POINTS, POINTS, Pair, pairs

EARLY, LATE = 0, 9  # place of a start, of a stop among equal instants; events stand at 1, messages at 2
EVENTS = ("first_assign", "assign", "transfer", "first_agent_action", "agent_action", *INNER_POINTS)
MARKS = {point: 1 << number for number, point in enumerate((*POINTS, *INNER_POINTS))}
PLACED = ("action", "acknowledged", "called", "closed", "surveyed")  # business positions not known from new_case
# Placeholders of the points that would hide other words.
WORDS = {"created": "created_mark", "closed": "closed_mark"}


@dataclass(frozen=True, slots=True)
class Span:
    """The columns that tell of a point.

    last     None = not told
    unsure   predicate of the cases of which they do not tell all
    """

    first: str
    last: str | None
    position: str
    unsure: str = "false"


NOWHERE = Span("NULL::TIMESTAMPTZ", "NULL::TIMESTAMPTZ", "NULL::BIGINT", "is_handed")
CREATION = Span("created_at", "created_at", "created_pos_us")
SPANS = {
    "created": CREATION,
    "type_set": CREATION,  # no source says when the type was set; without it the stage takes no time (12.8)
    "first_assign": Span("assigned_at", "assigned_at", "assigned_pos_us"),
    "assign": Span("assigned_at", "last_assigned_at", "assigned_pos_us"),
    "first_agent_action": Span("action_at", "action_at", "action_pos_us"),
    "agent_action": Span("action_at", None, "action_pos_us"),
    "reply": Span("reply_at", "last_reply_at", "reply_pos_us"),
    "acknowledgement": Span("acknowledged_at", None, "acknowledged_pos_us"),
    "resolved": Span("first_resolved_at", "last_resolved_at", "first_resolved_pos_us"),
    "closed": Span("closed_at", None, "closed_pos_us"),
    "followup": Span("called_at", "last_called_at", "called_pos_us"),
    "survey": Span("surveyed_at", "last_surveyed_at", "surveyed_pos_us"),
    "department": Span("dept_at", "last_assigned_at", "assigned_pos_us", "is_handed"),
    "transfer": NOWHERE,
    "away": NOWHERE,
    "back": NOWHERE,
}


def create(con: DuckDBPyConnection, desk: Desk) -> None:
    """Create fact_visit unless it is there, whatever pairs it holds."""
    con.execute(f"CREATE {_table(desk, 'IF NOT EXISTS')}")


def empty(con: DuckDBPyConnection, desk: Desk) -> None:
    """Leave fact_visit without rows, with the columns of the desk's pairs."""
    con.execute(f"CREATE OR REPLACE {_table(desk)}")


def needs_surveys(desk: Desk) -> bool:
    """Tell whether a survey moves the visits of its case."""
    return any("survey" in (pair.start, *pair.stops) for pair in pairs(desk))


def store(job: Job) -> None:
    """Write the visits of new_case; needs new_touch, new_status, new_assigned and new_handed."""
    found = pairs(job.desk)
    job.run("visits", "surveyed")
    visited = "fact_visit" if job.whole else "new_visited"
    if not job.whole:
        job.run("visits", "blank")
    told = {"walked": _walked(found), "columns": ", ".join(_columns(found)), **_place_words(job)}
    job.run("visits", "store", visited=visited, **told)
    job.run("visits", "unsure", visited=visited, pairs=", ".join(_walks(found)))
    if not job.whole:
        job.run("visits", "keep")
    job.run("visits", "moments", **{WORDS.get(point, point): str(mark) for point, mark in MARKS.items()})
    job.run("visits", "walked", rules=", ".join(_rules(found)))
    job.run("visits", "store_walked")
    job.run("visits", "store_reached")
    job.drop("new_visited", "new_unsure", "new_moment", "new_visit")
    job.drop("new_touch", "new_assigned", "new_handed", "new_surveyed")


def _place_words(job: Job) -> dict[str, str]:
    width, places, joins = slots.width_us(job.desk), [], []
    for name in PLACED:
        us = f"epoch_us(n.{name}_at)"
        places.append(f"{slots.position_sql(width, f's_{name}', us)} AS {name}_pos_us")
        joins.append(slots.join_sql(width, f"s_{name}", "n.calendar_no", us, SLOTS))
    return {"places": ", ".join(places), "place_joins": " ".join(joins)}


def _table(desk: Desk, if_not_exists: str = "") -> str:
    columns = (
        f"{pair.name}_in TIMESTAMPTZ, {pair.name}_out TIMESTAMPTZ, {pair.name}_biz_us BIGINT"
        for pair in pairs(desk)
        if pair.is_plain
    )
    return sections("visits")["table"].format(
        if_not_exists=if_not_exists, dim_columns=DIM_COLUMNS, columns=", ".join(columns)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A pair as first and last instants tell of it: is its visit known, does it end, when does it open and end."""

    sure: str
    ends: str
    start: Span
    stops: Sequence[Span]


def _told(pair: Pair) -> Told:
    start, stops = SPANS[pair.start], [SPANS[stop] for stop in pair.stops]
    is_strict = pair.start in EVENTS and any(stop in EVENTS for stop in pair.stops)
    first, last = _least([stop.first for stop in stops]), _greatest([stop.last for stop in stops])
    ends = f"{first} {'>' if is_strict else '>='} {start.last}" if start.last else "false"
    behind = f"{last} < {start.first}" if last else "false"
    unsure = " OR ".join(sorted({"is_odd", start.unsure, *(stop.unsure for stop in stops)}))
    known = f"{start.first} IS NULL OR {first} IS NULL OR {ends} OR {behind}"
    return Told(f"NOT ({unsure}) AND ({known})", ends, start, stops)


def _least(columns: Sequence[str]) -> str:
    return f"least({', '.join(columns)})" if len(columns) > 1 else columns[0]


def _greatest(columns: Sequence[str | None]) -> str | None:
    told = [column for column in columns if column]
    return f"greatest({', '.join(told)})" if len(told) == len(columns) else None


def _walked(found: Sequence[Pair]) -> str:
    return " + ".join(f"CASE WHEN {_told(pair).sure} THEN 0 ELSE {1 << i} END" for i, pair in enumerate(found))


def _stops(found: Sequence[Pair]) -> list[tuple[str, ...]]:
    return sorted({pair.stops for pair in found})


def _walks(found: Sequence[Pair]) -> Iterator[str]:
    for number, pair in enumerate(found):
        walk_no = _stops(found).index(pair.stops)
        yield f"({number}, '{pair.name}', {walk_no}, {MARKS[pair.start]}, {pair == IN_DEPARTMENT})"


def _rules(found: Sequence[Pair]) -> Iterator[str]:
    for walk_no, stops in enumerate(_stops(found)):
        starts = {pair.start for pair in found if pair.stops == stops}
        for is_start, points in ((True, starts), (False, set(stops))):
            for is_event in (True, False):
                marks = sum(MARKS[point] for point in points if (point in EVENTS) is is_event)
                place = "NULL" if is_event else str(EARLY if is_start else LATE)
                if marks:
                    yield f"({walk_no}, {is_start}, {place}::TINYINT, {marks})"


def _columns(found: Sequence[Pair]) -> Iterator[str]:
    for pair in found:
        if pair.is_plain:
            told = _told(pair)
            over = f"CASE WHEN {told.sure} AND {told.ends} THEN"
            yield f"CASE WHEN {told.sure} THEN {told.start.first} END"
            yield f"{over} {_least([stop.first for stop in told.stops])} END"
            yield f"{over} {_least([stop.position for stop in told.stops])} - {told.start.position} END"
