"""What becomes of Zendesk's records: roles, assignments, merges, deletes, ratings; and of people's names."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.etl.servers.zendesk import Desk
from tests.etl.zendesk_desk import (
    ANNA,
    BEN,
    CARL,
    Puller,
    answered,
    change,
    comment,
    opened,
    pulled,
    rating,
    serving,
    status,
)

LATER = timedelta(minutes=5)
RULE: dict[str, Any] = {"via": {"channel": "rule", "source": {"rel": "trigger"}}}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving() as found:
        yield found


def test_a_ticket_has_names_of_staff_and_group_and_its_own_words_translated(desk: Desk) -> None:
    opened(desk, 1, priority="urgent", type="incident", tags=["vip", "eu"], via={"channel": "email"})
    columns = "agent, team, priority, type, channel, channel_detail, created_by, tags"
    (row,) = pulled(desk).all(f"SELECT {columns} FROM ticket")
    assert row == ("Anna", "First line", "P1", "tech", "email", "email", "customer", ["vip", "eu"])


def test_a_ticket_that_an_agent_opened_says_so(desk: Desk) -> None:
    opened(desk, 1, submitter_id=ANNA, via={"channel": "voice"})
    assert pulled(desk).all("SELECT created_by, channel FROM ticket") == [("agent", "phone")]


def test_authors_have_their_kind_and_customers_no_name(desk: Desk) -> None:
    opened(desk, 1)
    desk.event(1, "09:01", -1, comment(-1, **RULE))
    desk.event(1, "09:05", BEN, comment(BEN, public=False))
    answered(desk, 1, "09:10")
    found = pulled(desk).all("SELECT author_kind, author, is_public, is_auto FROM message ORDER BY occurred_at")
    assert found == [
        ("customer", None, True, False),
        ("bot", None, True, True),
        ("agent", "Ben", False, False),
        ("agent", "Anna", True, False),
    ]


def test_nothing_of_a_customer_but_a_hash_is_kept(desk: Desk) -> None:
    opened(desk, 1, subject="s0me text", description="s0me text", recipient="carl@example.com")
    desk.ratings.append(rating(1, "bad"))
    at_work = pulled(desk)
    tables = at_work.all("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
    held = " ".join(str(row) for table in tables for row in at_work.all(f'FROM "{table}"'))
    assert [word for word in ("s0me text", "Carl", "carl@", str(CARL)) if word in held] == []


def test_who_left_the_staff_stays_an_agent(desk: Desk) -> None:
    opened(desk, 1, assignee_id=BEN)
    answered(desk, 1)
    at_work = pulled(desk)
    desk.users = [user | {"role": "end-user"} if user["id"] == ANNA else user for user in desk.users]
    desk.event(1, "12:00", ANNA, comment(ANNA))
    desk.web.clock += LATER
    at_work.pull()
    kinds = at_work.all("SELECT author_kind FROM message ORDER BY occurred_at")
    assert kinds == ["customer", "agent", "agent"]


def test_who_had_left_before_the_first_pull_is_known_by_tickets_and_notes(desk: Desk) -> None:
    opened(desk, 1, assignee_id=98)
    desk.event(1, "09:30", 98, comment(98))
    desk.event(1, "09:40", 99, comment(99, public=False))
    desk.event(1, "09:50", 99, comment(99))
    found = pulled(desk).all("SELECT author_kind, author FROM message ORDER BY occurred_at")
    assert found == [("customer", None), ("agent", "98"), ("agent", "99"), ("agent", "99")]


def test_agents_of_one_name_are_told_apart(desk: Desk) -> None:
    desk.users.append({"id": 13, "name": "Anna", "role": "agent"})
    opened(desk, 1, assignee_id=13)
    assert pulled(desk).all("SELECT agent FROM ticket") == ["Anna (13)"]


def test_status_changes_become_events_with_who_made_them(desk: Desk) -> None:
    opened(desk, 1)
    desk.event(1, "09:10", ANNA, status("pending", "new"))
    desk.event(1, "09:20", CARL, status("open", "pending"))
    desk.event(1, "09:30", ANNA, status("hold", "open") | RULE)
    desk.event(1, "09:40", ANNA, status("solved", "hold"))
    desk.event(1, "09:50", -1, status("closed", "solved"))
    sql = "SELECT new, actor_kind, actor FROM ticket_event WHERE kind = 'status' ORDER BY occurred_at"
    assert pulled(desk).all(sql) == [
        ("new", "customer", None),
        ("pending_customer", "agent", "Anna"),
        ("open", "customer", None),
        ("on_hold", "automation", None),
        ("resolved", "agent", "Anna"),
        ("closed", "automation", None),
    ]


def test_audits_that_name_their_field_are_read_too(desk: Desk) -> None:
    opened(desk, 1)
    audit = {"type": "Change", "field_name": "status", "value": "solved", "previous_value": "new"}
    desk.event(1, "09:40", ANNA, audit | {"event_type": "Change"})
    assert "resolved" in pulled(desk).all("SELECT new FROM ticket_event")


def test_owner_and_group_of_one_update_are_one_assignment(desk: Desk) -> None:
    opened(desk, 1)
    desk.event(1, "09:10", BEN, change(assignee_id=ANNA), change(group_id=8, previous_value=7))
    desk.event(1, "09:20", BEN, change(group_id=7, previous_value=8))
    desk.event(1, "09:30", BEN, change(assignee_id=None, previous_value=ANNA))
    sql = "SELECT new, dept, actor FROM ticket_event WHERE kind = 'assign' ORDER BY occurred_at"
    assert pulled(desk).all(sql) == [("Anna", "Experts", "Ben"), (None, "First line", "Ben")]


def test_priority_changes_keep_what_was_before(desk: Desk) -> None:
    opened(desk, 1, priority="high")
    desk.event(1, "09:10", ANNA, change(priority="high", previous_value="low"))
    sql = "SELECT old, new FROM ticket_event WHERE kind = 'priority'"
    assert pulled(desk).all(sql) == [("P4", "P2")]


def test_a_merge_points_from_the_merged_ticket_to_the_one_that_stays(desk: Desk) -> None:
    opened(desk, 1)
    opened(desk, 2)
    desk.event(2, "09:30", ANNA, comment(ANNA, public=False), via="Merge", merged_ticket_ids=[1])
    sql = (
        "SELECT a.src_ticket_id, b.src_ticket_id FROM ticket_event e JOIN ticket a USING (ticket_key)"
        " JOIN ticket b ON b.ticket_key::VARCHAR = e.new WHERE kind = 'merge'"
    )
    assert pulled(desk).all(sql) == [("1", "2")]


def test_a_deleted_ticket_stays_and_is_marked(desk: Desk) -> None:
    opened(desk, 1)
    at_work = pulled(desk)
    desk.ticket(1, "12:01", status="deleted", group_id=None, assignee_id=None)
    desk.event(1, "12:01", ANNA, status("deleted", "new"))
    desk.web.clock += LATER
    reports = at_work.pull()
    assert at_work.all("SELECT is_deleted FROM ticket") == [True]
    assert sum(report.n_rejected for report in reports) == 0


def test_an_unknown_status_is_told_and_the_rest_loads(desk: Desk) -> None:
    opened(desk, 1)
    desk.event(1, "09:10", ANNA, status("escalated", "new"), comment(ANNA))
    at_work = Puller(desk)
    (report,) = at_work.pull()
    assert report.rejects_by_rule == {"unknown_status": 1}
    assert at_work.all("SELECT count(*) FROM message") == [2]


def surveys(at_work: Puller) -> list[Any]:
    return at_work.all(
        "SELECT src_response_id, overall, offered_at IS NULL, submitted_at IS NULL FROM survey_response"
    )


def test_an_offered_rating_is_an_invitation_and_becomes_the_answer(desk: Desk) -> None:
    opened(desk, 1)
    desk.ratings.append(rating(1, "offered", at="09:30"))
    at_work = pulled(desk)
    assert surveys(at_work) == [("rating-1", None, False, True)]
    desk.ratings[0] = rating(1, "good", at="12:01")
    desk.web.clock += LATER
    at_work.pull()
    assert surveys(at_work) == [("rating-1", 5.0, False, False)]


def test_a_rating_that_is_changed_counts_as_it_was_changed_to(desk: Desk) -> None:
    opened(desk, 1)
    desk.ratings.append(rating(1, "good"))
    at_work = pulled(desk)
    desk.ratings.append(rating(1, "bad", at="12:01") | {"id": 999})
    desk.web.clock += LATER
    (report,) = at_work.pull()
    assert (report.n_changed, surveys(at_work)[0][1]) == (1, 1.0)


def test_many_ratings_come_in_pages(desk: Desk) -> None:
    desk.ratings.extend(rating(number, "good") for number in range(1, 251))
    at_work = pulled(desk)
    assert at_work.all("SELECT count(*) FROM survey_response") == [250]
    assert [each.query.get("page[after]") for each in desk.web.asked if "ratings" in each.path] == [
        None,
        "100",
        "200",
    ]


def response(ticket: int, stars: int, at: str = "10:00:00") -> dict[str, Any]:
    stamps = {"created_at": "2026-03-02T10:00:00.000Z", "updated_at": f"2026-03-02T{at}.000Z"}
    rated = {"type": "rating_scale", "rating": stars, "rating_category": "good", **stamps}
    skipped = {"type": "skipped", **stamps, "updated_at": "2026-03-02T09:00:00.000Z"}
    subjects = [f"zen:ticket:{ticket}"]
    return {"id": f"01J{ticket}", "responder_id": CARL, "subject_zrns": subjects, "answers": [rated, skipped]}


def test_survey_responses_have_their_rating_ticket_and_instant(desk: Desk) -> None:
    opened(desk, 1)
    desk.responses.append(response(1, 4))
    at_work = pulled(desk)
    sql = (
        "SELECT overall, src_ticket_id, strftime(submitted_at, '%H:%M') FROM survey_response"
        " JOIN ticket USING (ticket_key)"
    )
    assert at_work.all(sql) == [(4.0, "1", "10:00")]


def test_an_answer_that_is_changed_is_read_again(desk: Desk) -> None:
    desk.responses.append(response(1, 4))
    at_work = pulled(desk)
    desk.responses[0] = response(1, 2, "12:01:00")
    desk.web.clock += LATER
    (report,) = at_work.pull()
    assert (report.n_changed, at_work.all("SELECT overall FROM survey_response")) == (1, [2.0])


def test_a_rating_dated_in_the_future_does_not_hide_the_next_ones(desk: Desk) -> None:
    desk.ratings.append(rating(1, "good") | {"updated_at": "2099-01-01T00:00:00Z"})
    at_work = pulled(desk)
    desk.ratings.append(rating(2, "good", at="12:01"))
    desk.web.clock += LATER
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM survey_response") == [2]


def test_odd_records_do_not_keep_the_others(desk: Desk) -> None:
    opened(desk, 1, custom_fields=[None, {"value": 1}])
    desk.tickets[2] = {"generated_timestamp": desk.tickets[1]["generated_timestamp"], "id": 2}
    desk.events[0] = {
        **desk.events[0],
        "merged_ticket_ids": [],
        "child_events": ["?", None, *desk.events[0]["child_events"]],
    }
    desk.ratings.append(rating(1, "offered") | {"updated_at": None, "created_at": "2026-03-02T09:00:00Z"})
    desk.responses.append({"id": "01J", "answers": [{"created_at": "2026-03-02T09:00:00"}, 5], "subject_zrns": None})
    at_work = Puller(desk)
    (report,) = at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [2]
    assert at_work.all("SELECT count(*) FROM message") == [1]
    assert report.n_rejected == 0
