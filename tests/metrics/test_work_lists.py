"""Work lists: unassigned, at risk, first owners, slow scenes (semantics 4.6, 4.12, 4.20, 9.3)."""

from datetime import date
from typing import Any

import pytest

from metrics.at_risk import at_risk, sla_axis, used_percent
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Calendar, DataState, Level, Question, Reading, Slice, Window
from metrics.scenes import problem_matrix, slow_scenes
from tests.metrics.world import CN_OFFICE, DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
AS_OF = at("10 12:00")


def ask(world: World, metric: str, **more: Any) -> tuple[Reading, ...]:
    question = Question(metric, more.pop("window", MARCH), **more)
    return measure(world.con, world.desk, [question], AS_OF)[question]


def listed(world: World, metric: str, window: Window = MARCH) -> list[str]:
    return sorted(str(case.ticket) for case in drill(world.con, world.desk, Question(metric, window), AS_OF))


def test_unassigned_are_the_open_cases_nobody_owns() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00", team="A")
    world.ticket(2, "10 11:00")
    world.ticket(3, "10 10:00", agent="anna")
    world.ticket(4, "10 10:00")
    world.event(4, "10 10:01", "assign", "anna")
    world.ticket(5, "10 10:00")
    world.status(5, "10 10:30", "closed")
    world.ticket(6, "10 10:00", is_spam=True)
    world.ticket(7, None)
    world.refresh(AS_OF)
    found = ask(world, "unassigned")[0]
    assert (found.value, found.n, found.part("p50"), found.part("max")) == (2.0, 2, 90.0, 120.0)
    assert listed(world, "unassigned") == ["1", "2"]


def test_unassigned_is_as_of_now_whatever_the_window() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.event(1, "10 12:01", "assign", "anna")
    world.refresh(AS_OF)
    january = Window(date(2025, 1, 1), date(2025, 2, 1))
    assert ask(world, "unassigned", window=january)[0].n == 1
    assert listed(world, "unassigned", january) == ["1"]


def test_an_assignment_of_a_merged_ticket_assigns_its_survivor() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00", agent=None)
    world.ticket(2, "10 10:00")
    world.event(2, "10 10:05", "assign", "anna")
    world.event(2, "10 10:06", "merge", 1)
    world.refresh(AS_OF)
    assert ask(world, "unassigned")[0].n == 0


def test_data_that_names_no_owner_cannot_tell_who_is_unassigned() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.refresh(AS_OF)
    found = ask(world, "unassigned")[0]
    assert (found.value, found.n, found.state) == (None, 1, DataState.EMPTY)


def test_waiting_cases_are_listed_whatever_the_window() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.refresh(AS_OF)
    january = Window(date(2025, 1, 1), date(2025, 2, 1))
    assert listed(world, "waiting_now", january) == ["1"]


def test_the_first_owner_who_resolves_counts() -> None:
    world = World(DESK)
    for key, owners, resolver in (
        (1, ["anna"], "anna"),
        (2, ["bob", "anna"], "anna"),
        (3, ["anna"], None),
        (4, [], "anna"),
        (5, [None, "anna"], "anna"),
    ):
        world.ticket(key, "10 10:00")
        for i, owner in enumerate(owners):
            world.event(key, f"10 10:0{i + 1}", "assign", owner)
        world.status(key, "10 11:00", "resolved")
        world.con.execute("UPDATE ticket_event SET actor = ? WHERE event_key = ?", [resolver, world._seq])
    world.refresh(AS_OF)
    found = ask(world, "first_owner_share")[0]
    assert (found.part("passed"), found.n) == (2, 3)
    assert listed(world, "first_owner_share") == ["1", "2", "5"]


def test_the_last_resolution_says_who_resolved() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.event(1, "10 10:01", "assign", "anna")
    for when, to, who in (("10:10", "closed", "anna"), ("10:20", "open", None), ("10:30", "resolved", "bob")):
        world.status(1, f"10 {when}", to)
        world.con.execute("UPDATE ticket_event SET actor = ? WHERE event_key = ?", [who, world._seq])
    world.status(1, "10 10:40", "closed")
    world.refresh(AS_OF)
    found = ask(world, "first_owner_share")[0]
    assert (found.part("passed"), found.n) == (0, 1)


def test_who_closes_what_is_resolved_already_has_not_resolved_it() -> None:
    world = World(DESK)
    for key, first, second in ((1, None, "anna"), (2, "bob", "anna"), (3, "anna", None)):
        world.ticket(key, "10 10:00")
        world.event(key, "10 10:01", "assign", "anna")
        for to, who in (("resolved", first), ("closed", second)):
            world.status(key, "10 11:00", to)
            world.con.execute("UPDATE ticket_event SET actor = ? WHERE event_key = ?", [who, world._seq])
    world.refresh(AS_OF)
    found = ask(world, "first_owner_share")[0]
    assert (found.part("passed"), found.n) == (1, 2)
    assert listed(world, "first_owner_share") == ["2", "3"]


def test_closed_before_resolved_in_one_instant_is_the_entry() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.event(1, "10 10:01", "assign", "anna")
    for to, who in (("closed", "anna"), ("open", None), ("resolved", "bob")):
        world.status(1, "10 11:00", to)
        world.con.execute("UPDATE ticket_event SET actor = ? WHERE event_key = ?", [who, world._seq])
    world.refresh(AS_OF)
    found = ask(world, "first_owner_share")[0]
    assert (found.part("passed"), found.n) == (0, 1)


def test_open_promises_are_listed_by_their_due_time() -> None:
    world = World(DESK)
    world.ticket(1, "10 11:59", priority="P1")
    world.ticket(2, "10 11:48", priority="P2")
    world.ticket(3, "10 11:30", priority="P2")
    world.reply(3, "10 11:31")
    world.refresh(AS_OF)
    found = at_risk(world.con, world.desk, AS_OF)
    assert [(one.ticket, one.what) for one in found] == [
        ("2", "first_reply"), ("1", "first_reply"), ("1", "resolution"), ("3", "resolution"), ("2", "resolution"),
    ]  # fmt: skip
    assert (found[0].left_min, found[0].used, found[0].level) == (3.0, 80.0, Level.WARN)
    assert (found[1].left_min, found[1].used, found[1].level) == (4.0, 20.0, Level.OK)
    assert at_risk(world.con, world.desk, AS_OF, limit=1) == found[:1]


def test_an_overdue_promise_stays_on_the_list() -> None:
    world = World(DESK)
    world.ticket(1, "10 11:00", priority="P2", team="A")
    world.ticket(2, "10 11:45", priority="P2", team="B")
    world.refresh(AS_OF)
    found = at_risk(world.con, world.desk, AS_OF, Slice.of(team="A"))
    assert [(one.left_min, one.used, one.level) for one in found][0] == (-45.0, 400.0, Level.CRITICAL)
    due = at_risk(world.con, world.desk, AS_OF, Slice.of(team="B"))[0]
    assert (due.left_min, due.used, due.level) == (0.0, 100.0, Level.CRITICAL)


def test_a_promise_without_limit_or_on_hold_for_the_customer_is_not_at_risk() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00", priority="P3")
    world.reply(1, "10 10:01")
    world.ticket(2, "10 10:00", priority="P1")
    world.reply(2, "10 10:01")
    world.status(2, "10 10:02", "pending_customer")
    world.refresh(AS_OF)
    assert at_risk(world.con, world.desk, AS_OF) == ()


def test_a_promise_in_business_hours_stands_still_at_night() -> None:
    world = World(DESK, sla_clock="business")
    world.ticket(1, "07 17:55", priority="P2")
    world.refresh(at("10 09:05"))
    found = at_risk(world.con, world.desk, at("10 09:05"))[0]
    assert (found.due_at, found.left_min) == (at("10 09:10"), 5.0)
    assert found.used == pytest.approx(100 * 10 / 15)


def test_without_data_nothing_is_at_risk() -> None:
    world = World(DESK)
    assert at_risk(world.con, world.desk, None) == ()


def test_a_promise_runs_on_the_hours_of_its_priority_then_of_its_team() -> None:
    night = Calendar("night", "UTC", (((0, 240),),) * 7)
    world = World(
        DESK, sla_clock="business", calendars={"cn_office": CN_OFFICE, "night": night}, tier_calendars={"P2": "night"}
    )
    axes = [sla_axis(world.desk, tier, "A") for tier in ("(none)", "P1")]
    assert [axis and axis.calendar.name for axis in axes] == ["night", "cn_office"]
    assert sla_axis(DESK, "P1", "A") is None


def test_a_clock_without_length_is_used_up() -> None:
    assert used_percent(0, 0) == 100.0


@pytest.fixture(scope="module")
def scenes() -> World:
    """Replies after 30 and 50 minutes on x, 10 on y, 25 on tickets without category; x and y rated 2 and 5."""
    world = World(DESK)
    for key, category, wait in ((1, "x", 30), (2, "x", 50), (3, "y", 10), (4, None, 25)):
        world.ticket(key, "10 10:00", category=category)
        world.reply(key, f"10 10:{wait}")
    world.survey(1, "10 11:00", overall=2.0, ticket_key=1)
    world.survey(2, "10 11:00", overall=2.0, ticket_key=2)
    world.survey(3, "10 11:00", overall=5.0, ticket_key=3)
    world.refresh(AS_OF)
    return world


def test_slow_scenes_are_types_by_their_share_of_the_time_over_target(scenes: World) -> None:
    found = slow_scenes(ask(scenes, "frt", split="category"), 20.0)
    assert [(one.member, one.n, one.mean, one.excess) for one in found] == [
        ("x", 2, 40.0, 40.0), ("(none)", 1, 25.0, 5.0), ("y", 1, 10.0, 0.0),
    ]  # fmt: skip
    assert [one.share for one in found] == pytest.approx([100 * 40 / 45, 100 * 5 / 45, 0.0])


def test_without_excess_no_scene_has_a_share(scenes: World) -> None:
    assert {one.share for one in slow_scenes(ask(scenes, "frt", split="category"), 60.0)} == {None}
    assert slow_scenes((), 60.0) == ()


def test_the_matrix_sets_types_of_problems_against_satisfaction(scenes: World) -> None:
    found = problem_matrix(ask(scenes, "overall_mean", split="category"), 4.5)
    assert [(one.member, one.n, one.score) for one in found] == [("x", 2, 2.0), ("y", 1, 5.0)]
    assert [one.impact for one in found] == pytest.approx([2 / 3 * 2.5, -0.5 / 3])
    assert sum(one.impact for one in found) == pytest.approx(4.5 - 3.0)
    assert problem_matrix((), 4.5) == ()


def test_a_reply_not_marked_private_ends_a_gap() -> None:
    world = World(DESK)
    world.ticket(1, "09 10:00")
    world.reply(1, "10 01:00")
    world.message(1, "10 04:30", "agent", "anna", is_public=None)
    world.reply(1, "10 08:00")
    world.refresh(AS_OF)
    assert ask(world, "update_gaps", parameter="4")[0].value == 0
