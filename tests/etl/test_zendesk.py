"""A Zendesk desk, emulated: what is pulled, in which steps, and what becomes of restarts, deletes and borders."""

from collections.abc import Iterator
from typing import Any

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import Origin
from etl.run import Intake, pull
from etl.sources.rest.retry import Patience
from etl.sources.rest.zendesk import Access, ZendeskSource
from tests.engine import fresh
from tests.etl.contract import NOW, check_source
from tests.etl.servers.zendesk import TOKEN, USER, Desk

MAPPING = load_mapping(ROOT / "data/mappings/zendesk.yaml")
TRIES = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
ANNA, BEN, CARL = 11, 12, 31  # two of the staff, a customer


@pytest.fixture
def desk() -> Iterator[Desk]:
    staff = [{"id": ANNA, "name": "Anna", "role": "agent"}, {"id": BEN, "name": "Ben", "role": "admin"}]
    customer = {"id": CARL, "name": "Carl Customer", "role": "end-user"}
    written = Desk(users=[*staff, customer], groups=[{"id": 7, "name": "First line"}])
    written.web.clock = NOW
    with written.serving():
        yield written


def source(desk: Desk, rows: int = 20_000, **more: Any) -> ZendeskSource:
    access = Access(**{"url": desk.web.url, "token": TOKEN, "user": USER, **more})
    return ZendeskSource("desk", access, MAPPING, TRIES, desk.web.wait, rows)


def comment(by: int, public: bool = True, **more: Any) -> dict[str, Any]:
    return {"event_type": "Comment", "type": "Comment", "author_id": by, "public": public, "body": "text", **more}


def change(**fields: Any) -> dict[str, Any]:
    return {"event_type": "Change", **fields}


def write(desk: Desk, number: int, at: str = "09:00") -> None:
    """Write a ticket of Carl's with its first comment, answered by Anna in the same minute."""
    desk.ticket(number, at, requester_id=CARL, submitter_id=CARL, assignee_id=ANNA, group_id=7, status="open")
    desk.event(number, at, CARL, {**change(status="new"), "event_type": "Create"}, comment(CARL))
    desk.event(number, f"{at}:30", ANNA, comment(ANNA), change(status="open", previous_value="new"))


def pulled(desk: Desk, rows: int = 20_000) -> Any:
    con = fresh()
    again(desk, con, rows)
    return con


def again(desk: Desk, con: Any, rows: int = 20_000) -> list[Any]:
    intake = Intake("desk", source(desk, rows), MAPPING, Origin("zendesk", salt="pepper"))
    return list(pull(con, intake, lambda *_: None, desk.web.clock))


def all_of(con: Any, sql: str) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in con.execute(sql).fetchall()]


def _asked(desk: Desk, part: str) -> list[dict[str, str]]:
    return [dict(asked.query) for asked in desk.web.asked if part in asked.path]


def test_the_contract_holds(desk: Desk) -> None:
    desk.page = 4
    for number in range(1, 8):
        write(desk, number, f"09:{number // 3:02}")
    desk.ratings.extend(rating(number, "good") for number in (1, 2))
    desk.per_minute = 10_000
    check_source(lambda: source(desk, rows=9), MAPPING)


def rating(ticket: int, score: str, at: str = "10:00", created: str = "09:30") -> dict[str, Any]:
    stamps = {"created_at": f"2026-03-02T{created}:00Z", "updated_at": f"2026-03-02T{at}:00Z"}
    return {
        "id": 500 + ticket,
        "ticket_id": ticket,
        "requester_id": CARL,
        "assignee_id": ANNA,
        "score": score,
        **stamps,
    }
