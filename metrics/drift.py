"""Columns of the sources that are new, gone or of another type, and what that means for the KPIs."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from data.field_kpis import effect_of
from metrics.catalog import CATALOG
from metrics.model import Text

CHANGES = """
SELECT source_id, table_name, column_name, what, detail, coalesce(fields, []), is_stopping, found_at FROM drift
WHERE resolved_at IS NULL
ORDER BY is_stopping DESC, len(coalesce(fields, [])) = 0, found_at DESC, source_id, table_name, column_name
"""

RENAMED = re.compile(r"Was it renamed to '(.+?)'\?")
TYPES = re.compile(r"(\w+) before, (\w+) now")  # as etl/drift tells it


@dataclass(frozen=True)
class Change:
    """One open change of a column.

    what         new | dropped | retyped
    types        of a retyped one, before and now (text, integer, ...); None for the others
    fields       canonical fields that read it; none: no KPI hangs on it
    renamed      name of a new column that is near the one that is gone; None = none is
    kpis         titles of the KPIs that lose rows or their value without it
    dimensions   what KPIs can no longer be split by
    is_essential without it nothing loads: it can be renamed in the mapping, but not be accepted as gone
    is_stopping  nothing of the source loads until a person decides
    """

    source_id: str
    table: str
    column: str
    what: str
    types: tuple[str, str] | None
    renamed: str | None
    fields: tuple[str, ...]
    kpis: tuple[Text, ...]
    dimensions: tuple[str, ...]
    is_stopping: bool
    found_at: datetime | None
    is_essential: bool = False


def changes(con: duckdb.DuckDBPyConnection) -> tuple[Change, ...]:
    """Return what is open about columns: first what stops a source, then what a KPI hangs on, the newest first."""
    return tuple(_change(row) for row in con.execute(CHANGES).fetchall())


def _change(row: tuple[Any, ...]) -> Change:
    source_id, table, column, what, detail, paths, is_stopping, found_at = row
    effects = [effect_of(path) for path in paths]
    names = dict.fromkeys(name for effect in effects for name in effect.kpis if name in CATALOG)
    kinds = TYPES.match(detail or "") if what == "retyped" else None
    near = RENAMED.search(detail or "") if what == "dropped" else None
    return Change(
        source_id=source_id,
        table=table,
        column=column,
        what=what,
        types=(kinds[1], kinds[2]) if kinds else None,
        renamed=near[1] if near else None,
        fields=tuple(paths),
        kpis=tuple(CATALOG[name].title for name in names),
        dimensions=tuple(dict.fromkeys(effect.dimension for effect in effects if effect.dimension)),
        is_stopping=bool(is_stopping),
        found_at=found_at,
        is_essential=any(effect.is_essential for effect in effects),
    )
