"""Age of the open cases at given instants: quantiles and bands, snapshots of survivors (semantics 4.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from metrics.backlog import stock_instants
from metrics.calendar import HOUR_US
from metrics.catalog.anchors import SPAN
from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.stock import OPEN_AT
from metrics.metric import Figure, Metric, Row
from metrics.model import Clock, DataState, Desk, Question, Reading, Slice
from metrics.reading import reading
from metrics.scan import Ground
from metrics.unknown_years import year_parts

# One statement for all instants; the join's test is the stock's own, what goes before leaves out spans open at none.
OPEN_SPANS = (
    "(SELECT f.*, i.number, i.instant, i.now_us"
    " FROM (SELECT * FROM fact_span WHERE opened_at < $last AND coalesce(closed_at, $last) >= $first) f"
    " JOIN (SELECT unnest($numbers) AS number, unnest($instants) AS instant, unnest($positions) AS now_us) i"
    f" ON {OPEN_AT.replace('$instant', 'i.instant')})"
)
OPEN = replace(SPAN, table=OPEN_SPANS, extra=("number",))
AGE: dict[Clock, str] = {
    "calendar": "epoch_us(instant) - epoch_us(created_at)",
    "business": "list_extract(now_us, calendar_no + 1) - created_pos_us",
}
BANDS = (("lt_4h", 0, 4), ("h4_24", 4, 24), ("d1_3", 24, 72), ("d3_7", 72, 168), ("gt_7d", 168, None))
NOBODY = (0, [None] * 3, None, *(0 for _ in BANDS), None)
Ages = dict[str | None, dict[datetime, Figure]]  # member -> instant -> figure


def ages(ground: Ground, metric: Metric, question: Question) -> tuple[Reading, ...]:
    """Return the readings of an age question: hours, median unless a quantile is asked for."""
    if ground.as_of is None:
        return (Reading(question, None, 0, DataState.EMPTY, None),)
    steps = stock_instants(question, ground.as_of)
    found = ages_at(ground, question, [instant for _, instant in steps if instant is not None])
    later = Figure(None, 0)
    return tuple(
        reading(question, metric, later if instant is None else figures[instant], ground.as_of, (bucket, member))
        for member, figures in found.items()
        for bucket, instant in steps
    )


def ages_at(ground: Ground, question: Question, instants: Sequence[datetime]) -> Ages:
    """Return the age figures of the backlog at every instant, by member in order (None without split)."""
    distinct = sorted(set(instants))
    if not distinct:
        return {None: {}}
    shape = age_shape(question.slice, question.split, question.clock, question.quantile)
    given: dict[str, object] = {
        "first": distinct[0],
        "last": distinct[-1],
        "numbers": list(range(len(distinct))),
        "instants": distinct,
        "positions": [ground.positions(one if question.clock == "business" else None) for one in distinct],
    }
    rows = ground.con.execute(scan_sql(shape), given | ground.filter_params(question.slice)).fetchall()
    found: dict[tuple[str | None, int], Row] = {}
    for row in rows:
        member = ground.label(question.split, row[0]) if question.split else None
        number, *sums = row[1:] if question.split else row
        found[member, number] = sums
    members = sorted({member or "" for member, _ in found}) if question.split else [None]
    return {member: _figures(found, member, distinct, ground.desk) for member in members}


def _figures(
    found: Mapping[tuple[str | None, int], Row], member: str | None, instants: Sequence[datetime], desk: Desk
) -> dict[datetime, Figure]:
    return {one: _figure(found.get((member, number), NOBODY), desk, one) for number, one in enumerate(instants)}


def age_shape(part: Slice, split: str | None, clock: Clock, quantile: float | None) -> Shape:
    """Return the scan over the open cases at $instants; keys: member when split, number of the instant."""
    age = f"({AGE[clock]})"
    asked = 0.5 if quantile is None else quantile
    bands = [
        f"count(CASE WHEN {age} >= {low * HOUR_US}"
        + (f" AND {age} < {high * HOUR_US}" if high else "")
        + " THEN 1 END)"
        for _, low, high in BANDS
    ]
    measures = (f"count({age})", f"quantile_cont({age}, [{asked!r}, 0.5, 0.9])", f"max({age})", *bands)
    if clock == "business":
        measures += (f"min(CASE WHEN {age} IS NOT NULL THEN created_at END)",)
    return Shape(OPEN, "opened_at", measures, (), shape_filters(part.by), split)


def _figure(row: Row, desk: Desk, instant: datetime) -> Figure:
    n, found, oldest = row[:3]
    bands, reach = row[3 : 3 + len(BANDS)], row[3 + len(BANDS) :]
    hours: Sequence[float | None] = [one / HOUR_US for one in (*found, oldest)] if n else [None] * 4
    parts = (("p50", hours[1]), ("p90", hours[2]), ("max", hours[3]))
    counts = tuple((name, count) for (name, _, _), count in zip(BANDS, bands, strict=True))
    unknown = year_parts(desk, reach[0], instant) if reach else ()
    return Figure(hours[0], n, (*parts, *counts, *unknown))
