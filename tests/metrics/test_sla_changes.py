"""Promises that change from a day on: the policy at a clock's start counts (semantics 4.9)."""

from dataclasses import replace
from datetime import date

from metrics.model import Desk, SlaTier
from tests.metrics.world import DESK, World, at

NOW = at("20 10:00")
TIGHT = {"P1": SlaTier(1, 60), "P2": SlaTier(5, None)}
CHANGED = replace(DESK, sla_changes=((date(2025, 3, 11), TIGHT),))


def outcomes(world: World, what: str) -> list[str]:
    return [row[0] for row in world.rows(f"SELECT outcome FROM fact_sla WHERE what = '{what}' ORDER BY case_key")]


def world_of(desk: Desk) -> World:
    """Four cases answered after 10 min: two before midnight, one at it, one handed off after it."""
    world = World(desk)
    for key, created in ((1, "10 10:00"), (2, "10 23:59:59"), (3, "11 00:00"), (4, "10 23:00")):
        world.ticket(key, created, priority="P2")
    world.event(4, "11 00:30", "handoff")
    for key, replied in ((1, "10 10:10"), (2, "11 00:09:59"), (3, "11 00:10"), (4, "11 00:40")):
        world.reply(key, replied)
        world.status(key, "12 12:00", "resolved")
    world.refresh(NOW)
    return world


def test_the_promise_at_the_start_counts_whatever_came_later() -> None:
    assert outcomes(world_of(DESK), "first_reply") == ["met"] * 4
    assert outcomes(world_of(CHANGED), "first_reply") == ["met", "met", "breached", "breached"]


def test_the_resolution_clock_starts_at_creation() -> None:
    assert outcomes(world_of(CHANGED), "resolution") == ["breached", "breached", "na", "breached"]


def test_a_priority_change_is_held_against_the_table_of_the_start() -> None:
    world = World(CHANGED)
    for key, created in ((1, "10 10:00"), (2, "12 10:00")):
        world.ticket(key, created, priority="P3")
        world.event(key, created.replace("10:00", "10:30"), "priority", "P1")
        world.reply(key, created.replace("10:00", "10:33"))
    world.refresh(NOW)
    assert outcomes(world, "first_reply") == ["met", "breached"]


def test_a_business_clock_is_covered_as_far_as_the_longest_promise_of_any_day() -> None:
    long = {"P2": SlaTier(60 * 24 * 90, None)}
    world = World(replace(DESK, sla_clock="business", sla_changes=((date(2025, 3, 11), long),)))
    world.ticket(1, "12 10:00", priority="P2")
    world.refresh(NOW)
    assert world.row("SELECT due_at > TIMESTAMPTZ '2025-12-01' FROM fact_sla WHERE what = 'first_reply'") == (True,)
