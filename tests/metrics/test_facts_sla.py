"""SLA facts by hand (semantics 4.9-4.11; golden SLA cases at fact level)."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from metrics.facts.priority import Change, Elapsed, Pause, Terms, net_us
from metrics.model import SlaTier
from tests.metrics.world import CN_OFFICE, World, at, minutes


def outcome(world: World, what: str, key: int = 1) -> tuple[Any, ...]:
    """Return outcome and due instant."""
    return world.row(f"SELECT outcome, due_at FROM fact_sla WHERE case_key = {key} AND what = '{what}'")


def replied(priority: str | None, *replies: str, **desk: Any) -> World:
    world = World(**desk)
    world.ticket(1, priority=priority)
    for when in replies:
        world.reply(1, when)
    world.refresh(at("10 11:00"))
    return world


LIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "replied in time": (("10 10:05", "reply"),),
    "replied late": (("10 10:05:01", "reply"),),
    "waits": (("10 11:00", "pending_customer"), ("11 08:00", "open"), ("11 09:00", "resolved")),
    "waits too late": (("10 12:30", "pending_customer"), ("11 08:00", "open"), ("11 09:00", "resolved")),
    "waits at the target": (("10 12:00", "pending_customer"), ("11 08:00", "open"), ("11 08:00:01", "resolved")),
    "still waits": (("10 11:00", "pending_customer"),),
    "still waits too late": (("10 13:00", "pending_customer"),),
    "reopened": (("10 11:00", "resolved"), ("10 13:00", "open"), ("10 13:10", "closed")),
    "resolved before creation": (("10 08:00", "resolved"),),
    "handed off": (("10 10:30", "handoff"),),
    "answered and raised": (("10 10:14", "reply"), ("10 10:14:30", "P1")),
    "resolved early": (("10 10:15", "resolved"),),
    "resolved late": (("10 10:40", "resolved"),),
    "raised before": (("10 10:10", "P1"), ("10 10:30", "handoff"), ("10 10:33", "reply")),
    "raised and lowered": (("10 10:10", "P1"), ("10 10:11", "P2"), ("10 10:30", "handoff"), ("10 10:33", "reply")),
    "lowered before": (("10 10:10", "P3"), ("10 10:30", "handoff"), ("10 10:33", "reply")),
}
OF_P2 = frozenset(LIVES) & {
    *("answered and raised", "resolved early", "resolved late"),
    *("raised before", "raised and lowered", "lowered before"),
}


@cache
def lived() -> World:
    """Return a world with a case for each life, P1 (2 h) or P2, created 10 March 10:00; only to be read."""
    world = World()
    for key, (name, changes) in enumerate(LIVES.items()):
        world.ticket(key, priority="P2" if name in OF_P2 else "P1")
        for when, what in changes:
            if what == "reply":
                world.reply(key, when)
            elif what == "handoff":
                world.event(key, when, what)
            elif what.startswith("P"):
                world.event(key, when, "priority", what)
            else:
                world.status(key, when, what)
    world.refresh()
    return world


def outcome_of(life: str, what: str) -> tuple[Any, ...]:
    return outcome(lived(), what, list(LIVES).index(life))


@pytest.mark.parametrize(("life", "expected"), [("replied in time", "met"), ("replied late", "breached")])
def test_the_limit_is_inclusive(life: str, expected: str) -> None:
    assert outcome_of(life, "first_reply") == (expected, at("10 10:05"))


def test_a_case_without_priority_is_p2() -> None:
    assert outcome(replied(None, "10 10:15"), "first_reply") == ("met", at("10 10:15"))


def test_a_tier_without_target_owes_nothing() -> None:
    world = replied("P9", "10 10:15")
    assert outcome(world, "first_reply") == ("na", None)
    assert outcome(replied("P3"), "resolution") == ("na", None)


def test_an_unanswered_case_is_open_with_its_due_time() -> None:
    world = replied("P1")
    assert outcome(world, "first_reply") == ("open", at("10 10:05"))
    assert world.row("SELECT decided_at, done_at FROM fact_sla WHERE what = 'first_reply'") == (at("10 10:05"), None)


def test_a_breach_is_decided_when_it_is_due() -> None:
    world = replied("P1", "10 10:09")
    assert world.row("SELECT decided_at, done_at FROM fact_sla WHERE what = 'first_reply'") == (
        at("10 10:05"),
        at("10 10:09"),
    )


@pytest.mark.parametrize(("life", "expected"), [("resolved early", "na"), ("resolved late", "breached")])
def test_resolved_without_reply(life: str, expected: str) -> None:
    assert outcome_of(life, "first_reply")[0] == expected


def test_who_never_waited_for_a_person_is_na() -> None:
    world = World()
    world.ticket(1, created_by="agent")
    world.ticket(2)
    world.bot(2, "10 10:01")
    world.status(2, "10 15:00", "closed")
    world.ticket(3)
    world.reply(3, "10 09:00")
    world.refresh()
    assert world.rows("SELECT DISTINCT outcome, decided_at FROM fact_sla WHERE what = 'first_reply'") == [
        ("na", None)
    ]


def test_the_first_reply_is_due_from_the_hand_off() -> None:
    assert outcome_of("handed off", "first_reply") == ("open", at("10 10:35"))


def test_waiting_for_the_customer_moves_the_due_time() -> None:
    assert outcome_of("waits", "resolution") == ("met", at("11 09:00"))


def test_a_pause_after_the_target_comes_too_late() -> None:
    assert outcome_of("waits too late", "resolution") == ("breached", at("10 12:00"))


def test_a_pause_starting_exactly_at_the_target_still_counts() -> None:
    assert outcome_of("waits at the target", "resolution") == ("breached", at("11 08:00"))


def test_a_running_pause_has_no_due_time() -> None:
    assert outcome_of("still waits", "resolution") == ("open", None)


def test_a_running_pause_after_the_target_is_a_breach() -> None:
    assert outcome_of("still waits too late", "resolution") == ("open", at("10 12:00"))


def test_the_time_resolved_before_a_reopening_runs() -> None:
    assert outcome_of("reopened", "resolution") == ("breached", at("10 12:00"))


def test_resolved_before_creation_is_na() -> None:
    assert outcome_of("resolved before creation", "resolution")[0] == "na"


def test_on_the_business_clock_a_reply_is_due_at_the_close() -> None:
    world = World(sla_clock="business", sla={"P2": SlaTier(60, None)})
    world.ticket(1, "14 17:00")
    world.ticket(2, "14 17:30")
    world.reply(2, "14 19:00")
    world.refresh()
    assert outcome(world, "first_reply") == ("open", at("14 18:00"))
    assert outcome(world, "first_reply", 2) == ("met", at("17 09:30"))


def test_on_the_business_clock_a_resolution_has_until_the_next_open() -> None:
    world = World(sla_clock="business", sla={"P2": SlaTier(None, 60)})
    world.ticket(1, "14 17:00")
    world.status(1, "15 12:00", "resolved")
    world.refresh()
    assert outcome(world, "resolution") == ("met", at("17 09:00"))


def test_business_pauses_count_open_time_only() -> None:
    world = World(sla_clock="business", sla={"P2": SlaTier(None, 120)})
    world.ticket(1, "14 16:00")
    world.status(1, "14 17:00", "pending_customer")
    world.status(1, "17 10:00", "open")
    world.refresh()
    assert outcome(world, "resolution") == ("open", at("17 11:00"))


def test_a_tier_may_have_its_own_calendar() -> None:
    always = replace(CN_OFFICE, name="always", weekly=(((0, 1440),),) * 7)
    world = World(
        sla_clock="business", calendars={"cn_office": CN_OFFICE, "always": always}, tier_calendars={"P1": "always"}
    )
    world.ticket(1, "15 12:00", priority="P1")
    world.ticket(2, "15 12:00", priority="P2")
    world.refresh()
    assert outcome(world, "first_reply") == ("open", at("15 12:05"))
    assert outcome(world, "first_reply", 2) == ("open", at("17 09:15"))


def test_a_business_clock_without_calendar_runs_always() -> None:
    world = replied("P1", "10 10:05", sla_clock="business", calendar=None, calendars={})
    assert outcome(world, "first_reply") == ("met", at("10 10:05"))


def test_a_given_due_time_wins() -> None:
    world = World()
    world.ticket(1, priority="P1")
    world.event(1, "10 10:01", "priority", "P2")
    world.insert("sla_due", ticket_key=1, what="first_reply", due_at=at("10 10:30"))
    world.reply(1, "10 10:20")
    world.refresh()
    assert outcome(world, "first_reply") == ("met", at("10 10:30"))


@cache
def raised(rule: str) -> World:
    world = World(on_priority_change=rule)
    world.ticket(1, priority="P3")
    world.event(1, "10 10:30", "priority", "P1")
    world.reply(1, "10 10:33")
    world.refresh()
    return world


def test_a_raised_priority_gives_its_full_time_from_the_change() -> None:
    assert outcome(raised("fair"), "first_reply") == ("met", at("10 10:35"))
    assert outcome(raised("fair"), "resolution") == ("open", at("10 12:30"))


def test_from_start_breaches_before_anyone_knew() -> None:
    assert outcome(raised("from_start"), "first_reply") == ("breached", at("10 10:05"))
    assert outcome(raised("from_start"), "resolution") == ("open", at("10 12:00"))


def test_a_change_after_the_reply_changes_nothing_for_it() -> None:
    assert outcome_of("answered and raised", "first_reply") == ("met", at("10 10:15"))


@pytest.mark.parametrize(
    ("life", "due"),
    [("raised before", "10 10:35"), ("raised and lowered", "10 10:45"), ("lowered before", "11 10:30")],
)
def test_a_change_before_the_hand_off_counts_from_it(life: str, due: str) -> None:
    assert outcome_of(life, "first_reply") == ("met", at(due))


def test_a_change_before_the_hand_off_counts_from_the_next_opening() -> None:
    world = World(sla_clock="business")
    world.ticket(1, "10 17:00", priority="P2")
    world.event(1, "10 17:30", "priority", "P1")
    world.event(1, "10 19:00", "handoff")
    world.reply(1, "11 09:05")
    world.refresh()
    assert outcome(world, "first_reply") == ("met", at("11 09:05"))


FIVE, QUARTER, DAY = minutes(5), minutes(15), minutes(1440)
FAIR = Terms({"P1": FIVE, "P2": QUARTER, "P3": DAY, "P4": None}, "fair")


@pytest.mark.parametrize(("tier", "changes", "due"), [
    ("P2", [], QUARTER),
    ("P3", [(30, "P1")], minutes(35)),
    ("P2", [(14, "P1")], QUARTER),
    ("P1", [(3, "P3")], DAY),
    ("P1", [(6, "P3")], FIVE),
    ("P1", [(5, "P3")], DAY),
    ("P1", [(3, "P4")], None),
    ("P4", [(60, "P2")], minutes(75)),
    ("P3", [(30, "P1"), (31, "P2")], QUARTER),
    ("P3", [(30, "P1"), (40, "P3")], minutes(35)),
    ("P2", [(1, "P2")], QUARTER),
])  # fmt: skip
def test_the_fair_rule(tier: str, changes: list[tuple[float, str]], due: int | None) -> None:
    made = [Change(minutes(when), to) for when, to in changes]
    assert FAIR.first_reply_due(0, tier, made, Elapsed()) == due
    assert FAIR.resolution_limit(0, tier, made, [], Elapsed()) == due


def test_the_resolution_limit_is_counted_on_the_net_clock() -> None:
    pauses = [Pause(minutes(10), minutes(40))]
    change = [Change(minutes(50), "P1")]
    assert FAIR.resolution_limit(0, "P3", change, pauses, Elapsed()) == minutes(20 + 5)


@pytest.mark.parametrize(("instant", "net"), [(-5, 0), (10, 10), (20, 10), (50, 20), (60, 30), (80, 30)])
def test_net_time_stands_still_in_pauses(instant: float, net: float) -> None:
    pauses = [Pause(minutes(10), minutes(40)), Pause(minutes(60), None)]
    assert net_us(Elapsed(), 0, minutes(instant), pauses) == minutes(net)
