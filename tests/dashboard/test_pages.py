"""Each page draws every world in every language; its outputs are all there."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from dash import dcc
from plotly.utils import PlotlyJSONEncoder

from dashboard.pages import pages
from dashboard.words import languages
from tests.dashboard.conftest import WORLDS, page_of, screen_of

FIGURES = ("/", "/wall")  # the pages of KPIs


def parts(path: str, world: str = "full", query: str = "") -> Iterator[Any]:
    page = page_of(path)
    drawn = page.layout(screen_of(path, world, query))
    yield from [drawn, *drawn._traverse()]


def ids(path: str, world: str = "full") -> list[Any]:
    return [json.dumps(part.id) for part in parts(path, world) if getattr(part, "id", None)]


def test_pages_are_found_by_listing_the_folder() -> None:
    assert set(pages()) == {*FIGURES, "/data"}


@pytest.mark.parametrize("path", pages())
@pytest.mark.parametrize("world", WORLDS)
def test_every_output_of_a_page_is_on_it(path: str, world: str) -> None:
    there = set(ids(path, world))
    assert {json.dumps(output.component_id) for output in page_of(path).outputs()} <= there


@pytest.mark.parametrize("path", pages())
def test_no_id_is_there_twice(path: str) -> None:
    assert [id_ for id_, count in Counter(ids(path)).items() if count > 1] == []


@pytest.mark.parametrize("path", pages())
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", languages())
def test_a_tick_fills_every_output_of_every_world(path: str, world: str, language: str) -> None:
    page = page_of(path)
    screen = screen_of(path, world, f"?lang={language}")
    values = page.refresh(screen, anew=False)
    assert len(values) == len(page.outputs())
    assert "components" not in json.dumps(values, cls=PlotlyJSONEncoder)


@pytest.mark.parametrize("path", pages())
def test_every_graph_is_without_upload_button(path: str) -> None:
    graphs = [part for part in parts(path) if isinstance(part, dcc.Graph)]
    assert [vars(graph)["config"]["showSendToCloud"] for graph in graphs] == [False] * len(graphs)
    assert len(graphs) == (8 if path == "/" else 0)


@pytest.mark.parametrize("path", FIGURES)
@pytest.mark.parametrize("world", ["empty", "error"])
def test_a_world_without_values_shows_no_zero(path: str, world: str) -> None:
    values = [part.children for part in parts(path, world) if getattr(part, "className", "") == "value"]
    assert values == ["—"] * 8


@pytest.mark.parametrize("path", FIGURES)
def test_scores_without_instants_are_shown_and_nothing_else_is_made_up(path: str) -> None:
    drawn = list(parts(path, "undated", "?lang=en"))
    values = [part.children for part in drawn if getattr(part, "className", "") == "value"]
    assert sorted(values) == ["4.36", "86.1", *["—"] * 6]
    texts = [part.children for part in drawn if isinstance(getattr(part, "children", None), str)]
    assert "data without times" in texts
    assert "vs prior 7 days" not in texts


@pytest.mark.parametrize("path", pages())
def test_what_is_not_understood_is_shown(path: str) -> None:
    notice = next(part for part in parts(path, query="?team=Nobody&lang=en") if getattr(part, "id", "") == "notice")
    assert notice.children == "Not understood and left out: team=Nobody"


def test_the_mark_moves_when_a_source_goes_stale() -> None:
    marks = {screen_of("/wall", world).board.mark for world in ("full", "stale")}
    assert len(marks) == 2


def test_the_wall_says_what_its_figures_are_narrowed_to() -> None:
    drawn = list(parts("/wall", query="?lang=en&team=Billing&channel=email"))
    assert [part.children for part in drawn if getattr(part, "className", "") == "narrowed"] == ["E-mail · Billing"]


def test_the_wall_gives_the_place_of_what_is_absent_to_the_rest() -> None:
    drawn = list(parts("/wall", "undated", "?lang=en"))
    root = next(part for part in drawn if getattr(part, "id", "") == "wall-root")
    strip = next(part for part in drawn if getattr(part, "id", "") == "wall-absent")
    assert (getattr(root, "data-cells"), strip.children[:37]) == ("2", "Not in these data: First response time,"[:37])


def test_every_place_is_kept_before_the_first_load() -> None:
    root = next(part for part in parts("/wall", "empty") if getattr(part, "id", "") == "wall-root")
    assert getattr(root, "data-cells") == "6"


@pytest.mark.parametrize(("path", "query"), [("/", "?lang=en&period=28d&team=Billing"), ("/wall", "?team=Billing")])
def test_every_link_keeps_the_filters(path: str, query: str) -> None:
    drawn = parts(path, query=query)
    links = [part.href for part in drawn if isinstance(getattr(part, "id", None), dict) and "to" in part.id]
    assert links
    assert all("team=Billing" in href for href in links)
