"""Visits: from one event of a case to the next event of another sort, as subqueries (semantics 4.8, 12.8).

A visit opens with its start and ends with the first stop after it; further starts in between belong to the same
visit, as several messages make one turn. Merged tickets speak for their survivor, except for their statuses;
nothing is later than $as_of. An event up to 60 s before the case was created counts at its creation, earlier
ones are left out (2.7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from metrics import slots
from metrics.metric import Anchor

OF_CASE = "LEFT JOIN case_link l ON l.ticket_key = {e}.ticket_key"
COLUMNS = "case_key, moment, place, seq, stream, row_key"
ORDER = "moment, place, seq, stream, row_key"
EARLY, LATE = 0, 9  # place among equal instants: before and after events (1) and messages (2)


def events(test: str, more: str = "") -> str:
    """Return the visible events e that pass a test, with further columns."""
    return (
        "SELECT coalesce(l.case_key, e.ticket_key) AS case_key, e.occurred_at AS moment, 1 AS place, e.seq,"
        f" e.stream, e.event_key AS row_key{more} FROM ticket_event e {OF_CASE.format(e='e')}"
        f" WHERE {test} AND e.occurred_at <= $as_of"
    )


def messages(test: str, more: str = "") -> str:
    """Return the visible messages m that pass a test, with further columns."""
    return (
        "SELECT coalesce(l.case_key, m.ticket_key) AS case_key, m.occurred_at AS moment, 2 AS place, m.seq,"
        f" m.stream, m.message_key AS row_key{more} FROM message m {OF_CASE.format(e='m')}"
        f" WHERE {test} AND m.occurred_at <= $as_of"
    )


def moments(table: str, column: str, place: int, where: str) -> str:
    """Return the instants of a derived table with case_key; they have a place among equal instants, no order."""
    return (
        f"SELECT case_key, {column} AS moment, {place} AS place, 0 AS seq, 0 AS stream, 0 AS row_key"
        f" FROM {table} WHERE {where} AND {column} <= $as_of"
    )


def first(point: str) -> str:
    """Return the first of a point's moments per case."""
    numbered = f"SELECT *, row_number() OVER (PARTITION BY case_key ORDER BY {ORDER}) AS nth FROM ({point})"
    return f"SELECT {COLUMNS} FROM ({numbered}) WHERE nth = 1"


# Who acts without saying what he is, is an agent: so the load reads it too.
BY_AGENT = "(e.actor_kind = 'agent' OR e.actor_kind IS NULL AND e.actor IS NOT NULL)"
OWN = "(e.kind <> 'status' OR l.case_key IS NULL)"
ACTING = f"e.kind IN ('status', 'assign', 'priority') AND {BY_AGENT} AND {OWN}"
WRITING = "m.author_kind = 'agent' AND m.is_auto IS NOT TRUE"
ACTIONS = f"{events(ACTING, ', e.actor AS actor')} UNION ALL {messages(WRITING, ', m.author AS actor')}"
ASSIGNS = events("e.kind = 'assign'")
DEPARTMENTS = events("e.kind = 'assign' AND e.dept IS NOT NULL", ", e.dept AS dept")
MOVES = (
    f"SELECT *, lag(dept) OVER walk AS before, first_value(dept) OVER walk AS home FROM ({DEPARTMENTS})"
    f" WINDOW walk AS (PARTITION BY case_key ORDER BY {ORDER})"
)
TRANSFERS = f"SELECT {COLUMNS} FROM ({MOVES}) WHERE dept <> before"
ACTION_POINT = f"SELECT {COLUMNS} FROM ({ACTIONS})"
RESOLVED_FIRST = moments("fact_flow", "occurred_at", EARLY, "NOT is_reopen")
RESOLVED_LAST = moments("fact_flow", "occurred_at", LATE, "NOT is_reopen")

EVENT_POINTS: Mapping[str, str] = {  # placed among equal instants as the source has them, never their own stop
    "first_assign": first(ASSIGNS),
    "assign": ASSIGNS,
    "transfer": TRANSFERS,
    "first_agent_action": first(ACTION_POINT),
    "agent_action": ACTION_POINT,
}
OTHER_POINTS: Mapping[str, str] = {
    "created": moments("fact_case", "created_at", LATE, "created_at IS NOT NULL"),
    # No source says when the type was set; without it the stage takes no time (12.8).
    "type_set": moments("fact_case", "created_at", LATE, "created_at IS NOT NULL"),
    "reply": messages(f"{WRITING} AND m.is_public IS NOT FALSE"),
    "acknowledgement": messages("m.is_auto AND m.is_public IS NOT FALSE"),
    "resolved": RESOLVED_LAST,
    "closed": events("e.kind = 'status' AND e.new = 'closed' AND l.case_key IS NULL"),
    "followup": events("e.kind = 'followup'"),
    "survey": moments("fact_survey", "submitted_at", LATE, "case_key IS NOT NULL"),
}
POINTS = tuple(sorted([*EVENT_POINTS, *OTHER_POINTS]))


def start_of(point: str) -> str:
    """Return the moments at which a visit opens; at equal instants before what may end it. ValueError: unknown."""
    return EVENT_POINTS.get(point) or _placed(point, EARLY)


def stop_of(point: str) -> str:
    """Return the moments at which a visit ends. ValueError: unknown."""
    return EVENT_POINTS.get(point) or _placed(point, LATE)


def _placed(point: str, place: int) -> str:
    if point not in OTHER_POINTS:
        raise ValueError(f"unknown point {point!r} of a stage; known: {', '.join(POINTS)}")
    return f"SELECT {COLUMNS} FROM (SELECT * REPLACE ({place} AS place) FROM ({OTHER_POINTS[point]}))"


def visits(start: str, stops: Sequence[str]) -> str:
    """Return the visits between moments: case_key, entered_at, exited_at (NULL = still open)."""
    marks = [f"SELECT {COLUMNS}, TRUE AS is_start FROM ({start})"]
    marks += [f"SELECT {COLUMNS}, FALSE AS is_start FROM ({stop})" for stop in stops]
    order = f"PARTITION BY case_key ORDER BY {ORDER}, is_start"
    placed = (
        "SELECT k.* REPLACE (greatest(k.moment, c.created_at) AS moment)"
        f" FROM ({' UNION ALL '.join(marks)}) k JOIN fact_case c ON c.case_key = k.case_key"
        " WHERE c.created_at IS NOT NULL AND epoch_us(k.moment) - epoch_us(c.created_at) >= -60000000"
    )
    turns = f"SELECT *, lag(is_start, 1, FALSE) OVER ({order}) AS was_start FROM ({placed})"
    ends = f"SELECT *, lead(moment) OVER ({order}) AS exited_at FROM ({turns}) WHERE is_start <> was_start"
    return f"SELECT case_key, moment AS entered_at, exited_at FROM ({ends}) WHERE is_start"


def visit_rows(found: str) -> Anchor:
    """Return ended visits as rows with their case's dimensions; stage_us = their time in microseconds."""
    table = (
        "(SELECT f.*, v.entered_at, v.exited_at, epoch_us(v.exited_at) - epoch_us(v.entered_at) AS stage_us"
        f" FROM fact_case f JOIN ({found}) v ON v.case_key = f.case_key)"
    )
    return Anchor(table, "exited_at", None, where="exited_at IS NOT NULL")


def still_open(ended: Anchor) -> Anchor:
    """Return the visits that have not ended, by when they were entered."""
    return replace(ended, instant="entered_at", where="exited_at IS NULL")


def on_business_clock(rows: Anchor, width: int) -> Anchor:
    """Return the rows with stage_biz_us too, read off slots of a width (3.5); NULL without a calendar."""
    ends = {"a": "epoch_us(f.entered_at)", "b": "epoch_us(f.exited_at)"}
    joins = " ".join(slots.join_sql(width, slot, "f.calendar_no", us) for slot, us in ends.items())
    entered, exited = (slots.position_sql(width, slot, us) for slot, us in ends.items())
    return replace(rows, table=f"(SELECT f.*, {exited} - {entered} AS stage_biz_us FROM {rows.table} f {joins})")
