"""Time to the first assignment counts in its own period, as every stage does (semantics 4.0, 4.8)."""

from datetime import date

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Basis, Question, Reading, Window
from tests.metrics.world import World, at

MARCH, APRIL = Window(date(2025, 3, 1), date(2025, 4, 1)), Window(date(2025, 4, 1), date(2025, 5, 1))
NOW = at("2025-04-20 10:00")


@pytest.fixture(scope="module")
def world() -> World:
    """One assigned after 2 min, one over the end of March, one never, one a minute and more before creation."""
    made = World()
    made.ticket(1, "10 10:00")
    made.event(1, "10 10:02", "assign", "anna")
    made.event(1, "10 11:00", "assign", "bob")
    made.ticket(2, "31 23:50")
    made.event(2, "2025-04-01 00:00", "assign", "anna")
    made.ticket(3, "10 10:00")
    made.ticket(4, "10 10:00")
    made.event(4, "10 09:58:59", "assign", "anna")
    made.refresh(NOW)
    return made


def ask(world: World, window: Window, basis: Basis = "event") -> Reading:
    question = Question("stage_assign", window, basis=basis)
    found = measure(world.con, world.desk, [question], NOW)[question][0]
    assert len(drill(world.con, world.desk, question, NOW)) == found.n
    return found


def test_an_assignment_over_midnight_counts_in_the_new_day(world: World) -> None:
    assert [(one.value, one.n) for one in (ask(world, MARCH), ask(world, APRIL))] == [(2.0, 1), (10.0, 1)]


def test_the_cohort_counts_by_creation(world: World) -> None:
    assert (ask(world, MARCH, "created").value, ask(world, APRIL, "created").n) == (6.0, 0)


def test_cases_without_assignment_since_creation_stand_beside(world: World) -> None:
    assert ask(world, MARCH).part("open") == 2


def test_an_assignment_seconds_before_creation_takes_no_time() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.event(1, "10 09:59:30", "assign", "anna")
    world.refresh(NOW)
    assert (ask(world, MARCH).value, ask(world, MARCH).n) == (0.0, 1)
