"""SQL of the facts: one noun per .sql file, named sections inside, placeholders filled in."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from metrics.model import DIMENSIONS

FOLDER = Path(__file__).parent
MARK = "-- :: "
DIMS = ", ".join(DIMENSIONS)
DIM_COLUMNS = ", ".join(f"{name} INTEGER" for name in DIMENSIONS)  # stands for {dims} in schema.sql


@lru_cache
def sections(noun: str) -> dict[str, str]:
    """Return section name -> SQL of metrics/facts/<noun>.sql."""
    text = (FOLDER / f"{noun}.sql").read_text(encoding="utf-8")
    parts = text.split(MARK)[1:]
    return {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def instant_sql(instant: datetime | None) -> str:
    """Return an aware instant as an SQL literal, None as the one before all others; ValueError for a naive one."""
    if instant is None:
        return "TIMESTAMPTZ '-infinity'"
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}: give it a zone, e.g. {instant.isoformat()}+00:00")
    return f"TIMESTAMPTZ {quoted(instant.isoformat())}"


def dims_of(alias: str) -> str:
    """Return the dimension columns of one table alias, in schema order."""
    return ", ".join(f"{alias}.{name}" for name in DIMENSIONS)
