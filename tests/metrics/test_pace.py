"""How long the backlog lasts, and what moved it (semantics 4.7)."""

from datetime import date
from random import Random
from typing import Any

import pytest

from metrics.catalog import metric_of
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Unit, Window
from metrics.pace import days_range
from metrics.resampling import total_range
from tests.metrics.random_world import Loader
from tests.metrics.world import END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def ask(world: World, metric: str, window: Window = MARCH, **more: Any) -> tuple[Reading, ...]:
    question = Question(metric, window, **more)
    return measure(world.con, world.desk, [question], END)[question]


@pytest.fixture(scope="module")
def world() -> World:
    """Seven cases of 10 March, four of team A resolved on the 20th, three of team B open; three old ones, closed."""
    made = World()
    for key in range(1, 8):
        made.ticket(key, "10 10:00", team="A" if key <= 4 else "B")
        if key <= 4:
            made.status(key, "20 10:00", "resolved")
    for key in range(8, 11):
        made.ticket(key, "2025-01-02 10:00:00", team="A")
        made.status(key, "20 11:00" if key == 8 else "2025-01-05 10:00:00", "closed")
    made.refresh()
    return made


def test_coverage_is_the_backlog_at_the_pace_of_28_days(world: World) -> None:
    (found,) = ask(world, "coverage_days")
    assert (found.value, found.n) == pytest.approx((3 / (5 / 28), 3))
    assert found.part("resolved_per_day") == pytest.approx(5 / 28)


def test_a_growing_backlog_is_never_burnt_down(world: World) -> None:
    (found,) = ask(world, "burn_down_days")
    assert (found.value, found.n) == (None, 3)
    assert found.part("grows_per_day") == pytest.approx(2 / 28)


def test_a_shrinking_backlog_is(world: World) -> None:
    (found,) = ask(world, "burn_down_days", Window(date(2025, 3, 11), date(2025, 4, 10)))
    assert found.value == pytest.approx(3 / (5 / 28))
    assert found.part("grows_per_day") is None


def test_what_is_older_than_28_days_does_not_count(world: World) -> None:
    (found,) = ask(world, "coverage_days", Window(date(2025, 4, 1), date(2025, 5, 1)))
    assert (found.value, found.n) == (None, 3)


def test_every_bucket_and_member_has_its_own_pace(world: World) -> None:
    days = {one.bucket: one.value for one in ask(world, "coverage_days", grain="day")}
    assert days["2025-03-19"] is None
    assert days["2025-03-20"] == pytest.approx(3 / (5 / 28))
    teams = {one.member: one.value for one in ask(world, "coverage_days", split="team")}
    assert teams == {"A": 0.0, "B": None}
    (sliced,) = ask(world, "coverage_days", slice=Slice.of(team="B"))
    assert (sliced.value, sliced.n) == (None, 3)


def test_buckets_after_now_have_no_value(world: World) -> None:
    june = ask(world, "backlog_change", Window(date(2025, 5, 31), date(2025, 6, 3)), grain="day")
    assert [one.value for one in june] == [0.0, None, None]


def test_the_change_names_what_came_and_went(world: World) -> None:
    (found,) = ask(world, "backlog_change")
    assert found.value == 2.0
    assert [found.part(name) for name in ("open", "created", "reopened", "resolved", "close")] == [1, 7, 0, 5, 3]


@pytest.mark.parametrize("metric", ["coverage_days", "burn_down_days", "backlog_change"])
def test_the_list_holds_the_open_cases(world: World, metric: str) -> None:
    listed = drill(world.con, world.desk, Question(metric, MARCH), END)
    assert sorted(case.key for case in listed) == [5, 6, 7]


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("split", [None, "team", "category"])
def test_the_change_is_balanced_in_random_worlds(seed: int, split: str | None) -> None:
    world = World()
    Loader(world, Random(seed)).batch(150)
    world.rebuild()
    window = Window(date(2025, 3, 10), date(2025, 3, 24))
    for grain in (None, "day", "week"):
        for one in ask(world, "backlog_change", window, split=split, grain=grain):
            parts = dict(one.parts)
            assert parts["open"] + one.value == parts["close"]  # type: ignore[operator]
            assert one.n == parts["close"]
    whole = ask(world, "backlog_change", Window(None, None))[0]
    assert whole.part("open") == 0
    assert whole.value == whole.n


def test_days_of_work_are_days() -> None:
    assert {metric_of(name).unit for name in ("coverage_days", "burn_down_days")} == {Unit.DAYS}


def test_days_that_are_all_alike_leave_no_range() -> None:
    assert total_range([3] * 28) == (84.0, 84.0)
    assert days_range(12, [3] * 28) == (4.0, 4.0)


def test_the_range_is_that_of_days_drawn_again() -> None:
    """Of days of 2 and days of 4 in equal number, 28 draws hold 9 to 19 fours in 95 % (binomial), so 74 to 94."""
    assert total_range([2, 4] * 14) == (74.0, 94.0)
    assert list(days_range(10, [2, 4] * 14)) == pytest.approx([280 / 94, 280 / 74])


def test_the_range_is_the_same_each_time() -> None:
    days = [day * day % 11 for day in range(28)]
    assert total_range(days) == total_range(list(days))
    assert total_range([]) == (0.0, 0.0)


def test_a_pace_of_one_day_may_not_come_again() -> None:
    """(27/28)^28 = 36 % of the draws have none of the one day that resolved anything."""
    low, high = days_range(5, [56] + [0] * 27)
    assert high is None
    assert low == pytest.approx(5 * 28 / (3 * 56))  # it is drawn 0 to 3 times in 98 %, to 2 times in 92 %


def test_a_steady_pace_has_its_range_and_an_unsteady_one_an_open_end(world: World) -> None:
    steady = World()
    for day in range(1, 29):
        steady.ticket(day, "2025-01-02 10:00:00")
        steady.status(day, f"2025-03-{day:02} 10:00:00", "resolved")
    for key in (100, 101):
        steady.ticket(key, "2025-01-03 10:00:00")
    steady.refresh()
    (found,) = ask(steady, "coverage_days", Window(date(2025, 3, 1), date(2025, 3, 29)))
    assert (found.value, found.interval, found.method) == (2.0, (2.0, 2.0), "resampled days")
    (open_ended,) = ask(world, "coverage_days")
    assert (open_ended.interval, open_ended.method, open_ended.part("days_high")) == (None, None, None)
    assert open_ended.part("days_low") == pytest.approx(3 * 28 / 15)  # the day with 5 is drawn at most 3 times


def test_what_has_no_value_has_no_range(world: World) -> None:
    (growing,) = ask(world, "burn_down_days")
    assert (growing.value, growing.interval, growing.part("days_low")) == (None, None, None)


def test_trends_and_teams_have_their_range_when_asked(world: World) -> None:
    two = Window(date(2025, 3, 20), date(2025, 3, 22))
    plain = ask(world, "coverage_days", two, grain="day")
    ranged = ask(world, "coverage_days", two, grain="day", with_interval=True)
    assert [one.part("days_low") for one in plain] == [None, None]
    assert [one.part("days_low") for one in ranged] == [pytest.approx(3 * 28 / 15)] * 2
