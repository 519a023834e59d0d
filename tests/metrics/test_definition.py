"""The panel of every KPI in both languages is whole (semantics 1.14), and every speed has its quality (R-126)."""

from dataclasses import replace
from datetime import date

import pytest

from metrics.catalog import CATALOG
from metrics.definition import definition, example, is_timed, with_sql
from metrics.exclusions import TEXTS, left_out, told
from metrics.measure import measure
from metrics.members import Members
from metrics.metric import rows_of
from metrics.model import Question, Slice, Window
from metrics.scan import Ground
from metrics.survey import conversions
from tests.metrics.world import CN_OFFICE, DESK, END, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
WHOLE = ("definition", "population", "clock", "basis", "exclusions", "n", "as_of", "version", "sql")


@pytest.fixture(scope="module")
def world() -> World:
    """Eleven tickets, one for each way of being left out, and four surveys."""
    made = World(csi_weights={"efficiency": 1.0})
    made.ticket(1, team="A")
    made.reply(1, "10 10:30")
    made.ticket(2, is_spam=True, is_test=True)
    made.ticket(3, is_test=True)
    made.ticket(4, is_deleted=True)
    made.ticket(5, merged_into=1)
    made.event(5, "10 11:00", "merge", 1)
    made.ticket(6, None)
    made.ticket(7, "2025-07-01 10:00")
    made.ticket(8, created_by="agent")
    made.ticket(9, team="B")
    made.ticket(10, team="B")
    made.reply(10, "10 09:30")
    made.ticket(11, "2025-04-02 10:00", is_spam=True)
    made.survey(1, dims={"efficiency": 4.0}, overall=5.0)
    made.survey(2, dims={"efficiency": 4.0}, seconds=29.9)
    made.survey(3, dims={"efficiency": 1.0}, overall=5.0)
    made.survey(4, dims={"efficiency": 9.0}, overall=4.0)
    made.refresh()
    return made


def counts(world: World, question: Question) -> dict[str, int]:
    found = measure(world.con, world.desk, [question], END)[question]
    return left_out(Ground(world.con, world.desk, END, Members()), question, found[0])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("metric", CATALOG)
def test_the_panel_of_every_kpi_is_whole(world: World, metric: str, language: str) -> None:
    panel = with_sql(world.con, world.desk, example(CATALOG[metric], MARCH), END, language)
    assert [heading for heading in WHOLE if not panel.get(heading, "").strip()] == []
    assert list(panel)[-1] == "sql"


@pytest.mark.parametrize("metric", sorted(name for name, metric in CATALOG.items() if is_timed(metric)))
def test_what_is_timed_tells_its_start_and_stop(metric: str) -> None:
    for language in ("en", "zh-CN"):
        panel = definition(CATALOG[metric], language)
        assert panel["start"].strip()
        assert panel["stop"].strip()


def test_tickets_left_out_are_counted_once_each(world: World) -> None:
    found = counts(world, Question("volume", MARCH))
    assert found == {"spam": 1, "test": 1, "deleted": 1, "merged": 1, "undated": 1, "future": 0}
    ever = counts(world, Question("volume", Window(None, None)))
    assert (ever["spam"], ever["future"]) == (2, 1)


def test_a_reply_time_counts_the_reasons_it_has_none(world: World) -> None:
    found = counts(world, Question("frt", MARCH))
    reasons = {name: found[name] for name in ("agent_initiated", "open_unanswered", "negative_duration")}
    assert reasons == {"agent_initiated": 1, "open_unanswered": 1, "negative_duration": 1}
    of_a = counts(world, Question("frt", MARCH, Slice.of(team="A")))
    assert (of_a["open_unanswered"], of_a["negative_duration"], of_a["spam"]) == (0, 0, 1)


def test_surveys_left_out_are_counted_by_rule(world: World) -> None:
    found = counts(world, Question("csi", MARCH))
    cleaned = {"speeder": 1, "contradictory": 1, "duplicate": 0, "out_of_range": 1}
    assert found == {"of_dropped_ticket": 0, "future": 0} | cleaned


def test_a_share_counts_the_rows_that_its_n_leaves_out(world: World) -> None:
    assert counts(world, Question("repeat_share", MARCH))["unlinkable"] == 4
    assert counts(world, Question("csat", MARCH))["no_answer"] == 0
    urgent = Question("reach_rate", MARCH, parameter="tech/60")
    assert counts(world, urgent)["not_due"] == 0


@pytest.mark.parametrize("metric", sorted(name for name, metric in CATALOG.items() if metric.uncounted))
def test_n_and_what_it_leaves_out_are_all_rows_of_the_window(world: World, metric: str) -> None:
    question = example(CATALOG[metric], MARCH)
    rows = rows_of(CATALOG[metric], question, world.desk)
    text = f"SELECT count(*) FROM {rows.table} WHERE {rows.where or 'TRUE'}"
    instant = rows.instant
    given = {"low": at("2025-03-01 00:00"), "high": at("2025-04-01 00:00")} | (
        {"as_of": END} if "$as_of" in text else {}
    )
    total = world.con.execute(f"{text} AND {instant} >= $low AND {instant} < $high", given).fetchall()[0][0]
    found = measure(world.con, world.desk, [question], END)[question]
    assert found[0].n + counts(world, question)[CATALOG[metric].uncounted or ""] == total


def test_chains_count_the_complaints_of_nobody() -> None:
    world = World()
    for key, customer in ((1, 7), (2, None), (3, None)):
        world.ticket(key, type="complaint" if key < 3 else "inquiry", customer_key=customer)
    world.refresh()
    assert counts(world, Question("second_complaints", MARCH))["unlinkable"] == 1


def test_business_times_count_what_has_no_hours() -> None:
    world = World(replace(DESK, calendar=None, team_calendars={"A": "cn_office"}))
    for key, team in ((1, "A"), (2, "B")):
        world.ticket(key, team=team)
        world.reply(key, "10 10:30")
    world.refresh()
    assert counts(world, Question("frt", MARCH, clock="business"))["no_calendar"] == 1
    assert "no_calendar" not in counts(world, Question("frt", MARCH))


def test_surveys_and_invitations_of_dropped_tickets_are_counted() -> None:
    world = World()
    world.ticket(1, is_spam=True)
    world.survey(1, "11 10:00", {}, ticket_key=1, overall=4.0, offered_at=at("10 12:00"))
    world.refresh()
    assert counts(world, Question("survey_received", MARCH))["of_dropped_ticket"] == 1
    assert counts(world, Question("survey_invited", MARCH)) == {"of_dropped_ticket": 1, "future": 0}


def test_an_index_prints_its_scale_and_its_conversions() -> None:
    assert conversions((1.0, 5.0), None, "en") == "1-5 · linear 0-100 = (x - 1) / 4 × 100 · ratio = x / 5 × 100"
    world = World(csi_weights={"a": 1.0}, industry="general")
    for key in range(1, 6):
        world.survey(key, dims={"a": 4.0 if key < 5 else 5.0})
    world.refresh()
    told = with_sql(world.con, world.desk, Question("csi", MARCH), END, "zh-CN")["scale"]
    assert told == "1-5 · 线性 0-100 = (x - 1) / 4 × 100 = 80.0 · 比例 = x / 5 × 100 = 84.0"


def test_what_few_said_is_told_in_no_line_of_the_panel() -> None:
    world = World(csi_weights={"a": 1.0}, industry="general")
    for key in range(1, 5):
        world.survey(key, dims={"a": 4.0}, overall=4.0)
    world.refresh()
    index = with_sql(world.con, world.desk, Question("csi", MARCH), END, "en")
    assert index["scale"].endswith("x / 5 × 100")
    assert "benchmark" not in with_sql(world.con, world.desk, Question("csat", MARCH), END, "en")
    world.survey(5, dims={"a": 4.0}, overall=4.0)
    world.refresh()
    assert with_sql(world.con, world.desk, Question("csat", MARCH), END, "en")["benchmark"].startswith(
        "100 against 90"
    )


def test_the_clock_of_a_promise_is_told() -> None:
    asked = Question("sla_first_reply", MARCH)
    assert definition(CATALOG["sla_first_reply"], "en", asked, DESK)["clock"].endswith("elapsed time")
    desk = replace(DESK, sla_clock="business")
    assert "优先级日历" in definition(CATALOG["sla_resolution"], "zh-CN", asked, desk)["clock"]
    assert definition(CATALOG["followup_24h"], "en")["clock"] == "elapsed time"


def test_what_a_reading_says_of_itself_is_told_too(world: World) -> None:
    found = counts(world, Question("fcr", MARCH))
    assert found["unlinkable"] == 5


def test_counts_are_told_in_both_languages_and_nothings_are_not() -> None:
    assert told({"spam": 1200, "test": 0, "undated": 1}, "en") == "spam: 1,200 · without a creation time: 1"
    assert told({"spam": 1200, "test": 0}, "zh-CN") == "垃圾工单：1,200"
    assert all(text["en"].strip() and text["zh-CN"].strip() for text in TEXTS.values())


def test_an_unknown_year_is_told_in_the_panel() -> None:
    desk = replace(DESK, calendars={"cn_office": replace(CN_OFFICE, years=frozenset({2024}))})
    world = World(desk)
    world.ticket(1)
    world.reply(1, "10 10:30")
    world.refresh()
    question = Question("frt", MARCH, clock="business")
    panel = with_sql(world.con, desk, question, at("20 12:00"), "zh-CN")
    assert panel["unknown_years"].startswith("2025 年的节假日尚未公布")
    assert "unknown_years" not in with_sql(world.con, desk, replace(question, clock="calendar"), END, "en")


@pytest.mark.parametrize("metric", sorted(name for name, one in CATALOG.items() if one.clock_dependent))
def test_every_speed_has_a_twin_that_is_no_speed(metric: str) -> None:
    twin = CATALOG[metric].twin
    assert twin is not None
    assert not is_timed(CATALOG[twin])
    assert CATALOG[twin].better != "neither"
