"""The stock of open cases: at any instant, over days, by member, and how old it is (semantics 4.7)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.stock import OPEN_AT, UNRESOLVED_AT
from metrics.metric import Anchor
from metrics.model import DIMENSIONS, Question, Slice, Window
from metrics.periods import bounds, buckets, local_day, midnight
from metrics.scan import Ground

DAY_DIMENSIONS = ("team", "channel", "priority", "type")  # what backlog_day holds
DAYS = Anchor("backlog_day", "day", "day", extra=("CASE WHEN day >= $first THEN day END",))
_DIMS = ", ".join(DIMENSIONS)
CHANGES = Anchor(
    f"(SELECT case_key, {_DIMS}, opened_at AS moment, 1 AS change FROM fact_span"
    f" UNION ALL SELECT case_key, {_DIMS}, closed_at, -1 FROM fact_span WHERE closed_at IS NOT NULL)",
    "moment",
    None,
)
FIRST_CHANGES = Anchor(
    f"(SELECT case_key, {_DIMS}, created_at AS moment, 1 AS change FROM fact_case WHERE created_at IS NOT NULL"
    f" UNION ALL SELECT case_key, {_DIMS}, greatest(created_at, first_resolved_at), -1 FROM fact_case"
    " WHERE created_at IS NOT NULL AND first_resolved_at IS NOT NULL)",
    "moment",
    None,
)
OPEN = Anchor("fact_span", "opened_at", None, OPEN_AT)
UNRESOLVED = Anchor("fact_case", "created_at", None, UNRESOLVED_AT)
Levels = dict[str | None, list[int]]  # member -> B at each instant


@dataclass(frozen=True, slots=True)
class Part:
    """What of the stock is asked for: a slice, whole or by member.

    is_first  a case leaves at its first resolution for good; reopening does not bring it back
    """

    slice: Slice
    split: str | None
    is_first: bool = False

    @property
    def changes(self) -> Anchor:
        """Return the instants at which cases come and go."""
        return FIRST_CHANGES if self.is_first else CHANGES

    @property
    def open(self) -> Anchor:
        """Return the cases that are open at $instant."""
        return UNRESOLVED if self.is_first else OPEN

    def is_in_days(self) -> bool:
        """Return whether backlog_day knows all its dimensions."""
        used = [dimension for dimension, _ in self.slice.by] + ([self.split] if self.split else [])
        return not self.is_first and all(dimension in DAY_DIMENSIONS for dimension in used)


def levels(ground: Ground, part: Part, instants: Iterable[datetime]) -> dict[datetime, dict[str | None, int]]:
    """Return the open cases at each instant, by member (None without split); strict on both sides."""
    wanted = sorted(set(instants))
    if not wanted:
        return {}
    found = _from_days(ground, part, wanted) if part.is_in_days() else _from_changes(ground, part, wanted)
    return {instant: {member: counts[i] for member, counts in found.items()} for i, instant in enumerate(wanted)}


def _from_days(ground: Ground, part: Part, wanted: Sequence[datetime]) -> Levels:
    """Return levels as running sums of the daily changes; what came since midnight is added from the spans."""
    tz = ground.desk.tz
    days = [local_day(instant, tz) for instant in wanted]
    shape = Shape(DAYS, "day", ("sum(delta)",), ((False, True),), shape_filters(part.slice.by), part.split)
    params = {"first": days[0], "high0": days[-1]} | ground.filter_params(part.slice)
    changes: dict[str | None, list[int]] = defaultdict(lambda: [0] * len(wanted))
    place = {day: i for i, day in reversed(list(enumerate(days)))}
    ordered = sorted(place)
    named = cache(partial(ground.label, part.split)) if part.split else None
    for row in ground.con.execute(scan_sql(shape), params).fetchall():
        member = named(row[0]) if named else None
        day, change = row[-2], row[-1] or 0
        after = 0 if day is None else bisect_right(ordered, day)
        if after < len(ordered):
            changes[member][place[ordered[after]]] += change
    found = {member: _running(counts) for member, counts in changes.items()}
    for i, instant in enumerate(wanted):
        if instant != midnight(days[i], tz):
            _add(found, i, _changes_between(ground, part, midnight(days[i], tz), instant), len(wanted))
    return found


def _running(changes: Sequence[int]) -> list[int]:
    level, counts = 0, []
    for change in changes:
        level += change
        counts.append(level)
    return counts


def _add(found: Levels, i: int, more: Mapping[str | None, int], width: int) -> None:
    for member, change in more.items():
        found.setdefault(member, [0] * width)[i] += change


def _changes_between(ground: Ground, part: Part, low: datetime, high: datetime) -> dict[str | None, int]:
    """Return openings minus closings in [low, high), by member."""
    shape = Shape(part.changes, "moment", ("sum(change)",), ((True, True),), shape_filters(part.slice.by), part.split)
    params = {"low0": low, "high0": high} | ground.filter_params(part.slice)
    rows = ground.con.execute(scan_sql(shape), params).fetchall()
    return {ground.label(part.split, row[0]) if part.split else None: row[-1] or 0 for row in rows}


def _from_changes(ground: Ground, part: Part, wanted: Sequence[datetime]) -> Levels:
    """Return levels at any instant, by any dimension: what is open at the first, then what changed in between."""
    found = {member: [level] * len(wanted) for member, level in _open_at(ground, part, wanted[0]).items()}
    if len(wanted) > 1:
        for member, changes in _steps_between(ground, part, wanted).items():
            start = found.get(member, [0] * len(wanted))
            found[member] = [level + change for level, change in zip(start, _running(changes), strict=True)]
    return found


def _open_at(ground: Ground, part: Part, instant: datetime) -> dict[str | None, int]:
    shape = Shape(part.open, part.open.instant, ("count(*)",), (), shape_filters(part.slice.by), part.split)
    params = {"instant": instant} | ground.filter_params(part.slice)
    rows = ground.con.execute(scan_sql(shape), params).fetchall()
    return {ground.label(part.split, row[0]) if part.split else None: row[-1] for row in rows}


def _steps_between(ground: Ground, part: Part, wanted: Sequence[datetime]) -> Levels:
    """Return openings minus closings from each instant to the next, by member; 0 at the first."""
    filters = shape_filters(part.slice.by)
    shape = Shape(part.changes, "moment", ("sum(change)",), ((True, True),), filters, part.split, "day", "listed")
    params = ground.filter_params(part.slice) | {
        "low0": wanted[0],
        "high0": wanted[-1],
        "lows": list(wanted[:-1]),
        "highs": list(wanted[1:]),
        "numbers": list(range(1, len(wanted))),
    }
    changes: dict[str | None, list[int]] = defaultdict(lambda: [0] * len(wanted))
    for row in ground.con.execute(scan_sql(shape), params).fetchall():
        member = ground.label(part.split, row[1]) if part.split else None
        changes[member][row[0]] += row[-1] or 0
    return changes


def snapshot_days(window: Window, as_of: datetime) -> list[datetime]:
    """Return the instants whose stocks describe a bounded window: its day ends, the last one not after as_of."""
    return [min(day.high, as_of) for day in buckets(window, "day") if day.low < as_of]


def end_of(window: Window, as_of: datetime) -> datetime:
    """Return the instant at which the stock of a window is taken."""
    high = bounds(window)[1]
    return as_of if high is None else min(high, as_of)


def snapshot_agg(daily: Sequence[float], target: float | None = None) -> dict[str, float | int | None]:
    """Return end, avg, max and days_met (days <= target, None without) of daily stocks (1.10)."""
    if not daily:
        return {"end": None, "avg": None, "max": None, "days_met": None if target is None else 0}
    met = None if target is None else sum(1 for one in daily if one <= target + 1e-9)
    return {"end": daily[-1], "avg": sum(daily) / len(daily), "max": max(daily), "days_met": met}


def coverage_days(backlog: float, resolved_per_day: float) -> float | None:
    """Return the days of work that are open; None without throughput (4.7)."""
    return backlog / resolved_per_day if resolved_per_day > 0 else None


def burn_down_days(backlog: float, resolved_per_day: float, created_per_day: float) -> float | None:
    """Return the days until nothing is open at this pace; None while it does not shrink (4.7)."""
    net = resolved_per_day - created_per_day
    return backlog / net if net > 0 else None


def stock_instants(question: Question, as_of: datetime) -> list[tuple[str | None, datetime | None]]:
    """Return (bucket label, instant) of the figures asked for; None instant = after as_of, no value."""
    if question.grain is None:
        low = bounds(question.window)[0]
        return [(None, None if low is not None and low >= as_of else end_of(question.window, as_of))]
    bounded = question.window.start and question.window.end
    steps = buckets(question.window, question.grain) if bounded else ()
    return [(step.label, min(step.high, as_of) if step.low < as_of else None) for step in steps]


def average_instants(question: Question, as_of: datetime) -> list[datetime]:
    """Return the daily instants behind average and maximum; none without a bounded window or with a grain."""
    window = question.window
    if question.grain or window.start is None or window.end is None:
        return []
    return snapshot_days(window, as_of)
