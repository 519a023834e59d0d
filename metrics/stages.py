"""The stage table of a map and the paths tickets take through it (semantics 4.8; R-042)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.visits import pair_of_stage
from metrics.measure import measure
from metrics.members import Members
from metrics.metric import Anchor
from metrics.model import Desk, Question, Stage, Text
from metrics.periods import bounds
from metrics.scan import Ground
from metrics.visits import ENDED, OPEN, STORED, Pair, is_visited


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of a map in a window: minutes per ended visit, None without one.

    share       percent of the time spent in all stages of the map
    n_open      visits that have not ended as of now; their time is in none of the figures
    is_longest  the stage with the largest mean
    """

    stage: str
    title: Text
    n: int
    mean: float | None
    p50: float | None
    p90: float | None
    share: float | None
    n_open: int
    is_longest: bool = False


@dataclass(frozen=True, slots=True)
class StagePath:
    """The stages that cases went through, in the order of entry; share in percent of the resolved cases."""

    stages: tuple[str, ...]
    n: int
    share: float


def map_of(desk: Desk, name: str) -> tuple[Stage, ...]:
    """Return the stages of a map; ValueError tells the known maps."""
    found = desk.stages.get(name)
    if not found:
        raise ValueError(f"unknown stage map {name!r}; known: {', '.join(desk.stages)}")
    return found


def stages(
    con: duckdb.DuckDBPyConnection,
    desk: Desk,
    name: str,
    like: Question,
    as_of: datetime | None,
) -> tuple[StageRow, ...]:
    """Return the table of a map, stages in its order; visits count in the window in which they ended.

    like    window, slice and clock are taken from it
    """
    asked = {
        stage.key: Question("stage_time", like.window, like.slice, clock=like.clock, parameter=f"{name}/{stage.key}")
        for stage in map_of(desk, name)
    }
    found = measure(con, desk, asked.values(), as_of)
    rows = []
    for stage in map_of(desk, name):
        one = found[asked[stage.key]][0]
        p50, p90, share, n_open = (one.part(part) for part in ("p50", "p90", "share", "open"))
        rows.append(StageRow(stage.key, stage.title, one.n, one.value, p50, p90, share, int(n_open or 0)))
    longest = max((row.mean for row in rows if row.mean is not None), default=None)
    return tuple(replace(row, is_longest=row.mean is not None and row.mean == longest) for row in rows)


def paths(
    con: duckdb.DuckDBPyConnection,
    desk: Desk,
    name: str,
    like: Question,
    as_of: datetime | None,
) -> tuple[StagePath, ...]:
    """Return the paths of the cases that are resolved and were so last in the window, the most frequent first.

    like    window and slice are taken from it
    """
    way = map_of(desk, name)
    limits = dict(zip(("low0", "high0"), bounds(like.window), strict=True))
    given: dict[str, object] = {name: instant for name, instant in limits.items() if instant}
    shape = Shape(
        _steps(way, desk, given),
        "last_resolved_at",
        ("count(*)",),
        (("low0" in given, "high0" in given),),
        shape_filters(like.slice.by),
    )
    params = given | Ground(con, desk, as_of, Members()).filter_params(like.slice)
    rows = con.execute(scan_sql(shape), params).fetchall()
    total = sum(n for _, n in rows)
    found = [StagePath(tuple(way[i].key for i in steps), n, 100.0 * n / total) for steps, n in rows]
    return tuple(sorted(found, key=lambda one: (-one.n, one.stages)))


def _steps(way: tuple[Stage, ...], desk: Desk, limits: Collection[str]) -> Anchor:
    """Return resolved cases with the numbers of the stages they entered, in order, as group column."""
    signs = {"low0": ">=", "high0": "<"}
    within = "".join(f" AND last_resolved_at {signs[name]} ${name}" for name in limits)
    chosen = f"case_key IN (SELECT case_key FROM fact_case WHERE is_closed{within})"
    pairs = [pair_of_stage(stage) for stage in way]
    entries = ", ".join(_entered_at(pair, desk) for pair in pairs)
    numbers = ", ".join(f"('{pair.name}', {i})" for i, pair in enumerate(pairs))
    entered = (
        f"SELECT case_key, unnest([{entries}]) AS entered_at, unnest(range({len(way)})) AS stage_no FROM fact_case"
        f" WHERE {chosen} UNION ALL SELECT r.case_key, r.entered_at, p.stage_no FROM fact_revisit r"
        f" JOIN (VALUES {numbers}) p(pair, stage_no) ON p.pair = r.pair WHERE r.{chosen}"
    )
    table = (
        "(SELECT f.*, p.steps FROM fact_case f JOIN ("
        "SELECT case_key, list(stage_no ORDER BY entered_at, stage_no) AS steps"
        f" FROM ({entered}) WHERE entered_at IS NOT NULL GROUP BY case_key) p ON p.case_key = f.case_key"
        " WHERE f.is_closed)"
    )
    return Anchor(table, "last_resolved_at", None, extra=("steps",))


def _entered_at(pair: Pair, desk: Desk) -> str:
    if not pair.is_plain:
        return "NULL::TIMESTAMPTZ"
    return f"CASE WHEN {is_visited(pair, desk, ENDED, OPEN)} THEN {STORED[pair.start].instant} END"
