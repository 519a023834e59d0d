"""The file of the cases behind a tile: as many rows as the tile counts, told in both languages (semantics 1.13)."""

import csv
import io
from random import Random
from typing import Any

import pytest
from dash import Dash

from dashboard.model import Site
from dashboard.server import create_app
from dashboard.words import languages, words
from metrics.answers import Answers
from metrics.catalog import HEADLINES
from tests.metrics.random_world import Loader
from tests.metrics.world import DESK, World, at

NOW = at("31 12:00")

SPAN = "period=custom&from=2025-03-01&to=2025-03-31"


def app_of(world: World) -> Dash:
    world.insert("source", source_no=0, source_id="desk", name="Desk", is_live=True, watermark=NOW, max_age_s=60)
    world.con.execute("UPDATE meta SET value = '1' WHERE name = 'data_version'")
    world.refresh(NOW)
    answers = Answers(world.cursor, DESK, (), lambda: NOW)
    return create_app(answers, Site(), lambda: NOW, "build-1")


@pytest.fixture(scope="module")
def app() -> Dash:
    world = World()
    Loader(world, Random(7)).batch(120)
    return app_of(world)


def get(app: Dash, path: str) -> Any:
    return app.server.test_client().get(path, buffered=True)


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("metric", HEADLINES)
@pytest.mark.parametrize("filters", ["", "&team=A", "&priority=P1&channel=email"])
def test_the_file_has_as_many_rows_as_the_tile_counts(app: Dash, metric: str, filters: str) -> None:
    told = get(app, f"/api/readings?{SPAN}{filters}").json
    n = next(one["n"] for one in told["readings"] if one["metric"] == metric)
    answer = get(app, f"/api/cases.csv?{SPAN}{filters}&metric={metric}")
    if answer.status_code == 403:
        assert 0 < n < 5
        return
    heading, *rows = rows_of(answer)
    assert len(rows) == n
    assert [row[0] for row in rows] == [str(number) for number in range(1, n + 1)]
    assert all(len(row) == len(heading) for row in rows)
    assert answer.headers["Content-Disposition"].endswith(f"filename={metric}_2025-03-01_2025-03-31_{n}.csv")


@pytest.mark.parametrize("language", languages())
def test_headings_and_moments_are_the_readers(app: Dash, language: str) -> None:
    heading, first, *_ = rows_of(get(app, f"/api/cases.csv?{SPAN}&lang={language}&metric=volume"))
    told = words(language)
    assert heading[:4] == [
        told("cases.number"),
        told("cases.ticket"),
        told("cases.source"),
        f"{told('cases.created')} (Asia/Shanghai)",
    ]
    assert first[3] == first[4]  # what counts a new case is its creation
    assert first[3].startswith("2025-03-")


def test_an_unknown_kpi_is_told_with_those_there_are(app: Dash) -> None:
    answer = get(app, "/api/cases.csv?lang=en&metric=speed")
    assert answer.status_code == 404
    assert answer.text.startswith("metric: got 'speed'; wanted: one of agent_work, ")
    assert get(app, "/api/cases.csv?metric=speed").text.startswith("metric：收到 'speed'；应为：以下之一：")


@pytest.mark.parametrize(
    ("metric", "parameter"), [("update_gaps", "1"), ("stage_time", "D4/receive"), ("backlog_days_met", "20")]
)
def test_a_kpi_with_a_parameter_has_its_figure_and_its_list(app: Dash, metric: str, parameter: str) -> None:
    asked = f"{SPAN}&metric={metric}&parameter={parameter}"
    (told,) = get(app, f"/api/readings?{asked}").json["readings"]
    assert (told["metric"], told["parameter"]) == (metric, parameter)
    assert told["n"] > 0
    assert len(rows_of(get(app, f"/api/cases.csv?{asked}"))) == told["n"] + 1


def test_several_kpis_may_share_a_parameter(app: Dash) -> None:
    found = get(app, f"/api/readings?{SPAN}&metric=update_gaps&metric=update_gap_rate&parameter=4").json
    assert [one["metric"] for one in found["readings"]] == ["update_gaps", "update_gap_rate"]
    assert found["ignored"] == []


def test_a_list_under_another_parameter_is_another_list(app: Dash) -> None:
    files = [get(app, f"/api/cases.csv?{SPAN}&metric=update_gaps&parameter={hours}") for hours in ("0", "80")]
    assert len(rows_of(files[0])) > len(rows_of(files[1]))


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ("metric=update_gaps", "parameter", None),
        ("metric=update_gaps&parameter=four", "parameter", "four"),
        ("metric=frt&parameter=4", "parameter", "4"),
        ("metric=speed", "metric", "speed"),
        ("parameter=4", "metric", None),
        ("metric=update_gaps&metric=frt&parameter=4", "parameter", "4"),
    ],
)
def test_what_fits_nothing_is_named_with_what_would_do(app: Dash, asked: str, field: str, value: str | None) -> None:
    answer = get(app, f"/api/readings?{SPAN}&{asked}")
    told = answer.json["error"]
    assert (answer.status_code, told["field"], told["value"]) == (400, field, value)
    assert set(told["wanted"]) == {"en", "zh-CN"}
    assert told["wanted"]["en"] in told["message"]


def test_a_list_with_a_parameter_that_fits_nothing_is_refused(app: Dash) -> None:
    answer = get(app, f"/api/cases.csv?{SPAN}&lang=en&metric=reach_rate&parameter=tech")
    assert answer.status_code == 400
    assert answer.text == "parameter: got 'tech'; wanted: department/minutes, such as tech/10\n"


def surveyed(count: int) -> World:
    world = World()
    for key in range(1, count + 1):
        world.ticket(key, customer_key=key, category="=HYPERLINK(1)")
        world.survey(key, "11 10:00", overall=5.0, ticket_key=key, customer_key=key)
    return world


def test_answers_of_fewer_than_five_stay_private() -> None:
    address = f"/api/cases.csv?{SPAN}&lang=en&metric=csat"
    hidden = get(app_of(surveyed(4)), address)
    assert (hidden.status_code, hidden.text[:23]) == (403, "Fewer than 5 answers: n")
    assert len(rows_of(get(app_of(surveyed(5)), address))) == 6


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless() -> None:
    rows = rows_of(get(app_of(surveyed(1)), f"/api/cases.csv?{SPAN}&metric=volume"))
    assert rows[1][-2] == "'=HYPERLINK(1)"


def test_no_case_gives_a_heading_only() -> None:
    assert len(rows_of(get(app_of(surveyed(1)), f"/api/cases.csv?{SPAN}&metric=frt"))) == 1
