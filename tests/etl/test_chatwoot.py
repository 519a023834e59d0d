"""A Chatwoot account, emulated: pages and seconds back, late events, messages in parts; KPIs worked out by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import load_mapping, parse_mapping
from etl.model import MappingError, SourceError
from etl.pull.intakes import scheduled
from etl.sources.rest import chatwoot
from etl.sources.rest.access import Access
from etl.sources.rest.chatwoot import CHATWOOT
from etl.sources.rest.source import RestSource
from tests.etl.contract import NOW, check_source, error_of
from tests.etl.rest_desk import RestDesk
from tests.etl.servers.chatwoot import LIMITED, TOKEN, Chatwoot, second
from tests.etl.servers.web import Reply

MAPPING = load_mapping(ROOT / "data/mappings/chatwoot_rest.yaml")
CARL = 700_031
ANNA = {"id": 11, "name": "Anna", "type": "user"}
BOT = {"id": 1, "name": "Helper", "type": "agent_bot"}
CONTACT = {"id": CARL, "name": "Carl Customer", "type": "contact"}
IN, OUT, ACTIVITY, TEMPLATE = 0, 1, 2, 3
DAY = timedelta(days=1)


@pytest.fixture
def desk() -> Iterator[Chatwoot]:
    found = Chatwoot(agents=[{"id": 11, "name": "Anna"}], inboxes=[{"id": 5, "name": "Website"}])
    found.web.clock = NOW
    with found.serving():
        yield found


@pytest.fixture
def at_work(desk: Chatwoot) -> RestDesk:
    return RestDesk(desk.web, CHATWOOT, MAPPING, Access(desk.url, TOKEN, since=date(2026, 1, 1)))


def opened(desk: Chatwoot, number: int, at: str = "09:00", **more: Any) -> None:
    meta = {"sender": CONTACT, "channel": "Channel::WebWidget", "assignee": ANNA, "team": {"name": "First line"}}
    desk.conversation(number, at, meta=meta, inbox_id=5, **more)
    desk.message(number, at, IN, CONTACT)


def resolved(desk: Chatwoot, number: int, at: str) -> None:
    desk.event(number, at, "conversation_resolved", 11)
    desk.conversation(number, at, status="resolved")


def rated(desk: Chatwoot, number: int, at: str, rating: int) -> None:
    message = desk.message(number, at, TEMPLATE, content_type="input_csat")
    told = {"message_id": message, "conversation_id": number, "contact": CONTACT, "assigned_agent": ANNA}
    desk.responses.append({"id": message, **told, "rating": rating, "created_at": second(at)})


def asked(desk: Chatwoot, part: str) -> list[dict[str, str]]:
    return [dict(each.query) for each in desk.web.asked if each.path.endswith(part)]


def test_the_contract_holds_page_by_page(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.per_page = 2
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
        rated(desk, number, f"10:0{number}", 4)
    check_source(lambda: at_work.source(rows=6), MAPPING)


def test_the_contract_holds_by_seconds_back(
    desk: Chatwoot, at_work: RestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatwoot, "CHUNK", 2)
    at_work.access = Access(desk.url, TOKEN, since=NOW.date())
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
    check_source(lambda: at_work.source(rows=3), MAPPING)
    assert all("page" not in each for each in asked(desk, "/conversations"))


def test_the_kpis_are_those_worked_out_by_hand(desk: Chatwoot, at_work: RestDesk) -> None:
    """Answered after 20 minutes, resolved after 60, rated 5; after 40, reopened, resolved after 180, rated 2."""
    opened(desk, 1, "09:00")
    desk.message(1, "09:05", OUT, BOT)
    desk.message(1, "09:20", OUT, ANNA)
    resolved(desk, 1, "10:00")
    rated(desk, 1, "10:10", 5)
    opened(desk, 2, "08:00")
    desk.message(2, "08:10", OUT, ANNA, private=True)
    desk.message(2, "08:20", OUT, ANNA, content_attributes={"automation_rule_id": 4})
    desk.message(2, "08:40", OUT, ANNA)
    resolved(desk, 2, "10:00")
    desk.message(2, "10:30", IN, CONTACT)
    desk.event(2, "10:30", "conversation_opened")
    desk.message(2, "10:31", ACTIVITY)
    resolved(desk, 2, "11:00")
    rated(desk, 2, "11:10", 2)
    opened(desk, 3, "10:30")
    at_work.pull()
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    found = {name: at_work.kpi(name) for name in EXPECTED}
    assert found == EXPECTED


EXPECTED = {
    "frt": (30.0, 2),  # minutes: 20 and 40; neither the bot nor the note nor the rule is a reply
    "resolution": (2.0, 2),  # hours: 1 and 3, up to the last resolution
    "first_resolution": (1.5, 2),  # hours: 1 and 2
    "reopen_events": (1.0, 1),
    "volume": (3.0, 3),
    "csat": (50.0, 2),
}


def test_a_conversation_has_names_and_its_own_words_translated(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1, priority="urgent", labels=["vip", "refund"])
    at_work.pull()
    found = at_work.all("SELECT agent, team, priority, channel, category, tags FROM ticket")
    assert found == [("Anna", "First line", "P1", "online", "Website", ["vip", "refund"])]


def test_only_agents_have_names_and_no_text_is_kept(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    desk.message(1, "09:05", OUT, ANNA)
    at_work.pull()
    assert at_work.all("SELECT author_kind, author FROM message ORDER BY occurred_at") == [
        ("customer", None),
        ("agent", "Anna"),
    ]
    tables = at_work.all("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
    held = " ".join(str(row) for table in tables for row in at_work.all(f'FROM "{table}"'))
    assert [word for word in ("s0me text", "Carl", str(CARL)) if word in held] == []


def test_the_first_pull_goes_through_pages_and_the_next_asks_for_seconds_back(
    desk: Chatwoot, at_work: RestDesk
) -> None:
    opened(desk, 1)
    at_work.pull()
    assert [each.get("page") for each in asked(desk, "/conversations")] == ["1", "2"]
    desk.web.asked.clear()
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert [each.get("updated_within") for each in asked(desk, "/conversations")] == ["180"]


def test_a_pull_after_a_long_pause_goes_through_the_pages_that_are_new(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.per_page = 1
    for number in (1, 2, 3, 4):
        opened(desk, number, f"09:0{number}")
    at_work.pull()
    desk.web.clock += 3 * DAY
    desk.message(4, "2026-03-04T10:00:00", OUT, ANNA)
    desk.web.asked.clear()
    at_work.pull()
    assert [each.get("page") for each in asked(desk, "/conversations")] == ["1", "2"]
    assert at_work.all("SELECT count(*) FROM message") == [5]


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_the_server_s_clock_counts(desk: Chatwoot, at_work: RestDesk, ahead: timedelta) -> None:
    desk.web.clock = NOW + ahead
    opened(desk, 1, "09:00")
    at_work.pull(NOW)
    assert at_work.all("SELECT watermark FROM source") == [min(NOW, NOW + ahead - timedelta(minutes=1))]
    desk.web.clock += timedelta(minutes=5)
    at = (desk.web.clock - timedelta(minutes=5)).isoformat()[:19]
    opened(desk, 2, at)
    at_work.pull(NOW + timedelta(minutes=5))
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_seconds_back_are_counted_from_when_the_server_answers(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    at_work.pull()
    opened(desk, 2, "12:00:01")
    desk.web.clock += timedelta(minutes=1)
    desk.web.faults.extend(
        [None, Reply(429, headers={"Retry-After": "119"}), Reply(429, headers={"Retry-After": "99"})]
    )
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_an_event_that_is_written_late_comes_with_the_next_pull(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1, "11:00")
    desk.conversation(1, "11:59:30", status="resolved")
    at_work.pull()
    desk.event(1, "11:59:30", "conversation_resolved", 11)
    desk.web.clock += timedelta(seconds=30)
    at_work.pull()
    assert at_work.all("SELECT new, actor FROM ticket_event") == [("resolved", "Anna")]


def test_a_contact_who_writes_again_opens_where_the_program_does_not_tell(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1, "09:00")
    resolved(desk, 1, "10:00")
    desk.message(1, "10:30", IN, CONTACT)
    desk.conversation(1, "10:30", status="open")
    at_work.pull()
    assert at_work.kpi("reopen_events") == (1.0, 1)


@pytest.mark.parametrize("many", [11, 12, 25, 40])
def test_messages_come_in_parts_and_all_of_them(
    desk: Chatwoot, at_work: RestDesk, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(chatwoot, "MESSAGES_PER_PAGE", 12)
    desk.messages_at_once = 12
    opened(desk, 1)
    for minute in range(1, many):
        desk.message(1, f"09:{minute:02}", OUT, ANNA)
    one, other = desk.messages[1][-2:] if many < 14 else desk.messages[1][11:13]
    one["id"], other["id"] = other["id"], one["id"]  # numbers against the order of instants
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [many]


def test_conversations_deleted_while_pages_are_read_hide_no_other(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.per_page = 3
    for number in range(1, 13):
        opened(desk, number, f"09:{number:02}")
    doomed = iter((12, 11))
    lists = len(asked(desk, "/conversations"))

    def delete() -> None:
        nonlocal lists
        if len(asked(desk, "/conversations")) > lists and (number := next(doomed, None)):
            lists = len(asked(desk, "/conversations"))
            del desk.conversations[number]

    desk.after_each = delete
    at_work.pull()
    assert {str(number) for number in range(1, 11)} <= set(at_work.all("SELECT src_ticket_id FROM ticket"))


def test_a_first_pull_that_was_broken_off_goes_on_at_its_page(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.per_page = 2
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
    desk.web.faults.extend([None] * 8 + [Reply(503)] * 3)
    with pytest.raises(SourceError, match="status 503"):
        at_work.pull(rows=2)
    assert at_work.all("SELECT watermark FROM source") == [None]
    desk.web.asked.clear()
    at_work.pull()
    assert asked(desk, "/conversations")[0]["page"] == "2"
    assert at_work.all("SELECT count(*) FROM ticket") == [7]
    assert at_work.all("SELECT watermark FROM source") == [NOW - timedelta(minutes=1)]


def test_answers_have_pages_of_their_own(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    for minute in range(60):
        rated(desk, 1, f"10:{minute:02}", 5)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM survey_response WHERE submitted_at IS NOT NULL") == [60]
    assert [each["page"] for each in asked(desk, "csat_survey_responses")] == ["1", "2", "3"]


def test_an_answer_that_is_changed_days_later_is_seen(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    rated(desk, 1, "10:00", 1)
    at_work.pull()
    desk.responses[0]["rating"] = 5
    desk.web.clock += 9 * DAY
    at_work.pull()
    assert at_work.all("SELECT overall FROM survey_response WHERE overall IS NOT NULL") == [5.0]


def test_a_deleted_conversation_is_found_by_the_reconcile(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.per_page = 4
    for number in range(1, 31):
        opened(desk, number, f"09:{number:02}")
    at_work.pull()
    del desk.conversations[7]
    assert at_work.reconcile().n_gone == 1
    assert at_work.deleted() == ["7"]
    assert at_work.kpi("volume") == (29.0, 29)


def test_a_conversation_deleted_between_list_and_messages_is_passed_over(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    desk.after_each = lambda: desk.conversations.clear() if asked(desk, "/conversations") else None
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [0]


def test_an_edition_without_reporting_events_is_told(desk: Chatwoot, at_work: RestDesk) -> None:
    desk.is_community = True
    opened(desk, 1)
    with pytest.raises(SourceError, match="leave the table reporting_events out of the mapping") as caught:
        at_work.pull()
    assert caught.value.permanent


def test_without_reporting_events_the_last_resolution_is_known(desk: Chatwoot, at_work: RestDesk) -> None:
    text = (ROOT / "data/mappings/chatwoot_rest.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("  # ---- 状态变化")
    at_work.mapping = parse_mapping(
        head.replace("# - {kind: status", "- {kind: status") + rest[rest.index("  # ---- 消息") :]
    )
    desk.is_community = True
    opened(desk, 1, "09:00")
    desk.web.clock = NOW.replace(hour=9, minute=5)
    at_work.pull()
    desk.message(1, "10:00", ACTIVITY)
    desk.conversation(1, "10:00", status="resolved")
    desk.web.clock = NOW
    at_work.pull()
    assert at_work.kpi("resolution") == (1.0, 1)


def test_only_what_the_mapping_names_is_asked_for(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1, custom_attributes={"plan": "gold"})
    text = "{name: conversations, rows: ticket, ticket: {id: id, product: custom_attributes.plan}}"
    at_work.mapping = parse_mapping(f"version: 1\ntables:\n  - {text}")
    at_work.pull()
    assert at_work.all("SELECT product FROM ticket") == ["gold"]
    assert {each.path.rpartition("/")[2] for each in desk.web.asked} == {"inboxes", "conversations"}


def test_a_limit_without_a_wait_is_met_with_patience(desk: Chatwoot, at_work: RestDesk) -> None:
    opened(desk, 1)
    desk.web.faults.extend([LIMITED, LIMITED])
    at_work.pull()
    assert desk.web.waited == [5.0, 10.0]


def test_a_wrong_key_is_permanent_and_not_shown(desk: Chatwoot, at_work: RestDesk) -> None:
    at_work.access = Access(desk.url, "s3cret-wrong")
    error = error_of(at_work.source)
    assert "status 401" in str(error)


@pytest.mark.parametrize("path", ["", "/app/login", "/app/accounts/", "/app/accounts/first"])
def test_the_address_names_the_account(path: str) -> None:
    with pytest.raises(SourceError, match="url: write the address with the number of the account"):
        RestSource(CHATWOOT, "desk", Access(f"https://chat.example{path}", TOKEN), MAPPING)


def test_a_table_chatwoot_does_not_have_is_refused() -> None:
    mapping = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id}}")
    with pytest.raises(MappingError, match="none of Chatwoot's, use conversations, reporting_events, messages"):
        RestSource(CHATWOOT, "desk", Access("https://chat.example/app/accounts/3", TOKEN), mapping)


def test_an_account_is_opened_from_settings(desk: Chatwoot) -> None:
    opened(desk, 1)
    given = {"id": "desk", "name": "Desk", "kind": "chatwoot", "url": desk.url, "token": "${KEY}"}
    rule = SourceRule.model_validate({**given, "mapping": ROOT / "data/mappings/chatwoot_rest.yaml"})
    intake = scheduled(rule, "salt", {"KEY": TOKEN}, None)
    assert intake.is_whole
    tables = [batch.table for each in intake.source.read(None, NOW) for batch in each.batches]
    assert sorted(tables) == ["conversations", "messages"]


@pytest.mark.parametrize("number", [19, 20, 21, 40, 55])
@pytest.mark.parametrize("is_old", [True, False])
def test_programs_that_give_the_latest_messages_alone_are_asked_for_those_before(
    desk: Chatwoot, at_work: RestDesk, is_old: bool, number: int
) -> None:
    desk.is_old = is_old
    desk.conversation(1, "09:00", meta={"sender": CONTACT}, inbox_id=5)
    for minute in range(number):
        desk.message(1, f"09:{minute:02}", IN, CONTACT)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [number]
