"""Answers on other scales are converted to 1-5 once, and nothing is rounded on the way (semantics 1.11, 5.3, 5.5)."""

from datetime import date
from functools import cache

import pytest

from metrics.measure import measure
from metrics.model import Question, Reading, Window
from metrics.survey import FIVE
from tests.metrics.world import DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
EXACT = 1e-12


@cache
def answered(scale: tuple[float, float], *scores: float) -> World:
    world = World(DESK, csi_weights={"a": 1.0})
    for key, score in enumerate(scores, 1):
        world.survey(key, dims={"a": score}, customer_key=key)
    world.con.execute("UPDATE survey_answer SET scale_min = ?, scale_max = ?", scale)
    world.refresh(at("20 10:00"))
    return world


def ask(world: World, metric: str) -> Reading:
    question = Question(metric, MARCH)
    return measure(world.con, world.desk, [question], at("20 10:00"))[question][0]


@pytest.mark.parametrize("metric", ["csi", "csi_complete_case"])
@pytest.mark.parametrize(
    ("scale", "scores", "expected"),
    [
        ((1, 7), (2, 2, 2), 1 + 4 / 6),
        ((1, 10), (2, 3, 9), 1 + 4 * (1 + 2 + 8) / 9 / 3),
        ((0, 10), (7, 10), 1 + 4 * 0.85),
        ((0, 100), (33, 34.5), 1 + 4 * 0.3375),
        ((0, 3), (1,), 1 + 4 / 3),
        ((1, 5), (3.125, 4), 3.5625),
    ],
)
def test_the_index_is_the_mean_of_the_converted_answers(
    metric: str, scale: tuple[float, float], scores: tuple[float, ...], expected: float
) -> None:
    assert ask(answered(scale, *scores), metric).value == pytest.approx(expected, abs=EXACT)


@pytest.fixture(scope="module")
def stepped() -> World:
    """Every answer on the scales from 0 to 1, 2, ... 15; the key of a survey begins with its scale."""
    world = World(DESK, csi_weights={"a": 1.0})
    for steps in range(1, 16):
        for score in range(steps + 1):
            key = 100 * steps + score
            world.survey(key, customer_key=key)
            world.insert(
                "survey_answer", response_key=key, dimension="a", score=score, scale_min=0.0, scale_max=steps
            )
    world.refresh(at("20 10:00"))
    return world


@pytest.mark.parametrize("steps", range(1, 16))
def test_every_step_of_up_to_fifteen_is_whole_parts(stepped: World, steps: int) -> None:
    found = stepped.rows("SELECT response_key // 100, five_parts FROM fact_answer ORDER BY five_parts")
    parts = [part for scale, part in found if scale == steps]
    assert parts == [FIVE + 4 * FIVE * step // steps for step in range(steps + 1)]
    assert all(4 * FIVE * step % steps == 0 for step in range(steps + 1))


def test_the_error_is_that_of_the_converted_answers() -> None:
    found = ask(answered((1, 9), 1, 3, 5, 9), "csi")
    assert found.value == 2.75
    assert found.part("se") == pytest.approx((8.75 / 3 / 4) ** 0.5, abs=EXACT)
