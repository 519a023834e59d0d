"""Who is in: spam, deletions, the future, merges, undated tickets (semantics 1.2, 1.7, 2.6, 2.7, 12.2)."""

from functools import cache
from typing import Any

import pytest

from metrics.facts.links import survivors
from tests.metrics.world import World, at, minutes

MARKS = {1: "is_spam", 2: "is_test", 3: "is_deleted"}


@pytest.fixture(scope="module")
def marked() -> World:
    """Tickets that were found to be no contacts after they had counted."""
    world = World()
    for key in MARKS:
        world.ticket(key)
        world.reply(key, "10 10:05")
    world.refresh()
    for key, mark in MARKS.items():
        marks: dict[str, Any] = {mark: True}
        world.ticket(key, **marks)
        world.survey(10 + key, ticket_key=key)
    world.refresh()
    return world


@pytest.mark.parametrize("key", MARKS)
def test_what_is_no_contact_leaves_everything(marked: World, key: int) -> None:
    for table in ("fact_case", "fact_reply", "fact_span", "fact_sla", "fact_survey"):
        assert marked.rows(f"FROM {table} WHERE case_key = {key}") == []
    assert marked.rows("FROM backlog_day") == marked.rows("FROM fact_survey") == []


def test_the_future_is_invisible_and_counted() -> None:
    world = World()
    world.ticket(1, "10 13:00")
    world.ticket(2, "10 11:00")
    world.reply(1, "10 13:05")
    world.reply(2, "10 12:30")
    world.refresh(at("10 12:00"))
    assert world.rows("SELECT case_key, reason FROM fact_case") == [(2, "open_unanswered")]
    assert world.defects() == [(1, "future_ticket", "created_at"), (2, "future_event", "message")]


def test_the_instant_of_the_watermark_is_visible() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.reply(1, "10 12:00")
    world.refresh(at("10 12:00"))
    assert world.case(1, "reason") == "ok"
    assert world.defects() == []


def test_what_was_awaited_appears_without_being_touched() -> None:
    world = World()
    world.ticket(1, "10 13:00")
    world.ticket(2, "10 11:00")
    world.reply(2, "10 12:30")
    world.refresh(at("10 12:00"))
    world.refresh(at("10 12:30"))
    assert world.rows("SELECT case_key, reason FROM fact_case") == [(2, "ok")]
    world.refresh(at("10 14:00"))
    assert world.rows("SELECT case_key, reason FROM fact_case ORDER BY 1") == [(1, "open_unanswered"), (2, "ok")]
    assert world.rows("FROM awaited") == world.defects() == []


def test_a_watermark_that_goes_back_hides_again() -> None:
    world = World()
    world.ticket(1)
    world.reply(1, "10 12:30")
    world.refresh(at("10 13:00"))
    world.refresh(at("10 12:00"))
    assert world.case(1, "reason") == "open_unanswered"


def test_an_undated_ticket_keeps_its_given_resolution_only() -> None:
    world = World()
    world.ticket(1, None, given_resolution_s=90.5)
    world.status(1, "10 12:00", "closed")
    world.reply(1, "10 11:00")
    world.refresh()
    assert world.case(1, "created_at, reason, reply_at, first_resolved_at") == (None, None, None, None)
    assert world.row("SELECT resolved_at, resolved_day, res_us, net_us FROM fact_resolution") == (
        None,
        None,
        90_500_000,
        None,
    )
    for table in ("fact_first_resolution", "fact_flow", "fact_span", "fact_sla", "fact_issue", "fact_defect"):
        assert world.rows(f"FROM {table}") == []


def test_events_of_undated_tickets_need_no_business_time() -> None:
    world = World()
    world.ticket(1, None)
    world.event(1, "10 10:00", "assign", "x")
    world.refresh()
    assert world.case(1, "created_pos_us, last_change_at") == (None, None)


def test_a_dated_ticket_ignores_its_given_resolution() -> None:
    world = World()
    world.ticket(1, given_resolution_s=90.5)
    world.refresh()
    assert world.rows("FROM fact_resolution") == []


@cache
def merged(clock: str = "earliest") -> World:
    world = World(merge_clock=clock)
    world.ticket(1, "10 10:00", team="A")
    world.ticket(2, "10 09:00", team="B")
    world.reply(2, "10 09:30")
    world.event(2, "10 11:00", "merge", 1)
    world.status(2, "10 11:00", "closed")
    world.refresh()
    return world


def test_a_secondary_folds_into_its_survivor() -> None:
    world = merged()
    assert world.rows("SELECT case_key, created_at, reason, frt_us, is_closed FROM fact_case") == [
        (1, at("10 09:00"), "ok", minutes(30), False)
    ]
    assert world.rows("FROM case_link") == [(2, 1)]
    assert world.row(
        "SELECT label FROM fact_case c JOIN member m ON m.dimension = 'team' AND m.member_id = c.team"
    ) == ("A",)


def test_closing_by_merge_is_no_resolution() -> None:
    assert merged().rows("FROM fact_first_resolution") == []


def test_the_survivors_own_clock_may_be_kept() -> None:
    world = merged("own")
    assert world.case(1, "created_at, reason") == (at("10 10:00"), "negative_duration")


def test_a_later_merge_does_not_count_yet() -> None:
    world = World()
    world.ticket(1)
    world.ticket(2)
    world.event(2, "11 10:00", "merge", 1)
    world.status(2, "11 12:00", "closed")
    world.refresh(at("11 09:00"))
    assert len(world.rows("FROM fact_case")) == 2
    assert world.defects() == [(2, "future_event", "merge"), (2, "future_event", "status")]
    world.refresh(at("11 11:00"))
    assert len(world.rows("FROM fact_case")) == 1
    assert world.defects() == []  # the future status is a secondary's: left out before anything is counted


@pytest.fixture(scope="module")
def lost() -> World:
    """1 merged into spam, 2 into a test, 3 into nothing known."""
    world = World()
    for key in (1, 2, 3):
        world.ticket(key, "10 09:00")
        world.event(key, "10 10:00", "merge", key + 10)
    world.ticket(11, is_spam=True)
    world.ticket(12, is_test=True)
    world.refresh()
    return world


@pytest.mark.parametrize("key", [1, 2, 3])
def test_a_merge_into_nothing_known_is_ignored(lost: World, key: int) -> None:
    assert (key,) in lost.rows("SELECT case_key FROM fact_case")
    assert lost.rows("SELECT case_key FROM fact_case WHERE case_key > 10") == []


def test_a_survivor_may_arrive_later() -> None:
    world = World()
    for key in range(10, 20):
        world.ticket(key)
    world.ticket(1, "10 09:00")
    world.event(1, "10 10:00", "merge", 2)
    world.refresh()
    world.ticket(2, "10 09:30")
    world.refresh()
    assert world.rows("SELECT case_key, created_at FROM fact_case WHERE case_key < 10") == [(2, at("10 09:00"))]


def test_merged_into_without_an_event_counts_always() -> None:
    world = World()
    world.ticket(1, merged_into=2)
    world.ticket(2)
    world.refresh()
    assert world.rows("FROM case_link") == [(1, 2)]


def test_a_merge_event_wins_over_the_field() -> None:
    world = World()
    world.ticket(1, merged_into=2)
    world.ticket(2)
    world.event(1, "12 10:00", "merge", 2)
    world.refresh(at("11 10:00"))
    assert world.rows("FROM case_link") == []


@pytest.mark.parametrize(("edges", "found"), [
    ({1: 2, 2: 3}, {1: 3, 2: 3}),
    ({1: 2, 2: 1}, {2: 1}),
    ({9: 2, 2: 3, 3: 4, 4: 2}, {9: 2, 3: 2, 4: 2}),
    ({5: 6, 6: 7, 8: 7}, {5: 7, 6: 7, 8: 7}),
    ({}, {}),
])  # fmt: skip
def test_chains_are_followed_and_cycles_end(edges: dict[int, int], found: dict[int, int]) -> None:
    assert survivors(edges) == found
    assert survivors(dict(reversed(edges.items()))) == found


def test_a_merge_cycle_survives_as_one_case() -> None:
    world = World()
    for key in (1, 2, 3):
        world.ticket(key)
        world.event(key, "10 12:00", "merge", key % 3 + 1)
    world.refresh()
    assert world.rows("SELECT case_key FROM fact_case") == [(1,)]
