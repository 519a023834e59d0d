"""How long the open cases last at the pace of late, and what moved the stock (semantics 4.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from metrics.backlog import Part, burn_down_days, coverage_days, levels, stock_instants
from metrics.catalog.anchors import DATED, FLOW
from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.stock import Pace, StockChange
from metrics.metric import Anchor, Figure, Metric
from metrics.model import DataState, Question, Reading
from metrics.periods import DAY, bounds
from metrics.reading import reading
from metrics.resampling import total_range
from metrics.scan import Ground

TRAILING = timedelta(days=28)
METHOD = "resampled days"
FIRST = datetime(1, 1, 2, tzinfo=UTC)
Span = tuple[datetime, datetime]
Counts = dict[tuple[int, str | None], Sequence[int]]  # (number of the span, member) -> counts


@dataclass(frozen=True, slots=True)
class Moves:
    """Cases created, reopened and resolved in a span."""

    created: int = 0
    reopened: int = 0
    resolved: int = 0


def paces(ground: Ground, metric: Metric, question: Question) -> tuple[Reading, ...]:
    """Return the readings of a question, one per bucket and member; buckets after as_of have no value."""
    if ground.as_of is None:
        return (Reading(question, None, 0, DataState.EMPTY, None),)
    kind: object = metric.kind
    steps = stock_instants(question, ground.as_of)
    spans = _spans(question, [instant for _, instant in steps if instant], isinstance(kind, StockChange))
    asked = sorted({span for one in spans for span in one})
    numbers = {span: number for number, span in enumerate(asked)}
    moved = _moves(ground, question, asked)
    stock = levels(ground, Part(question.slice, question.split), _instants(spans, kind))
    found = []
    for member in _members(question, stock, moved):
        ahead = iter(spans)
        for bucket, instant in steps:
            figure = Figure(None, 0, state=DataState.EMPTY)
            if instant is not None:
                span = next(ahead)
                low, high = (stock.get(one, {}).get(member, 0) for one in (span[0][0], span[-1][1]))
                daily = [moved.get((numbers[one], member), Moves()) for one in span]
                figure = _figure(kind, (low, high), daily, _has_range(question))
            found.append(reading(question, metric, figure, ground.as_of, (bucket, member)))
    return tuple(found)


def _instants(spans: Sequence[Sequence[Span]], kind: object) -> list[datetime]:
    """Return the instants whose stock is wanted: the ends, and of changes the starts."""
    starts = [one[0][0] for one in spans] if isinstance(kind, StockChange) else []
    return [one for one in starts if one != FIRST] + [one[-1][1] for one in spans]


def _has_range(question: Question) -> bool:
    """Return whether a range is worth its draws: for the one figure of a window, or when asked for."""
    return question.with_interval or (question.grain is None and question.split is None)


def _figure(kind: object, stock: tuple[int, int], daily: Sequence[Moves], has_range: bool) -> Figure:
    if isinstance(kind, Pace):
        return _pace(kind, stock[1], daily, has_range)
    (moves,) = daily
    parts = (
        ("open", stock[0]),
        ("created", moves.created),
        ("reopened", moves.reopened),
        ("resolved", moves.resolved),
        ("close", stock[1]),
    )
    change = moves.created + moves.reopened - moves.resolved
    balanced = stock[0] + change == stock[1]
    return Figure(float(change), stock[1], parts, state=DataState.FRESH if balanced else DataState.ERROR)


def _pace(kind: Pace, backlog: int, daily: Sequence[Moves], has_range: bool) -> Figure:
    resolved = sum(one.resolved for one in daily) / TRAILING.days
    created = sum(one.created for one in daily) / TRAILING.days
    days = burn_down_days(backlog, resolved, created) if kind.is_net else coverage_days(backlog, resolved)
    grows = created - resolved
    parts: tuple[tuple[str, float | int | None], ...] = (
        ("backlog", backlog),
        ("resolved_per_day", resolved),
        ("created_per_day", created),
        ("grows_per_day", grows if kind.is_net and grows >= 0 else None),
    )
    state = DataState.EMPTY if days is None and not backlog else DataState.FRESH
    if days is None or not has_range:
        return Figure(days, backlog, parts, state=state)
    shrinks = [one.resolved - (one.created if kind.is_net else 0) for one in daily]
    low, high = days_range(backlog, shrinks)
    ends: tuple[tuple[str, float | int | None], ...] = (("days_low", low), ("days_high", high))
    interval = None if low is None or high is None else (low, high)
    return Figure(days, backlog, (*parts, *ends), interval, METHOD if interval else None, state)


def days_range(backlog: int, shrinks: Sequence[int]) -> tuple[float | None, float | None]:
    """Return the least and the most days at the pace of resampled days (4.0); None = at that pace never.

    shrinks  by how much each of the days made the backlog smaller
    """
    slow, fast = total_range(shrinks)
    low, high = (backlog * len(shrinks) / total if total > 0 else None for total in (fast, slow))
    return low, high


def _spans(question: Question, ends: Sequence[datetime], is_flow: bool) -> list[list[Span]]:
    """Return per figure the spans whose movements count: the bucket itself, or the 28 days before its end."""
    if not is_flow:
        days = range(TRAILING.days, 0, -1)
        return [[(end - day * DAY, end - (day - 1) * DAY) for day in days] for end in ends]
    start = bounds(question.window)[0] or FIRST
    return [[span] for span in zip([start, *ends[:-1]], ends, strict=True)] if ends else []


def _moves(ground: Ground, question: Question, spans: Sequence[Span]) -> dict[tuple[int, str | None], Moves]:
    measures = ("count(CASE WHEN is_reopen THEN 1 END)", "count(CASE WHEN NOT is_reopen THEN 1 END)")
    flows = _counts(ground, question, spans, (FLOW, measures))
    arrivals = _counts(ground, question, spans, (DATED, ("count(*)",)))
    return {
        key: Moves(*arrivals.get(key, (0,)), *flows.get(key, (0, 0))) for key in dict.fromkeys((*arrivals, *flows))
    }


def _counts(
    ground: Ground, question: Question, spans: Sequence[Span], wanted: tuple[Anchor, tuple[str, ...]]
) -> Counts:
    """Return counts of an anchor's rows per span, overlapping ones too, and member; the spans are in order."""
    if not spans:
        return {}
    anchor, measures = wanted
    filters = shape_filters(question.slice.by)
    shape = Shape(anchor, anchor.instant, measures, ((True, True),), filters, question.split, "day", "listed")
    params: dict[str, Any] = ground.filter_params(question.slice) | {
        "low0": spans[0][0],
        "high0": max(high for _, high in spans),
        "lows": [low for low, _ in spans],
        "highs": [high for _, high in spans],
        "numbers": list(range(len(spans))),
    }
    rows = ground.con.execute(scan_sql(shape), params).fetchall()
    split = question.split
    return {(row[0], ground.label(split, row[1]) if split else None): row[1 + bool(split) :] for row in rows}


def _members(
    question: Question,
    stock: Mapping[datetime, Mapping[str | None, int]],
    moved: Mapping[tuple[int, str | None], Moves],
) -> Sequence[str | None]:
    if question.split is None:
        return [None]
    named = {member or "" for level in stock.values() for member in level}
    return sorted(named | {member or "" for _, member in moved})
