"""A small desk for tests of loading: an empty warehouse, a mapping as text, files and rows to pull."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from etl.load import load
from etl.mapping import Mapping, parse_mapping
from etl.model import Batch, Delivery, LoadReport, Origin
from etl.pull.run import Intake, pull
from etl.sources import open_source
from etl.sources.text_rows import TextRows
from tests.engine import fresh

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TICKETS = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created, priority: {column: prio, values: {"1": P1, "2": P2}}}
    events:
      - {kind: status, to: resolved, at: resolved}
"""
COLUMNS = ("id", "created", "prio", "resolved")


@dataclass
class Desk:
    """A warehouse with one source, and what refresh was told."""

    mapping: Mapping = field(default_factory=lambda: parse_mapping(TICKETS))
    origin: Origin = Origin()
    con: duckdb.DuckDBPyConnection = field(default_factory=fresh)
    touched: list[tuple[str, ...]] = field(default_factory=list)
    watermarks: list[datetime | None] = field(default_factory=list)

    def refresh(self, con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
        known = "SELECT src_ticket_id FROM ticket SEMI JOIN touched_ticket USING (ticket_key) ORDER BY 1"
        self.touched.append(tuple(row[0] for row in con.execute(known).fetchall()))
        self.watermarks.append(watermark)

    def load(self, rows: Sequence[Sequence[object]], table: str = "tickets", **more: Any) -> LoadReport:
        columns = more.pop("columns", COLUMNS)
        return self.load_all([Batch(table, TextRows.of(columns, rows))], **more)

    def load_all(self, batches: Sequence[Batch], **more: Any) -> LoadReport:
        delivery = replace(Delivery("desk", batches), **more)
        return load(self.con, delivery, self.mapping, self.refresh, NOW, self.origin)

    def pull(self, kind: str, place: str | Sequence[Path], now: datetime = NOW) -> list[LoadReport]:
        source = open_source("desk", kind, place, self.mapping)
        return list(
            pull(self.con, Intake("desk", source, self.mapping, self.origin, kind == "sql"), self.refresh, now)
        )

    def import_text(self, path: Path, text: str | bytes) -> LoadReport:
        """Write a file and import it."""
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self.pull("file", [path])[-1]

    def all(self, sql: str) -> list[Any]:
        """Return the rows of a query; single columns as plain values."""
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]


def desk(mapping: str = TICKETS, **origin: Any) -> Desk:
    """Return a desk with an empty warehouse."""
    return Desk(parse_mapping(mapping), Origin(**origin))


def fates(report: LoadReport) -> tuple[int, int, int, int]:
    """Return new, changed, same, rejected; they add up to what was read."""
    counts = (report.n_new, report.n_changed, report.n_same, report.n_rejected)
    assert sum(counts) == report.n_read
    return counts
