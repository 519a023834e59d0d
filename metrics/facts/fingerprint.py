"""Which desk and which watermark the facts were made for."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from duckdb import DuckDBPyConnection

from metrics import visits
from metrics.facts.script import instant_sql
from metrics.model import Desk

VERSION = "18"  # of the rows' columns and meaning; another one rebuilds
# Facts do not depend on these.
LATER_READ = (
    "clock",
    "csi_weights",
    "csi_min_weight",
    "csi_sets",
    "csi_set",
    "loyalty",
    "stages",
    "complaints",
    "problem_types",
    "benchmarks",
    "industry",
    "urgent_reach",
    "annotations",
    "costs",
)
DESK = "desk_fingerprint"
WATERMARK = "facts_watermark"
TABLES = "facts_version"


def of(desk: Desk) -> str:
    """Return a text that changes when facts would."""
    parts = {field.name: _plain(getattr(desk, field.name)) for field in fields(desk) if field.name not in LATER_READ}
    parts["visits"] = [pair.name for pair in visits.pairs(desk)]  # of the stage maps nothing else
    return sha256(f"{VERSION} {sorted(parts.items())}".encode()).hexdigest()


def is_stale(con: DuckDBPyConnection, watermark: datetime | None, desk: Desk) -> bool:
    """Tell whether the facts are of another desk, of a later watermark, or were never made."""
    row = con.execute(
        f"SELECT count(*) FROM meta WHERE (name = '{DESK}' AND value = $desk)"
        f" OR (name = '{WATERMARK}' AND value::TIMESTAMPTZ <= {instant_sql(watermark)})",
        {"desk": of(desk)},
    ).fetchone()
    return row is None or row[0] != 2


def is_of(con: DuckDBPyConnection, desk: Desk) -> bool:
    """Tell whether the facts were made for a desk, of whatever watermark."""
    row = con.execute(
        f"SELECT count(*) FROM meta WHERE name = '{DESK}' AND value = $desk", {"desk": of(desk)}
    ).fetchone()
    return row is not None and row[0] > 0


def is_outgrown(con: DuckDBPyConnection) -> bool:
    """Tell whether the derived tables were created by another version, with other columns."""
    row = con.execute(
        f"SELECT count(*) FROM meta WHERE (name = '{TABLES}' AND value <> '{VERSION}') OR (name = '{DESK}'"
        f" AND NOT EXISTS (SELECT 1 FROM meta WHERE name = '{TABLES}'))"
    ).fetchone()
    return row is None or row[0] > 0


def mark(con: DuckDBPyConnection) -> None:
    """Write down the version of the derived tables; tables of another one are of no desk any more."""
    con.execute(
        f"DELETE FROM meta WHERE name = '{DESK}'"
        f" AND NOT EXISTS (SELECT 1 FROM meta WHERE name = '{TABLES}' AND value = '{VERSION}')"
    )
    con.execute(f"DELETE FROM meta WHERE name = '{TABLES}'; INSERT INTO meta VALUES ('{TABLES}', '{VERSION}')")


def is_made(con: DuckDBPyConnection) -> bool:
    """Tell whether the facts are whole; not so before they were first made and while a rebuild is under way."""
    return con.execute(f"SELECT 1 FROM meta WHERE name = '{WATERMARK}'").fetchone() is not None


def remember(con: DuckDBPyConnection, watermark: datetime | None, desk: Desk) -> None:
    """Write down desk and watermark of the facts."""
    forget(con)
    con.execute(
        "INSERT INTO meta VALUES ($a, $desk), ($b, $watermark)",
        {
            "a": DESK,
            "b": WATERMARK,
            "desk": of(desk),
            "watermark": watermark.isoformat() if watermark else "-infinity",
        },
    )


def forget(con: DuckDBPyConnection) -> None:
    """Have the facts be of no desk."""
    con.execute(f"DELETE FROM meta WHERE name IN ('{DESK}', '{WATERMARK}')")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((key, _plain(part)) for key, part in value.items())
    if isinstance(value, frozenset):
        return sorted(value)
    if is_dataclass(value):
        return [(field.name, _plain(getattr(value, field.name))) for field in fields(value)]
    return value
