"""Age of the open cases at an instant: quantiles and bands, a snapshot of survivors (semantics 4.7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from metrics.backlog import stock_instants
from metrics.catalog.anchors import SPAN
from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.averaging import HOUR_US
from metrics.metric import Figure, Metric, Row
from metrics.model import Clock, DataState, Desk, Question, Reading, Slice
from metrics.reading import reading
from metrics.scan import Ground
from metrics.unknown_years import year_parts

OPEN = "opened_at < $instant AND (closed_at IS NULL OR closed_at >= $instant)"
AGE: dict[Clock, str] = {
    "calendar": "epoch_us($instant) - epoch_us(created_at)",
    "business": "list_extract($now_us, calendar_no + 1) - created_pos_us",
}
BANDS = (("lt_4h", 0, 4), ("h4_24", 4, 24), ("d1_3", 24, 72), ("d3_7", 72, 168), ("gt_7d", 168, None))


def ages(ground: Ground, metric: Metric, question: Question) -> tuple[Reading, ...]:
    """Return the readings of an age question: hours, median unless a quantile is asked for."""
    if ground.as_of is None:
        return (Reading(question, None, 0, DataState.EMPTY, None),)
    found: list[Reading] = []
    for bucket, instant in stock_instants(question, ground.as_of):
        if instant is None:
            found.append(reading(question, metric, Figure(None, 0), ground.as_of, (bucket, None)))
            continue
        for member, figure in age_at(ground, question, instant).items():
            found.append(reading(question, metric, figure, ground.as_of, (bucket, member)))
    return tuple(found)


def age_at(ground: Ground, question: Question, instant: datetime) -> dict[str | None, Figure]:
    """Return the age figures of the backlog at an instant, by member (None without split)."""
    shape = age_shape(question.slice, question.split, question.clock, question.quantile)
    params = {"instant": instant} | ground.filter_params(question.slice)
    if question.clock == "business":
        params["now_us"] = ground.positions(instant)
    rows = ground.con.execute(scan_sql(shape), params).fetchall()
    if question.split is None:
        return {None: _figure(rows[0], ground.desk, instant)}
    labelled = {ground.label(question.split, row[0]): row[1:] for row in rows}
    return {member: _figure(labelled[member], ground.desk, instant) for member in sorted(labelled)}


def age_shape(part: Slice, split: str | None, clock: Clock, quantile: float | None) -> Shape:
    """Return the scan over the open cases at $instant."""
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
    return Shape(replace(SPAN, where=OPEN), "opened_at", measures, (), shape_filters(part.by), split)


def _figure(row: Row, desk: Desk, instant: datetime) -> Figure:
    n, found, oldest = row[:3]
    bands, reach = row[3 : 3 + len(BANDS)], row[3 + len(BANDS) :]
    hours: Sequence[float | None] = [one / HOUR_US for one in (*found, oldest)] if n else [None] * 4
    parts = (("p50", hours[1]), ("p90", hours[2]), ("max", hours[3]))
    counts = tuple((name, count) for (name, _, _), count in zip(BANDS, bands, strict=True))
    unknown = year_parts(desk, reach[0], instant) if reach else ()
    return Figure(hours[0], n, (*parts, *counts, *unknown))
