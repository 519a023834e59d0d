"""Every way to draw a KPI, with every verdict and every data state."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest
from dash import Patch

from dashboard.face import Face
from dashboard.tiles import Kind, breakdown, card, compact, headline, kinds, trend
from dashboard.words import languages, words
from metrics.model import DataState, Level
from tests.dashboard.conftest import WORLDS, screen_of
from tests.dashboard.fake_answers import SUBJECTS


def face(metric: str = "frt", world: str = "full", language: str = "en", query: str = "") -> Face:
    screen = screen_of("/", world, query)
    return Face(screen.board.answers[metric], words(language), screen.view)


def test_kinds_are_found_by_listing_the_folder() -> None:
    assert set(kinds()) == {"headline", "compact", "card", "trend", "breakdown"}


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", languages())
def test_every_kind_draws_every_world_in_every_language(kind: str, world: str, language: str) -> None:
    for metric in SUBJECTS:
        shown = face(metric, world, language)
        drawn = kinds()[kind].draw("x", shown)
        ids = {getattr(part, "id", None) for part in [drawn, *drawn._traverse()]}
        assert {f"x-{part}" for part, _ in kinds()[kind].leaves} <= ids
        assert len(kinds()[kind].refresh(shown, anew=True)) == len(kinds()[kind].leaves)


@pytest.mark.parametrize("kind", ["headline", "compact", "card"])
@pytest.mark.parametrize("level", [*Level, None])
@pytest.mark.parametrize("state", DataState)
def test_level_and_state_are_said_in_words_and_marks(kind: str, level: Level | None, state: DataState) -> None:
    shown = face()
    verdict = replace(shown.answer.verdict, level=level, state=state)
    shown = replace(shown, answer=replace(shown.answer, verdict=verdict))
    found = dict(zip(kinds()[kind].leaves, kinds()[kind].refresh(shown, anew=False), strict=True))
    fresh = state is DataState.FRESH
    known = "_known" if state is DataState.ERROR else ""  # the last good value stays
    word = shown.words(f"level.{level or 'none'}" if fresh else f"state.{state}{known}")
    assert found[("word", "children")] == word
    assert (found[("tile", "data-level")], found[("tile", "data-state")]) == (level or "none", state)


def touching_2027(shown: Face) -> Face:
    """Return the face with business hours of a year without published holidays."""
    parts = (("unknown_years", 1), ("unknown_from", 2027), ("unknown_to", 2027))
    current = replace(shown.answer.current, parts=parts)
    members = tuple(
        (replace(one, parts=parts[: 3 * (one.member == "Billing")]), v) for one, v in shown.answer.members
    )
    return replace(shown, answer=replace(shown.answer, current=current, members=members))


@pytest.mark.parametrize(
    ("language", "sign", "told"),
    [("en", "holidays?", "holidays of 2027 unknown"), ("zh-CN", "节假日?", "2027 年节假日未知")],
)
@pytest.mark.parametrize("kind", [compact.KIND, headline.KIND, card.KIND])
def test_every_tile_has_a_sign_for_unknown_holidays(kind: Kind, language: str, sign: str, told: str) -> None:
    found = kind.values(touching_2027(face(language=language)))
    assert (found[("flag", "children")], found[("flag", "title")]) == (sign, told)
    assert kind.values(face(language=language))[("flag", "children")] == ""


def test_a_team_is_flagged_by_its_own_unknown_holidays() -> None:
    rows = json.loads(breakdown.values(touching_2027(face()))[("rows", "data-rows")])["rows"]
    assert {row["name"] for row in rows if row["flag"]} == {"Billing"}
    assert {row["flag"] for row in rows} == {"", "holidays of 2027 unknown"}


@pytest.mark.parametrize("metric", SUBJECTS)
@pytest.mark.parametrize("world", WORLDS)
def test_every_figure_is_one_plotly_knows(metric: str, world: str) -> None:
    figure = trend.figure(face(metric, world))
    assert len(go.Figure(figure).data) == 6


def test_a_day_without_value_is_open_in_the_line() -> None:
    line = trend.traces(face("csi"))[0]
    assert None in line["y"]
    assert line["connectgaps"] is False
    assert 0 not in line["y"]


def test_the_day_that_still_runs_is_hollow_and_apart() -> None:
    line, _, tail, *_ = trend.traces(face("frt"))
    assert line["x"][-1] == "2026-11-17"
    assert (tail["x"][-1], tail["marker"]["size"][-1]) == ("2026-11-18", 8)


def test_a_complete_period_has_no_hollow_day() -> None:
    tail = trend.traces(face("frt", query="?period=last_month"))[2]
    assert tail["x"] == []


def test_n_is_in_the_hover() -> None:
    line = trend.traces(face("frt"))[0]
    assert "customdata[2]" in line["hovertemplate"]
    assert all(len(row) == 3 for row in line["customdata"])


def test_a_tick_patches_data_only_so_that_zoom_survives() -> None:
    change = trend.patch(face())[trend.LEAVES[0]]
    assert isinstance(change, Patch)
    places = [tuple(step["location"]) for step in operations(change)]
    assert {place[2:] for place in places if place[0] == "data"} == {("x",), ("y",), ("customdata",)}
    assert {place for place in places if place[0] == "layout"} == {
        ("layout", "shapes"),
    }


def test_words_stand_in_the_place_of_a_line_without_a_value() -> None:
    assert trend.blank(face(world="empty")) == "Nothing to count in this period"
    assert trend.blank(face(world="undated")) == "Needs the times of replies"
    assert trend.blank(face("csi", world="undated")) == "No trend: the data have no times"
    assert trend.blank(face()) == ""


def test_charts_of_another_year_say_which() -> None:
    here, there = face(), replace(face(), today=date(2031, 5, 2))
    forms = [trend.figure(one)["layout"]["xaxis"]["tickformat"] for one in (here, there)]
    assert forms == ["%b %-d", "%b %-d\n%Y"]


def test_few_tickets_are_counted_in_whole_steps() -> None:
    shown = face("backlog")
    few = tuple(replace(reading, value=1.0) for reading in shown.answer.trend)
    axis = trend.figure(replace(shown, answer=replace(shown.answer, trend=few)))["layout"]["yaxis"]
    assert (axis["dtick"], axis["tickformat"]) == (1, ",d")


def test_a_team_at_zero_is_not_the_worst() -> None:
    shown = face("resolution")
    members = tuple(
        (replace(reading, value=value, member=name), replace(verdict, met=met, attainment=share))
        for (reading, verdict), value, name, met, share in zip(
            shown.answer.members, (0.0, 9.0), ("quick", "slow"), (True, False), (None, 28.0), strict=False
        )
    )
    rows = breakdown.values(replace(shown, answer=replace(shown.answer, members=members)))[("rows", "data-rows")]
    assert [row["name"] for row in json.loads(rows)["rows"]] == ["slow", "quick"]


def test_teams_without_open_tickets_are_no_rows() -> None:
    shown = face("backlog")
    (reading, verdict), *_ = shown.answer.members
    none = replace(reading, value=0.0, n=0), verdict
    rows = breakdown.values(replace(shown, answer=replace(shown.answer, members=(none,))))[("rows", "data-rows")]
    assert json.loads(rows)["rows"] == []


def operations(change: Patch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = change.to_plotly_json()["operations"]
    return found


def test_graphs_offer_no_upload() -> None:
    assert trend.config("en")["showSendToCloud"] is False


def test_a_chart_says_in_words_what_it_shows() -> None:
    assert trend.values(face())[trend.LEAVES[1]].startswith("First response time, 84 days: last ")
    assert trend.values(face(world="empty"))[trend.LEAVES[1]] == "First response time: no values to draw"


def table(metric: str, world: str = "full", query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(breakdown.values(face(metric, world, query=query))[breakdown.LEAVES[0]])
    return found


@pytest.mark.parametrize(
    ("metric", "highest_first"), [("frt", True), ("resolution", True), ("fcr", False), ("csi", False)]
)
def test_teams_stand_worst_first(metric: str, highest_first: bool) -> None:
    values = [float(row["value"]) for row in table(metric)["rows"]]
    assert values == sorted(values, reverse=highest_first)


def test_the_goal_of_the_desk_judges_no_teams_count() -> None:
    assert {row["level"] for row in table("backlog")["rows"]} == {"none"}
    assert {row["level"] for row in table("frt")["rows"]} > {"ok"}


def test_no_teams_is_said_and_not_drawn_as_zero() -> None:
    assert table("frt", "empty")["rows"] == []


def test_a_team_without_value_has_a_dash_and_stands_last() -> None:
    rows = table("csi", "too_few")["rows"]
    assert {row["value"] for row in rows} == {"—"}
    assert {row["word"] for row in rows} == {"Too few"}
