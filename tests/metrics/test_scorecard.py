"""Scorecards and the ranking of agents by hand (semantics 4.18; R-092, R-093)."""

from collections.abc import Mapping

import pytest

from metrics.consistency import Refused
from metrics.model import DataState, Question, Reading, Window
from metrics.scorecard import Measure, Ranking, Rules, findings, ranking, scores

CARD = (Measure("frt", 0.4, 20.0), Measure("fcr", 0.3, 80.0), Measure("csat", 0.3, 90.0))
EVER = Window(None, None)


def split(metric: str, values: Mapping[str, float | None], n: int = 50) -> tuple[Reading, ...]:
    question = Question(metric, EVER, split="agent")
    return tuple(
        Reading(question, value, n if value is not None else 0, DataState.FRESH, None, member=member)
        for member, value in values.items()
    )


def rules(*card: Measure) -> list[tuple[str, str]]:
    return [(one.rule, one.severity) for one in findings(card)]


def test_a_scorecard_of_response_and_quality_stands() -> None:
    assert rules(*CARD) == []


@pytest.mark.parametrize(("response", "wrong"), [(0.3, False), (0.2999, True), (0.0, True)])
def test_response_weighs_at_least_30_percent(response: float, wrong: bool) -> None:
    found = rules(Measure("fcr", 1 - response, 80), Measure("response_time", response, 2))
    assert (("scorecard_response", "refuse") in found) is wrong


def test_response_may_be_spread_over_several_kpis() -> None:
    card = (Measure("csat", 0.7, 90), Measure("frt", 0.15, 20), Measure("sla_first_reply", 0.15, 90))
    assert rules(*card) == []


def test_speed_alone_is_refused() -> None:
    assert rules(Measure("frt", 0.5, 20), Measure("resolution", 0.5, 4)) == [("scorecard_quality", "refuse")]


def test_a_quality_kpi_that_weighs_nothing_is_none() -> None:
    assert ("scorecard_quality", "refuse") in rules(Measure("frt", 1.0, 20), Measure("fcr", 0.0, 80))


@pytest.mark.parametrize("last", [0.2, 0.3000001])
def test_weights_that_do_not_add_up_to_1_are_refused(last: float) -> None:
    assert rules(*CARD[:2], Measure("csat", last, 90))[0] == ("weights_sum", "refuse")


def test_negative_weights_are_refused() -> None:
    assert ("weights_negative", "refuse") in rules(*CARD, Measure("nps", -0.1, 30), Measure("csi", 0.1, 4))


def test_a_kpi_without_a_direction_is_refused() -> None:
    assert ("scorecard_direction", "refuse") in rules(Measure("frt", 0.5, 20), Measure("volume", 0.5, 100))


def test_what_is_refused_is_told_in_both_languages() -> None:
    with pytest.raises(
        Refused, match="KPIs of response weigh 0 % of the scorecard; at least 30 % are wanted"
    ) as told:
        scores((Measure("fcr", 1.0, 80),), [split("fcr", {"a": 80.0})])
    assert told.value.findings[0].text["zh-CN"].startswith("评分卡中响应类指标的权重为 0%，应不低于 30%")


def test_an_unknown_kpi_and_a_goal_of_0_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown metric 'speed'"):
        findings((Measure("speed", 1.0, 1),))
    with pytest.raises(ValueError, match="the goal of frt is 0; points need a goal above 0"):
        Measure("frt", 1.0, 0.0)


def test_a_score_is_the_sum_of_weighted_attainments() -> None:
    asked = [split("frt", {"a": 25.0}), split("fcr", {"a": 60.0}), split("csat", {"a": 90.0})]
    (found,) = scores(CARD, asked)
    assert found.points == pytest.approx((0.4 * 80, 0.3 * 75, 0.3 * 100))
    assert found.value == pytest.approx(84.5)


def test_more_than_the_goal_gives_no_more_points() -> None:
    asked = [split("frt", {"a": 1.0}), split("fcr", {"a": 40.0}), split("csat", {"a": 100.0})]
    assert scores(CARD, asked)[0].value == pytest.approx(40 + 15 + 30)


def test_an_agent_without_a_value_has_no_score_and_comes_last() -> None:
    asked = [
        split("frt", {"slow": 40.0, "new": 5.0}),
        split("fcr", {"slow": 10.0, "new": 90.0}),
        split("csat", {"slow": 10.0, "new": None}),
    ]
    assert [(one.member, one.value is None, one.missing) for one in scores(CARD, asked)] == [
        ("slow", False, ()),
        ("new", True, ("csat",)),
    ]


def test_an_agent_whom_one_kpi_does_not_know_has_no_score() -> None:
    found = scores(CARD, [split("frt", {"a": 5.0}), split("fcr", {}), split("csat", {"a": 95.0})])
    assert [(one.value, one.missing) for one in found] == [(None, ("fcr",))]


def test_nobody_is_no_agent() -> None:
    asked = [split(one.metric, {"(none)": 50.0}) for one in CARD]
    assert scores(CARD, asked) == ()


def test_a_time_of_0_has_all_points_and_a_score_below_0_none() -> None:
    card = (Measure("frt", 0.5, 20.0), Measure("nps", 0.5, 30.0))
    (found,) = scores(card, [split("frt", {"a": 0.0}), split("nps", {"a": -10.0})])
    assert found.points == (50.0, 0.0)


def test_readings_of_other_kpis_are_refused() -> None:
    with pytest.raises(ValueError, match="wanted readings of frt, fcr, csat, in this order"):
        scores(CARD, [split("fcr", {"a": 1.0}), split("frt", {"a": 1.0}), split("csat", {"a": 1.0})])
    with pytest.raises(ValueError, match="wanted readings of frt, fcr, csat, in this order"):
        scores(CARD, [split("frt", {"a": 1.0})])


def ranked(found: Ranking) -> list[tuple[int, str, bool]]:
    return [(one.rank, one.member, one.is_tied) for one in found.stars]


def test_the_fastest_come_first() -> None:
    found = ranking(
        split("frt", {"b": 3.0, "a": 2.0, "c": 9.0}), split("csat", dict.fromkeys("abc", 95.0)), Rules(90)
    )
    assert ranked(found) == [(1, "a", False), (2, "b", False), (3, "c", False)]
    assert (found.stars[0].speed, found.stars[0].n, found.stars[0].satisfaction) == (2.0, 50, 95.0)


def test_a_kpi_of_which_more_is_better_ranks_the_other_way() -> None:
    rated = split("csat", dict.fromkeys("ab", 95.0))
    found = ranking(split("sla_first_reply", {"a": 80.0, "b": 95.0}), rated, Rules(90))
    assert ranked(found) == [(1, "b", False), (2, "a", False)]


def test_ties_share_a_rank_and_are_all_shown_at_the_last_place() -> None:
    speed = split("frt", {"a": 2.0, "b": 2.0 + 1e-12, "c": 3.0, "d": 4.0, "e": 4.0})
    rated = split("csat", dict.fromkeys("abcde", 95.0))
    assert ranked(ranking(speed, rated, Rules(90, places=4))) == [
        (1, "a", True), (1, "b", True), (3, "c", False), (4, "d", True), (4, "e", True),
    ]  # fmt: skip
    assert ranked(ranking(speed, rated, Rules(90, places=2))) == [(1, "a", True), (1, "b", True)]


def test_too_few_cases_too_few_ratings_and_low_satisfaction_are_left_out_and_counted() -> None:
    speed = (
        *split("frt", {"few": 1.0}, 29),
        *split("frt", dict.fromkeys(("unrated", "low", "good", "none"), 2.0), 30),
    )
    rated = (
        *split("csat", {"few": 99.0, "low": 89.9, "good": 90.0}, 5),
        *split("csat", {"unrated": 99.0}, 4),
        *split("csat", {"none": None}),
    )
    found = ranking(speed, rated, Rules(90))
    assert ranked(found) == [(1, "good", False)]
    assert (found.few, found.unrated, found.below) == (1, 2, 1)


def test_cases_of_nobody_win_nothing() -> None:
    found = ranking(split("frt", {"(none)": 1.0}), split("csat", {"(none)": 99.0}), Rules(90))
    assert found == Ranking((), 0, 0, 0)
