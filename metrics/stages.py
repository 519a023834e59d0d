"""The stage table of a map and the paths tickets take through it (semantics 4.8; R-042)."""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from metrics.compile import Shape, scan_sql, shape_filters
from metrics.kinds.visits import stage_visits
from metrics.measure import measure
from metrics.members import Members
from metrics.metric import Anchor
from metrics.model import Desk, Question, Stage, Text
from metrics.periods import bounds
from metrics.scan import Ground


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
    low, high = bounds(like.window)
    shape = Shape(
        _steps(way),
        "last_resolved_at",
        ("count(*)",),
        ((low is not None, high is not None),),
        shape_filters(like.slice.by),
    )
    given = {"low0": low, "high0": high, "as_of": as_of}
    params: dict[str, object] = {name: instant for name, instant in given.items() if instant or name == "as_of"}
    params |= Ground(con, desk, as_of, Members()).filter_params(like.slice)
    rows = con.execute(scan_sql(shape), params).fetchall()
    total = sum(n for _, n in rows)
    found = [StagePath(tuple(way[i].key for i in steps), n, 100.0 * n / total) for steps, n in rows]
    return tuple(sorted(found, key=lambda one: (-one.n, one.stages)))


def _steps(way: tuple[Stage, ...]) -> Anchor:
    """Return resolved cases with the numbers of the stages they entered, in order, as group column."""
    entered = " UNION ALL ".join(
        f"SELECT case_key, entered_at, {i} AS stage_no FROM ({stage_visits(stage)})" for i, stage in enumerate(way)
    )
    table = (
        "(SELECT f.*, p.steps FROM fact_case f JOIN ("
        "SELECT case_key, list(stage_no ORDER BY entered_at, stage_no) AS steps"
        f" FROM ({entered}) GROUP BY case_key) p ON p.case_key = f.case_key WHERE f.is_closed)"
    )
    return Anchor(table, "last_resolved_at", None, extra=("steps",))
