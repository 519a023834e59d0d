"""Turns by hand: what opens one, what ends it, and what is never a duration (semantics 4.2, decision 10)."""

from datetime import date
from functools import cache
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Window
from tests.metrics.world import END, World, at, minutes

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
TURNS = "SELECT start_at, ended_at, is_answered, is_next, turn_us FROM fact_turn ORDER BY start_at, case_key"
# What happens to tickets created on 10 March, 10:00: time of that day or in full, who wrote or status.
LIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "replied": (("10:10", "agent"),),
    "two turns": (("10:10", "agent"), ("11:00", "customer"), ("11:02", "agent")),
    "wrote at creation": (("10:00", "customer"), ("10:10", "agent"), ("11:00", "customer"), ("11:02", "agent")),
    "wrote twice": (
        ("10:10", "agent"), ("11:00", "customer"), ("11:05", "customer"), ("11:06", "agent"), ("11:07", "agent"),
    ),
    "opened by an agent": (("10:01", "agent"), ("11:00", "customer"), ("11:02", "agent")),
    "greeted by a bot": (("10:01", "bot"), ("10:30", "agent")),
    "contained": (("10:01", "bot"), ("10:30", "closed")),
    "handed off": (("10:01", "bot"), ("10:05", "handoff"), ("10:30", "closed")),
    "resolved unanswered": (("10:10", "agent"), ("11:00", "customer"), ("12:00", "resolved")),
    "thanked": (("10:10", "agent"), ("11:00", "resolved"), ("12:00", "customer")),
    "closed first": (("10:09:59", "resolved"), ("10:10", "agent")),
    "came back": (("12:00", "resolved"), ("14 09:00", "customer"), ("14 09:00", "open"), ("14 09:05", "agent")),
    "waits": (("10:10", "agent"), ("11:00", "customer")),
    "three turns": (
        ("10:10", "agent"), ("11:00", "customer"), ("11:02", "agent"), ("11:10", "customer"), ("11:14", "agent"),
    ),
    "over night": (("10:10", "agent"), ("17:50", "customer"), ("11 09:05", "agent")),
    "replied long before": (("09:50", "agent"),),
    "replied a little before": (("09:59:30", "agent"),),
    "closed at last": (
        ("10:10", "agent"), ("11:00", "customer"), ("11:02", "agent"), ("12:00", "customer"), ("13:00", "closed"),
    ),
}  # fmt: skip


def live(world: World, key: int, lines: tuple[tuple[str, str], ...], **ticket: Any) -> None:
    """Write a ticket and what happens to it."""
    world.ticket(key, **ticket)
    for when, what in lines:
        moment = when if " " in when else f"10 {when}"
        if what in ("customer", "agent", "bot"):
            world.message(key, moment, what, None if what == "customer" else "a1")
        elif what == "handoff":
            world.event(key, moment, what)
        else:
            world.status(key, moment, what)


def told(*lines: tuple[str, str], world: World | None = None) -> World:
    """Return a world where ticket 1 lives through lines."""
    world = world or World()
    live(world, 1, lines)
    world.refresh()
    return world


@cache
def lived() -> World:
    """Return a world where each life is a ticket with a team of its name; only to be read."""
    world = World()
    for key, (name, lines) in enumerate(LIVES.items()):
        live(world, key, lines, team=name, created_by="agent" if name == "opened by an agent" else "customer")
    world.refresh()
    return world


def turns(world: World) -> list[tuple[Any, ...]]:
    return world.rows(TURNS)


def turns_of(life: str) -> list[tuple[Any, ...]]:
    return lived().rows(TURNS.replace("ORDER", f"WHERE case_key = {list(LIVES).index(life)} ORDER"))


def ask(world: World, metric: str = "response_time", **more: Any) -> Reading:
    question = Question(metric, more.pop("window", MARCH), **more)
    return measure(world.con, world.desk, [question], END)[question][0]


def ask_of(life: str, metric: str = "response_time", **more: Any) -> Reading:
    return ask(lived(), metric, slice=Slice.of(team=life), **more)


def test_creation_opens_the_first_turn() -> None:
    assert turns_of("replied") == [(at("10 10:00"), at("10 10:10"), True, False, minutes(10))]


def test_a_first_message_at_creation_changes_nothing() -> None:
    assert turns_of("two turns") == turns_of("wrote at creation")
    found = ask_of("two turns")
    assert (found.value, found.n) == (6.0, 2)


def test_messages_in_a_row_are_one_turn() -> None:
    assert turns_of("wrote twice")[1:] == [(at("10 11:00"), at("10 11:06"), True, True, minutes(6))]


def test_a_case_the_agent_opened_waits_for_the_first_message() -> None:
    assert turns_of("opened by an agent") == [(at("10 11:00"), at("10 11:02"), True, False, minutes(2))]


@pytest.mark.parametrize("more", [{"is_public": False}, {"is_auto": True}])
def test_notes_and_automatic_answers_end_no_turn(more: dict[str, bool]) -> None:
    world = World()
    world.ticket(1)
    world.message(1, "10 10:01", "agent", "a1", **more)
    world.reply(1, "10 10:30")
    world.refresh()
    assert [row[4] for row in turns(world)] == [minutes(30)]


def test_an_automatic_message_of_a_customer_opens_none() -> None:
    world = World()
    world.ticket(1)
    world.reply(1, "10 10:30")
    world.message(1, "10 10:31", "customer", None, is_auto=True)
    world.refresh()
    assert len(turns(world)) == 1


def test_a_bot_ends_no_turn_and_what_it_contained_is_left_out() -> None:
    assert [row[4] for row in turns_of("greeted by a bot")] == [minutes(30)]
    assert turns_of("contained") == []
    assert len(turns_of("handed off")) == 1


def test_a_turn_closed_without_a_reply_is_a_share_and_no_duration() -> None:
    assert turns_of("resolved unanswered")[1:] == [(at("10 11:00"), at("10 12:00"), False, True, None)]
    found = ask_of("resolved unanswered")
    assert (found.value, found.n, found.part("unanswered"), found.part("unanswered_share")) == (10.0, 1, 1, 50.0)


def test_thanks_after_the_closing_is_unanswered_from_its_own_instant() -> None:
    assert turns_of("thanked")[1:] == [(at("10 12:00"), at("10 12:00"), False, True, None)]


def test_a_reply_just_after_the_closing_still_answers() -> None:
    assert turns_of("closed first") == [(at("10 10:00"), at("10 10:10"), True, False, minutes(10))]


def test_writing_again_after_the_closing_opens_a_new_turn() -> None:
    assert turns_of("came back") == [
        (at("10 10:00"), at("10 12:00"), False, False, None),
        (at("14 09:00"), at("14 09:05"), True, False, minutes(5)),
    ]


def test_an_open_turn_waits_and_is_counted_as_of_now() -> None:
    assert turns_of("waits")[1:] == [(at("10 11:00"), None, False, True, None)]
    found = ask_of("waits")
    assert (found.n, found.part("unanswered"), found.part("waiting_now")) == (1, 0, 1)
    assert ask_of("waits", basis="created").part("unanswered") == 0


def test_a_turn_belongs_to_the_period_and_the_author_of_its_reply() -> None:
    world = told(("10:10", "agent"), ("11:00", "customer"))
    world.reply(1, "2025-04-01 00:00:00", "late")
    world.refresh()
    april = Window(date(2025, 4, 1), date(2025, 5, 1))
    assert (ask(world).n, ask(world, window=april).n) == (1, 1)
    assert ask(world, window=april, slice=Slice.of(agent="late")).n == 1
    assert ask(world, slice=Slice.of(agent="late")).n == 0
    assert ask(world, basis="created").n == 2


def test_next_replies_leave_the_first_pair_out() -> None:
    found = ask_of("three turns", "next_reply")
    assert (found.value, found.n, found.part("p50")) == (3.0, 2, 3.0)


def test_the_business_clock_stops_at_night() -> None:
    assert ask_of("over night", "next_reply", clock="business").value == 15.0
    assert ask_of("over night", "next_reply").value == 15 * 60 + 15


def test_without_a_calendar_there_is_no_business_time() -> None:
    world = told(("10:10", "agent"), world=World(calendars={}, calendar=None))
    assert (ask(world, clock="business").value, ask(world).value) == (None, 10.0)


def test_a_merged_ticket_talks_for_its_survivor() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.ticket(2, "10 10:30")
    world.reply(1, "10 10:10")
    world.message(2, "10 11:00", "customer", None)
    world.event(2, "10 11:30", "merge", 1)
    world.status(2, "10 11:30", "closed")
    world.reply(1, "10 12:00")
    world.refresh()
    assert [(row[0], row[4]) for row in turns(world)] == [
        (at("10 10:00"), minutes(10)),
        (at("10 11:00"), minutes(60)),
    ]


def test_a_reply_long_before_creation_has_no_duration_a_little_before_has_0() -> None:
    assert turns_of("replied long before") == []
    assert [row[4] for row in turns_of("replied a little before")] == [0]


def test_an_undated_case_has_no_turns() -> None:
    world = World()
    world.ticket(1, None)
    world.reply(1, "10 10:10")
    world.refresh()
    assert turns(world) == []


def test_what_is_later_than_the_watermark_is_not_seen() -> None:
    world = told(("10:10", "agent"), ("11:00", "customer"), ("11:02", "agent"))
    world.rebuild(at("10 11:01"))
    assert [row[1] for row in turns(world)] == [at("10 10:10"), None]


def test_equal_instants_keep_the_order_of_the_source() -> None:
    world = World()
    world.ticket(1)
    world.reply(1, "10 10:10")
    world.message(1, "10 11:00", "agent", "a1", seq=50)
    world.message(1, "10 11:00", "customer", None, seq=51)
    world.refresh()
    assert turns(world)[1:] == [(at("10 11:00"), None, False, True, None)]


def test_the_drill_list_holds_every_pair() -> None:
    team = Slice.of(team="closed at last")
    for metric, values in (("response_time", [10.0, 2.0]), ("next_reply", [2.0])):
        listed = drill(lived().con, lived().desk, Question(metric, MARCH, team), END)
        assert [case.value for case in listed] == values


def test_the_interval_takes_tickets_as_clusters() -> None:
    world = World()
    for key, waits in ((1, (2, 2)), (2, (4, 4)), (3, (6, 6))):
        world.ticket(key, "10 10:00")
        for hour, wait in zip((10, 11), waits, strict=True):
            world.message(key, f"10 {hour}:00", "customer", None)
            world.reply(key, f"10 {hour}:{wait:02d}")
    world.refresh()
    found = ask(world, with_interval=True)
    assert (found.value, found.n, found.method) == (4.0, 6, "ticket-cluster")
    half = 4.302652730 * (2.0 / 3**0.5)
    assert found.interval == pytest.approx((4 - half, 4 + half))
