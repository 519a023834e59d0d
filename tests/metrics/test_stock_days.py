"""Days that ended within the backlog limit, by hand (semantics 1.10, 4.7; R-005)."""

from datetime import date
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Level, Question, Reading, Target, Window
from metrics.verdict import judge, target_for
from tests.metrics.world import World, at

NOW = at("14 12:00")
WEEK = Window(date(2025, 3, 10), date(2025, 3, 17))


@pytest.fixture(scope="module")
def world() -> World:
    """Open at the ends of 11, 12, 13 March and at noon of the 14th: 1, 3, 2, 2; team A has one from the 12th on."""
    made = World()
    made.ticket(1, "11 10:00")
    made.ticket(2, "12 10:00")
    made.ticket(3, "12 10:00", team="A")
    made.status(1, "13 00:00", "resolved")
    made.refresh(NOW)
    return made


def ask(world: World, limit: str | None, window: Window = WEEK, **more: Any) -> tuple[Reading, ...]:
    question = Question("backlog_days_met", window, parameter=limit, **more)
    return measure(world.con, world.desk, [question], NOW)[question]


def counts(one: Reading) -> tuple[float | int | None, float | int | None]:
    return one.part("days_met"), one.part("days")


def test_days_at_the_limit_are_within_it_and_the_days_before_the_data_are_not_judged(world: World) -> None:
    (found,) = ask(world, "2")
    assert (found.value, found.n, counts(found)) == (75.0, 2, (3, 4))
    question = Question("backlog_days_met", WEEK, parameter="2")
    assert [case.ticket for case in drill(world.con, world.desk, question, NOW)] == ["2", "3"]


def test_all_time_is_from_the_first_case_until_now(world: World) -> None:
    assert counts(ask(world, "1", Window(None, None))[0]) == (1, 4)


def test_a_trend_has_a_day_each_and_none_for_what_has_not_begun(world: World) -> None:
    days = ask(world, "2", grain="day")
    assert [one.value for one in days] == [None, 100.0, 0.0, 100.0, 100.0, None, None]
    assert [one.state for one in days][:2] == [DataState.EMPTY, DataState.FRESH]


def test_an_hour_that_ends_no_day_has_no_value(world: World) -> None:
    found = ask(world, "2", Window(date(2025, 3, 12), date(2025, 3, 13)), grain="hour")
    assert [one.value for one in found] == [None] * 23 + [0.0]


def test_a_team_is_judged_on_the_days_of_the_desk(world: World) -> None:
    found = {one.member: counts(one) for one in ask(world, "0", split="team")}
    assert found == {"A": (1, 4), "(none)": (0, 4)}


def test_it_can_be_a_goal(world: World) -> None:
    goal = Target("backlog_days_met", 90.0, parameter="2")
    (found,) = ask(world, "2")
    verdict = judge(found, target_for(found, [goal]), "higher")
    assert (verdict.met, verdict.level) == (False, Level.WARN)
    assert target_for(ask(world, "3")[0], [goal]) is None


@pytest.mark.parametrize("limit", [None, "few"])
def test_a_limit_that_is_no_number_is_told(world: World, limit: str | None) -> None:
    with pytest.raises(ValueError, match="backlog_days_met needs a number as parameter, got"):
        ask(world, limit)
