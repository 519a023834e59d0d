"""Urgent cases have to reach the department of the settings within minutes (semantics 4.12, 12.8; R-090)."""

from dataclasses import replace
from datetime import date

import pytest

from metrics import facts
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Desk, Question, ReachRule, Reading, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
NOW = at("10 12:00")
QUESTION = Question("urgent_reach", MARCH)


def assigned(world: World, ticket: int, when: str, dept: str) -> None:
    world.event(ticket, when, "assign", "owner")
    world.con.execute("UPDATE ticket_event SET dept = ? WHERE event_key = ?", [dept, world._seq])


@pytest.fixture(scope="module")
def world() -> World:
    """P1: reached at the limit, a second late, never, not yet; P2 and no priority: reached."""
    made = World(urgent_reach=ReachRule("tech"))
    for key, created in ((1, "10:00"), (2, "10:00"), (3, "10:00"), (4, "11:50:01")):
        made.ticket(key, f"10 {created}", priority="P1")
    made.ticket(5, "10 10:00", priority="P2")
    made.ticket(6, "10 10:00")
    assigned(made, 1, "10 10:05", "sales")
    assigned(made, 1, "10 10:10", "tech")
    assigned(made, 2, "10 10:10:01", "tech")
    for key in (5, 6):
        assigned(made, key, "10 10:01", "tech")
    made.refresh(NOW)
    return made


def ask(world: World, desk: Desk | None = None) -> Reading:
    return measure(world.con, desk or world.desk, [QUESTION], NOW)[QUESTION][0]


def test_ten_minutes_are_enough_and_never_is_a_miss(world: World) -> None:
    found = ask(world)
    assert found.value == pytest.approx(100 / 3)
    assert (found.n, found.part("passed")) == (3, 1)
    assert [case.ticket for case in drill(world.con, world.desk, QUESTION, NOW)] == ["1", "2", "3"]


def test_what_is_urgent_and_how_soon_are_settings(world: World) -> None:
    found = ask(world, replace(world.desk, urgent_reach=ReachRule("tech", 1, ("P1", "P2"))))
    assert (found.part("passed"), found.n) == (1, 5)


def test_without_a_department_nothing_is_measured(world: World) -> None:
    found = ask(world, replace(world.desk, urgent_reach=ReachRule()))
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


def test_another_department_needs_no_rebuild(world: World) -> None:
    other = replace(world.desk, urgent_reach=ReachRule("o'sales"))
    assert facts.fingerprint.of(other) == facts.fingerprint.of(world.desk)
    assert (ask(world, other).value, ask(world, other).n) == (0.0, 3)
