"""The data page: its trees, its JSON, and what moves it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from dash import Dash

from dashboard.model import Loading, Loads, Schedule
from dashboard.pages import pages
from dashboard.room import Room
from dashboard.server import create_app
from dashboard.sources.cards import cards
from dashboard.sources.drift import drift
from dashboard.sources.refusals import refusals
from dashboard.sources.standing import standings
from dashboard.sources.teller import Teller
from dashboard.tree import node, painted, text_of
from dashboard.words import languages, words
from metrics.model import DataState
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers
from tests.dashboard.fake_ledger import schedules_of
from tests.dashboard.invoke import invoke

WORLDS = ("full", "empty", "stale", "error", "much", "undated", "one", "first", "tripped")
TELL = Teller(words("en"), "Asia/Shanghai", NOON)
PARTS = ("summary", "sources", "drift", "rejected", "odd", "effects")


def room_of(world: str, **verbs: Any) -> Room:
    loads = Loads(lambda: schedules_of(world, NOON), **verbs)
    return Room(FakeAnswers(world), SITE, lambda: NOON, "b", pages(), loads=loads)


def trees(world: str, language: str = "en", **verbs: Any) -> dict[str, list[Any]]:
    page = pages()["/data"]
    found = page.fill(room_of(world, **verbs).screen(page, f"?lang={language}"))
    return {part: json.loads(found[part, "data-tree"]) for part in PARTS}


def text(world: str, part: str, language: str = "en") -> str:
    return " ".join(text_of(tree) for tree in trees(world, language)[part])


def all_nodes(tree: Any) -> list[Any]:
    return [tree, *(one for child in tree[2] if isinstance(child, list) for one in all_nodes(child))]


def found_by(world: str, part: str, css: str, **verbs: Any) -> list[Any]:
    everything = [one for tree in trees(world, **verbs)[part] for one in all_nodes(tree)]
    return [one for one in everything if not css or css in one[1].get("class", "").split()]


def verb_names(world: str, source: str) -> list[str]:
    every = dict.fromkeys(("run_now", "pause", "resume", "redrive"), print)
    buttons = found_by(world, "sources", "verb", **every)
    return [one[1]["data-verb"] for one in buttons if one[1]["data-source"] == source]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", languages())
def test_every_world_is_told_in_every_language(world: str, language: str) -> None:
    told = trees(world, language)
    assert told["sources"]
    assert "{" not in " ".join(text_of(tree) for part in PARTS[:1] for tree in told[part])


def test_a_good_day_is_one_green_sentence() -> None:
    (verdict,) = found_by("full", "summary", "verdict")
    assert verdict[1]["data-level"] == "ok"
    assert text_of(verdict) == "All 4 sources are up to date"


def test_a_broken_source_is_named_first() -> None:
    (verdict,) = found_by("error", "summary", "verdict")
    assert verdict[1]["data-level"] == "critical"
    assert text_of(verdict).startswith("3 of 5 sources need a look Satisfaction surveys (Cannot be read)")


def test_a_late_source_is_no_broken_one() -> None:
    (verdict,) = found_by("stale", "summary", "verdict")
    assert verdict[1]["data-level"] == "warn"


@pytest.mark.parametrize(
    ("world", "states"),
    [
        ("full", ["fresh", "fresh", "fresh", "fresh"]),
        ("stale", ["stale", "never", "paused", "fresh", "fresh"]),
        ("error", ["error", "never", "paused", "fresh", "fresh"]),
        ("much", ["fresh"] * 4 + ["imported"] * 8),
    ],
)
def test_the_worst_source_comes_first(world: str, states: list[str]) -> None:
    assert [one.state for one in standings(room_of(world).stock())] == states


def test_a_source_whose_load_was_refused_can_be_read() -> None:
    stock = room_of("full").stock()
    surveys = stock.ledger.sources[1]
    runs = tuple(run for run in surveys.runs if run.run_id <= 883)
    refused = replace(surveys, state=DataState.ERROR, runs=runs)
    told = standings(replace(stock, ledger=replace(stock.ledger, sources=(refused,)), schedules=()))
    assert [one.state for one in told] == ["refused"]


def test_without_sources_the_page_says_what_to_do() -> None:
    assert "data/settings.yaml" in text("empty", "sources")
    assert trees("empty")["summary"] == []


def test_a_failure_is_told_in_words_with_its_beginning() -> None:
    (trouble,) = found_by("error", "sources", "trouble")
    assert text_of(trouble).startswith("Cannot be read since 14:38:00 /srv/drop/surveys: read-only")


def test_after_a_failure_the_last_good_run_is_named() -> None:
    assert "failed · last good one 14:37:00" in text("error", "sources")


def test_a_run_with_nothing_new_is_told_although_the_ledger_has_none() -> None:
    quiet = Schedule("helpdesk", "Helpdesk", "sql", 60.0, pulled_at=NOON)
    stock = replace(room_of("full").stock(), schedules=(quiet,))
    drawn = cards(standings(stock), stock, TELL)
    assert "Last run 14:40:12 nothing new since 14:40:09" in text_of(drawn[0])


def test_at_another_computer_words_of_a_row_are_hidden() -> None:
    stock = replace(room_of("error").stock(), door="shut")
    told = " ".join(text_of(one) for one in refusals(stock, TELL))
    assert "opened 2026-11-18 14:31:07" in told and "topic •••" in told
    assert "发票" not in told


def test_the_line_has_one_bar_per_run() -> None:
    lines = found_by("full", "sources", "bars")
    assert {len(one[2]) for one in lines} == {40}
    assert lines[1][1]["aria-label"].startswith("Last 40 runs, 1 of them without success")


def test_reasons_come_with_row_field_value_and_what_would_do() -> None:
    told = text("error", "rejected")
    assert "unknown status helpdesk · cases · to" in told
    assert "cases · row 17 to = Opne" in told and "add the value to values of tables.cases.events.0.to" in told
    assert "customer_name •••" in told


def test_a_changed_column_is_told_with_what_hangs_on_it() -> None:
    gone, retyped, new = (text_of(tree) for tree in trees("error")["drift"])
    assert gone.startswith("Column is gone Q7ALL surveys · answers")
    assert "Nothing is loaded from surveys until this is decided." in gone
    assert "Perhaps it is called Q7_ALL now" in gone and "app.py drift --source surveys --accept 'Q7ALL'" in gone
    assert "whole number before, text now" in retyped and "KPIs are split by Channel with it" in retyped
    assert "First response time, Resolution time" in retyped
    assert new.endswith("No KPI hangs on it. 14:40:12")


def test_a_source_that_waits_for_a_mended_mapping_says_so() -> None:
    stock = replace(room_of("full").stock(), schedules=(Schedule("helpdesk", "Helpdesk", "sql", 60.0),))
    drawn = cards(standings(stock), stock, TELL)
    assert "Next run — not before something changes" in text_of(drawn[0])


def test_what_nothing_loads_without_cannot_be_given_up() -> None:
    stock = room_of("error").stock()
    gone = replace(stock.ledger.changes[0], is_essential=True)
    (told,) = drift(replace(stock, ledger=replace(stock.ledger, changes=(gone,))), TELL)
    assert "--accept" not in text_of(told)


def test_columns_as_ever_are_not_talked_of() -> None:
    assert trees("full")["drift"] == []


def test_of_thirty_reasons_eight_are_seen_at_once() -> None:
    assert [one[1].get("class") for one in trees("much")["rejected"]] == ["reason"] * 8 + ["rest"]
    assert "22 more reasons" in text("much", "rejected")


def test_a_good_day_has_nothing_to_mend() -> None:
    assert text("full", "rejected") == "Every row that was read has loaded."


def test_the_cost_of_each_kpi_is_told_with_its_reasons() -> None:
    assert "Resolution time 1,090 14 1.3% customer unknown 11 stop before start 3" in text("error", "effects")


def test_a_kpi_that_loses_nothing_shows_a_dash_and_no_zero() -> None:
    costs = [text_of(one) for one in found_by("full", "effects", "cost")]
    assert costs == ["—", ""] * 8


def test_one_source_is_told_of_as_one() -> None:
    (verdict,) = found_by("one", "summary", "verdict")
    assert text_of(verdict) == "The source is up to date"
    assert "for one reason" in text("one", "summary")
    assert "Load this one again" in " ".join(
        text_of(one) for one in found_by("one", "rejected", "verb", redrive=print)
    )


def test_a_first_load_is_no_fault_and_tells_how_far_it_is() -> None:
    (verdict,) = found_by("first", "summary", "verdict")
    assert (verdict[1]["data-level"], text_of(verdict)) == ("none", "First load under way: 工单系统 Helpdesk")
    assert "1,234,567 rows of about 3,100,000 1.8M/min · 63 s left" in text("first", "sources")
    assert "1,234,567 行 / 约 3,100,000 176.4万 行/分钟 · 还需 63 秒" in text("first", "sources", "zh-CN")


def test_a_first_load_without_a_known_number_tells_what_is_there() -> None:
    stock = room_of("first").stock()
    bare = replace(stock, schedules=(replace(stock.schedules[0], first_load=None),))
    assert "361,204 tickets so far" in text_of(cards(standings(bare), bare, TELL)[0])


def test_a_first_load_of_which_nobody_knows_how_long_it_takes_says_so() -> None:
    stock = room_of("first").stock()
    plan = replace(stock.schedules[0], first_load=Loading(NOON, rows=5_000, per_s=100.0))
    bare = replace(stock, schedules=(plan,))
    assert "5,000 rows 6,000/min · time left not known" in text_of(cards(standings(bare), bare, TELL)[0])


def test_before_the_first_rows_of_a_first_load_there_is_no_zero() -> None:
    stock = room_of("first").stock()
    plan = replace(stock.schedules[0], first_load=Loading(NOON, total=64_000))
    bare = replace(stock, ledger=replace(stock.ledger, sources=()), schedules=(plan,))
    assert "First load — about 64,000 rows to come" in text_of(cards(standings(bare), bare, TELL)[0])


def test_a_source_that_is_spared_says_until_when_and_what_would_hurry_it() -> None:
    told = text("tripped", "sources", "zh-CN")
    assert "GET /api/v2/tickets：30 秒内没有应答，共尝试 5 次" in told
    assert "将于 14:46:12 自动再试" in told


def test_what_a_run_noted_is_told_in_the_language_of_the_page() -> None:
    assert "Note of 14:40:09 open transactions of other users are hidden" in text("one", "sources")
    assert "看不到其他用户未结束的事务" in text("one", "sources", "zh-CN")


def test_a_hint_is_told_in_the_language_of_the_page() -> None:
    assert "请把该值加入 tables.cases.events.0.to 的 values" in text("error", "rejected", "zh-CN")


def test_a_hint_that_is_the_same_for_all_examples_is_told_once() -> None:
    assert text("error", "rejected").count("add the value to values") == 3  # of three reasons


def test_what_is_no_row_is_not_loaded_again_but_delivered_again() -> None:
    stock = replace(room_of("one").stock(), verbs=("redrive",))
    cut = replace(stock.ledger.refusals[0], rule="malformed", again=0)
    cut = replace(cut, examples=(replace(cut.examples[0], row_no=402, payload={"line": "121", "raw": "a,b"}),))
    bare = replace(stock, ledger=replace(stock.ledger, refusals=(cut,)))
    told = " ".join(text_of(one) for one in refusals(bare, TELL))
    assert "cases · line 121" in told and "deliver it again" in told and "Load" not in told
    assert "Load rejected again" not in " ".join(text_of(one) for one in cards(standings(bare), bare, TELL))


def test_a_run_that_read_nothing_has_dashes_and_no_zeros() -> None:
    failed = [
        one for one in found_by("error", "sources", "") if one[1].get("data-run") == "failed" and one[0] == "tr"
    ]
    assert {text_of(cell) for one in failed for cell in one[2][1:8]} == {"—"}


def test_while_a_source_is_read_its_button_says_so_and_stays() -> None:
    every = dict.fromkeys(("run_now", "pause"), print)
    (busy,) = [one for one in found_by("full", "sources", "run_now", **every) if one[1].get("aria-disabled")]
    assert (busy[1]["data-source"], text_of(busy)) == ("shop", "Reading…")


def test_a_doubtful_value_names_the_kpis_it_touches() -> None:
    assert "touches AI involvement, the split by Channel" in text("error", "odd")
    assert "touches Resolution time" in text("error", "odd")


@pytest.mark.parametrize(
    ("cron", "told"),
    [("0 6 * * *", "daily at 06:00"), ("5 * * * *", "hourly at minute 5"), ("0 6 * * 1", "0 6 * * 1")],
)
def test_a_plain_line_of_cron_is_told_in_words(cron: str, told: str) -> None:
    assert TELL.rhythm(cron) == told


@pytest.mark.parametrize(
    ("language", "told"), [("en", ["9,999", "12K", "1.2M"]), ("zh-CN", ["9,999", "1.2万", "123.5万"])]
)
def test_a_pace_is_short_in_the_way_of_the_language(language: str, told: list[str]) -> None:
    tell = Teller(words(language), "UTC", NOON)
    assert [tell.pace(rows) for rows in (9999, 12_345, 1_234_567)] == told


def test_without_functions_there_are_no_buttons() -> None:
    assert found_by("error", "sources", "verb") == []
    assert found_by("error", "rejected", "verb") == []


@pytest.mark.parametrize(
    ("source", "verbs"),
    [
        ("helpdesk", ["run_now", "pause", "redrive"]),
        ("surveys", ["run_now", "pause"]),
        ("hotline", ["run_now", "resume"]),
        ("shop", ["run_now", "pause"]),
        ("new", ["run_now", "pause"]),
    ],
)
def test_only_what_makes_sense_can_be_pressed(source: str, verbs: list[str]) -> None:
    assert verb_names("error", source) == verbs


def test_text_of_the_data_stays_text() -> None:
    tree = node("b", "", "<script>alert(1)</script>", title='"><img>')
    assert json.loads(painted([tree])) == [tree]


def get(app: Dash, path: str) -> Any:
    return app.server.test_client().get(path)


def app_of(world: str) -> Dash:
    return create_app(FakeAnswers(world), SITE, lambda: NOON, "b", loads=Loads(lambda: schedules_of(world, NOON)))


def test_machines_get_states_and_instants() -> None:
    told = get(app_of("error"), "/api/data").get_json()
    surveys = told["sources"][0]
    assert (surveys["state"], surveys["lag_s"], len(surveys["runs"])) == ("error", 31 * 3600, 40)
    assert surveys["trouble"]["message"].startswith("/srv/drop/surveys: read-only")
    assert told["rejects"][0]["examples"][0]["payload"]["customer_name"] == "•••"
    assert told["losses"][1]["faults"] == {"negative_duration": 3, "unlinkable": 11}


def test_machines_get_null_for_what_is_not_known() -> None:
    new = get(app_of("error"), "/api/data").get_json()["sources"][1]
    assert (new["state"], new["watermark"], new["lag_s"], new["rows_per_minute"]) == ("never", None, None, None)


def test_machines_get_how_far_a_first_load_is() -> None:
    plan = get(app_of("first"), "/api/data").get_json()["sources"][0]["schedule"]
    assert plan["first_load"] == {
        "since": "2026-11-18T06:39:30+00:00", "rows": 1_234_567, "total": 3_100_000, "per_s": 29_394.0, "left_s": 63,
    }  # fmt: skip


def test_before_any_source_the_answer_is_empty() -> None:
    told = get(app_of("empty"), "/api/data").get_json()
    assert (told["sources"], told["rejects"], told["flaws"]) == ([], [], [])


def test_the_mark_of_the_data_page_moves_with_plans_and_runs_and_the_others_do_not() -> None:
    room = room_of("full")
    pulse = room.answers.pulse()
    later = Room(room.answers, SITE, lambda: NOON, "b", pages(), loads=Loads(lambda: schedules_of("error", NOON)))
    assert room.mark("data", pulse) != later.mark("data", pulse)
    assert room.mark("wall", pulse) == later.mark("wall", pulse)


def test_the_pulse_of_the_data_page_has_its_mark() -> None:
    app = app_of("full")
    page = pages()["/data"]
    drawn, asked = get(app, "/api/pulse?page=data").get_json()["mark"], get(app, "/api/pulse").get_json()["mark"]
    assert drawn != asked
    assert drawn == room_of("full").screen(page, "").board.mark


def test_a_tick_brings_trees_and_nothing_to_remount() -> None:
    answers = FakeAnswers("full")
    app = create_app(answers, SITE, lambda: NOON, "b")
    outputs = [f"{one.component_id}.{one.component_property}" for one in pages()["/data"].outputs()]
    inputs = {"data-pulse.data": {"mark": "x"}, "url.search": "?lang=en"}
    _, before, _ = invoke(app, outputs, inputs, {})
    answers.world = "error"
    status, after, _ = invoke(app, outputs, inputs, {})
    assert status == 200
    assert before["data-sources"] != after["data-sources"]
    assert '"namespace"' not in str(after)
