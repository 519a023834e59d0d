"""Slices that are looked up: survey mode, who answered the case, tags (semantics 5.11, 5.12)."""

from dataclasses import replace
from datetime import date

import pytest

from metrics import facts
from metrics.drill import drill
from metrics.facts.fingerprint import of
from metrics.measure import measure
from metrics.model import NONE_LABEL, Question, Reading, Slice, Window
from metrics.problems import shares
from tests.metrics.world import DESK, END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def ask(world: World, question: Question) -> tuple[Reading, ...]:
    return measure(world.con, world.desk, [question], END)[question]


def by_member(world: World, metric: str, split: str) -> dict[str | None, tuple[float | None, int]]:
    return {one.member: (one.value, one.n) for one in ask(world, Question(metric, MARCH, split=split))}


def narrowed(world: World, metric: str, dimension: str, *values: str) -> Reading:
    return ask(world, Question(metric, MARCH, Slice(((dimension, values),))))[0]


def test_a_case_with_several_tags_counts_in_each() -> None:
    world = World()
    world.ticket(1, tags=["slow", "refund"])
    world.ticket(2, tags=["slow", "slow"])
    world.ticket(3, tags=None)
    world.ticket(4, tags=[])
    world.refresh()
    assert by_member(world, "volume", "tag") == {NONE_LABEL: (2.0, 2), "refund": (1.0, 1), "slow": (2.0, 2)}
    assert ask(world, Question("volume", MARCH))[0].value == 4.0  # the tags' counts add up to more


def test_a_tag_narrows_to_its_cases_once() -> None:
    world = World()
    world.ticket(1, tags=["slow", "refund"])
    world.ticket(2, tags=["slow"])
    world.ticket(3)
    world.refresh()
    assert narrowed(world, "volume", "tag", "slow").value == 2.0
    assert narrowed(world, "volume", "tag", "slow", "refund").value == 2.0
    assert narrowed(world, "volume", "tag", NONE_LABEL).value == 1.0
    assert narrowed(world, "volume", "tag", NONE_LABEL, "refund").value == 2.0
    assert narrowed(world, "volume", "tag", "unheard of").value == 0.0
    cases = drill(world.con, world.desk, Question("volume", MARCH, Slice.of(tag="slow")), END)
    assert sorted(case.key for case in cases) == [1, 2]


def test_the_backlog_has_tags_too() -> None:
    world = World()
    world.ticket(1, tags=["slow", "refund"])
    world.ticket(2, tags=["slow"])
    world.status(2, "10 12:00", "resolved")
    world.refresh()
    assert by_member(world, "backlog", "tag") == {"refund": (1.0, 1), "slow": (1.0, 1)}
    assert narrowed(world, "backlog", "tag", "slow").value == 1.0


def test_who_answered_tells_the_handler() -> None:
    world = World()
    for key in (1, 2, 3, 4):
        world.ticket(key)
    world.bot(1, "10 10:01")
    world.bot(2, "10 10:01")
    world.event(2, "10 10:02", "handoff")
    world.reply(2, "10 10:10")
    world.reply(3, "10 10:20")
    world.refresh()
    assert by_member(world, "volume", "handler") == {NONE_LABEL: (1.0, 1), "bot": (1.0, 1), "human": (2.0, 2)}
    assert narrowed(world, "volume", "handler", "bot").n == 1
    assert narrowed(world, "frt", "handler", "human").n == 2


def surveyed() -> World:
    world = World(DESK, csi_weights={"efficiency": 1.0})
    world.ticket(1)
    world.bot(1, "10 10:01")
    world.ticket(2, tags=["slow"])
    world.reply(2, "10 10:20")
    world.survey(1, dims={"efficiency": 5.0}, overall=5.0, mode="web", ticket_key=1)
    world.survey(2, dims={"efficiency": 2.0}, overall=2.0, mode="phone", ticket_key=2)
    world.survey(3, dims={"efficiency": 4.0}, overall=4.0)
    world.refresh()
    return world


@pytest.mark.parametrize("metric", ["csi", "overall_mean"])
def test_a_survey_is_sliced_by_how_it_was_taken(metric: str) -> None:
    world = surveyed()
    assert by_member(world, metric, "mode") == {NONE_LABEL: (4.0, 1), "phone": (2.0, 1), "web": (5.0, 1)}
    assert narrowed(world, metric, "mode", "phone").value == pytest.approx(2.0)
    assert narrowed(world, metric, "mode", "phone", NONE_LABEL).value == pytest.approx(3.0)


@pytest.mark.parametrize("metric", ["csi", "overall_mean"])
def test_a_survey_is_sliced_by_the_handler_and_tags_of_its_case(metric: str) -> None:
    world = surveyed()
    assert by_member(world, metric, "handler") == {NONE_LABEL: (4.0, 1), "bot": (5.0, 1), "human": (2.0, 1)}
    assert by_member(world, metric, "tag") == {NONE_LABEL: (4.5, 2), "slow": (2.0, 1)}
    assert narrowed(world, metric, "tag", "slow").value == pytest.approx(2.0)


def test_a_merged_case_has_the_tags_of_its_survivor() -> None:
    world = World()
    world.ticket(1, tags=["slow"])
    world.ticket(2, tags=["other"], merged_into=1)
    world.survey(1, overall=5.0, ticket_key=2)
    world.event(2, "10 16:00", "merge", 1)
    world.refresh()
    assert by_member(world, "volume", "tag") == {"slow": (1.0, 1)}
    assert by_member(world, "overall_mean", "tag") == {"slow": (5.0, 1)}


def test_a_ticket_has_no_survey_mode() -> None:
    world = World()
    world.ticket(1)
    world.refresh()
    with pytest.raises(ValueError, match="only survey KPIs can be sliced by it"):
        by_member(world, "volume", "mode")
    with pytest.raises(ValueError, match="only survey KPIs can be sliced by it"):
        narrowed(world, "frt", "mode", "phone")


def test_no_other_name_is_a_dimension() -> None:
    known = "unknown dimension 'mood'; known: team, .*, mode, handler, tag, issue, problem, problem.<level>, custom"
    with pytest.raises(ValueError, match=known):
        Slice.of(mood="good")


def test_common_issues_are_a_slice_of_every_kpi() -> None:
    world = World()
    for key, common in ((1, True), (2, False), (3, None)):
        world.ticket(key, is_common=common, customer_key=key)
        world.reply(key, "10 10:20")
        world.status(key, "10 12:00", "resolved")
    world.status(2, "11 12:00", "open")
    world.refresh()
    assert by_member(world, "fcr", "issue") == {NONE_LABEL: (100.0, 1), "common": (100.0, 1), "other": (0.0, 1)}
    assert narrowed(world, "fcr", "issue", "common").value == 100.0
    assert narrowed(world, "backlog", "issue", "other").value == 1.0


TREE = {"late": ("logistics",), "torn box": ("logistics", "damage"), "wrong bill": ("billing",)}


def problems() -> World:
    world = World(problem_types=TREE)
    facts.create(world.con, world.desk)
    for key, category in enumerate(("late", "late", "torn box", "wrong bill", "other", None), start=1):
        world.ticket(key, category=category)
    world.survey(1, overall=2.0, ticket_key=1)
    world.survey(2, overall=4.0, ticket_key=3)
    world.refresh()
    return world


def test_a_category_counts_under_its_problem_type() -> None:
    world = problems()
    assert by_member(world, "volume", "problem") == {NONE_LABEL: (2.0, 2), "billing": (1.0, 1), "logistics": (3.0, 3)}
    second = by_member(world, "volume", "problem.2")
    assert second == {NONE_LABEL: (2.0, 2), "billing": (1.0, 1), "damage": (1.0, 1), "logistics": (2.0, 2)}
    assert by_member(world, "overall_mean", "problem")["logistics"] == (3.0, 2)
    assert narrowed(world, "backlog", "problem", "logistics").n == 3
    assert narrowed(world, "volume", "problem.2", "damage").n == 1


def test_problem_types_have_shares() -> None:
    world = problems()
    found = shares(ask(world, Question("volume", MARCH, split="problem")))
    assert [(one.member, one.n, round(one.share, 1)) for one in found] == [
        ("logistics", 3, 50.0), (NONE_LABEL, 2, 33.3), ("billing", 1, 16.7),
    ]  # fmt: skip
    assert shares(()) == ()


def test_another_tree_changes_no_fact_and_counts_at_once() -> None:
    world = problems()
    facts.create(world.con, replace(world.desk, problem_types={"other": ("rest",)}))
    assert by_member(world, "volume", "problem") == {NONE_LABEL: (5.0, 5), "rest": (1.0, 1)}
    assert of(replace(world.desk, problem_types={})) == of(world.desk)


def test_the_tree_has_levels_from_two_on() -> None:
    world = problems()
    for wrong in ("problem.1", "problem.x", "problem."):
        with pytest.raises(ValueError, match="unknown level"):
            by_member(world, "volume", wrong)
