"""What a tile says: value, target, change, and what is not known."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dashboard.face import LEAVES, Face, difference
from dashboard.model import Answer
from dashboard.words import words
from metrics.model import DataState, Question, Reading, Target, Unit, Window
from metrics.verdict import judge
from tests.dashboard.conftest import room_of, screen_of
from tests.dashboard.fake_answers import NOON, SUBJECTS

WINDOW = Window(NOON.date().replace(day=12), NOON.date().replace(day=19))
EN = words("en")


def reading(metric: str, value: float | None, n: int = 400, **parts: float) -> Reading:
    state = DataState.FRESH if value is not None else DataState.EMPTY
    return Reading(Question(metric, WINDOW), value, n, state, NOON, parts=tuple(parts.items()))


def answer(metric: str, value: float | None, before: float | None = None, n: int = 400, **parts: float) -> Answer:
    subject = SUBJECTS[metric]
    current = reading(metric, value, n, **parts)
    target = Target(metric, subject.goal) if subject.goal is not None else None
    return Answer(subject, current, judge(current, target, subject.better), reading(metric, before), current)


def said(found: Answer) -> dict[str, Any]:
    view = room_of("full").default("/wall")
    leaves = Face(found, EN, view).leaves()
    return {part if prop == "children" else f"{part}.{prop}": value for (part, prop), value in leaves.items()}


def test_a_met_target_is_told_by_word_level_and_attainment() -> None:
    tile = said(answer("frt", 18.4, 20.0))
    assert (tile["word"], tile["tile.data-level"]) == ("On target", "ok")
    assert (tile["target"], tile["attain"]) == ("Target ≤ 20 min", "109% attained")


def test_a_goal_missed_by_a_hair_is_not_printed_as_met() -> None:
    tile = said(answer("frt", 20.04))
    assert (tile["value"], tile["word"], tile["attain"]) == ("20.04", "Off target", "99.8% attained")


def test_far_off_is_critical() -> None:
    assert said(answer("backlog", 500))["tile.data-level"] == "critical"


@pytest.mark.parametrize(
    ("metric", "value", "before", "delta", "trend"),
    [
        ("frt", 18.0, 20.0, "▼ 10.0%", "better"),
        ("backlog", 330, 300, "▲ 10.0%", "worse"),
        ("fcr", 82.0, 80.5, "▲ 1.5 pp", "better"),
        ("csi", 4.36, 4.41, "▼ 0.05", "worse"),
        ("volume", 110, 100, "▲ 10.0%", "neutral"),
        ("fcr", 80.0, 80.01, "= flat", "same"),
        ("frt", 18.0, None, "—", "none"),
        ("backlog", 3, 0, "—", "none"),
    ],
)
def test_a_change_is_coloured_by_better_or_worse(
    metric: str, value: float, before: float | None, delta: str, trend: str
) -> None:
    tile = said(answer(metric, value, before))
    assert (tile["delta"], tile["delta.data-trend"]) == (delta, trend)


def test_no_value_is_a_dash_and_never_a_zero() -> None:
    tile = said(answer("frt", None, 20.0, n=0))
    assert (tile["value"], tile["unit"], tile["delta"], tile["attain"]) == ("—", "", "—", "")
    assert (tile["word"], tile["tile.data-level"], tile["tile.data-state"]) == ("No data", "none", "empty")


def test_a_true_zero_is_a_zero() -> None:
    assert said(answer("backlog", 0, 4))["value"] == "0"


def test_few_cases_lead_with_the_median_and_say_the_mean() -> None:
    tile = said(answer("frt", 23.0, n=120, p50=8.1, p90=34.0))
    assert (tile["value"], tile["lead"], tile["notes"]) == ("8.1", "median", "Mean 23.0 · P90 34.0")
    assert tile["word"] == "Off target"  # the verdict is the mean's (semantics 4.1)


def test_a_median_changes_against_the_median_before() -> None:
    found = answer("frt", 23.0, n=120, p50=8.0, p90=34.0)
    before = reading("frt", 20.0, 120, p50=10.0, p90=30.0)
    tile = said(replace(found, previous=before))
    assert (tile["delta"], tile["attain"]) == ("▼ 20.0%", "mean: 87% attained")


def test_a_thousandfold_attainment_is_not_spelled_out() -> None:
    assert said(answer("frt", 0.1))["attain"] == ">999% attained"


def test_an_empty_tile_says_what_is_missing() -> None:
    none = answer("frt", None, n=0)
    assert said(none)["why"] == "Nothing to count in this period"
    assert said(replace(none, absent=True))["why"] == "Needs the times of replies"
    assert said(answer("frt", 18.0))["why"] == ""


def test_periods_of_data_long_ended_are_not_the_readers() -> None:
    view = room_of("full").default("/wall")
    leaves = Face(answer("frt", 18.0, 20.0), EN, replace(view, period="week"), date(2027, 3, 1), past=True).leaves()
    assert leaves[("against", "children")] == "vs week before"
    assert leaves[("against", "title")] == "Nov 12 – Nov 18, 2026"


def test_many_cases_lead_with_the_mean() -> None:
    tile = said(answer("frt", 18.0, n=300, p50=8.1, p90=34.0))
    assert (tile["value"], tile["lead"], tile["notes"]) == ("18.0", "mean", "P50 8.1 · P90 34.0")


def test_what_waits_stands_beside_the_value() -> None:
    assert said(answer("frt", 18.0, waiting_now=12))["notes"] == "12 waiting"


def test_days_that_can_be_judged_are_named() -> None:
    screen = screen_of("/wall", query="?lang=en")
    notes = {
        name: Face(found, EN, screen.view).leaves()[("notes", "children")]
        for name, found in screen.board.answers.items()
    }
    assert notes["fcr"].startswith("Latest judged: Nov 4 – Nov 10 · ")
    assert "judged" not in notes["frt"]


def test_a_kpi_without_target_says_so() -> None:
    tile = said(answer("volume", 100, 90))
    assert (tile["target"], tile["attain"], tile["tile.data-level"]) == ("No target set", "", "none")


def test_stale_data_keeps_its_value_and_loses_its_level() -> None:
    found = answer("frt", 18.0)
    stale = replace(found, verdict=judge(found.current, Target("frt", 20), "lower", DataState.STALE))
    tile = said(stale)
    assert (tile["value"], tile["word"], tile["tile.data-level"]) == ("18.0", "Out of date", "none")


def test_after_an_error_not_even_n_is_known() -> None:
    found = answer("frt", None)
    broken = replace(found, current=replace(found.current, state=DataState.ERROR))
    assert said(broken)["count"] == ""


@pytest.mark.parametrize("metric", SUBJECTS)
def test_every_leaf_has_a_value(metric: str) -> None:
    screen = screen_of("/wall")
    assert tuple(Face(screen.board.answers[metric], EN, screen.view).leaves()) == LEAVES


def compared(
    now: tuple[float, float, float], then: tuple[float, float, float], metric: str = "fcr"
) -> dict[str, Any]:
    """Return what a tile says of (value, low, high) now and then."""
    found = answer(metric, now[0], then[0])
    current = replace(found.current, interval=now[1:])
    previous = replace(reading(metric, then[0]), interval=then[1:])
    return said(replace(found, current=current, change_from=current, previous=previous))


def test_a_change_that_may_be_chance_is_grey_and_says_so() -> None:
    tile = compared((82.0, 78.0, 86.0), (80.0, 76.0, 84.0))
    assert (tile["delta"], tile["delta.data-trend"], tile["real"]) == ("▲ 2.0 pp", "noise", "no real change")
    assert tile["real.title"] == "vs prior 7 days: +2.00 pp [-3.66 to +7.66], no real change"


def test_a_real_change_keeps_its_colour() -> None:
    tile = compared((90.0, 88.0, 92.0), (80.0, 78.0, 82.0))
    assert (tile["delta.data-trend"], tile["real"], tile["real.title"]) == ("better", "", "")


def test_a_change_without_an_interval_is_told_as_before() -> None:
    tile = said(answer("fcr", 82.0, 80.0))
    assert (tile["delta.data-trend"], tile["real"]) == ("better", "")


def test_the_change_of_a_median_is_not_judged_by_the_means_interval() -> None:
    found = answer("frt", 23.0, n=120, p50=8.0, p90=34.0)
    current = replace(found.current, interval=(10.0, 36.0))
    before = replace(reading("frt", 20.0, 120, p50=10.0), interval=(10.0, 30.0))
    tile = said(replace(found, current=current, change_from=current, previous=before))
    assert (tile["delta.data-trend"], tile["real"]) == ("better", "")


@pytest.mark.parametrize(
    ("half", "trend", "told"),
    [
        (3.0, "noise", "vs prior 7 days: -2.00 (-20.0%) [-6.24 to +2.24], no real change"),
        (0.5, "better", ""),
    ],
)
def test_the_change_of_a_median_is_judged_by_both_medians(half: float, trend: str, told: str) -> None:
    found = answer("frt", 23.0, n=120, p50=8.0, p90=34.0)
    pair = [
        replace(reading("frt", value, 120), interval=(value - half, value + half), method="order statistics")
        for value in (8.0, 10.0)
    ]
    before = reading("frt", 20.0, 120, p50=10.0)
    tile = said(replace(found, previous=before, medians=(pair[0], pair[1])))
    assert (tile["delta"], tile["delta.data-trend"], tile["real.title"]) == ("▼ 20.0%", trend, told)


@pytest.mark.parametrize(("world", "led"), [("too_few", True), ("full", False)])
def test_medians_are_asked_for_where_they_lead(world: str, led: bool) -> None:
    told = screen_of("/wall", world=world).board.answers
    assert (told["frt"].medians is not None) is led
    assert told["backlog"].medians is None
    for one in told["frt"].medians or ():
        assert (one.question.quantile, one.question.with_interval) == (0.5, True)


def test_a_year_without_published_holidays_has_a_sign_in_the_foot() -> None:
    tile = said(answer("frt", 18.0, n=400, unknown_years=2, unknown_from=2027, unknown_to=2028))
    assert (tile["flag"], tile["flag.title"]) == ("holidays?", "holidays of 2027-2028 unknown")


def test_a_share_changes_in_points_of_percent() -> None:
    assert difference(answer("fcr", 82.0, 80.0)) == pytest.approx(2.0)
    assert SUBJECTS["fcr"].unit is Unit.PERCENT


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_satisfaction_tells_how_many_of_those_asked_answered(language: str) -> None:
    view, told = room_of("full").default("/wall"), words(language)
    plain = answer("csi", 4.36)
    rated = replace(plain, response=reading("response_rate", 25.6, 1220))
    assert (
        Face(rated, told, view).leaves()["notes", "children"]
        == {"en": "26% responded", "zh-CN": "回复率 26%"}[language]
    )
    nobody = replace(plain, response=reading("response_rate", None, 0))
    assert Face(nobody, told, view).leaves()["notes", "children"] == ""
    hidden = replace(answer("csi", None), response=reading("response_rate", 25.6, 1220))
    assert Face(hidden, told, view).leaves()["notes", "children"] == ""


def test_the_response_rate_is_asked_for_the_days_and_filters_of_the_tile() -> None:
    board = screen_of("/", "full", "?team=Billing").board
    of = {name: found.response for name, found in board.answers.items() if found.response}
    assert set(of) == {"csi", "csat"}
    asked = board.answers["csi"].current.question
    assert of["csi"] is not None
    assert of["csi"].question == replace(asked, metric="response_rate")


def test_a_stock_tells_its_days_within_the_goal() -> None:
    day = Question("backlog", WINDOW, grain="day")
    levels = (("2026-11-11", 900.0), ("2026-11-12", 350.0), ("2026-11-13", 351.0), ("2026-11-14", None))
    trend = tuple(Reading(day, value, 1, DataState.FRESH, NOON, bucket=bucket) for bucket, value in levels)
    found = replace(answer("backlog", 351.0, avg=350.5, max=351), trend=trend)
    assert said(found)["notes"] == "avg 351 · max 351 · 1/2 days met"
    goalless = replace(found, verdict=replace(found.verdict, target=None))
    assert said(goalless)["notes"] == "avg 351 · max 351"


def test_an_index_is_told_on_a_hundred_too() -> None:
    found = replace(answer("csi", 4.38, linear_0_100=84.5), response=reading("response_rate", 25.6, 1220))
    assert said(found)["notes"] == "84.5 of 100 · 26% responded"
    assert said(answer("csi", None, linear_0_100=84.5))["notes"] == ""
