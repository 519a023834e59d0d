"""Surveys of merged cases, and weighted figures over the answers that carry a weight (semantics 2.6, 12.10)."""

from datetime import date
from decimal import Decimal

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Window
from tests.metrics.world import END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def ask(world: World, question: Question) -> tuple[Reading, ...]:
    return measure(world.con, world.desk, [question], END)[question]


def test_a_survey_of_a_merged_ticket_has_the_survivors_declared_attribute() -> None:
    world = World()
    world.ticket(1, custom='{"plan": "pro"}')
    world.ticket(2, custom='{"plan": "basic"}')
    world.event(2, "10 11:00", "merge", 1)
    world.survey(5, "10 12:00", ticket_key=2, overall=4.0)
    world.refresh()
    members = ask(world, Question("csat", MARCH, split="custom.plan"))
    assert [(one.member, one.n) for one in members] == [("pro", 1)]
    assert ask(world, Question("csat", MARCH, Slice((("custom.plan", ("basic",)),))))[0].n == 0


@pytest.mark.parametrize("metric", ["nps_weighted", "overall_mean_weighted"])
def test_an_answer_without_weight_is_not_counted_in_a_weighted_figure(metric: str) -> None:
    world = World()
    world.survey(1, nps=10, overall=5.0, weight=Decimal("3"))
    world.survey(2, nps=0, overall=1.0, weight=Decimal("1"))
    world.survey(3, nps=0, overall=1.0, weight=None)
    world.refresh()
    question = Question(metric, MARCH)
    (reading,) = ask(world, question)
    assert (reading.value, reading.n) == ({"nps_weighted": 50.0, "overall_mean_weighted": 4.0}[metric], 2)
    assert len(drill(world.con, world.desk, question, END)) == 2
