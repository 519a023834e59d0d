"""What the facts keep of replies in a row and of complaints, by hand (semantics 4.12, 4.14, 12.8)."""

from datetime import timedelta

import pytest

from tests.metrics.world import World, at

NOW = at("10 22:00")
HOUR_US = 3_600_000_000


@pytest.fixture
def world() -> World:
    """Ticket 1, created at 8, with replies at 9 and 11."""
    made = World()
    made.ticket(1, "10 08:00")
    made.reply(1, "10 09:00")
    made.reply(1, "10 11:00")
    return made


def gaps(world: World) -> list[tuple[object, ...]]:
    world.refresh(NOW)
    return world.rows("SELECT case_key, replied_at, gap_us // 3600000000 FROM fact_gap ORDER BY ALL")


def last(world: World, key: int = 1) -> object:
    world.refresh(NOW)
    return world.case(key, "updated_at, longest_gap_us // 3600000000")


def test_a_gap_belongs_to_the_reply_it_follows(world: World) -> None:
    world.reply(1, "10 16:00")
    assert gaps(world) == [(1, at("10 09:00"), 2), (1, at("10 11:00"), 5)]
    assert last(world) == (at("10 16:00"), 5)


def test_one_reply_leaves_no_gap_behind_it() -> None:
    world = World()
    world.ticket(1, "10 08:00")
    world.reply(1, "10 09:00")
    assert (gaps(world), last(world)) == ([], (at("10 09:00"), None))


def test_a_case_without_a_reply_was_never_updated() -> None:
    world = World()
    world.ticket(1, "10 08:00")
    world.message(1, "10 09:00", "agent", "a1", is_public=False)
    world.bot(1, "10 10:00")
    assert (gaps(world), last(world)) == ([], (None, None))


def test_replies_after_the_last_resolution_do_not_count(world: World) -> None:
    world.reply(1, "10 15:00")
    world.status(1, "10 11:00", "resolved")
    assert (gaps(world), last(world)) == ([(1, at("10 09:00"), 2)], (at("10 11:00"), 2))
    world.ticket(2, "10 08:00")
    world.status(2, "10 08:30", "closed")
    world.reply(2, "10 09:00")
    world.ticket(3, "10 08:00")
    world.status(3, "10 08:30", "closed")
    world.reply(3, "10 09:00")
    world.reply(3, "10 10:00")
    assert last(world, 2) == last(world, 3) == (None, None)


def test_one_of_several_replies_may_be_the_only_one_that_counts(world: World) -> None:
    world.status(1, "10 10:00", "resolved")
    assert (gaps(world), last(world)) == ([], (at("10 09:00"), None))


def test_a_reopened_case_counts_up_to_its_last_resolution(world: World) -> None:
    world.status(1, "10 10:00", "resolved")
    world.status(1, "10 10:30", "open")
    world.status(1, "10 12:00", "resolved")
    assert gaps(world) == [(1, at("10 09:00"), 2)]


def test_replies_of_one_instant_are_no_time_apart(world: World) -> None:
    world.reply(1, "10 11:00", "a2")
    assert gaps(world) == [(1, at("10 09:00"), 2), (1, at("10 11:00"), 0)]


def test_a_merged_ticket_speaks_for_its_survivor(world: World) -> None:
    world.ticket(2, "10 08:00", merged_into=1)
    world.reply(2, "10 10:00")
    assert gaps(world) == [(1, at("10 09:00"), 1), (1, at("10 10:00"), 1)]


def test_an_undated_case_has_no_gaps() -> None:
    world = World()
    world.ticket(1, None)
    world.reply(1, "10 09:00")
    world.reply(1, "10 11:00")
    assert (gaps(world), last(world)) == ([], (None, None))


def test_every_case_of_a_chain_knows_how_many_follow() -> None:
    world = World()
    for key in (1, 2):
        world.ticket(key, "10 08:00", customer_key=7, category="x")
    world.ticket(3, "10 08:00", customer_key=8, category="x")
    world.ticket(4, "10 08:00")
    world.refresh(NOW)
    world.ticket(5, "10 09:00", customer_key=7, category="x")
    world.refresh(NOW)
    found = world.rows("SELECT case_key, chain_position, chain_cases FROM fact_case ORDER BY case_key")
    assert found == [(1, 1, 3), (2, 2, 3), (3, 1, 1), (4, None, None), (5, 3, 3)]


def test_only_the_first_action_of_each_agent_on_a_complaint_is_kept() -> None:
    world = World()
    for key, kind in ((1, "complaint"), (2, "inquiry")):
        world.ticket(key, "10 08:00", type=kind, tags=["vip"])
        world.event(key, "10 07:00", "assign", "a1", actor="boss")
        world.event(key, "10 10:00", "assign", "a1", actor="boss")
        world.message(key, "10 09:00", "agent", "a1", is_public=False)
        world.status(key, "10 11:00", "closed")
    world.ticket(3, None, type="complaint")
    world.reply(3, "10 09:00", "a1")
    world.refresh(NOW)
    assert world.rows("SELECT case_key, tags FROM fact_complaint ORDER BY ALL") == [(1, ["vip"]), (3, None)]
    found = world.rows("SELECT case_key, source_no, actor, acted_us FROM fact_act ORDER BY ALL")
    assert found == [(1, 0, "a1", HOUR_US), (1, 0, "boss", 2 * HOUR_US)]


def test_a_gap_that_is_not_over_grows_with_the_data(world: World) -> None:
    world.refresh(NOW)
    assert world.rows("SELECT count(*) FROM fact_gap") == [(1,)]
    world.reply(1, "10 21:00")
    world.refresh(NOW - timedelta(hours=2))
    assert world.rows("SELECT count(*) FROM fact_gap") == [(1,)]
    world.refresh(NOW)
    assert world.rows("SELECT count(*) FROM fact_gap") == [(2,)]


def test_a_complaint_that_follows_lengthens_the_chain_of_the_first() -> None:
    world = World()
    for key, kind, created in ((1, "complaint", "08"), (2, "inquiry", "09"), (3, "complaint", "10")):
        world.ticket(key, f"10 {created}:00", type=kind, customer_key=7, category="x")
    world.ticket(4, "10 08:00", type="complaint")
    world.refresh(NOW)
    counted = "SELECT case_key, n_complaints FROM fact_complaint ORDER BY case_key"
    assert world.rows(counted) == [(1, 2), (3, None), (4, None)]
    world.ticket(3, "10 10:00", type="inquiry", customer_key=7, category="x")
    world.refresh(NOW)
    assert world.rows(counted) == [(1, 1), (4, None)]
    world.ticket(5, "10 07:00", type="complaint", customer_key=7, category="x")
    world.refresh(NOW)
    assert world.rows(counted) == [(1, None), (4, None), (5, 2)]
