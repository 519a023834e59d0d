"""How fresh what is known is: version, watermark, and the state of every source (semantics 1.2, 7.4)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import duckdb

from data.warehouse import data_version, watermark
from metrics.facts import fingerprint
from metrics.last_runs import Outcome, last_outcomes
from metrics.model import DataState, Pulse, SourceState

# A later one hides an earlier one.
BY_WEIGHT = (DataState.FRESH, DataState.STALE, DataState.ERROR)

SOURCES = "SELECT source_id, coalesce(name, source_id), is_live, watermark, max_age_s FROM source ORDER BY source_no"


def pulse(con: duckdb.DuckDBPyConnection, now: datetime) -> Pulse:
    """Return version, watermark and source states; a few small reads, made for each second."""
    details = source_states(con, now)
    return Pulse(data_version(con), as_of(con), {one.source_id: one.state for one in details}, details)


def as_of(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return the instant as of which figures stand; None = nothing loaded, or its facts are not made yet."""
    return watermark(con) if fingerprint.is_made(con) else None


def source_states(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[SourceState, ...]:
    """Return the state of every source: error after a failed load, stale beyond its limit, else fresh.

    An import that was refused leaves the data of earlier imports as fresh as they were.
    """
    rows = con.execute(SOURCES).fetchall()
    ends = last_outcomes(con, [source_id for source_id, *_ in rows])
    return tuple(_source(row, ends.get(row[0], (None, None)), now) for row in rows)


def _source(row: tuple[Any, ...], end: Outcome, now: datetime) -> SourceState:
    source_id, name, is_live, mark, max_age_s = row
    outcome, message = end
    state = _state(bool(is_live), mark, max_age_s, outcome, now)
    why = message if outcome in ("failed", "refused") else None
    return SourceState(source_id, name, state, mark, why, bool(is_live))


def _state(
    is_live: bool, mark: datetime | None, max_age_s: int | None, outcome: str | None, now: datetime
) -> DataState:
    if outcome == "failed" or (outcome == "refused" and is_live):
        return DataState.ERROR
    if max_age_s is not None and (mark is None or now - mark > timedelta(seconds=max_age_s)):
        return DataState.STALE
    return DataState.FRESH


def worst(states: Iterable[DataState]) -> DataState:
    """Return the state that a figure made of several sources has."""
    return max(states, key=BY_WEIGHT.index, default=DataState.FRESH)
