"""Cohorts: who was never answered, who may still come back, which KPIs know no creation (semantics 1.6, 4.3, 4.5)."""

from datetime import date

import pytest

from metrics.measure import measure
from metrics.model import Question, Reading, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
NOW = at("20 10:00")


def ask(world: World, question: Question) -> Reading:
    return measure(world.con, world.desk, [question], NOW)[question][0]


def waiting() -> World:
    """One answered after 10 min, one resolved in silence after 20, one still waiting, one contained by the bot."""
    world = World()
    for key in (1, 2, 3, 4):
        world.ticket(key, "10 10:00")
    world.reply(1, "10 10:10")
    world.status(2, "10 10:20", "resolved")
    world.bot(4, "10 10:01")
    world.status(4, "10 10:05", "closed")
    world.refresh(NOW)
    return world


@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_cases_resolved_in_silence_are_a_share_of_the_cohort(clock: str) -> None:
    found = ask(waiting(), Question("frt_km", MARCH, clock="business" if clock == "business" else "calendar"))
    assert (found.n, found.part("answered"), found.part("censored")) == (3, 1, 2)
    assert found.part("unanswered") == 1
    assert found.part("unanswered_share") == pytest.approx(100 / 3)


def test_a_cohort_of_nobody_has_no_share_of_silence() -> None:
    found = ask(waiting(), Question("frt_km", Window(date(2025, 2, 1), date(2025, 3, 1))))
    assert (found.part("unanswered"), found.part("unanswered_share")) == (0, None)


@pytest.mark.parametrize("name", ["resolve_events", "reopen_events", "csi", "csi_complete_case", "dimension_top2"])
def test_a_kpi_that_knows_no_creation_says_so(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} has no cohort by creation"):
        ask(World(), Question(name, MARCH, basis="created", parameter="clarity"))


def test_cases_resolved_in_the_last_week_may_still_be_reopened() -> None:
    world = World()
    for key, resolved in ((1, "13 10:00"), (2, "13 10:00:01"), (3, "19 10:00")):
        world.ticket(key)
        world.status(key, resolved, "resolved")
    world.status(3, "19 11:00", "open")
    world.refresh(NOW)
    found = ask(world, Question("reopen_rate", MARCH))
    assert (found.n, found.part("passed"), found.part("provisional")) == (3, 1, 2)
    assert ask(world, Question("reopen_rate", Window(date(2025, 3, 1), date(2025, 3, 10)))).part("provisional") == 0
