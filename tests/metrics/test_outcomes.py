"""How cases ended, by mark and by survey; what the bot did (semantics 4.6, 4.15, 4.17, 12.10)."""

from datetime import date, datetime
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
LATER = at("30 10:00")


def ask(world: World, metric: str, as_of: datetime = LATER, **more: Any) -> Reading:
    question = Question(metric, MARCH, **more)
    return measure(world.con, world.desk, [question], as_of)[question][0]


def listed(world: World, metric: str) -> list[int]:
    return sorted(case.key for case in drill(world.con, world.desk, Question(metric, MARCH), LATER))


def ended(*cases: tuple[str | None, dict[str, Any]]) -> World:
    """Return a world with tickets 1, 2, ... created 10 March 10:00: when they were resolved, and their marks."""
    world = World()
    for key, (resolved, marks) in enumerate(cases, 1):
        world.ticket(key, "10 10:00", **marks)
        if resolved:
            world.status(key, resolved, "resolved")
    world.refresh(LATER)
    return world


def test_marked_cases_make_the_resolution_rate_and_unmarked_ones_stand_beside() -> None:
    good, bad = {"resolution_kind": "resolved"}, {"resolution_kind": "unresolved"}
    world = ended(("10 11:00", good), ("11 11:00", good), ("11 11:00", bad), ("11 11:00", {}), (None, good))
    found = ask(world, "resolution_rate")
    assert (found.value, found.n, found.part("unmarked")) == pytest.approx((200 / 3, 3, 1))
    assert listed(world, "resolution_rate") == [1, 2, 3]


def test_without_marks_there_is_no_resolution_rate() -> None:
    found = ask(ended(("10 11:00", {})), "resolution_rate")
    assert (found.value, found.n, found.part("unmarked")) == (None, 0, 1)


def test_complete_solutions_are_counted_among_marked_resolved_cases() -> None:
    world = ended(
        ("10 11:00", {"solution_complete": True}),
        ("10 11:00", {"solution_complete": False}),
        ("10 11:00", {"solution_complete": False, "resolution_kind": "unresolved"}),
        ("10 11:00", {}),
        (None, {"solution_complete": True}),
    )
    found = ask(world, "complete_share")
    assert (found.value, found.n, found.part("unmarked")) == (50.0, 2, 1)
    assert listed(world, "complete_share") == [1, 2]


def test_complete_solutions_belong_to_the_last_resolution() -> None:
    world = ended(("2025-04-01 00:00:00", {"solution_complete": True}))
    world.rebuild(at("2025-04-05 00:00:00"))
    assert ask(world, "complete_share").n == 0


def rated(*answers: dict[str, Any]) -> World:
    world = World()
    for key, answer in enumerate(answers, 1):
        world.survey(key, "11 10:00", customer_key=key, **answer)
    world.refresh(LATER)
    return world


@pytest.mark.parametrize(
    ("metric", "field", "method"),
    [
        ("fcr_survey", "solved_first", "wilson by customer"),
        ("survey_confirmed", "resolved_confirmed", "wilson"),
    ],
)
def test_a_share_of_answers_leaves_the_unanswered_out(metric: str, field: str, method: str) -> None:
    world = rated({field: True}, {field: True}, {field: False}, {field: None}, {field: True, "seconds": 5.0})
    found = ask(world, metric)
    assert (found.value, found.n, found.part("passed")) == pytest.approx((200 / 3, 3, 2))
    assert found.method == method
    assert listed(world, metric) == [1, 2, 3]


def test_effort_is_a_mean_of_answers() -> None:
    world = rated({"effort": 2.0}, {"effort": 4.5}, {})
    found = ask(world, "ces")
    assert (found.value, found.n) == (3.25, 2)
    assert listed(world, "ces") == [1, 2]


def helped(world: World, key: int, *lines: tuple[str, str], created: str = "10 10:00", **ticket: Any) -> None:
    """Write a ticket the bot answered a minute after creation, and what followed (time on its day or full, what)."""
    values = {"customer_key": key, "category": "x", **ticket}
    world.ticket(key, created, **values)
    world.bot(key, f"{created[:-2]}01")
    for when, what in lines:
        moment = when if " " in when else f"{created[:2]} {when}"
        if what == "agent":
            world.reply(key, moment)
        elif what == "handoff":
            world.event(key, moment, what)
        else:
            world.status(key, moment, what)


def test_three_shares_of_what_the_bot_did() -> None:
    world = World()
    helped(world, 1, ("10:05", "closed"))
    helped(world, 2, ("10:05", "agent"), ("10:06", "closed"))
    helped(world, 3, ("10:05", "handoff"), ("10:06", "closed"))
    helped(world, 4)
    world.ticket(5, "10 10:00")
    world.reply(5, "10 10:01")
    world.refresh(LATER)
    involved, contained, confirmed = (
        ask(world, f"ai_{name}") for name in ("involvement", "containment", "confirmed")
    )
    assert (involved.value, involved.n) == (80.0, 5)
    assert (contained.value, contained.n) == (25.0, 4)
    assert (confirmed.value, confirmed.n, confirmed.part("immature")) == pytest.approx((100 / 3, 3, 1))
    assert listed(world, "ai_involvement") == [1, 2, 3, 4, 5]
    assert listed(world, "ai_containment") == [1, 2, 3, 4]
    assert listed(world, "ai_confirmed") == [1, 2, 3]


def test_a_bot_after_a_person_is_involved_too() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:01")
    world.bot(1, "10 10:02")
    world.refresh(LATER)
    assert ask(world, "ai_involvement").value == 100.0


def test_who_comes_back_was_not_helped() -> None:
    world = World()
    helped(world, 1, ("10:05", "closed"))
    world.ticket(2, "12 10:00", customer_key=1, category="x")
    helped(world, 3, ("10:05", "closed"), ("12 10:00", "open"), ("12 10:05", "closed"))
    helped(world, 4, ("10:05", "closed"), ("20 10:00", "open"), ("20 10:05", "closed"))
    helped(world, 5, ("10:05", "closed"))
    world.ticket(6, "12 10:00", customer_key=5, category="y")
    world.refresh(LATER)
    values = {case.key: case.value for case in drill(world.con, world.desk, Question("ai_confirmed", MARCH), LATER)}
    assert values == {1: 0.0, 3: 0.0, 4: 100.0, 5: 100.0}


def test_a_young_case_and_an_unknown_customer_count_neither_way() -> None:
    world = World()
    helped(world, 1, ("10:05", "closed"))
    helped(world, 2, ("10:05", "closed"), customer_key=None)
    world.refresh(at("17 10:04"))
    young = ask(world, "ai_confirmed", at("17 10:04"))
    assert (young.value, young.n, young.part("immature"), young.part("unlinkable")) == (None, 0, 1, 1)
    world.refresh(at("17 10:05"))
    assert ask(world, "ai_confirmed", at("17 10:05")).value == 100.0


def test_an_automatic_acknowledgement_is_no_answer_of_the_bot() -> None:
    world = World()
    world.ticket(1, "10 10:00")
    world.message(1, "10 10:00:01", "bot", "robot", is_auto=True)
    world.refresh(LATER)
    assert ask(world, "ai_involvement").value == 0.0


def test_the_bots_speed_is_a_median() -> None:
    world = World()
    for key, second in ((1, "10:00:06"), (2, "10:00:12"), (3, "10:05:00")):
        world.ticket(key, "10 10:00")
        world.bot(key, f"10 {second}")
    world.refresh(LATER)
    found = ask(world, "ai_response")
    assert (found.value, found.n) == pytest.approx((0.2, 3))
    assert found.part("mean") == pytest.approx((0.1 + 0.2 + 5) / 3)
    assert ask(world, "ai_response", quantile=0.0).value == pytest.approx(0.1)


def test_effort_is_told_with_its_scale_and_out_of_it_is_missing() -> None:
    seven = {"effort_min": 1.0, "effort_max": 7.0}
    world = rated({"effort": 2.0, **seven}, {"effort": 7.0, **seven}, {"effort": 8.0, **seven}, {"overall": 5.0})
    found = ask(world, "ces")
    assert (found.value, found.n) == pytest.approx((4.5, 2))
    assert (found.part("scale_min"), found.part("scale_max")) == (1.0, 7.0)
    assert world.rows("SELECT response_key FROM fact_survey WHERE n_out_of_range = 1") == [(3,)]


def test_efforts_on_two_scales_have_no_mean() -> None:
    world = rated(
        {"effort": 2.0, "effort_min": 1.0, "effort_max": 7.0}, {"effort": 2.0, "effort_min": 1.0, "effort_max": 5.0}
    )
    found = ask(world, "ces")
    assert (found.value, found.n, found.state) == (None, 2, DataState.ERROR)
    assert found.method == "error:scales from 1-1 to 5-7"


@pytest.fixture(scope="module")
def loyal() -> World:
    """Customers with a mean rating of 4.6, 4.3, 4.299 and 1."""
    world = World()
    ten: dict[str, Any] = {"scale_min": 0.0, "scale_max": 10.0}
    given: tuple[tuple[int | None, float | None, dict[str, Any]], ...] = (
        (1, 5.0, {}), (1, 4.2, {}),  # 4.6 is tier 5
        (2, 8.25, ten),  # 1 + 4 * .825 = 4.3 is tier 4
        (3, 4.299, {}), (4, 1.0, {}), (4, None, {}), (None, 5.0, {}),
    )  # fmt: skip
    for key, (customer, overall, scale) in enumerate(given, 1):
        world.survey(key, "11 10:00", customer_key=customer, ticket_key=None, overall=overall, rules=[], **scale)
    world.refresh(LATER)
    return world


@pytest.mark.parametrize(("tier", "value", "passed"), [("5", 25.0, 1), ("4", 25.0, 1), ("lt4", 50.0, 2)])
def test_customers_belong_to_the_tier_of_their_mean_rating(
    loyal: World, tier: str, value: float, passed: int
) -> None:
    question = Question("loyalty_share", MARCH, parameter=tier)
    found = measure(loyal.con, loyal.desk, [question], LATER)[question][0]
    assert (found.value, found.n, found.part("customers"), found.part("passed")) == (value, 5, 4, passed)
    assert len(drill(loyal.con, loyal.desk, question, LATER)) == 5


def test_tiers_are_the_settings_own() -> None:
    world = World(loyalty={"gold": 4.5, "silver": 3.0})
    world.survey(1, "11 10:00", customer_key=1, overall=4.0)
    world.refresh(LATER)
    asked = [Question("loyalty_share", MARCH, parameter=tier) for tier in ("gold", "silver", "ltsilver", "5")]
    found = measure(world.con, world.desk, asked, LATER)
    assert [found[question][0].value for question in asked] == [0.0, 100.0, 0.0, None]
    assert found[asked[-1]][0].method == "error:no tier '5'; known: gold, silver, ltsilver"
