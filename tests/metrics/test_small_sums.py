"""Rounding, text keys, survival, survey sums, analytics, combinations, due times: pure functions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from metrics import analysis, combine, survey
from metrics.backlog import burn_down_days, coverage_days, snapshot_agg
from metrics.calendar import Axis
from metrics.due import due_at
from metrics.model import Better
from metrics.rounding import half_up, shown, shown_against
from metrics.survival import quantiles
from metrics.text_key import is_same, text_key
from tests.metrics.world import CN_OFFICE, at


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [(82.5, 0, "83"), (2.5, 0, "3"), (2.675, 2, "2.68"), (-0.4, 0, "0"), (83.333333, 1, "83.3"), (-2.5, 0, "-3")],
)
def test_rounding_is_half_up_as_people_do_it(value: float, digits: int, rounded: str) -> None:
    assert shown(value, digits) == rounded


def test_what_binary_arithmetic_leaves_behind_decides_no_half() -> None:
    assert 100.0 * 1.15 / 2 < 57.5
    assert shown(100.0 * 1.15 / 2) == "58"
    assert shown(57.4999999) == "57"


def test_rounding_stays_decimal() -> None:
    assert half_up(1e-7, 2) == Decimal("0.00")


def test_no_value_is_a_dash() -> None:
    assert shown(None) == "—"
    assert shown_against(None, 20, "lower") == "—"


@pytest.mark.parametrize(
    ("value", "better", "text"),
    [(20.04, "lower", "20.04"), (19.96, "lower", "20.0"), (89.96, "higher", "89.96"), (90.04, "higher", "90.0")],
)
def test_one_more_digit_where_rounding_would_contradict_the_verdict(value: float, better: Better, text: str) -> None:
    assert shown_against(value, 20 if better == "lower" else 90, better, 1) == text


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("ＡＢＣ", "ABC", True),
        (" 物流　延迟 ", "物流 延迟", True),
        ("e\u0301", "é", True),
        ("Licensing", "licensing", False),
        ("物流", "物流延迟", False),
        (None, None, True),
        (None, "", False),
    ],
)
def test_text_keys(a: str | None, b: str | None, same: bool) -> None:
    assert is_same(a, b) is same


def test_only_the_alias_table_joins_other_spellings() -> None:
    assert text_key("物流 延遲", {"物流 延遲": "物流 延迟"}) == "物流 延迟"


def test_those_who_still_wait_hold_the_curve_up() -> None:
    assert quantiles([10, 20, 30, 40, 50], [60] * 5, (0.5, 0.9)) == [50, None]


def test_who_leaves_at_an_event_was_still_at_risk() -> None:
    assert quantiles([10], [10], (0.5,)) == [10]
    assert quantiles([], [], (0.5,)) == [None]


def test_the_index_needs_most_of_its_weight() -> None:
    weights = {"a": 0.7, "b": 0.3}
    assert survey.csi_from_means({"a": 4.0, "b": 2.0}, weights, 0.8) == pytest.approx(3.4)
    assert survey.csi_from_means({"a": 4.0}, weights, 0.8) is None
    assert survey.csi_from_means({"a": 4.0}, weights, 0.7) == pytest.approx(4.0)
    assert survey.csi_from_means({}, weights, 0.0) is None


def test_weights_are_never_rescaled() -> None:
    assert survey.weights_error({"a": 0.5, "b": 0.5}) is None
    assert survey.weights_error({"a": 0.5, "b": 0.25}) == "csi weights sum to 0.75, they must sum to 1"


def error(
    n: int, sets: survey.AnswerSets, weights: dict[str, float], population: float | None = None
) -> float | None:
    return survey.csi_se(n, sets, survey.answers_and_sums(sets, sorted(weights)), weights, population)


def test_the_error_of_complete_answers_is_that_of_the_composite() -> None:
    sets = survey.AnswerSets(([5.0, 3.0, 4.0], [5.0, 3.0, 4.0]), (1, 1, 1))
    weights = {"a": 0.4, "b": 0.6}
    assert error(3, sets, weights) == pytest.approx(3**-0.5)
    assert error(3, sets, weights, 9) == pytest.approx(0.5)
    assert error(1, survey.AnswerSets(([5.0], [5.0]), (1,)), weights) is None


def test_equal_sets_of_answers_can_be_counted_together() -> None:
    weights = {"a": 0.4, "b": 0.6}
    apart = survey.AnswerSets(([5.0, 5.0, 3.0], [None, None, 4.0]), (1, 1, 1))
    together = survey.AnswerSets(([5.0, 3.0], [None, 4.0]), (2, 1))
    assert error(3, apart, weights) == pytest.approx(error(3, together, weights))


def test_scales_and_tiers() -> None:
    assert (survey.linear_0_100(4.3), survey.ratio_100(4.3)) == pytest.approx((82.5, 86.0))
    tiers = [survey.loyalty_tier(score) for score in (4.6, 4.5999999999, 4.599, 4.3, 4.2999)]
    assert tiers == ["5", "5", "4", "4", "lt4"]


def test_a_later_stage_cannot_hold_more() -> None:
    assert survey.funnel_errors(1234, 839, 1056) == ["valid>received"]
    assert survey.funnel_errors(10, 20, 5) == ["received>invited"]
    assert survey.response_rate(0, 0) is None


def test_coverage_includes_80() -> None:
    assert survey.coverage(80, 100) == (80.0, True)
    assert survey.coverage(79, 100) == (79.0, False)
    assert survey.coverage(0, 0) == (None, None)


def test_shares_must_total_100() -> None:
    found = survey.distribution({1: 10, 3: 20, 5: 69})
    assert (found.total, found.is_valid, found.up_to_three) == (99, False, 30)
    assert found.mean == pytest.approx((10 + 60 + 345) / 99)
    assert survey.distribution({}).mean is None


def test_mix_and_rate_add_up_to_the_change() -> None:
    before, after = {"A": (50, 500), "B": (30, 900), "C": (20, 100)}, {"A": (80, 700), "B": (20, 650), "D": (5, 90)}
    found = analysis.decompose(before, after)
    assert found.before is not None
    assert found.after is not None
    assert (found.mix or 0) + (found.rate or 0) == pytest.approx(found.after - found.before)
    assert found.segments["D"][1] == 0


def test_an_empty_period_has_nothing_to_explain() -> None:
    assert analysis.decompose({}, {"A": (1, 1)}).mix is None


def test_shapley_shares_add_up_to_r_squared() -> None:
    shares = analysis.lmg([[1, 0.5], [0.5, 1]], [0.6, 0.4])
    assert sum(shares) == pytest.approx((0.36 + 0.16 - 2 * 0.6 * 0.4 * 0.5) / 0.75)
    with pytest.raises(ValueError, match="need a 1 x 1 driver matrix"):
        analysis.lmg([[1, 0.5], [0.5, 1]], [0.6])


def test_impacts_add_up_to_the_shortfall() -> None:
    types = {"a": (380, 4.5), "b": (620, 4.0)}
    impact = analysis.priority_matrix(4.5, types) or {}
    assert sum(impact.values()) == pytest.approx(analysis.shortfall(4.5, types))
    assert analysis.priority_matrix(4.5, {}) is None
    assert analysis.shortfall(4.5, {}) is None


def test_easy_questions_can_turn_the_difference_round() -> None:
    raw, adjusted = analysis.mean_difference({"x": (90, 5.0), "y": (10, 3.0)}, {"x": (10, 5.2), "y": (90, 3.2)})
    assert raw == pytest.approx(1.4)
    assert adjusted == pytest.approx(-0.2)
    assert analysis.mean_difference({}, {"x": (1, 2.0)}) == (None, None)


def test_breach_probabilities() -> None:
    assert analysis.conditional_breach(0.2, 0.5) == pytest.approx(0.4)
    assert analysis.conditional_breach(0.2, 0) is None
    assert analysis.breach_probability(100, 30, 0.2) == pytest.approx(40 / 150)
    assert analysis.breach_probability(0, 0, 0.2, 0) is None


def test_sums_are_combined_and_never_means() -> None:
    assert combine.mean_combined([[1000, 100], [900, 30]]) == pytest.approx(1900 / 130)
    assert combine.mean_combined([]) is None
    assert combine.peak_ratio([[2, 36], [1, 9]]) == 15
    assert combine.peak_ratio([[0, 3]]) is None


def test_stocks_are_never_added_over_time() -> None:
    assert snapshot_agg([400, 350, 300], 350) == {"end": 300, "avg": 350, "max": 400, "days_met": 2}
    assert snapshot_agg([], 350) == {"end": None, "avg": None, "max": None, "days_met": 0}
    assert snapshot_agg([5])["days_met"] is None


def test_a_growing_backlog_never_burns_down() -> None:
    assert coverage_days(500, 120) == pytest.approx(4.1666667)
    assert coverage_days(0, 0) is None
    assert burn_down_days(500, 120, 100) == 25
    assert burn_down_days(500, 90, 100) is None


def test_a_due_time_walks_the_open_hours() -> None:
    friday = at("14 17:50")
    assert due_at(friday, 20, Axis(CN_OFFICE)) == at("17 09:10")
    assert due_at(friday, 10, Axis(CN_OFFICE)) == at("14 18:00")
    assert due_at(friday, 20, None) == friday + timedelta(minutes=20)
    assert due_at(datetime(2025, 1, 1, tzinfo=UTC), None, None) is None
