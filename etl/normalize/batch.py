"""Normalize one batch: from text rows as the source has them to the staging tables (semantics 2)."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from etl.mapping import Mapping
from etl.model import Batch


@dataclass(frozen=True, slots=True)
class Normalized:
    """What normalize found in one batch.

    n_read      source rows, malformed ones included
    until       latest parsed instant (no due times), None without one
    n_rejected  source rows of which nothing loads
    owned       streams whose events or messages belong to the ticket row: replaced whole with the ticket
    """

    n_read: int
    until: datetime | None
    n_rejected: int = 0
    owned: tuple[int, ...] = ()


def normalize(
    con: duckdb.DuckDBPyConnection, batch: Batch, mapping: Mapping, source_no: int, salt: str
) -> Normalized:
    """Append the rows of `batch`, read by the mapping's table of that name, to the staging tables.

    Raises MappingError when the mapping does not fit the data: unknown table, missing column, wrong dates.
    """
    raise NotImplementedError
