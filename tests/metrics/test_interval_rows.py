"""Which rows an interval is made of: clusters of local days, rows with a duration, whole durations (8.2, 8.4)."""

from datetime import date
from typing import Any

import pytest

from metrics.measure import measure
from metrics.model import Question, Reading, Window
from tests.metrics.world import END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
T1 = 12.706204736  # 97.5 % quantile of Student's t with one degree of freedom


def ask(world: World, question: Question) -> Reading:
    return measure(world.con, world.desk, [question], END)[question][0]


@pytest.fixture(scope="module")
def early() -> World:
    """Two replies of one day, which were two days in UTC."""
    world = World()
    world.ticket(1, "10 00:30")  # the 9th in UTC
    world.reply(1, "10 00:40")
    world.ticket(2, "10 10:00")
    world.reply(2, "10 10:20")
    world.refresh()
    return world


@pytest.mark.parametrize(("metric", "basis"), [("frt", "created"), ("frt_any", "event"), ("frt_any", "created")])
def test_a_local_day_is_one_cluster_whatever_its_days_in_utc(early: World, metric: str, basis: str) -> None:
    found = ask(
        early, Question(metric, MARCH, basis="created" if basis == "created" else "event", with_interval=True)
    )
    assert found.method == "t"  # 10 and 20 min, one day: mean 15, standard error 5
    assert found.interval == pytest.approx((15 - 5 * T1, 15 + 5 * T1))


def test_a_row_without_a_duration_has_no_rank() -> None:
    world = World()
    for key in range(1, 7):
        world.ticket(key, "10 10:00")
        world.status(key, f"10 {10 + key}:00", "resolved")
    for key in range(7, 10):
        world.ticket(key, "10 10:00")
        world.status(key, "10 08:00", "resolved")  # a defect (2.7)
    world.refresh()
    found = ask(world, Question("first_resolution", MARCH, quantile=0.5, with_interval=True))
    assert (found.n, found.value, found.interval) == (6, 3.5, (1.0, 6.0))


def test_the_spread_of_a_sum_of_times_is_that_of_the_sum() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.status(1, "10 11:00", "on_hold")
    world.status(1, "10 12:00", "resolved")
    world.ticket(2, "10 10:00")
    world.status(2, "10 14:00", "resolved")
    world.refresh()
    found = ask(world, Question("requester_wait", MARCH, with_interval=True))
    assert found.value == 3.0  # 1 h open + 1 h on hold, and 4 h
    assert found.interval == pytest.approx((3 - T1, 3 + T1))


@pytest.mark.parametrize(("metric", "column"), [("overall_mean", "overall"), ("ces", "effort")])
def test_the_ratings_of_one_day_have_the_interval_of_their_rows(metric: str, column: str) -> None:
    world = World()
    scale: dict[str, Any] = {"effort_min": 1.0, "effort_max": 5.0} if column == "effort" else {}
    for key, score in ((1, 3.0), (2, 4.0)):
        world.survey(key, "10 12:00", customer_key=key, **scale | {column: score})
    world.refresh()
    found = ask(world, Question(metric, MARCH))
    assert found.interval == pytest.approx((3.5 - T1 / 2, 3.5 + T1 / 2))
    assert found.method == "t"
    world.survey(3, "11 12:00", customer_key=3, **scale | {column: 5.0})
    world.refresh()
    assert ask(world, Question(metric, MARCH)).method == "day-cluster"


@pytest.fixture(scope="module")
def single() -> World:
    """One ticket with a reply and a survey."""
    world = World()
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:10")
    world.survey(1, "10 12:00", overall=4.0, effort=2.0)
    world.refresh()
    return world


@pytest.mark.parametrize("metric", ["overall_mean", "ces", "frt"])
def test_one_row_has_no_interval_and_no_method_of_one(single: World, metric: str) -> None:
    found = ask(single, Question(metric, MARCH, with_interval=True))
    assert (found.n, found.interval) == (1, None)
    assert found.method in (None, "none")
