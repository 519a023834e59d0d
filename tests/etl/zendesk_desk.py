"""A small Zendesk desk for tests: two of the staff, one customer, and short words for what happens to tickets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from data.settings import ROOT
from etl.mapping import Mapping, load_mapping
from etl.model import LoadReport, Origin, Refresh
from etl.pull.run import Intake, pull
from etl.sources.rest.access import Access
from etl.sources.rest.retry import Patience
from etl.sources.rest.source import Manner, RestSource
from etl.sources.rest.zendesk import ZENDESK
from tests.engine import fresh
from tests.etl.contract import NOW
from tests.etl.servers.zendesk import TOKEN, USER, Desk

MAPPING = load_mapping(ROOT / "data/mappings/zendesk.yaml")
TRIES = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
ANNA, BEN, CARL = 11, 12, 700_031


@contextmanager
def serving() -> Iterator[Desk]:
    """Serve a desk without tickets, at noon of 2 March 2026."""
    staff = [{"id": ANNA, "name": "Anna", "role": "agent"}, {"id": BEN, "name": "Ben", "role": "admin"}]
    customer = {"id": CARL, "name": "Carl Customer", "role": "end-user"}
    desk = Desk(users=[*staff, customer], groups=[{"id": 7, "name": "First line"}, {"id": 8, "name": "Experts"}])
    desk.web.clock = NOW
    with desk.serving():
        yield desk


def source(desk: Desk, rows: int = 20_000, mapping: Mapping = MAPPING, **more: Any) -> RestSource:
    access = Access(**{"url": desk.web.url, "token": TOKEN, "user": USER, **more})
    return RestSource(ZENDESK, "desk", access, mapping, Manner(TRIES, desk.web.wait, rows))


def no_facts(con: duckdb.DuckDBPyConnection, watermark: object) -> None:
    """Leave the facts alone."""


class Puller:
    """A warehouse that the desk is pulled into."""

    def __init__(self, desk: Desk, mapping: Mapping = MAPPING, refresh: Refresh = no_facts) -> None:
        self.con = fresh()
        self.reports: list[LoadReport] = []
        self.desk = desk
        self._mapping = mapping
        self._refresh = refresh

    def pull(self, rows: int = 20_000, **more: Any) -> list[LoadReport]:
        opened = source(self.desk, rows, self._mapping, **more)
        intake = Intake("desk", opened, self._mapping, Origin("zendesk", is_live=True, salt="pepper"))
        return list(pull(self.con, intake, self._refresh, self.desk.web.clock))

    def all(self, sql: str) -> list[Any]:
        """Return the rows of a query; single columns as plain values."""
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]


def pulled(desk: Desk, **more: Any) -> Puller:
    """Return a warehouse into which the desk was pulled once."""
    found = Puller(desk)
    found.pull(**more)
    return found


def comment(by: int, public: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "event_type": "Comment",
        "type": "Comment",
        "author_id": by,
        "public": public,
        "body": "s0me text",
        **more,
    }


def change(event_type: str = "Change", **fields: Any) -> dict[str, Any]:
    return {"event_type": event_type, **fields}


def status(value: str, previous: str | None = None) -> dict[str, Any]:
    return change(status=value, previous_value=previous)


def opened(desk: Desk, number: int, at: str = "09:00", **more: Any) -> None:
    """Write a ticket of Carl's with its first comment."""
    who = {"requester_id": CARL, "submitter_id": CARL}
    desk.ticket(number, at, **{**who, "assignee_id": ANNA, "group_id": 7, "status": "new", **more})
    desk.event(number, at, CARL, change("Create", status="new"), comment(CARL))


def answered(desk: Desk, number: int, at: str = "09:30", by: int = ANNA) -> None:
    """Write a public reply that opens the ticket."""
    desk.ticket(number, at, status="open")
    desk.event(number, at, by, comment(by), status("open", "new"))


def rating(ticket: int, score: str, at: str = "10:00", created: str = "09:30") -> dict[str, Any]:
    stamps = {"created_at": f"2026-03-02T{created}:00Z", "updated_at": f"2026-03-02T{at}:00Z"}
    told = {"requester_id": CARL, "assignee_id": ANNA, "group_id": 7, "comment": "s0me text", "score": score}
    return {"id": 500 + ticket, "ticket_id": ticket, **told, **stamps}
