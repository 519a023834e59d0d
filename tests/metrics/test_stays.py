"""Where the time of a resolved case went, by hand (semantics 4.4)."""

from datetime import date
from functools import cache
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Window
from tests.metrics.world import END, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
STAYS = ("requester_wait", "agent_work", "pending_time", "hold_time")


@cache
def plain() -> World:
    """Return the full life, only to be read."""
    return lived(*FULL)


def lived(*changes: tuple[str, str], created: str = "10 10:00", **desk: Any) -> World:
    """Return a world where ticket 1 goes through statuses (time on 10 March or full, status)."""
    world = World(**desk)
    world.ticket(1, created)
    for when, to in changes:
        world.status(1, when if " " in when else f"10 {when}", to)
    world.refresh()
    return world


def ask(world: World, metric: str, **more: Any) -> Reading:
    question = Question(metric, MARCH, **more)
    return measure(world.con, world.desk, [question], END)[question][0]


def hours(world: World, **more: Any) -> list[float | None]:
    return [ask(world, metric, **more).value for metric in STAYS]


FULL = (
    ("11:00", "open"),
    ("12:00", "pending_customer"),
    ("14:00", "on_hold"),
    ("14:30", "open"),
    ("15:00", "resolved"),
)


def test_every_hour_of_a_case_has_one_place() -> None:
    assert hours(plain()) == [3.0, 2.5, 2.0, 0.5]


def test_the_parts_add_up_to_the_life_without_the_closed_time() -> None:
    world = lived(*FULL, ("16:00", "open"), ("17:00", "closed"))
    assert hours(world) == [4.0, 3.5, 2.0, 0.5]
    assert ask(world, "resolution").value == 7.0  # an hour between closing and reopening is in no part


def test_closed_after_resolved_is_closed_all_along() -> None:
    world = lived(("11:00", "resolved"), ("12:00", "closed"), ("13:00", "pending_customer"), ("14:00", "resolved"))
    assert hours(world) == [1.0, 1.0, 1.0, 0.0]


def test_a_case_still_open_is_in_none() -> None:
    assert hours(lived(("11:00", "pending_customer"))) == [None] * 4


def test_the_pause_setting_moves_the_net_figure_only() -> None:
    world = lived(*FULL, pause_statuses=("on_hold",))
    assert hours(world) == [3.0, 2.5, 2.0, 0.5]
    assert ask(world, "net_resolution").value == 4.5


def test_business_time_leaves_the_night_out() -> None:
    world = lived(("17:00", "pending_customer"), ("11 10:00", "open"), ("11 11:00", "resolved"))
    assert hours(world) == [8.0, 8.0, 17.0, 0.0]
    assert hours(world, clock="business") == [8.0, 8.0, 2.0, 0.0]


def test_without_a_calendar_there_is_no_business_time() -> None:
    world = lived(*FULL, calendars={}, calendar=None)
    assert hours(world, clock="business") == [None] * 4
    assert [ask(world, name, clock="business").value for name in ("net_resolution", "net_first_resolution")] == [
        None
    ] * 2


def test_waiting_before_creation_counts_from_creation() -> None:
    assert hours(lived(("09:00", "pending_customer"), ("11:00", "open"), ("12:00", "resolved"))) == [
        1.0,
        1.0,
        1.0,
        0.0,
    ]


def test_the_statuses_of_a_merged_ticket_are_not_the_survivors() -> None:
    world = lived(*FULL)
    world.ticket(2, "10 10:00")
    world.status(2, "10 10:30", "on_hold")
    world.event(2, "10 11:00", "merge", 1)
    world.refresh()
    assert hours(world) == [3.0, 2.5, 2.0, 0.5]


@pytest.fixture(scope="module")
def two() -> World:
    """The full life, and a case closed at noon."""
    world = lived(*FULL)
    world.ticket(2, "10 10:00")
    world.status(2, "10 12:00", "closed")
    world.refresh()
    return world


@pytest.mark.parametrize("metric", STAYS)
def test_the_drill_list_is_as_long_as_n(two: World, metric: str) -> None:
    listed = drill(two.con, two.desk, Question(metric, MARCH), END)
    assert (len(listed), ask(two, metric).n) == (2, 2)


def test_the_figure_belongs_to_the_last_resolution() -> None:
    world = lived(*FULL, ("2025-04-02 09:00:00", "open"), ("2025-04-02 10:00:00", "resolved"))
    assert ask(world, "agent_work").n == 0
    assert ask(world, "agent_work", basis="created").n == 1
    assert at("2025-04-02 10:00:00") == world.row("SELECT resolved_at FROM fact_resolution")[0]
