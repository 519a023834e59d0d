"""Those who answered against those who were served (semantics 8.9)."""

from datetime import date

import pytest

from metrics.intervals import wilson
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Window
from metrics.representation import representation
from tests.metrics.world import END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def split(**counts: int) -> list[Reading]:
    question = Question("volume", MARCH, split="tier")
    return [Reading(question, float(n), n, DataState.FRESH, None, member=name) for name, n in counts.items()]


def test_a_lopsided_sample_is_told_from_chance() -> None:
    gold, plain, silver = representation(split(gold=200, silver=300, plain=500), split(gold=60, silver=60, plain=80))
    assert (gold.member, gold.served_share, gold.answered_share, gold.is_real) == ("gold", 20.0, 30.0, True)
    assert gold.difference == pytest.approx(10.0)
    ends = wilson(60, 200)
    assert ends is not None
    assert gold.interval == pytest.approx((ends[0] - 20.0, ends[1] - 20.0))
    assert plain.difference == pytest.approx(-10.0)
    assert plain.is_real
    assert (silver.difference, silver.is_real) == (0.0, False)


def test_a_member_of_one_side_only_is_there_too() -> None:
    found = {one.member: one for one in representation(split(a=10), split(a=9, b=1))}
    assert (found["b"].served_share, found["b"].answered_share) == (0.0, 10.0)
    assert sum(one.difference or 0.0 for one in found.values()) == pytest.approx(0.0)


def test_nobody_served_or_nobody_answered_is_no_difference() -> None:
    assert representation((), split(a=1)) == ()
    (one,) = representation(split(a=10), ())
    assert (one.answered_share, one.difference, one.interval, one.is_real) == (None, None, None, None)


def test_it_takes_readings_as_the_desk_gives_them() -> None:
    world = World()
    for key in (1, 2, 3, 4):
        world.ticket(key, tier="gold" if key == 1 else "plain")
        world.status(key, "10 12:00", "resolved")
    world.survey(1, overall=5.0, ticket_key=1)
    world.refresh()
    asked = [Question(name, MARCH, split="tier") for name in ("resolve_events", "survey_valid")]
    found = measure(world.con, world.desk, asked, END)
    strata = {one.member: one.difference for one in representation(found[asked[0]], found[asked[1]])}
    assert strata == {"gold": 75.0, "plain": -75.0}
