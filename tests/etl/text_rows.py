"""Rows written down in a test, staged as a source would stage them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from etl.mapping import Mapping, parse_mapping
from etl.model import Batch, Reject
from etl.normalize import Normalized, clear, normalize
from tests.engine import fresh


@dataclass
class TextRows:
    """A header and rows of text, as in a test."""

    columns: Sequence[str]
    cells: Sequence[Sequence[str | None]]
    rejects: Sequence[Reject] = ()

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        texts = ", ".join(f"c{number} VARCHAR" for number in range(1, len(self.columns) + 1))
        con.execute(f"CREATE TEMP TABLE {table} (row_no BIGINT, {texts})")
        marks = ", ".join("?" for _ in range(len(self.columns) + 1))
        for number, row in enumerate(self.cells, start=1):
            con.execute(f"INSERT INTO {table} VALUES ({marks})", [number, *row])
        return len(self.cells)

    def malformed(self) -> Sequence[Reject]:
        return self.rejects


@dataclass
class Bench:
    """A connection with staging tables; `take` normalizes rows, `all` asks."""

    con: duckdb.DuckDBPyConnection = field(default_factory=fresh)

    def take(self, mapping: Mapping | str, rows: TextRows) -> Normalized:
        found = parse_mapping(mapping) if isinstance(mapping, str) else mapping
        clear(self.con)
        return normalize(self.con, Batch(found.tables[0].name, rows), found, 1, "salt")

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()


def ticket_mapping(ticket: str, more: str = "", head: str = "") -> str:
    """Return a mapping of one ticket table; `ticket` is the inside of its ticket section."""
    return f"version: 1\n{head}\ntables:\n  - name: t\n    rows: ticket\n    ticket: {{{ticket}}}\n{more}\n"
