"""A Zendesk desk, emulated: in which steps it is pulled, and what restarts, limits and borders do to it."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from etl.mapping import Mapping, parse_mapping
from etl.model import MappingError, SourceError
from etl.sources.rest import paging
from tests.etl.contract import NOW, check_source, error_of
from tests.etl.servers.web import Reply
from tests.etl.servers.zendesk import Desk, instant
from tests.etl.zendesk_desk import CARL, MAPPING, Puller, answered, opened, pulled, rating, serving, source

MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving() as found:
        yield found


def written(desk: Desk, n: int) -> None:
    for number in range(1, n + 1):
        opened(desk, number, f"09:{number // 3:02}")
        answered(desk, number, f"10:{number // 3:02}")


def asked(desk: Desk, part: str) -> list[dict[str, str]]:
    return [dict(each.query) for each in desk.web.asked if part in each.path]


def only(text: str) -> Mapping:
    return parse_mapping(f"version: 1\ntables:\n{text}")


def test_the_contract_holds(desk: Desk) -> None:
    desk.page, desk.per_minute = 4, 10_000
    written(desk, 7)
    desk.ratings.extend(rating(number, "good") for number in (1, 2))
    check_source(lambda: source(desk, rows=16), MAPPING)


def test_ten_requests_a_minute_are_kept_by_waiting_as_asked(desk: Desk) -> None:
    desk.page = 2
    written(desk, 30)
    at_work = pulled(desk)
    assert at_work.all("SELECT count(*) FROM ticket") == [30]
    assert at_work.all("SELECT count(*) FROM message") == [60]
    assert desk.web.waited
    assert max(desk.web.waited) <= 60


def test_a_long_wait_ends_the_pull_keeps_the_pages_and_the_next_goes_on(desk: Desk) -> None:
    desk.page = 2
    written(desk, 6)
    at_work = Puller(desk)
    desk.web.faults.extend([None, None, None, None, Reply(429, headers={"Retry-After": "3600"})])
    with pytest.raises(SourceError, match=r"go on at 2026-03-02 13:00:00 UTC") as caught:
        at_work.pull()
    assert caught.value.permanent is False
    n_kept = at_work.all("SELECT count(*) FROM ticket")[0]
    assert 0 < n_kept < 6
    desk.web.asked.clear()
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [6]
    assert "cursor" in asked(desk, "tickets/cursor")[0]
    assert len(asked(desk, "tickets/cursor")) < 4


@pytest.mark.parametrize("n_answered", range(2, 10))
def test_a_server_that_dies_at_any_request_loses_nothing(desk: Desk, n_answered: int) -> None:
    desk.page = 3
    written(desk, 5)
    whole = pulled(desk).all("SELECT ticket_key, kind, new FROM ticket_event ORDER BY ALL")
    desk.web.clock += MINUTE
    at_work = Puller(desk)
    desk.web.faults.extend([None] * n_answered + [Reply(503)] * 3)
    with pytest.raises(SourceError, match="status 503"):
        at_work.pull(rows=4)
    desk.web.faults.clear()
    at_work.pull(rows=4)
    assert at_work.all("SELECT ticket_key, kind, new FROM ticket_event ORDER BY ALL") == whole


def test_an_interrupted_pull_claims_no_more_than_it_has(desk: Desk) -> None:
    written(desk, 3)
    at_work = Puller(desk)
    desk.web.faults.extend([None] * 3 + [Reply(503)] * 3)
    with pytest.raises(SourceError, match="ticket_events"):
        at_work.pull(since=date(2026, 1, 1))
    assert at_work.all("SELECT watermark FROM source") == [None]
    at_work.pull()
    assert at_work.all("SELECT watermark FROM source") == [desk.web.clock - MINUTE]


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_freshness_is_by_the_server_s_clock(desk: Desk, ahead: timedelta) -> None:
    desk.web.clock = NOW + ahead
    written(desk, 1)
    last = list(source(desk).read(None, NOW))[-1]
    assert last.until == NOW + ahead - MINUTE


def test_the_last_minute_comes_with_the_next_pull(desk: Desk) -> None:
    opened(desk, 1, "11:58")
    opened(desk, 2, "11:59:30")
    at_work = pulled(desk)
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["1"]
    desk.web.clock += MINUTE
    at_work.pull()
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["1", "2"]
    assert at_work.all("SELECT count(*) FROM message") == [2]


def test_a_pull_without_news_asks_once_per_list_and_delivers_no_rows(desk: Desk) -> None:
    written(desk, 3)
    desk.ratings.append(rating(1, "good"))
    first = list(source(desk).read(None, NOW))[-1]
    desk.web.asked.clear()
    (second,) = source(desk).read(first.cursor, NOW)
    assert list(second.batches) == []
    assert [each.path.rpartition("/")[2] for each in desk.web.asked] == [
        *("cursor.json", "ticket_events.json", "satisfaction_ratings.json", "survey_responses")
    ]
    assert second.cursor == first.cursor


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 8])
def test_equal_instants_across_a_border_lose_nothing(desk: Desk, size: int) -> None:
    desk.page, desk.per_minute = size, 1000
    for number in range(1, 6):
        opened(desk, number, "09:00")
        answered(desk, number, "09:01")
    at_work = pulled(desk, rows=2)
    assert at_work.all("SELECT count(*) FROM ticket") == [5]
    assert at_work.all("SELECT count(*), count(DISTINCT message_key) FROM message") == [(10, 10)]


def test_a_ticket_that_changes_while_it_is_paged_is_read_again(desk: Desk) -> None:
    desk.page = 1
    for number in (1, 2, 3):
        opened(desk, number, f"09:0{number}")
    reading = source(desk, rows=1).read(None, NOW)
    first = next(reading)
    desk.ticket(1, "09:30", status="open")
    rows = [batch for delivery in [first, *reading] for batch in delivery.batches if batch.table == "tickets"]
    assert len(rows) == 4


def test_the_cursor_is_json_with_each_list_s_own_place(desk: Desk) -> None:
    written(desk, 1)
    cursor = json.loads(list(source(desk).read(None, NOW))[-1].cursor or "")
    assert sorted(cursor) == ["satisfaction_ratings", "survey_responses", "ticket_events", "tickets"]
    assert cursor["tickets"]["cursor"].startswith("MTc3")


def test_the_first_pull_begins_where_the_settings_say(desk: Desk) -> None:
    opened(desk, 1, "2026-02-27T09:00:00")
    opened(desk, 2, "09:00")
    assert pulled(desk, since=date(2026, 3, 1)).all("SELECT src_ticket_id FROM ticket") == ["2"]


def test_metric_sets_come_with_the_tickets(desk: Desk) -> None:
    opened(desk, 1)
    minutes = {"reply_time_in_minutes": {"calendar": 20, "business": 20}, "reopens": 1}
    desk.metrics[1] = {"id": 77, "ticket_id": 1, **minutes}
    vendor = json.loads(pulled(desk).all("SELECT vendor FROM ticket")[0])
    assert (vendor["reply_min"], vendor["reopens"]) == (20.0, 1)


def test_a_cursor_that_stands_still_is_an_error(desk: Desk) -> None:
    stuck = {"tickets": [], "after_cursor": "abc", "end_of_stream": False}
    desk.web.answer = lambda _: Reply(200, stuck)
    error = error_of(lambda: source(desk))
    assert "tickets/cursor.json: the cursor does not advance" in str(error)
    assert len(desk.web.asked) == 2


def test_pages_without_end_are_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: object) -> Reply:
        return Reply(200, {"tickets": [], "after_cursor": str(len(desk.web.asked)), "end_of_stream": False})

    monkeypatch.setattr(paging.Walk.__init__, "__defaults__", (5,))
    desk.web.answer = answer
    assert "more than 5 pages" in str(error_of(lambda: source(desk)))


@pytest.mark.parametrize("access", [{"token": "s3cret-wrong"}, {"user": "s3cret-wrong"}])
def test_a_wrong_token_is_permanent_and_not_shown(desk: Desk, access: dict[str, Any]) -> None:
    error = error_of(lambda: source(desk, **access))
    assert "GET /api/v2/incremental/tickets/cursor.json: status 401: the system does not know the token" in str(error)
    assert isinstance(error, SourceError)
    assert error.permanent
    assert len(desk.web.asked) == 1


def test_a_token_that_expires_leaves_what_was_read(desk: Desk) -> None:
    opened(desk, 1)
    at_work = pulled(desk)
    desk.token = "another"
    desk.web.clock += MINUTE
    with pytest.raises(SourceError, match="make a new token"):
        at_work.pull()
    assert at_work.all("SELECT state, message FROM load_run ORDER BY run_id DESC LIMIT 1")[0][0] == "failed"
    assert at_work.all("SELECT count(*) FROM ticket") == [1]
    at_work.pull(token="another")


def test_a_token_of_oauth_needs_no_user(desk: Desk) -> None:
    opened(desk, 1)
    assert pulled(desk, user=None).all("SELECT count(*) FROM ticket") == [1]


def test_only_the_tables_of_the_mapping_are_asked_for(desk: Desk) -> None:
    opened(desk, 1)
    mapping = only("  - {name: tickets, rows: ticket, ticket: {id: id}}")
    list(source(desk, mapping=mapping).read(None, NOW))
    assert {each.path for each in desk.web.asked if "incremental" in each.path} == {
        "/api/v2/incremental/tickets/cursor.json"
    }


def test_a_table_zendesk_does_not_have_is_refused(desk: Desk) -> None:
    mapping = only("  - {name: tickts, rows: ticket, ticket: {id: id}}")
    with pytest.raises(MappingError, match="table 'tickts' is none of Zendesk's, use tickets, changes, comments"):
        source(desk, mapping=mapping)


def test_a_column_zendesk_does_not_have_is_told(desk: Desk) -> None:
    opened(desk, 1)
    at_work = Puller(desk, only("  - {name: tickets, rows: ticket, ticket: {id: id, team: groop}}"))
    with pytest.raises(MappingError, match="did you mean 'group'"):
        at_work.pull()


def test_custom_fields_and_free_text_come_when_the_mapping_names_them(desk: Desk) -> None:
    fields: list[dict[str, Any]] = [{"id": 360, "value": "billing"}, {"id": 361, "value": "s3cret"}]
    opened(desk, 1, custom_fields=fields, subject="Bill", requester_id=CARL)
    text = "  - {name: tickets, rows: ticket, ticket: {id: id, category: custom_fields.360, product: subject}}"
    at_work = Puller(desk, only(text))
    at_work.pull()
    assert at_work.all("SELECT category, product FROM ticket") == [("billing", "Bill")]


@pytest.mark.parametrize("status", [400, 422])
def test_a_cursor_that_is_refused_is_left_for_the_last_ticket_s_time(desk: Desk, status: int) -> None:
    for number in range(1, 6):
        opened(desk, number, f"0{number}:00")
    at_work = Puller(desk)
    at_work.pull()
    opened(desk, 6, "10:00")
    desk.web.asked.clear()
    desk.web.faults.append(Reply(status, {"error": "InvalidCursor"}))
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [6]
    again = next(asked.second for asked in desk.web.asked if asked.second)
    assert again == int(instant("04:00").timestamp())


def test_a_page_of_ratings_that_is_known_no_more_is_left_for_the_first_one(desk: Desk) -> None:
    state = {"satisfaction_ratings": {"from": 0, "newest": 0, "seen": {}, "deep": int(NOW.timestamp()), "after": "x"}}
    opened(desk, 1, "09:00")
    desk.ratings.append(rating(1, "good"))
    answer = desk.web.answer
    lost = Reply(400, {"error": "InvalidPaginationParameter"})
    desk.web.answer = lambda asked: lost if asked.query.get("page[after]") == "x" else answer(asked)
    found = [batch.table for each in source(desk).read(json.dumps(state), NOW) for batch in each.batches]
    assert "ratings" in found
    asked_for = [each.query.get("page[after]") for each in desk.web.asked if "satisfaction" in each.path]
    assert asked_for == ["x", None]
