"""The little line: gaps stay gaps, lone days stay visible."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.spark import HEIGHT, Spark

numbers = st.one_of(st.none(), st.floats(-1e6, 1e6))


def drawn(*values: float | None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Spark(values, **more).json())
    return found


@pytest.mark.parametrize("values", [(), (None,), (None, None)])
def test_nothing_known_draws_nothing(values: tuple[None, ...]) -> None:
    assert Spark(values).json() == ""


def test_the_pen_is_lifted_over_a_gap() -> None:
    assert drawn(1, 2, None, 3, 4)["line"].count("M") == 2


def test_a_day_between_two_gaps_is_a_dot() -> None:
    assert drawn(1, 2, None, 3, None, 4, 5)["dots"].count("M") == 1


def test_the_day_that_still_runs_is_apart_and_open() -> None:
    found = drawn(1, 2, 3, partial=True)
    assert (found["tail"].count("L"), found["open"]) == (1, True)


def test_a_missing_last_day_is_not_an_open_one() -> None:
    assert drawn(1, 2, None, partial=True)["open"] is False


def test_counts_stand_on_zero() -> None:
    top = float(drawn(100, 101, floor=True)["last"].split(" ")[1].split("h")[0])
    assert top == 6.0


@given(st.lists(numbers, max_size=40), numbers, st.integers(0, 40), st.booleans(), st.booleans())
def test_every_point_lies_in_the_picture(
    values: list[float | None], goal: float | None, since: int, partial: bool, floor: bool
) -> None:
    text = Spark(values, goal, since, partial, floor).json()
    if text and not floor:
        ys = [float(pair.split()[1]) for pair in json.loads(text)["line"].replace("M", "L").split("L") if pair]
        assert all(0 <= y <= HEIGHT for y in ys)
