"""Questions become portable SQL: one text per shape of scan, cached; values travel as parameters.

The texts keep to what seven engines understood alike (notes/engine.md 3): integer sums, CASE instead of FILTER,
no QUALIFY or ASOF. The named exceptions are quantile_cont and epoch_us.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from metrics.attributes import SURVEYS, attribute
from metrics.metric import Anchor
from metrics.model import DIMENSIONS, NONE_LABEL, Grain

ARTICLE = "article_key"  # rows of the knowledge base, which know no case
Steps = Literal["local", "uniform", "listed"]

# The step of a grain that a stored local date falls into.
LOCAL_STEP: dict[Grain, str] = {
    "day": "{day}",
    "week": "CAST(date_trunc('week', {day}) AS DATE)",
    "sunday_week": "CAST(date_trunc('week', {day} + 1) AS DATE) - 1",
    "month": "CAST(date_trunc('month', {day}) AS DATE)",
    "quarter": "CAST(date_trunc('quarter', {day}) AS DATE)",
    "half_year": "CAST(CASE WHEN month({day}) <= 6 THEN date_trunc('year', {day})"
    " ELSE date_trunc('year', {day}) + INTERVAL 6 MONTH END AS DATE)",
    "year": "CAST(date_trunc('year', {day}) AS DATE)",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides the text of a scan.

    sides    per window: has it a lower, an upper bound
    filters  per sliced dimension: name, number of values, is the missing value among them
    steps    how rows find their bucket: stored local day, equal steps, listed bounds; None = no grain
    """

    anchor: Anchor
    column: str
    measures: tuple[str, ...]
    sides: tuple[tuple[bool, bool], ...] = ()
    filters: tuple[tuple[str, int, bool], ...] = ()
    split: str | None = None
    grain: Grain | None = None
    steps: Steps | None = None


@lru_cache(maxsize=4096)
def scan_sql(shape: Shape) -> str:
    """Return the SELECT of a scan: keys (window, bucket, member, extra; as far as asked), then the measures."""
    keys, rows = key_columns(shape), f"{source_sql(shape)} WHERE {where_sql(shape)}"
    if shape.anchor.per:
        columns = ", ".join([*(f"{key} AS key{i}" for i, key in enumerate(keys)), *shape.anchor.sums])
        rows = f"(SELECT {columns} FROM {rows} GROUP BY {', '.join([*_numbers(keys), shape.anchor.per])})"
        keys = [f"key{i}" for i in range(len(keys))]
    keys += shape.anchor.extra
    text = f"SELECT {', '.join([*keys, *shape.measures])} FROM {rows}"
    return f"{text} GROUP BY {', '.join(_numbers(keys))}" if keys else text


def _numbers(keys: Sequence[str]) -> list[str]:
    return [str(i + 1) for i in range(len(keys))]


def key_columns(shape: Shape) -> list[str]:
    """Return the columns of window, bucket and member, as far as asked."""
    keys = []
    if len(shape.sides) > 1:
        cases = " ".join(
            f"WHEN {shape.column} >= $low{i} AND {shape.column} < $high{i} THEN {i}" for i in range(len(shape.sides))
        )
        keys.append(f"CASE {cases} END")
    if shape.steps == "local" and shape.grain:
        keys.append(LOCAL_STEP[shape.grain].format(day=shape.anchor.day))
    elif shape.steps == "uniform":
        keys.append(f"(epoch_us({shape.column}) - $first) // $step")
    elif shape.steps == "listed":
        keys.append("bucket_no")
    if shape.split:
        keys.append(shape.split if shape.split in DIMENSIONS else "split_value")
    return keys


def source_sql(shape: Shape) -> str:
    """Return the FROM part: the anchor's rows, with the value of a custom split or listed buckets joined on."""
    source = shape.anchor.table
    if shape.split and shape.split not in DIMENSIONS:
        looked_up = attribute(shape.split, shape.anchor)
        source = f"(SELECT f.*, {looked_up.member} AS split_value FROM {looked_up.joined})"
    if shape.steps == "listed":
        steps = "(SELECT unnest($lows) AS bucket_low, unnest($highs) AS bucket_high, unnest($numbers) AS bucket_no)"
        source = f"{source} JOIN {steps} ON {shape.column} >= bucket_low AND {shape.column} < bucket_high"
    return source


def where_sql(shape: Shape) -> str:
    """Return the one predicate that a figure and its drill list share (semantics 1.13)."""
    parts = [shape.anchor.where] if shape.anchor.where else []
    late = [shape.column]  # what lies at or after the lower bound
    if shape.anchor.ceiling and shape.column == shape.anchor.instant:
        late.append(shape.anchor.ceiling)
    if len(shape.sides) == 1:
        has_low, has_high = shape.sides[0]
        parts += [f"{one} >= $low0" for one in late] * has_low + [f"{shape.column} < $high0"] * has_high
    elif shape.sides:
        parts += [*(f"{one} >= $low" for one in late), f"{shape.column} < $high"]
    parts += [_filter(i, shape.anchor, *given) for i, given in enumerate(shape.filters)]
    return " AND ".join(parts) or "TRUE"


def _filter(i: int, anchor: Anchor, dimension: str, count: int, has_none: bool) -> str:
    names = ", ".join(f"$value{i}_{j}" for j in range(count))
    if dimension in DIMENSIONS:
        return f"{dimension} IN ({names})"
    key = anchor.row_key if anchor.row_key in (*SURVEYS, ARTICLE) else anchor.case_key
    plain = replace(anchor, table=anchor.table if key == ARTICLE else SURVEYS.get(key, "fact_case"))
    looked_up = attribute(dimension, plain)
    tests = [looked_up.is_one_of(names)] * (count > 0) + [looked_up.absent] * has_none
    return f"{key} IN (SELECT f.{key} FROM {looked_up.joined} WHERE {' OR '.join(tests)})"


def shape_filters(by: Sequence[tuple[str, Sequence[str]]]) -> tuple[tuple[str, int, bool], ...]:
    """Return the shape of a slice: what its text depends on."""
    return tuple(_filter_shape(dimension, values) for dimension, values in by)


def _filter_shape(dimension: str, values: Sequence[str]) -> tuple[str, int, bool]:
    if dimension in DIMENSIONS:
        return dimension, len(values), False
    given = [value for value in values if value != NONE_LABEL]
    return dimension, len(given), len(given) < len(values)


def literal_sql(text: str, params: dict[str, object]) -> str:
    """Return a text with its parameters written out, for people to read and run (definition panel, 1.14)."""
    for name in sorted(params, key=len, reverse=True):
        text = text.replace(f"${name}", _literal(params[name]))
    return text


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
