"""A desk that events are pushed to: inbox, inlet and warehouse, with the clock in the hands of the test."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from data.inbox import Inbox
from data.source_rules import SourceRule
from etl.model import LoadReport
from etl.pull.intakes import scheduled
from etl.pull.run import pull
from etl.push.inlet import Inlet
from etl.push.source import PushSource
from tests.engine import fresh

TOKEN = "a-token-of-the-helpdesk"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAPPING = """
version: 1
tables:
  - name: tickets
    file: {only: {type: [ticket]}}
    rows: ticket
    ticket: {id: ticket.id, created_at: ticket.created}
  - name: changes
    file: {only: {type: [change]}}
    rows: event
    ticket: {id: ticket.id}
    events:
      - {kind: status, id: id, at: at, to: {column: to, values: {open: open, done: resolved}}}
"""


def ticket(number: int, **more: Any) -> dict[str, Any]:
    created = "2026-11-20T08:00:00Z"
    return {"id": f"t{number}", "type": "ticket", "ticket": {"id": number, "created": created}, **more}


def change(number: int, to: str = "done", **more: Any) -> dict[str, Any]:
    at = "2026-11-20T09:00:00Z"
    return {"id": f"c{number}", "type": "change", "at": at, "to": to, "ticket": {"id": number}, **more}


@dataclass
class Pushed:
    """A source of kind push called hook."""

    folder: Path
    mapping: str = MAPPING
    event_id: str | None = "id"
    per_delivery: int = 10_000
    now: datetime = START
    con: duckdb.DuckDBPyConnection = field(default_factory=fresh)
    room: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "hook.yaml").write_text(self.mapping)
        self.rule = SourceRule.model_validate(
            {
                "id": "hook",
                "name": "Hook",
                "kind": "push",
                "token": "${HOOK}",
                "event_id": self.event_id,
                "mapping": str(self.folder / "hook.yaml"),
            }
        )
        self.open()

    def open(self) -> None:
        """Open the inbox, again if need be, as a process does that starts."""
        self.inbox = Inbox(self.folder / "w.inbox", **self.room)
        self.inlet = Inlet([self.rule], self.inbox, {"HOOK": TOKEN}, lambda: self.now)

    def send(self, *events: object) -> list[str]:
        """Push events and return what became of each."""
        return [one.state for one in self.inlet.accept("hook", events)]

    def load(self) -> list[LoadReport]:
        """Pull the source a second later."""
        self.now += timedelta(seconds=1)
        intake = scheduled(self.rule, "salt", {"HOOK": TOKEN}, None, inbox=self.inbox)
        assert isinstance(intake.source, PushSource)
        intake.source._per_delivery = self.per_delivery
        return list(pull(self.con, intake, lambda con, mark: None, self.now))

    def all(self, sql: str) -> list[Any]:
        """Return the rows of a query; single columns as plain values."""
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]

    def count(self, table: str) -> int:
        return int(self.all(f"SELECT count(*) FROM {table}")[0])


def totals(reports: Sequence[LoadReport]) -> tuple[int, int, int, int]:
    """Return new, changed, same and rejected rows of all reports."""
    counts = [(one.n_new, one.n_changed, one.n_same, one.n_rejected) for one in reports]
    new, changed, same, rejected = (sum(column) for column in zip(*counts, strict=True))
    return new, changed, same, rejected
