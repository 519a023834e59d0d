"""From the served customer to the valid answer: invitations, response, coverage (semantics 5.8)."""

from dataclasses import replace
from datetime import date

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Slice, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
APRIL = Window(date(2025, 4, 1), date(2025, 5, 1))
NOW = at("2025-05-20 00:00:00")


def served(world: World, key: int, customer: int | None, **more: object) -> None:
    world.ticket(key, "10 10:00", customer_key=customer, **more)
    world.status(key, "10 11:00", "resolved")


@pytest.fixture(scope="module")
def world() -> World:
    """Five resolutions of four customers in March; four invitations, two answered, one of those too quickly."""
    made = World()
    for key, customer in ((1, 1), (2, 1), (3, 2), (4, 3), (5, 4), (6, None)):
        served(made, key, customer, team="A" if key < 4 else "B")
    made.survey(1, "12 10:00", ticket_key=1, customer_key=1, overall=5.0, offered_at=at("11 10:00"), mode="sms")
    made.survey(2, "12 10:00", ticket_key=2, seconds=5.0, overall=5.0, offered_at=at("11 10:00"), mode="sms")
    made.survey(3, None, ticket_key=3, offered_at=at("11 10:00"), mode="web")  # nobody answered
    made.survey(4, None, ticket_key=4, offered_at=at("31 23:59"), mode="web")
    made.survey(5, None, ticket_key=5, offered_at=at("2025-04-01 00:00:00"))  # midnight belongs to April
    made.refresh(NOW)
    return made


def ask(world: World, metric: str, window: Window = MARCH, **by: str) -> Reading:
    question = Question(metric, window, Slice.of(**by))
    found = measure(world.con, world.desk, [question], NOW)[question][0]
    assert len(drill(world.con, world.desk, question, NOW)) == found.n
    return found


def test_invitations_count_by_their_sending_answered_or_not(world: World) -> None:
    assert [ask(world, "survey_invited", window).value for window in (MARCH, APRIL)] == [4.0, 1.0]
    assert ask(world, "survey_invited", mode="web").value == 2.0
    assert ask(world, "survey_invited", team="B").value == 1.0


def test_an_unanswered_invitation_is_no_survey(world: World) -> None:
    assert ask(world, "survey_received", Window(None, None)).value == 2.0
    assert world.rows("SELECT response_key FROM fact_survey ORDER BY 1") == [(1,), (2,)]


def test_response_and_valid_rate(world: World) -> None:
    rate, valid = ask(world, "response_rate"), ask(world, "valid_rate")
    assert (rate.value, rate.n, rate.part("received"), rate.part("valid")) == (50.0, 4, 2, 1)
    assert (valid.value, valid.n) == (50.0, 2)
    assert [valid.part(rule) for rule in ("speeder", "contradictory", "duplicate", "passed")] == [1, 0, 0, 1]
    assert ask(world, "response_rate", mode="sms").value == 100.0
    assert ask(world, "response_rate", mode="web").value == 0.0


def test_coverage_is_of_customers_not_of_cases(world: World) -> None:
    found = ask(world, "survey_coverage")
    assert (found.value, found.n) == (75.0, 5)  # customers 1, 2, 3 invited of 1, 2, 3, 4
    assert {name: found.part(name) for name in ("served", "invited", "valid")} == {
        "served": 4, "invited": 3, "valid": 1,
    }  # fmt: skip


@pytest.mark.parametrize("metric", ["response_rate", "survey_coverage", "survey_invited"])
def test_without_invitations_it_is_empty_not_0(metric: str) -> None:
    made = World()
    served(made, 1, 1)
    made.survey(1, "12 10:00", ticket_key=1, overall=5.0)
    made.refresh(NOW)
    found = ask(made, metric)
    assert (found.value or None, found.state) == (None, DataState.EMPTY)


def test_a_funnel_that_grows_is_an_error() -> None:
    made = World()
    served(made, 1, 1)
    made.survey(1, "12 10:00", ticket_key=1, overall=5.0, offered_at=at("11 10:00"))
    made.survey(2, "12 10:00", customer_key=9, overall=5.0)
    made.survey(3, None, customer_key=10, offered_at=at("11 10:00"))
    made.survey(4, "12 10:00", customer_key=11, overall=5.0)
    made.refresh(NOW)
    rate, coverage = ask(made, "response_rate"), ask(made, "survey_coverage")
    assert (rate.value, rate.state, rate.method) == (None, DataState.ERROR, "error:received>invited")
    assert (coverage.value, coverage.state, coverage.method) == (None, DataState.ERROR, "error:invited>served")


def test_invitations_of_spam_leave_and_later_ones_wait() -> None:
    made = World()
    made.ticket(1, customer_key=1, is_spam=True)
    made.survey(1, None, ticket_key=1, offered_at=at("11 10:00"))
    made.survey(2, "14 10:00", customer_key=2, overall=4.0, offered_at=at("12 10:00"))
    made.refresh(at("11 12:00"))
    assert made.rows("SELECT offer_key FROM fact_offer") == []
    made.refresh(at("13 00:00"))
    assert made.rows("SELECT offer_key FROM fact_offer") == [(2,)]
    assert made.rows("FROM fact_survey") == []
    made.refresh(at("15 00:00"))
    assert made.rows("SELECT response_key FROM fact_survey") == [(2,)]
    made.ticket(1, customer_key=1)
    made.refresh(at("15 00:00"))
    assert made.rows("SELECT offer_key, case_key, customer_key FROM fact_offer ORDER BY 1") == [
        (1, 1, 1),
        (2, None, 2),
    ]


def test_an_answer_turns_an_invitation_into_a_survey() -> None:
    made = World()
    made.survey(1, None, customer_key=1, offered_at=at("11 10:00"))
    made.refresh(at("12 00:00"))
    assert made.rows("FROM fact_survey") == []
    made.survey(1, "11 12:00", {"a": 4.0}, customer_key=1, offered_at=at("11 10:00"))
    made.refresh(at("12 00:00"))
    assert made.row("SELECT count(*), (SELECT count(*) FROM fact_offer) FROM fact_survey") == (1, 1)


def test_an_undated_answer_without_scores_but_with_a_dimension_is_received() -> None:
    made = World()
    made.survey(1, None, {"a": 4.0}, offered_at=at("11 10:00"))
    made.survey(2, None, {"a": None}, offered_at=at("11 10:00"))
    made.refresh(at("12 00:00"))
    assert made.rows("SELECT response_key FROM fact_survey") == [(1,)]


def test_splits_keep_each_stage_of_the_funnel_together(world: World) -> None:
    question = Question("response_rate", MARCH, split="mode")
    found = measure(world.con, world.desk, [question, replace(question, split="team")], NOW)
    assert [(one.member, one.value, one.n) for one in found[question]] == [("sms", 100.0, 2), ("web", 0.0, 2)]
    assert [(one.member, one.n) for one in found[replace(question, split="team")]] == [("A", 3), ("B", 1)]


def test_the_same_answer_everywhere_is_told_and_stays_in() -> None:
    world = World(csi_weights={"a": 0.5, "b": 0.3, "c": 0.2})
    world.survey(1, dims={"a": 5.0, "b": 5.0, "c": 5.0})
    world.survey(2, dims={"a": 5.0, "b": 4.0, "c": 5.0})
    world.survey(3, dims={"a": 5.0, "b": 5.0, "c": None})
    world.survey(4, dims={"a": 3.0, "b": 3.0, "c": 3.0, "d": 9.0})  # d is outside the scale
    world.survey(5, dims={"a": 2.0, "b": 2.0, "c": 2.0}, seconds=5.0)
    world.refresh(NOW)
    found = ask(world, "straight_lined")
    assert found.value == pytest.approx(200 / 3)
    assert (found.n, found.part("passed"), found.method) == (3, 2, "wilson")
    assert ask(world, "csi").n == 4
