"""Goals: attainment, met, gap, level, misses, thresholds."""

from dataclasses import replace
from datetime import date

import pytest

from metrics.model import Better, DataState, Level, Question, Reading, Slice, Target, Window
from metrics.verdict import (
    attainment,
    days_met,
    gap,
    has_dropped,
    is_beyond,
    is_met,
    judge,
    level_of,
    misses_in_row,
    run_rate_needed,
    target_for,
)

WEEK = Window(date(2025, 3, 10), date(2025, 3, 17))


def reading(value: float | None, state: DataState = DataState.FRESH, **question: object) -> Reading:
    asked = replace(Question("frt", WEEK), **question)  # type: ignore[arg-type]
    return Reading(asked, value, 0 if value is None else 10, state, None)


@pytest.mark.parametrize(
    ("actual", "target", "better", "reached"),
    [
        (25, 20, "lower", 80),
        (16, 20, "lower", 125),
        (81, 90, "higher", 90),
        (0, 5, "lower", None),
        (0, 0, "lower", 100),
        (3, 0, "lower", 0),
        (3, 0, "higher", None),
        (0, 90, "higher", 0),
        (None, 20, "lower", None),
        (20, None, "lower", None),
        (-1, 20, "lower", None),
        (5, 5, "neither", None),
    ],
)
def test_attainment(actual: float | None, target: float | None, better: Better, reached: float | None) -> None:
    assert attainment(actual, target, better) == reached


@pytest.mark.parametrize(
    ("actual", "better", "met"),
    [
        (20.0, "lower", True),
        (20.0 + 1e-10, "lower", True),
        (20.001, "lower", False),
        (20.0, "higher", True),
        (19.999, "higher", False),
        (None, "higher", None),
        (20.0, "neither", None),
    ],
)
def test_equality_meets_the_goal_and_nothing_is_neither(
    actual: float | None, better: Better, met: bool | None
) -> None:
    assert is_met(actual, 20, better) is met


@pytest.mark.parametrize(
    ("actual", "benchmark", "unit", "expected"),
    [(30, 15, "min", 100), (75, 90, "pct", -15), (5, 0, "min", None), (5, 0, "pct", 5), (None, 3, "h", None)],
)
def test_the_gap_is_in_points_for_shares_only(
    actual: float | None, benchmark: float, unit: str, expected: float | None
) -> None:
    assert gap(actual, benchmark, unit) == expected


@pytest.mark.parametrize(
    ("value", "level"), [(20.0, Level.OK), (25.0, Level.WARN), (25.1, Level.CRITICAL), (None, None)]
)
def test_missed_is_a_warning_until_attainment_falls_below_80(value: float | None, level: Level | None) -> None:
    assert judge(reading(value), Target("frt", 20.0), "lower").level is level


@pytest.mark.parametrize("state", [DataState.STALE, DataState.ERROR, DataState.EMPTY, DataState.TOO_FEW])
def test_data_that_is_not_fresh_freezes_the_level(state: DataState) -> None:
    found = judge(reading(25.0, state), Target("frt", 20.0), "lower")
    assert (found.level, found.state, found.attainment) == (None, state, 80.0)


def test_the_state_of_the_sources_counts_too() -> None:
    found = judge(reading(15.0), Target("frt", 20.0), "lower", DataState.STALE)
    assert (found.level, found.state, found.met) == (None, DataState.STALE, True)


def test_without_a_goal_there_is_no_level() -> None:
    assert judge(reading(15.0), None, "lower").level is None


def test_a_missed_goal_without_a_ratio_is_a_warning() -> None:
    assert level_of(False, None) is Level.WARN


def test_the_goal_of_the_closest_slice_wins() -> None:
    whole, team = Target("frt", 20.0), Target("frt", 10.0, Slice.of(team="A"))
    targets = (whole, team, Target("csi", 4.5))
    assert target_for(reading(5.0), targets) is whole
    assert target_for(reading(5.0, slice=Slice.of(team="A")), targets) is team
    assert target_for(replace(reading(5.0, split="team"), member="A"), targets) is team
    assert target_for(replace(reading(5.0, split="team"), member="B"), targets) is whole


def test_a_goal_holds_within_its_dates_only() -> None:
    before = Target("frt", 30.0, valid_to=date(2025, 3, 10))
    after = Target("frt", 20.0, valid_from=date(2025, 3, 10))
    assert target_for(reading(5.0), (before, after)) is after
    assert target_for(reading(5.0), (before,)) is None


@pytest.mark.parametrize(
    ("met", "run"),
    [([True, False, False, False], 3), ([False, False, None, False], 1), ([False, True], 0), ([], 0)],
)
def test_a_period_without_value_breaks_the_row_of_misses(met: list[bool | None], run: int) -> None:
    assert misses_in_row(met, 3) == (run, run >= 3)


def test_the_run_rate_is_what_the_rest_must_average() -> None:
    assert run_rate_needed(20, 600, 13200, 400) == 17
    assert run_rate_needed(20, 600, 13200, 0) is None


def test_a_threshold_is_strict() -> None:
    assert is_beyond(25.0, above=25) is False
    assert is_beyond(25.01, above=25) is True
    assert is_beyond(89.99, below=90) is True
    assert is_beyond(None, above=25) is None


def test_a_drop_is_measured_after_rounding_to_9_digits() -> None:
    assert has_dropped(4.4, 4.18, 0.05) is False
    assert has_dropped(4.4, 4.17, 0.05) is True
    assert has_dropped(-10, -12, 0.05) is None
    assert has_dropped(4, -2, 5, in_points=True) is True
    assert has_dropped(None, 4, 0.05) is None


def test_days_are_met_by_their_own_value_and_count_only_with_one() -> None:
    question = Question("backlog", Window(None, None), grain="day")
    daily = [Reading(question, value, 1, DataState.FRESH, None) for value in (349.0, 350.0, 351.0, None)]
    assert days_met(daily, 350, "lower") == (2, 3)
    assert days_met(daily, None, "lower") == (0, 0)
    assert days_met((), 350, "lower") == (0, 0)
