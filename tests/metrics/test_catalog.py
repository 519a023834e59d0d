"""Every KPI: words in both languages, an answer worked out by hand, and no value on nothing."""

from datetime import date

import pytest

from metrics.catalog import CATALOG, HEADLINES, metric_of
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Window
from tests.metrics.world import DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
PARAMETERS = {
    "dimension": "efficiency",
    "vendor field": "made_sla",
    "department/minutes": "tech/10",
    "hours": "4",
    "score": "5",
    "tier": "5",
    "map/stage": "D1/accept",
    "department/hours": "tech/4",
    "department": "tech",
    "tickets": "1",
}
STOCKS = {"backlog", "backlog_first", "backlog_change", "waiting_now", "unassigned", "silent_now"}
COUNTS = STOCKS | {
    "volume", "waiting_now", "resolve_events", "reopen_events", "survey_received", "survey_valid", "update_gaps",
    "complaints", "department_escalations", "survey_invited", "article_changes",
    "backlog",
}  # fmt: skip

# Two tickets of 10 March. 1: created 10:00, bot 10:01, assigned 10:02 to sales and 10:04 to tech, replied 10:10,
# waiting for the customer 10:20-10:30, closed 11:00, reopened 11:30, resolved 12:00, follow-up 13:00.
# 2: created 10:00 by another customer, still open and unanswered. As of 20 March 10:00.
# Surveys: 1 rates 5 (efficiency 5, NPS 10, weight 1), 2 rates 3 (efficiency 4, NPS 5, weight 3).
BY_HAND: dict[str, tuple[float | None, int]] = {
    "loyalty_share": (50.0, 2),
    "survey_invited": (0.0, 0),
    "response_rate": (None, 0),
    "valid_rate": (100.0, 2),
    "survey_coverage": (None, 2),
    "straight_lined": (None, 0),
    "frt": (10.0, 1),
    "frt_any": (1.0, 1),
    "wait_total": (10.0, 1),
    "waiting_now": (1.0, 1),
    "frt_km": (10.0, 2),
    "volume": (2.0, 2),
    "response_time": (10.0, 1),
    "next_reply": (None, 0),
    "requester_wait": (80 / 60, 1),
    "agent_work": (80 / 60, 1),
    "pending_time": (10 / 60, 1),
    "hold_time": (0.0, 1),
    "resolution_rate": (None, 0),
    "complete_share": (None, 0),
    "backlog_change": (1.0, 1),
    "coverage_days": (14.0, 1),
    "burn_down_days": (None, 1),
    "ai_involvement": (50.0, 2),
    "ai_containment": (0.0, 1),
    "ai_confirmed": (0.0, 1),
    "ai_response": (1.0, 1),
    "fcr_survey": (None, 0),
    "survey_confirmed": (None, 0),
    "ces": (None, 0),
    "resolution": (2.0, 1),
    "net_resolution": (110 / 60, 1),
    "first_resolution": (1.0, 1),
    "net_first_resolution": (50 / 60, 1),
    "resolve_events": (2.0, 2),
    "reopen_events": (1.0, 1),
    "reopen_rate": (100.0, 1),
    "fcr": (0.0, 1),
    "fcr_one_touch": (0.0, 1),
    "repeat_share": (0.0, 2),
    "backlog": (1.0, 1),
    "backlog_first": (1.0, 1),
    "backlog_days_met": (100.0, 1),
    "backlog_age": (240.0, 1),
    "sla_first_reply": (50.0, 2),
    "sla_resolution": (50.0, 2),
    "csi": (4.5, 2),
    "csi_complete_case": (4.5, 2),
    "csat": (50.0, 2),
    "overall_mean": (4.0, 2),
    "overall_mean_weighted": (3.5, 2),
    "rating_share": (50.0, 2),
    "dimension_mean": (4.5, 2),
    "dimension_top2": (100.0, 2),
    "nps": (0.0, 2),
    "nps_weighted": (-50.0, 2),
    "survey_received": (2.0, 2),
    "survey_valid": (2.0, 2),
    "stage_assign": (2.0, 1),
    "stage_time": (2.0, 1),
    "transfer_handling": (6.0, 1),
    "time_elsewhere": (56 / 60, 1),
    "department_response": (6 / 60, 1),
    "department_escalations": (0.0, 0),
    "transfers_per_ticket": (0.5, 2),
    "first_owner_share": (None, 0),
    "unassigned": (1.0, 1),
    "complaints": (0.0, 0),
    "complaint_rate": (0.0, 2),
    "complaints_per_1000": (0.0, 0),
    "second_complaints": (None, 0),
    "slow_complaint_rate": (0.0, 2),
    "slow_complaint_followup": (None, 0),
    "transfer_share": (50.0, 2),
    "reach_rate": (50.0, 2),
    "urgent_reach": (None, 0),
    "followup_24h": (100.0, 1),
    "update_gaps": (0.0, 0),
    "update_gap_rate": (0.0, 1),
    "silent_now": (0.0, 0),
    "followup_effective": (None, 0),
    "followup_satisfied": (None, 0),
    "contacts_per_agent_hour": (2.0, 2),
    "tickets_per_agent": (2.0, 2),
    "load_spread": (1.0, 2),
    "cost_per_resolved": (None, 1),
    "cost_of_repeats": (None, 0),
    "article_links": (None, 1),
    "top_reuse": (None, 0),
    "top_coverage": (None, 0),
    "revision_period": (None, 0),
    "article_changes": (0.0, 0),
    "vendor_share": (50.0, 2),
    "vendor_mean": (None, 0),
    "vendor_sum": (None, 0),
}


@pytest.fixture(scope="module")
def world() -> World:
    made = World(DESK, csi_weights={"efficiency": 1.0})
    made.ticket(1, "10 10:00", customer_key=7, vendor='{"made_sla": true}')
    made.ticket(2, "10 10:00", customer_key=8, vendor='{"made_sla": false}')
    made.bot(1, "10 10:01")
    made.event(1, "10 10:02", "assign", "a0")
    made.event(1, "10 10:04", "assign", "a1")
    made.con.execute(
        "UPDATE ticket_event SET dept = CASE new WHEN 'a0' THEN 'sales' ELSE 'tech' END WHERE kind = 'assign'"
    )
    made.reply(1, "10 10:10")
    for when, to in (
        ("10:20", "pending_customer"),
        ("10:30", "open"),
        ("11:00", "closed"),
        ("11:30", "open"),
        ("12:00", "resolved"),
    ):
        made.status(1, f"10 {when}", to)
    made.event(1, "10 13:00", "followup")
    made.survey(1, "11 10:00", {"efficiency": 5.0}, overall=5.0, nps=10, weight=1, customer_key=7)
    made.survey(2, "12 10:00", {"efficiency": 4.0}, overall=3.0, nps=5, weight=3, customer_key=8)
    made.refresh(at("20 10:00"))
    return made


@pytest.fixture(scope="module")
def nothing() -> World:
    made = World(DESK, csi_weights={"efficiency": 1.0})
    made.refresh(at("20 10:00"))
    return made


def ask(world: World, name: str) -> Reading:
    question = Question(name, MARCH, parameter=PARAMETERS.get(CATALOG[name].parameter or ""))
    return measure(world.con, world.desk, [question], at("20 10:00"))[question][0]


@pytest.mark.parametrize("name", CATALOG)
def test_every_kpi_gives_the_answer_worked_out_by_hand(world: World, name: str) -> None:
    value, n = BY_HAND[name]
    found = ask(world, name)
    assert found.n == n
    assert found.value == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize("name", CATALOG)
def test_nothing_is_no_value_and_a_count_of_nothing_is_0(nothing: World, name: str) -> None:
    found = ask(nothing, name)
    assert (found.value, found.n) == (0.0 if name in COUNTS else None, 0)
    assert found.interval is None


@pytest.mark.parametrize("name", sorted(set(CATALOG) - STOCKS))
def test_nothing_is_marked_empty(nothing: World, name: str) -> None:
    assert ask(nothing, name).state is DataState.EMPTY


def test_no_open_case_is_good_news_and_not_missing_data(nothing: World) -> None:
    assert [ask(nothing, name).state for name in sorted(STOCKS)] == [DataState.FRESH] * len(STOCKS)


@pytest.mark.parametrize("name", CATALOG)
def test_every_kpi_has_its_words_in_both_languages(name: str) -> None:
    metric = CATALOG[name]
    texts = [metric.title, metric.definition, metric.basis, metric.start, metric.stop, metric.population]
    for text in texts:
        assert text is None or (text["en"].strip() and text["zh-CN"].strip())
    assert metric.source.startswith("semantics ")


def test_no_two_kpis_share_a_title() -> None:
    for language in ("en", "zh-CN"):
        assert len({metric.title[language] for metric in CATALOG.values()}) == len(CATALOG)


def test_no_speed_without_its_quality_twin() -> None:
    speeds = [metric for metric in CATALOG.values() if metric.clock_dependent and metric.name != "backlog_age"]
    assert speeds
    for metric in speeds:
        assert metric.twin is not None
        assert not metric_of(metric.twin).clock_dependent


def test_the_headlines_are_in_the_catalogue() -> None:
    assert set(HEADLINES) <= set(CATALOG)


def test_an_unknown_kpi_is_told_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown metric 'frtt'; known: agent_work, "):
        metric_of("frtt")


def test_a_named_parameter_is_demanded(nothing: World) -> None:
    question = Question("vendor_mean", MARCH)
    with pytest.raises(ValueError, match="vendor_mean needs the vendor field as parameter"):
        measure(nothing.con, nothing.desk, [question], at("20 10:00"))
