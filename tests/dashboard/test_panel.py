"""The definition panel on screen: every heading, with the age of the data counting (semantics 1.14)."""

from typing import Any

import pytest
from dash import html

from dashboard.definition import panel
from dashboard.words import languages
from tests.dashboard.conftest import room_of, screen_of


def rows(metric: str, language: str, world: str = "full", **more: str) -> dict[str, Any]:
    screen = screen_of("/", world, f"?lang={language}")
    texts = {**room_of(world).answers.definition(metric, language), **more}
    drawn = panel(screen, metric, texts)
    pairs = [row.children for row in drawn.children[0].children]
    return {label.children: text.children for label, text in pairs}


@pytest.mark.parametrize("language", languages())
def test_the_panel_has_every_heading_in_every_language(language: str) -> None:
    words = screen_of("/", "full", f"?lang={language}").words
    names = ("definition", "population", "start", "stop", "clock", "exclusions", "n", "as_of", "age", "version")
    found = rows("frt", language, exclusions="spam: 3")
    assert [words(f"define.{name}") for name in names] == list(found)
    assert found[words("define.exclusions")] == "spam: 3"


def test_the_age_counts_in_the_browser() -> None:
    age = rows("frt", "en")["Data age"]
    assert isinstance(age, html.Span)
    assert vars(age)["data-age"].isdigit()


def test_undated_data_have_no_age() -> None:
    assert "Data age" not in rows("csi", "en", "undated")


def test_unknown_holidays_are_told() -> None:
    assert rows("frt", "zh-CN", unknown_years="2027 年的节假日尚未公布")["节假日未知"].startswith("2027")


def link(world: str, query: str = "?lang=en") -> Any:
    drawn = panel(screen_of("/", world, query), "frt", room_of(world).answers.definition("frt", "en"))
    found = [one.children for one in drawn.children if isinstance(one, html.P)]
    return found[0] if found else None


def test_the_panel_leads_to_the_rows_behind_the_figure() -> None:
    found = link("full", "?lang=en&theme=dark&team=Billing")
    assert found.children.startswith("Rows behind this figure (")
    assert found.href == "/api/cases.csv?lang=en&theme=dark&team=Billing&metric=frt"
    assert link("full", "").href == "/api/cases.csv?metric=frt"


def test_there_is_no_way_to_rows_that_are_not() -> None:
    assert link("empty") is None
