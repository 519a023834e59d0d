"""An Intercom workspace, emulated: a search by the second, parts, windows of requests; KPIs worked out by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import load_mapping, parse_mapping
from etl.model import MappingError, SourceError
from etl.pull.intakes import scheduled
from etl.sources.rest.access import Access
from etl.sources.rest.intercom import INTERCOM
from etl.sources.rest.source import RestSource
from tests.etl.contract import NOW, check_source, error_of
from tests.etl.rest_desk import RestDesk
from tests.etl.servers.intercom import TOKEN, Intercom
from tests.etl.servers.web import Reply
from tests.etl.servers.zendesk import instant

MAPPING = load_mapping(ROOT / "data/mappings/intercom.yaml")
CARL = {"type": "user", "id": "c700031", "name": "Carl Customer"}
ANNA = {"type": "admin", "id": "11", "name": "Anna"}
FIN = {"type": "bot", "id": "99", "name": "Fin"}
TEXT = {"body": "<p>s0me text</p>"}
NOT_YET: dict[str, Any] = {"rating": None, "created_at": None, "contact": {"id": None}, "teammate": {"id": None}}


@pytest.fixture
def desk() -> Iterator[Intercom]:
    found = Intercom(admins=[{"id": "11", "name": "Anna"}], teams=[{"id": "7", "name": "First line"}])
    found.web.clock = NOW
    with found.serving():
        yield found


@pytest.fixture
def at_work(desk: Intercom) -> RestDesk:
    return RestDesk(desk.web, INTERCOM, MAPPING, Access(desk.web.url, TOKEN, since=date(2026, 1, 1)))


def opened(desk: Intercom, number: int, at: str = "09:00", by: dict[str, Any] = CARL, **more: Any) -> None:
    source = {"type": "conversation", "delivered_as": "customer_initiated", "author": by, **TEXT}
    contacts = {"contacts": [{"type": "contact", "id": CARL["id"]}]}
    known = {"source": source, "contacts": contacts, "admin_assignee_id": 11, "team_assignee_id": "7", "tags": {}}
    desk.conversation(number, at, **{**known, "conversation_rating": NOT_YET, **more})


def closed(desk: Intercom, number: int, at: str, **more: Any) -> None:
    desk.part(number, at, "close", ANNA, **more)
    desk.conversation(number, at, state="closed")


def rated(desk: Intercom, number: int, at: str, rating: int | None) -> None:
    stamp = int(instant(at).timestamp())
    if rating is not None:
        desk.part(number, at, "conversation_rating_changed", CARL)
    told = {"rating": rating, "created_at": stamp - 60, "remark": "s0me text"}
    whom = {"contact": {"id": CARL["id"]}, "teammate": {"id": 11}}
    desk.conversation(number, at, conversation_rating={**told, **whom})


def searches(desk: Intercom) -> list[dict[str, Any]]:
    return [each.body for each in desk.web.asked if each.body is not None]


def asked_for(desk: Intercom) -> list[str]:
    """Return the numbers of the conversations that were asked for one by one."""
    paths = [each.path.rpartition("/") for each in desk.web.asked if each.body is None]
    return [number for place, _, number in paths if place == "/conversations"]


def test_the_contract_holds(desk: Intercom, at_work: RestDesk) -> None:
    desk.per_page = 2
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
        desk.part(number, f"09:1{number}", "comment", ANNA, **TEXT)
        rated(desk, number, f"10:1{number}", 4)
    check_source(lambda: at_work.source(rows=6), MAPPING)


EXPECTED = {
    "frt": (30.0, 2),  # minutes: 20 and 40; neither the bot nor the note is a reply
    "resolution": (2.0, 2),  # hours: 1 and 3, up to the last closing
    "first_resolution": (1.5, 2),  # hours: 1 and 2
    "reopen_events": (1.0, 1),
    "volume": (3.0, 3),
    "csat": (50.0, 2),
}


@pytest.mark.parametrize("size", [1, 150])
def test_the_kpis_are_those_worked_out_by_hand(desk: Intercom, at_work: RestDesk, size: int) -> None:
    """Answered after 20 minutes, closed after 60, rated 5; after 40, closed, reopened, closed after 180, rated 2."""
    desk.per_page = size
    opened(desk, 1, "09:00")
    desk.part(1, "09:05", "comment", FIN, **TEXT)
    desk.part(1, "09:20", "comment", ANNA, **TEXT)
    closed(desk, 1, "10:00", **TEXT)
    rated(desk, 1, "10:10", 5)
    opened(desk, 2, "08:00")
    desk.part(2, "08:10", "note", ANNA, **TEXT)
    desk.part(2, "08:20", "assignment", ANNA, assigned_to={"type": "admin", "id": "11"})
    desk.part(2, "08:40", "comment", ANNA, **TEXT)
    closed(desk, 2, "10:00")
    desk.part(2, "10:30", "open", CARL, **TEXT)
    closed(desk, 2, "11:00")
    rated(desk, 2, "11:10", 2)
    opened(desk, 3, "10:30")
    rated(desk, 3, "10:40", None)
    at_work.pull(rows=4)
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert {name: at_work.kpi(name) for name in EXPECTED} == EXPECTED
    assert at_work.all("SELECT count(*) FROM survey_response WHERE submitted_at IS NULL") == [1]


def test_a_conversation_has_names_and_its_own_words_translated(desk: Intercom, at_work: RestDesk) -> None:
    tags = {"tags": [{"name": "vip"}, {"name": "refund"}]}
    opened(desk, 1, priority="priority", tags=tags, statistics={"time_to_admin_reply": 90, "count_reopens": 2})
    at_work.pull()
    found = at_work.all("SELECT agent, team, priority, channel, created_by, tags FROM ticket")
    assert found == [("Anna", "First line", "P1", "online", "customer", ["vip", "refund"])]
    assert '"reply_s":90.0' in at_work.all("SELECT vendor FROM ticket")[0].replace(" ", "")


def test_only_teammates_have_names_and_no_text_is_kept(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1)
    desk.part(1, "09:05", "comment", ANNA, **TEXT)
    desk.part(1, "09:06", "comment", {"type": "admin", "id": "12"}, **TEXT)
    rated(desk, 1, "09:10", 3)
    at_work.pull()
    sql = "SELECT author_kind, author, is_public FROM message ORDER BY occurred_at"
    assert at_work.all(sql) == [("customer", None, True), ("agent", "Anna", True), ("agent", "12", True)]
    tables = at_work.all("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
    held = " ".join(str(row) for table in tables for row in at_work.all(f'FROM "{table}"'))
    assert [word for word in ("s0me text", "Carl", "c700031") if word in held] == []


def test_parts_become_changes(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1)
    desk.part(1, "09:01", "assignment", FIN, assigned_to={"type": "team", "id": "7"})
    desk.part(1, "09:02", "assign_and_reopen", ANNA, assigned_to={"type": "admin", "id": "11"})
    desk.part(1, "09:03", "snoozed", ANNA)
    desk.part(1, "09:04", "timer_unsnooze", FIN)
    desk.part(1, "09:05", "assignment", ANNA, assigned_to={"type": "nobody_admin", "id": None})
    at_work.pull()
    sql = "SELECT kind, new, dept, actor_kind FROM ticket_event ORDER BY occurred_at, kind"
    assert at_work.all(sql) == [
        ("assign", None, "First line", "automation"),
        ("assign", "Anna", None, "agent"),
        ("status", "open", None, "agent"),
        ("status", "pending_customer", None, "agent"),
        ("status", "open", None, "automation"),
    ]


def test_a_message_of_a_campaign_is_automatic(desk: Intercom, at_work: RestDesk) -> None:
    source = {"type": "email", "delivered_as": "campaigns_initiated", "author": ANNA, **TEXT}
    opened(desk, 1, source=source)
    at_work.pull()
    assert at_work.all("SELECT author_kind, is_auto FROM message") == [("agent", True)]


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_the_server_s_clock_counts(desk: Intercom, at_work: RestDesk, ahead: timedelta) -> None:
    desk.web.clock = NOW + ahead
    opened(desk, 1, "09:00")
    at_work.pull(NOW)
    assert at_work.all("SELECT watermark FROM source") == [min(NOW, NOW + ahead - timedelta(minutes=2))]
    desk.web.clock += timedelta(minutes=5)
    opened(desk, 2, (desk.web.clock - timedelta(minutes=5)).isoformat()[:19])
    at_work.pull(NOW + timedelta(minutes=5))
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_what_did_not_change_is_not_asked_for_again(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1, "11:59")
    at_work.pull()
    desk.web.asked.clear()
    desk.web.clock += timedelta(seconds=30)
    at_work.pull()
    assert asked_for(desk) == []
    assert len(searches(desk)) == 1


def test_what_changes_twice_in_a_second_is_read_again(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1, "11:59:58")
    at_work.pull()
    desk.part(1, "11:59:58", "comment", ANNA, **TEXT)
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [2]


@pytest.mark.parametrize("is_sorting", [True, False])
def test_conversations_that_change_while_pages_are_read_hide_no_other(
    desk: Intercom, at_work: RestDesk, is_sorting: bool
) -> None:
    desk.per_page, desk.is_sorting = 2, is_sorting
    for number in range(1, 10):
        opened(desk, number, f"09:0{number}")
    moved = iter(range(1, 6))

    def move() -> None:
        if number := next(moved, None):
            desk.part(number, f"12:00:0{number}", "comment", ANNA, **TEXT)

    desk.after_each = move
    at_work.pull()
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [9]
    assert at_work.all("SELECT count(*) FROM message") == [14]


@pytest.mark.parametrize("is_sorting", [True, False])
def test_a_first_pull_that_was_broken_off_loses_nothing(desk: Intercom, at_work: RestDesk, is_sorting: bool) -> None:
    desk.per_page, desk.is_sorting = 2, is_sorting
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
    desk.web.faults.extend([None] * 8 + [Reply(503)] * 3)
    with pytest.raises(SourceError, match="POST /conversations/search: status 503"):
        at_work.pull(rows=2)
    assert at_work.all("SELECT watermark FROM source") == [None]
    desk.web.asked.clear()
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [7]
    assert len(asked_for(desk)) == 3


def test_a_window_of_requests_is_waited_for_by_the_server_s_clock(desk: Intercom, at_work: RestDesk) -> None:
    desk.most, desk.web.clock = 3, NOW + timedelta(seconds=4)
    for number in range(1, 5):
        opened(desk, number)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [4]
    assert desk.web.waited == [6.0, 10.0]


def test_a_deleted_conversation_is_found_by_the_reconcile(desk: Intercom, at_work: RestDesk) -> None:
    desk.per_page = 4
    for number in range(1, 31):
        opened(desk, number, f"09:{number:02}")
    at_work.pull()
    del desk.conversations[7]
    desk.web.asked.clear()
    assert at_work.reconcile().n_gone == 1
    assert (at_work.deleted(), asked_for(desk)) == (["7"], [])
    assert at_work.kpi("volume") == (29.0, 29)


def test_a_conversation_deleted_between_search_and_parts_is_passed_over(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1)
    opened(desk, 2)

    def delete() -> None:
        desk.conversations.pop(1, None)

    desk.after_each = delete
    at_work.pull()
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["2"]


def test_only_what_the_mapping_names_is_asked_for(desk: Intercom, at_work: RestDesk) -> None:
    opened(desk, 1, title="Refund", custom_attributes={"Reason": "Complaint"})
    fields = "{id: id, category: custom_attributes.Reason, product: title}"
    at_work.mapping = parse_mapping(
        f"version: 1\ntables:\n  - {{name: conversations, rows: ticket, ticket: {fields}}}"
    )
    at_work.pull()
    assert at_work.all("SELECT category, product FROM ticket") == [("Complaint", "Refund")]
    assert asked_for(desk) == []


def test_a_wrong_key_is_permanent_and_not_shown(desk: Intercom, at_work: RestDesk) -> None:
    at_work.access = Access(desk.web.url, "s3cret-wrong")
    error = error_of(at_work.source)
    assert "POST /conversations/search: status 401" in str(error)


def test_a_table_intercom_does_not_have_is_refused() -> None:
    mapping = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id}}")
    with pytest.raises(MappingError, match="none of Intercom's, use conversations, changes, messages, ratings"):
        RestSource(INTERCOM, "desk", Access("https://api.example", TOKEN), mapping)


def test_a_workspace_is_opened_from_settings(desk: Intercom) -> None:
    opened(desk, 1)
    given = {"id": "desk", "name": "Desk", "kind": "intercom", "url": desk.web.url, "token": "${KEY}"}
    rule = SourceRule.model_validate({**given, "mapping": ROOT / "data/mappings/intercom.yaml"})
    intake = scheduled(rule, "salt", {"KEY": TOKEN}, None)
    assert intake.is_whole
    tables = [batch.table for each in intake.source.read(None, NOW) for batch in each.batches]
    assert tables == ["conversations", "messages"]
