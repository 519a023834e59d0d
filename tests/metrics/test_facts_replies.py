"""First responses by hand (semantics 4.1, 4.2; golden FRT cases at fact level)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.world import CN_OFFICE, DESK, World, at, minutes


def frt(world: World, key: int = 1) -> tuple[Any, ...]:
    """Return reason and FRT on both clocks."""
    found: tuple[Any, ...] = world.case(key, "reason, frt_us, frt_biz_us")
    return found


@pytest.fixture(scope="module")
def shared() -> World:
    """Tickets with nothing in common, each for the test that names its key; only to be read."""
    world = World()
    for key in range(1, 10):
        world.ticket(key, "10 10:00:59" if key == 2 else "10 10:00", agent="owner" if key in (7, 9) else None)
    world.reply(1, "10 10:12", by="anna")
    world.reply(2, "10 10:01:00.000001")
    world.bot(3, "10 10:00:02")
    world.event(3, "10 10:05", "handoff")
    world.reply(3, "10 10:11")
    world.message(4, "10 10:01", "agent", "a", is_auto=True)
    world.message(4, "10 10:02", "agent", "a", is_public=False)
    world.message(4, "10 10:03", "customer", None)
    world.reply(4, "10 10:30")
    world.reply(5, "10 09:50")
    world.message(6, "10 10:05", "agent", "late", seq=9)
    world.message(6, "10 10:05", "agent", "early", seq=3)
    world.reply(7, "10 10:05", by=None)
    world.reply(7, "10 10:06", by="anna")
    world.reply(8, "10 10:05", by=None)
    world.reply(8, "10 10:05", by="anna")
    world.reply(9, "10 10:05", by="anna")
    world.ticket(10, created_by="agent")
    world.reply(10, "10 09:00")
    world.ticket(11)
    world.reply(11, "10 10:00")
    world.refresh()
    return world


def defects(world: World, key: int) -> list[tuple[Any, ...]]:
    return [found[1:] for found in world.defects() if found[0] == key]


def test_a_plain_reply_is_measured_from_creation(shared: World) -> None:
    assert frt(shared, 1) == ("ok", minutes(12), minutes(12))
    assert shared.case(1, "reply_at, reply_by, created_day") == (at("10 10:12"), "anna", date(2025, 3, 10))


def test_seconds_and_microseconds_are_kept(shared: World) -> None:
    assert shared.case(2, "frt_us") == 1_000_001


def test_the_hand_off_starts_the_human_clock(shared: World) -> None:
    assert frt(shared, 3)[:2] == ("ok", minutes(6))
    assert shared.case(3, "wait_us, any_us, start_at") == (minutes(11), 2_000_000, at("10 10:05"))


def test_automatic_and_private_messages_are_no_replies(shared: World) -> None:
    assert frt(shared, 4)[:2] == ("ok", minutes(30))
    assert shared.case(4, "any_us") == minutes(30)


def test_a_reply_before_creation_is_a_defect(shared: World) -> None:
    assert frt(shared, 5) == ("negative_duration", None, None)
    assert shared.case(5, "wait_us, any_us") == (None, None)
    assert defects(shared, 5) == [("negative_duration", "first_reply")]
    assert shared.rows("SELECT * FROM fact_reply WHERE case_key = 5") == []


SKEWED = {
    1: ("10 10:00:20", "ok", "clock_skew_clamped"),
    2: ("10 10:01:00", "ok", "clock_skew_clamped"),
    3: ("10 10:01:00.000001", "negative_duration", "negative_duration"),
}


@pytest.fixture(scope="module")
def skewed() -> World:
    """Replies before the creation of their tickets."""
    world = World()
    for key, (created, _, _) in SKEWED.items():
        world.ticket(key, created)
        world.reply(key, "10 10:00")
    world.refresh()
    return world


@pytest.mark.parametrize("key", SKEWED)
def test_skew_up_to_a_minute_is_clamped_to_zero(skewed: World, key: int) -> None:
    _, reason, rule = SKEWED[key]
    assert frt(skewed, key)[:2] == (reason, 0 if reason == "ok" else None)
    assert [found for found in skewed.defects() if found[0] == key] == [(key, rule, "first_reply")]


def test_a_reply_in_the_instant_of_creation_is_no_defect(shared: World) -> None:
    assert frt(shared, 11) == ("ok", 0, 0)
    assert defects(shared, 11) == []


LATE = {
    1: ("10 20:00", "11 09:15", 795, 15),
    2: ("10 20:00", "10 20:05", 5, 0),
    3: ("14 17:50", "17 09:10", 3800, 20),
}


@pytest.fixture(scope="module")
def late() -> World:
    """Tickets that were open outside hours."""
    world = World()
    for key, (created, replied, _, _) in LATE.items():
        world.ticket(key, created)
        world.reply(key, replied)
    world.refresh()
    return world


@pytest.mark.parametrize("key", LATE)
def test_business_time_stands_still_outside_hours(late: World, key: int) -> None:
    _, _, calendar, business = LATE[key]
    assert frt(late, key) == ("ok", minutes(calendar), minutes(business))


def test_without_a_calendar_there_is_no_business_figure() -> None:
    world = World(calendars={}, calendar=None)
    world.ticket(1)
    world.reply(1, "10 10:12")
    world.refresh()
    assert frt(world) == ("ok", minutes(12), None)
    assert world.case(1, "calendar_no, created_pos_us, wait_biz_us, any_biz_us") == (None, None, None, None)


def test_a_team_may_have_no_calendar_but_its_own() -> None:
    world = World(calendar=None, team_calendars={"A": "cn_office"})
    world.ticket(1, team="A")
    world.ticket(2, team="B")
    world.refresh()
    assert world.rows("SELECT calendar_no FROM fact_case ORDER BY case_key") == [(0,), (None,)]


def test_an_agents_own_ticket_has_no_first_reply(shared: World) -> None:
    assert frt(shared, 10) == ("agent_initiated", None, None)
    assert defects(shared, 10) == []


SILENT = {
    1: ((), "open_unanswered"),
    2: (("bot",), "open_unanswered"),
    3: (("closed",), "resolved_without_reply"),
    4: (("bot", "closed"), "bot_contained"),
    5: (("bot", "handoff", "closed"), "resolved_without_reply"),
}


@pytest.fixture(scope="module")
def silent() -> World:
    """Tickets without a reply of an agent."""
    world = World()
    for key, (lived, _) in SILENT.items():
        world.ticket(key)
        if "bot" in lived:
            world.bot(key, "10 10:01")
        if "handoff" in lived:
            world.event(key, "10 10:02", "handoff")
        if "closed" in lived:
            world.status(key, "10 10:30", "resolved")
    world.refresh()
    return world


@pytest.mark.parametrize("key", SILENT)
def test_the_reason_without_a_reply(silent: World, key: int) -> None:
    assert frt(silent, key) == (SILENT[key][1], None, None)


def test_of_two_replies_at_one_instant_the_first_in_the_source_counts(shared: World) -> None:
    assert shared.case(6, "reply_by") == "early"


def test_an_unknown_author_is_not_replaced_by_the_next(shared: World) -> None:
    assert shared.case(7, "reply_by") is None
    assert shared.row("SELECT agent FROM fact_reply WHERE case_key = 7") == (0,)


def test_an_unknown_author_is_not_replaced_by_another_reply_of_the_same_instant(shared: World) -> None:
    assert shared.case(8, "reply_by") is None


def test_the_reply_belongs_to_its_author(shared: World) -> None:
    sql = "SELECT label FROM {} f JOIN member m ON m.dimension = 'agent' AND m.member_id = f.agent WHERE case_key = 9"
    assert shared.row(sql.format("fact_reply")) == ("anna",)
    assert shared.row(sql.format("fact_case")) == ("owner",)


def test_reopening_and_reassigning_leave_the_first_reply_alone() -> None:
    world = World()
    world.ticket(1)
    world.event(1, "10 10:01", "assign", "desk 2")
    world.reply(1, "10 10:10")
    world.status(1, "10 11:00", "resolved")
    world.status(1, "10 12:00", "open")
    world.reply(1, "10 13:00")
    world.refresh()
    assert frt(world)[:2] == ("ok", minutes(10))


def test_elapsed_time_ignores_the_clock_change() -> None:
    world = World(tz="America/New_York")
    world.ticket(1, "2025-03-09 14:30")  # 01:30 in New York, an hour before the clocks go forward
    world.reply(1, "2025-03-09 15:30")
    world.refresh()
    assert world.case(1, "frt_us, created_day") == (minutes(60), date(2025, 3, 9))


def test_the_local_day_is_the_desks() -> None:
    world = World()
    world.ticket(1, "2025-07-01 00:30")
    world.refresh(at("2025-08-01 00:00"))
    assert world.case(1, "created_day") == date(2025, 7, 1)
    utc = World(tz="UTC")
    utc.ticket(1, "2025-07-01 00:30")
    utc.refresh(at("2025-08-01 00:00"))
    assert utc.case(1, "created_day") == date(2025, 6, 30)


def test_a_priority_may_have_its_own_hours() -> None:
    """Its durations run on the clock of its promises, whatever its team's hours are (decision 17)."""
    always = replace(CN_OFFICE, name="always", weekly=(((0, 1440),),) * 7)
    calendars = {"cn_office": CN_OFFICE, "always": always}
    world = World(replace(DESK, calendars=calendars, tier_calendars={"P1": "always"}, sla_clock="business"))
    for key, priority in ((1, "P1"), (2, "P3"), (3, None)):
        world.ticket(key, "15 12:00", priority=priority)  # a Saturday
        world.reply(key, "15 12:20")
        world.status(key, "15 13:00", "resolved")
    world.event(1, "15 12:10", "priority", "P3")
    world.refresh()
    assert [world.case(key, "frt_biz_us") for key in (1, 2, 3)] == [minutes(20), 0, 0]
    spent = world.rows("SELECT res_biz_us FROM fact_resolution ORDER BY case_key")
    assert spent == [(minutes(60),), (0,), (0,)]
    late = world.rows("SELECT case_key FROM fact_sla WHERE what = 'first_reply' AND outcome = 'breached'")
    assert late == [(1,)]
