"""How long the backlog lasts, and what moved it (semantics 4.7)."""

from datetime import date
from random import Random
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Window
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
