"""Stages, hand-overs, complaints and work lists in random worlds: stepwise as at once, lists as long as figures."""

from datetime import date, timedelta
from random import Random

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Window
from tests.metrics.random_world import N_TICKETS, Loader, when
from tests.metrics.world import DESK, World, at

pytestmark = pytest.mark.oracle

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
STAGES = tuple(("stage_time", f"{name}/{stage.key}") for name, way in DESK.stages.items() for stage in way)
OTHERS = (
    ("transfer_handling", None),
    ("time_elsewhere", None),
    ("department_response", "tech"),
    ("department_escalations", "tech/4"),
    ("transfers_per_ticket", None),
    ("first_owner_share", None),
    ("unassigned", None),
    ("complaint_rate", None),
    ("second_complaints", None),
    ("slow_complaint_followup", None),
)
QUESTIONS = tuple(
    Question(metric, MARCH, parameter=parameter, clock="business" if metric == "time_elsewhere" else "calendar")
    for metric, parameter in (*STAGES, *OTHERS)
)


def _assign(world: World, random: Random) -> None:
    world.event(random.randrange(1, N_TICKETS + 1), when(random), "assign", random.choice(("a1", "a2", None)))
    world.con.execute(
        "UPDATE ticket_event SET dept = ?, actor = ? WHERE event_key = ?",
        [random.choice(("sales", "tech", None)), random.choice(("a1", None)), world._seq],
    )


def _figures(world: World, question: Question, number: int) -> tuple[Reading, int]:
    as_of = at("10 00:00") + timedelta(days=3 * number)
    found = measure(world.con, world.desk, [question], as_of)[question][0]
    return found, len(drill(world.con, world.desk, question, as_of))


@pytest.mark.parametrize("seed", range(3))
def test_batches_give_the_figures_of_everything_at_once(seed: int) -> None:
    random, world = Random(seed), World(DESK)
    loader = Loader(world, random)
    for number in (1, 2, 3):
        loader.batch(40)
        for _ in range(12):
            _assign(world, random)
        world.con.execute("UPDATE ticket SET type = 'complaint', tags = ['slow_response'] WHERE ticket_key % 2 = 0")
        for key in range(1, N_TICKETS + 1):
            world.touch(key)
        world.refresh(at("10 00:00") + timedelta(days=3 * number))
    stepwise = [_figures(world, question, 3) for question in QUESTIONS]
    world.rebuild(at("10 00:00") + timedelta(days=9))
    assert [_figures(world, question, 3) for question in QUESTIONS] == stepwise
    assert [found.n for found, _ in stepwise] == [length for _, length in stepwise]
    assert sum(found.n > 0 for found, _ in stepwise) > len(QUESTIONS) // 4
