"""Visits of each case between two points, on both clocks (semantics 4.8, 12.8)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metrics.facts.job import Job
from metrics.model import Desk
from metrics.visits import (
    COLUMNS,
    ENDED,
    IN_DEPARTMENT,
    INNER_POINTS,
    NONE,
    OPEN,
    POINTS,
    UNSURE,
    Pair,
    digit_of,
    pairs,
)

EARLY, LATE = 0, 9  # place of a start, of a stop among equal instants; events stand at 1, messages at 2
EVENTS = ("first_assign", "assign", "transfer", "first_agent_action", "agent_action", *INNER_POINTS)
MARKS = {point: 1 << number for number, point in enumerate((*POINTS, *INNER_POINTS))}
# Placeholders of the points that would hide other words.
WORDS = {"created": "created_mark", "closed": "closed_mark"}


@dataclass(frozen=True, slots=True)
class Span:
    """The columns that tell of a point while a case is put together.

    last     None = not told
    unsure   predicate of the cases of which they do not tell all
    """

    first: str
    last: str | None
    unsure: str = "false"


NOWHERE = Span("NULL::TIMESTAMPTZ", "NULL::TIMESTAMPTZ", "r.is_handed")
CREATION = Span("r.created_at", "r.created_at")
SPANS = {
    "created": CREATION,
    "type_set": CREATION,  # no source says when the type was set; without it the stage takes no time (12.8)
    "first_assign": Span("r.assigned_at", "r.assigned_at"),
    "assign": Span("r.assigned_at", "r.last_assigned_at"),
    "first_agent_action": Span("r.action_at", "r.action_at"),
    "agent_action": Span("r.action_at", None),
    "reply": Span("r.reply_at", "r.last_reply_at"),
    "acknowledgement": Span("r.acknowledged_at", None),
    "resolved": Span("r.first_resolved_at", "r.last_resolved_at"),
    "closed": Span("r.closed_at", None),
    "followup": Span("r.called_at", "r.last_called_at"),
    "survey": Span("r.surveyed_at", "r.last_surveyed_at"),
    "department": Span("r.dept_at", "r.last_assigned_at", "r.is_handed"),
    "transfer": NOWHERE,
    "away": NOWHERE,
    "back": NOWHERE,
}


def digits_sql(desk: Desk) -> str:
    """Return SQL of the digits that tell how often a case visits the pairs of a desk; undated cases visit none."""
    places = {pair: digit_of(pair, desk) for pair in pairs(desk)}
    return ", ".join(
        f"{_digits({pair: shift for pair, (place, shift) in places.items() if place == column})} AS {column}"
        for column in COLUMNS
    )


def _digits(shifts: Mapping[Pair, int]) -> str:
    if not shifts:
        return "0::BIGINT"
    unsure = sum(UNSURE << shift for shift in shifts.values())
    digits = " + ".join(f"({_digit(pair)}::BIGINT << {shift})" for pair, shift in shifts.items())
    return f"CASE WHEN r.created_at IS NULL THEN 0 WHEN r.is_odd THEN {unsure} ELSE {digits} END"


def store(job: Job) -> None:
    """Write the visits of which new_case does not tell; needs new_case, new_status, new_assigned and new_handed."""
    if job.cases.unsure:
        _walk(job)
    if job.held.assigns:
        job.run("visits", "store_reached")
    job.drop("new_assigned", "new_handed")


def _walk(job: Job) -> None:
    found = pairs(job.desk)
    job.run("visits", "small", pairs=", ".join(_walks(job.desk)), rules=", ".join(_rules(found)))
    job.run("visits", "unsure")
    job.run("visits", "moments", **{WORDS.get(point, point): str(mark) for point, mark in MARKS.items()})
    job.run("visits", "walked")
    job.run("visits", "store_walked")
    job.drop("new_pair", "new_rule", "new_unsure", "new_moment", "new_visit")


def _digit(pair: Pair) -> str:
    """Return SQL of one digit: all starts lie before all stops, or behind them, else the visits are walked."""
    start, stops = SPANS[pair.start], [SPANS[stop] for stop in pair.stops]
    is_strict = pair.start in EVENTS and any(stop in EVENTS for stop in pair.stops)
    first, last = _least([stop.first for stop in stops]), _greatest([stop.last for stop in stops])
    unsure = " OR ".join(sorted({start.unsure, *(stop.unsure for stop in stops)} - {"false"}))
    ends = f"{first} {'>' if is_strict else '>='} {start.last}" if start.last else None
    behind = f"{last} < {start.first}" if last else None
    cases = (
        (unsure or None, UNSURE),
        (f"{start.first} IS NULL", NONE),
        (f"{first} IS NULL", OPEN),
        (ends, ENDED),
        (behind, OPEN),
    )
    told = " ".join(f"WHEN {predicate} THEN {digit}" for predicate, digit in cases if predicate)
    return f"CASE {told} ELSE {UNSURE} END"


def _least(columns: Sequence[str]) -> str:
    return f"least({', '.join(columns)})" if len(columns) > 1 else columns[0]


def _greatest(columns: Sequence[str | None]) -> str | None:
    told = [column for column in columns if column]
    return f"greatest({', '.join(told)})" if len(told) == len(columns) else None


def _stops(found: Sequence[Pair]) -> list[tuple[str, ...]]:
    return sorted({pair.stops for pair in found})


def _walks(desk: Desk) -> Iterator[str]:
    found = pairs(desk)
    for number, pair in enumerate(found):
        walk_no = _stops(found).index(pair.stops)
        column, shift = digit_of(pair, desk)
        place = f"{COLUMNS.index(column)}, {shift}"
        yield f"({number}, {place}, '{pair.name}', {walk_no}, {MARKS[pair.start]}, {pair == IN_DEPARTMENT})"


def _rules(found: Sequence[Pair]) -> Iterator[str]:
    for walk_no, stops in enumerate(_stops(found)):
        starts = {pair.start for pair in found if pair.stops == stops}
        for is_start, points in ((True, starts), (False, set(stops))):
            for is_event in (True, False):
                marks = sum(MARKS[point] for point in points if (point in EVENTS) is is_event)
                place = "NULL" if is_event else str(EARLY if is_start else LATE)
                if marks:
                    yield f"({walk_no}, {is_start}, {place}::TINYINT, {marks})"
