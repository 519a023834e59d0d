"""Surveys by hand (semantics 5.2, 12.2, 12.5; golden CSI cases at fact level)."""

from typing import Any

import pytest

from tests.metrics.world import World, at


def dropped(world: World) -> list[tuple[Any, ...]]:
    return world.rows("SELECT response_key, dropped_by FROM fact_survey ORDER BY 1")


def test_less_than_thirty_seconds_is_a_speeder() -> None:
    world = World()
    for key, seconds in ((1, 29.9), (2, 30.0), (3, None)):
        world.survey(key, customer_key=key, seconds=seconds)
    world.refresh()
    assert dropped(world) == [(1, "speeder"), (2, None), (3, None)]


ANSWERED: dict[int, tuple[float | None, dict[str, float | None], str | None]] = {
    1: (5.0, {"a": 1.0, "b": 2.0}, "contradictory"),
    2: (1.0, {"a": 5.0, "b": 4.0}, "contradictory"),
    3: (5.0, {"a": 2.0, "b": 4.0}, None),
    4: (5.0, {"a": None, "b": 2.0}, "contradictory"),
    5: (5.0, {"a": None}, None),
    6: (5.0, {}, None),
    7: (3.0, {"a": 1.0}, None),
    8: (None, {"a": 1.0}, None),
}


@pytest.fixture(scope="module")
def answered() -> World:
    """Surveys with an overall answer and others; 11 and 12 answered from 0 to 10."""
    world = World()
    for key, (overall, dims, _) in ANSWERED.items():
        world.survey(key, dims=dims, overall=overall, customer_key=key)
    for key, overall in ((11, 10.0), (12, 7.0)):
        world.survey(key, overall=overall, customer_key=key, scale_min=0.0, scale_max=10.0)
        world.insert("survey_answer", response_key=key, dimension="a", score=0.0, scale_min=0.0, scale_max=10.0)
    world.refresh()
    return world


@pytest.mark.parametrize("key", ANSWERED)
def test_overall_against_all_answers_is_contradictory(answered: World, key: int) -> None:
    assert dict(dropped(answered))[key] == ANSWERED[key][2]


def test_out_of_scale_is_missing_and_counted_the_overall_too() -> None:
    world = World()
    world.survey(1, dims={"a": 9.0, "b": 4.5, "c": None}, overall=0.0, nps=11)
    world.refresh()
    assert world.row("SELECT n_out_of_range, overall_milli, nps, dropped_by FROM fact_survey") == (
        3,
        None,
        None,
        None,
    )
    assert world.rows("SELECT dimension, score_milli FROM fact_answer") == [("b", 4500)]


def test_an_out_of_scale_overall_contradicts_nothing() -> None:
    world = World()
    world.survey(1, dims={"a": 1.0}, overall=6.0)
    world.refresh()
    assert dropped(world) == [(1, None)]


def test_of_duplicates_the_latest_stays() -> None:
    world = World()
    world.ticket(1)
    world.survey(1, "11 10:00", ticket_key=1, customer_key=7)
    world.survey(2, "12 10:00", ticket_key=1, customer_key=7)
    world.survey(3, "13 10:00", ticket_key=1, customer_key=8)
    world.refresh()
    assert dropped(world) == [(1, "duplicate"), (2, None), (3, None)]


def test_one_null_of_the_pair_is_a_value_two_are_none() -> None:
    world = World()
    for key, customer in ((1, 7), (2, 7), (3, None), (4, None)):
        world.survey(key, f"1{key} 10:00", customer_key=customer)
    world.refresh()
    assert dropped(world) == [(1, "duplicate"), (2, None), (3, None), (4, None)]


def test_a_dropped_survey_makes_no_duplicate() -> None:
    world = World()
    world.survey(1, "11 10:00", customer_key=7)
    world.survey(2, "12 10:00", customer_key=7, seconds=5.0)
    world.refresh()
    assert dropped(world) == [(1, None), (2, "speeder")]


def test_a_source_says_which_rules_are_on() -> None:
    world = World()
    world.survey(1, dims={"a": 1.0}, overall=5.0, seconds=5.0, rules=["duplicate"])
    world.survey(2, dims={"a": 1.0}, overall=5.0, rules=["contradictory"])
    world.refresh()
    assert dropped(world) == [(1, None), (2, "contradictory")]


def test_answers_of_dropped_surveys_are_left_out() -> None:
    world = World()
    world.survey(1, dims={"a": 4.0}, seconds=5.0)
    world.refresh()
    assert world.rows("FROM fact_answer") == []


def test_dimensions_come_from_the_case_else_from_the_survey() -> None:
    world = World()
    world.ticket(1, team="A", category="x")
    world.survey(1, ticket_key=1, team="T")
    world.survey(2, ticket_key=99, team="T", agent="anna")
    world.refresh()
    assert world.rows(
        "SELECT s.case_key, t.label, g.label FROM fact_survey s"
        " JOIN member t ON t.dimension = 'team' AND t.member_id = s.team"
        " JOIN member g ON g.dimension = 'agent' AND g.member_id = s.agent ORDER BY response_key"
    ) == [(1, "A", "(none)"), (None, "T", "anna")]


def test_a_survey_follows_its_ticket_into_the_survivor() -> None:
    world = World()
    world.ticket(1, merged_into=2)
    world.ticket(2, team="B")
    world.survey(1, "11 10:00", ticket_key=1, customer_key=7)
    world.survey(2, "12 10:00", ticket_key=2, customer_key=7)
    world.refresh()
    assert world.rows("SELECT response_key, ticket_key, case_key, dropped_by FROM fact_survey ORDER BY 1") == [
        (1, 1, 2, "duplicate"),
        (2, 2, 2, None),
    ]


def test_a_case_that_moves_takes_its_surveys_along() -> None:
    world = World()
    for key in range(1, 20):
        world.ticket(key, team="A")
    world.survey(1, ticket_key=1, dims={"a": 4.0})
    world.refresh()
    world.ticket(1, team="B")
    world.refresh()
    sql = "SELECT label FROM {} f JOIN member m ON m.dimension = 'team' AND m.member_id = f.team"
    assert world.row(sql.format("fact_survey")) == world.row(sql.format("fact_answer")) == ("B",)


def test_a_survey_of_the_future_waits() -> None:
    world = World()
    world.survey(1, "12 10:00")
    world.refresh(at("11 10:00"))
    assert dropped(world) == []
    world.refresh(at("12 10:00"))
    assert dropped(world) == [(1, None)]
    assert world.rows("FROM awaited_survey") == []


def test_an_undated_survey_counts_without_a_day() -> None:
    world = World()
    world.survey(1, None, dims={"a": 4.0})
    world.refresh()
    assert world.row("SELECT submitted_at, submitted_day FROM fact_survey") == (None, None)
    assert len(world.rows("FROM fact_answer")) == 1


@pytest.mark.parametrize(("key", "rule"), [(11, "contradictory"), (12, None)])
def test_other_scales_use_the_upper_and_lower_quarter(answered: World, key: int, rule: str | None) -> None:
    assert dict(dropped(answered))[key] == rule
