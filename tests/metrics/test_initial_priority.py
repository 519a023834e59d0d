"""The priority a case began with, where the source delivers the one of today (semantics 4.11, 12.6)."""

from datetime import date

import pytest

from metrics.measure import measure
from metrics.model import Question, Slice, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
NOW = at("20 10:00")


def changed(world: World, when: str, old: str | None, new: str) -> None:
    world.event(1, when, "priority", new)
    world.con.execute(
        "UPDATE ticket_event SET old = ? WHERE event_key = (SELECT max(event_key) FROM ticket_event)", [old]
    )


def outcome(world: World) -> str:
    return str(world.row("SELECT outcome FROM fact_sla WHERE what = 'first_reply'")[0])


def raised(old: str | None) -> World:
    """A case of today's priority P1, raised at 10:30 and answered at 10:33."""
    world = World()
    world.ticket(1, "10 10:00", priority="P1")
    changed(world, "10 10:30", old, "P1")
    world.reply(1, "10 10:33")
    return world


def test_a_case_raised_while_waiting_is_measured_from_the_change() -> None:
    world = raised("P3")
    world.refresh(NOW)
    assert outcome(world) == "met"
    question = Question("sla_first_reply", MARCH, Slice.of(priority="P3"))
    assert measure(world.con, world.desk, [question], NOW)[question][0].n == 1


@pytest.mark.parametrize("old", [None, "urgent"])
def test_without_a_known_priority_before_the_tickets_own_holds(old: str | None) -> None:
    world = raised(old)
    world.refresh(NOW)
    assert outcome(world) == "breached"


def test_the_first_change_tells_it_whatever_came_later() -> None:
    world = raised("P3")
    changed(world, "10 10:40", "P1", "P2")
    world.refresh(NOW)
    assert outcome(world) == "met"


def test_a_change_that_comes_with_a_later_load_moves_the_case() -> None:
    world = World()
    world.ticket(1, "10 10:00", priority="P1")
    world.reply(1, "10 10:33")
    world.refresh(NOW)
    assert outcome(world) == "breached"
    changed(world, "10 10:30", "P3", "P1")
    world.refresh(NOW)
    assert outcome(world) == "met"
    world.rebuild(NOW)
    assert outcome(world) == "met"
