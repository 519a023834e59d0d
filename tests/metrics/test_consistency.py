"""Every row of the table of contradictions in the requirements, with its own numbers (R-127)."""

from math import inf

import pytest

from data.benchmarks import Benchmark, Industry
from data.questionnaires import CsiRules
from data.settings import Settings, TargetRule
from metrics.consistency import Finding, Refused, demand
from metrics.consistency.claims import alert, change, margin, one_value, raw_lead, share_change
from metrics.consistency.finding import RULES
from metrics.consistency.inputs import aggregate, distribution, funnel, tiers, weights
from metrics.consistency.settings import flagged

SHARES = {5.0: 35.0, 4.0: 42.0, 3.0: 15.0, 2.0: 5.0, 1.0: 7.0}
D0_WEIGHTS = {"efficiency": 0.29, "attitude": 0.22, "clarity": 0.18, "resolution": 0.16, "empathy": 0.15}


def rules(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.severity) for one in found]


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1
    return found[0]


def test_shares_that_total_104_are_refused_and_contradict_the_mean() -> None:
    found = distribution(SHARES, mean=4.3)
    assert rules(found) == [("distribution_total", "refuse"), ("distribution_mean", "flag")]
    assert found[0].number("total") == pytest.approx(104.0)
    assert found[1].number("actual") == pytest.approx(405 / 104)
    assert found[1].text["en"].startswith("The claimed mean is 4.3, the shares give 3.894.")


@pytest.mark.parametrize(("last", "wrong"), [(2.5, False), (3.5, False), (3.51, True), (2.49, True)])
def test_shares_may_miss_100_by_half_a_point(last: float, wrong: bool) -> None:
    assert bool(distribution({5.0: 35.0, 4.0: 42.0, 3.0: 15.0, 2.0: 5.0, 1.0: last})) is wrong


def test_three_and_below_is_27_and_not_22() -> None:
    found = only(aggregate(22.0, [SHARES[score] for score in (3.0, 2.0, 1.0)]))
    assert (found.rule, found.severity, found.number("actual")) == ("aggregate_sum", "refuse", 27.0)
    assert aggregate(27.0, [15.0, 5.0, 7.0]) == []


def test_more_valid_answers_than_68_percent_of_1234_is_refused() -> None:
    found = only(funnel([("invited", 1234), ("received", round(1234 * 0.68)), ("valid", 1056)]))
    assert (found.severity, found.number("stages")) == ("refuse", "valid>received")
    assert (found.number("later"), found.number("earlier")) == (1056, 839)
    assert funnel([("served", 5), ("invited", 5), ("received", 0), ("valid", 0)]) == []


def test_1056_answers_do_not_give_3_points_without_a_population() -> None:
    found = only(margin(3.0, 1056))
    assert (found.rule, found.severity, found.number("needed")) == ("margin_claim", "flag", 1068)
    assert found.number("plain") == pytest.approx(3.0157, abs=1e-4)
    assert "±3.02" in found.text["en"]
    assert "1068" in found.text["zh-CN"]


def test_they_do_with_a_population_of_1234_which_is_named() -> None:
    found = only(margin(3.0, 1056, 1234))
    assert found.rule == "margin_needs_population"
    assert found.number("corrected") == pytest.approx(1.146, abs=1e-3)
    assert "±1.15 with N = 1234, ±3.02 without" in found.text["en"]


def test_a_margin_may_fail_in_both_ways_or_hold() -> None:
    assert only(margin(1.0, 1056, 1234)).rule == "margin_fails_corrected"
    assert margin(3.02, 1056) == []
    with pytest.raises(ValueError, match="at least one answer, got n = 0"):
        margin(3.0, 0)


def test_4_5_against_4_2_does_not_lead_by_23_percent() -> None:
    found = only(change(4.5, 4.2, 23.0))
    assert (found.rule, found.severity) == ("change_claim", "flag")
    assert found.number("actual") == pytest.approx(7.142857)
    assert found.text["en"].startswith("4.5 against 4.2 is +7.1 %, not +23 %: (4.5 - 4.2) / 4.2.")
    assert change(4.5, 4.2, 7.1, digits=1) == []


def test_nothing_leads_zero_by_a_percentage() -> None:
    with pytest.raises(ValueError, match="no relative change against 0"):
        change(4.5, 0.0, 23.0)


def test_one_kpi_with_4_5_and_4_3_for_one_as_of_is_refused() -> None:
    found = only(one_value([("csi", "2025-06-30", 4.5), ("csi", "2025-03-31", 4.1), ("csi", "2025-06-30", 4.3)]))
    assert (found.rule, found.severity) == ("two_values", "refuse")
    assert (found.number("first"), found.number("second")) == (4.5, 4.3)
    assert one_value([("csi", "2025-06-30", 4.5), ("csi", "2025-06-30", 4.5)]) == []


def test_a_weight_of_15_listed_before_16_reads_as_a_rank() -> None:
    listed = {"efficiency": 0.29, "attitude": 0.22, "clarity": 0.18, "empathy": 0.15, "resolution": 0.16}
    found = only(weights(listed))
    assert (found.rule, found.severity) == ("weights_order", "flag")
    assert (found.number("name"), found.number("after")) == ("empathy", "resolution")
    assert weights(D0_WEIGHTS) == []


def test_weights_that_do_not_sum_to_1_are_refused_to_the_ninth_digit() -> None:
    assert rules(weights({"a": 0.5, "b": 0.4})) == [("weights_sum", "refuse")]
    assert rules(weights({"a": 0.6, "b": 0.4 + 2e-9})) == [("weights_sum", "refuse")]
    assert weights({"a": 0.6, "b": 0.4 + 2e-10}) == []
    assert rules(weights({"a": 1.2, "b": -0.2})) == [("weights_negative", "refuse")]


def test_scores_between_4_5_and_4_6_have_no_tier() -> None:
    found = only(tiers([("★5", 4.6, inf), ("★4", 4.3, 4.5)]))
    assert (found.rule, found.severity) == ("tiers_hole", "refuse")
    assert (found.number("low"), found.number("high")) == (4.5, 4.6)
    assert tiers([("★5", 4.6, inf), ("★4", 4.3, 4.6), ("lt4", 1.0, 4.3)]) == []


def test_a_score_in_two_tiers_and_a_tier_of_nothing_are_refused() -> None:
    found = only(tiers([("a", 1.0, 3.0), ("b", 2.5, 5.0)]))
    assert (found.rule, found.number("low"), found.number("high")) == ("tiers_overlap", 2.5, 3.0)
    assert only(tiers([("a", 3.0, 3.0)])).rule == "tiers_empty"


def test_ai_above_human_is_flagged_until_the_mix_is_told() -> None:
    assert rules(raw_lead(4.8, 4.2)) == [("mix_unknown", "flag")]
    ai = {"easy": (90, 4.9), "hard": (10, 3.9)}
    human = {"easy": (10, 5.0), "hard": (90, 4.1)}
    found = only(raw_lead(4.8, 4.2, (ai, human)))
    assert found.rule == "mix_turns"
    assert found.number("raw") == pytest.approx(4.8 - 4.19)
    assert found.number("adjusted") == pytest.approx(-0.15)
    assert raw_lead(4.8, 4.2, ({"easy": (9, 4.8)}, {"easy": (9, 4.2)})) == []


def test_15_percent_below_the_benchmark_are_points() -> None:
    found = only(share_change(75.0, 90.0, 15.0, "percent"))
    assert (found.rule, found.severity, found.number("points")) == ("percent_for_points", "flag", -15.0)
    assert found.number("relative") == pytest.approx(-16.6667, abs=1e-4)
    assert share_change(75.0, 90.0, 15.0, "points") == []
    assert share_change(75.0, 90.0, 16.7, "percent", digits=1) == []


def test_relative_percent_sold_as_points_and_plain_nonsense_are_flagged() -> None:
    assert rules(share_change(75.0, 90.0, 16.7, "points", digits=1)) == [("points_for_percent", "flag")]
    assert rules(share_change(75.0, 90.0, 40.0, "points")) == [("change_claim", "flag")]


def test_exactly_25_minutes_do_not_alert_above_25() -> None:
    assert rules(alert(25.0, above=25.0)) == [("alert_at_limit", "flag")]
    assert alert(25.01, above=25.0) == []
    assert rules(alert(90.0, below=90.0)) == [("alert_at_limit", "flag")]


def test_what_is_refused_stops_and_what_is_flagged_passes() -> None:
    flagged = weights({"a": 0.4, "b": 0.6})
    assert demand(flagged) == tuple(flagged)
    with pytest.raises(Refused, match="The weights add up to 0.9, not to 1") as stopped:
        demand(weights({"a": 0.5, "b": 0.4}))
    assert rules(list(stopped.value.findings)) == [("weights_sum", "refuse")]


def test_a_finding_needs_a_known_rule() -> None:
    with pytest.raises(KeyError, match="unknown rule 'mood'"):
        Finding.of("mood", value=1.0)


@pytest.mark.parametrize("rule", RULES)
def test_both_languages_use_the_same_numbers(rule: str) -> None:
    assert RULES[rule].en != RULES[rule].zh
    places = [set(_places(text)) for text in (RULES[rule].en, RULES[rule].zh)]
    assert places[0] == places[1]


def _places(text: str) -> list[str]:
    return [part.split("}")[0].split(":")[0] for part in text.split("{")[1:]]


def test_a_target_of_0_9_for_a_percentage_is_asked_about() -> None:
    targets = (TargetRule(metric="fcr", value=0.8), TargetRule(metric="sla_first_reply", value=90))
    found = only(flagged(Settings(targets=targets)))
    assert (found.rule, found.severity) == ("fraction_for_percent", "flag")
    assert found.text["en"].endswith("Write 80 if 80 % is meant.")
    assert flagged(Settings(targets=(TargetRule(metric="reopen_rate", value=0.8),))) == []


def test_a_benchmark_of_0_9_for_a_percentage_is_asked_about() -> None:
    values = tuple(Benchmark(metric=name, value=0.9, source="S", dated=None) for name in ("csat", "frt"))
    found = only(flagged(Settings(benchmarks={"mine": Industry(values=values)})))
    assert (found.rule, found.number("percent")) == ("fraction_for_benchmark", 90.0)


def test_settings_with_weights_out_of_order_are_told_and_wrong_sums_refused() -> None:
    swapped = CsiRules(weights={"a": 0.45, "b": 0.55})
    assert rules(flagged(Settings(csi=swapped))) == [("weights_order", "flag")]
    assert flagged(Settings()) == []
    with pytest.raises(ValueError, match=r"weights add up to 1\.00000001; they must add up to 1"):
        CsiRules(weights={"a": 0.45, "b": 0.55000001})
