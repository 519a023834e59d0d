"""Costs of resolved tickets and of repeats by hand (semantics 4.20, decision 19)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from data.settings import load_calendars, load_settings
from data.strict_yaml import StrictYamlError
from metrics.catalog import CATALOG
from metrics.definition import with_sql
from metrics.desk import desk_from
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Costs, DataState, Question, Reading, Slice, Window
from tests.metrics.world import DESK, World, at

NOW = at("2025-05-10 10:00:00")
MARCH, APRIL, MAY = (Window(date(2025, month, 1), date(2025, month + 1, 1)) for month in (3, 4, 5))
AMOUNTS = {date(2025, 3, 1): 1200.0, date(2025, 4, 1): 300.0, date(2025, 5, 1): 500.0}
COSTS = Costs("CNY", AMOUNTS, {"A": {date(2025, 3, 1): 400.0}, "B": {date(2025, 3, 1): 100.0}})
EACH = Question("cost_per_resolved", MARCH)
REPEATS = replace(EACH, metric="cost_of_repeats")


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """March: four tickets resolved, one of them again in April; April: none other. Ticket 2 repeats ticket 1."""
    made = World(DESK, costs=COSTS)
    for key, team, customer in ((1, "A", 7), (2, "A", 7), (3, "B", 8), (4, None, 9)):
        made.ticket(key, f"1{key} 10:00", team=team, customer_key=customer, category="x", channel="phone")
        made.status(key, f"1{key} 12:00", "resolved")
    made.status(3, "2025-04-02 10:00:00", "open")
    made.status(3, "2025-04-03 10:00:00", "resolved")
    made.ticket(5, "2025-05-02 10:00:00", team="A")
    made.status(5, "2025-05-02 11:00:00", "resolved")
    made.refresh(NOW)
    yield made
    made.con.close()


def ask(world: World, question: Question, as_of: datetime = NOW, costs: Costs = COSTS) -> tuple[Reading, ...]:
    return measure(world.con, replace(world.desk, costs=costs), [question], as_of)[question]


def value(world: World, question: Question) -> float | None:
    return ask(world, question)[0].value


def test_a_month_costs_what_it_costs_per_ticket_first_resolved_in_it(world: World) -> None:
    (found,) = ask(world, EACH)
    assert (found.value, found.n, found.part("cost")) == (300.0, 4, 1200.0)
    assert len(drill(world.con, world.desk, EACH, NOW)) == 4


def test_a_month_without_resolved_tickets_has_no_cost_per_ticket(world: World) -> None:
    (found,) = ask(world, replace(EACH, window=APRIL))
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


def test_months_add_up(world: World) -> None:
    assert value(world, replace(EACH, window=Window(MARCH.start, APRIL.end))) == 1500 / 4


def test_a_month_that_is_not_over_has_no_value(world: World) -> None:
    assert [one.value for one in ask(world, replace(EACH, window=MAY))] == [None]
    assert [one.value for one in ask(world, EACH, at("2025-03-31 23:59:59"))] == [None]
    assert [one.value for one in ask(world, EACH, at("2025-04-01 00:00:00"))] == [300.0]


@pytest.mark.parametrize(
    "window",
    [
        Window(date(2025, 3, 2), date(2025, 4, 1)),
        Window(date(2025, 3, 1), date(2025, 3, 31)),
        Window(date(2025, 2, 1), date(2025, 4, 1)),  # nobody wrote what February cost
        Window(None, date(2025, 4, 1)),
        Window(None, None),
        Window(date(2025, 3, 1), date(2025, 4, 1), "UTC"),  # costs are those of the desk's months
    ],
)
def test_anything_but_whole_months_that_are_written_has_no_value(world: World, window: Window) -> None:
    (found,) = ask(world, replace(EACH, window=window))
    assert found.value is None
    assert found.n >= 4


def test_a_month_that_cost_nothing_is_0_and_not_unknown(world: World) -> None:
    assert ask(world, EACH, costs=Costs(months={date(2025, 3, 1): 0.0}))[0].value == 0.0
    assert ask(world, EACH, costs=Costs())[0].value is None


def test_by_month_every_whole_month_has_its_own(world: World) -> None:
    asked = replace(EACH, window=Window(date(2025, 3, 1), date(2025, 5, 20)), grain="month")
    assert [(one.bucket, one.value) for one in ask(world, asked)] == [
        ("2025-03-01", 300.0),
        ("2025-04-01", None),
        ("2025-05-01", None),
    ]
    cut = replace(asked, window=Window(date(2025, 3, 5), date(2025, 4, 1)))
    assert [one.value for one in ask(world, cut)] == [None]


def test_a_quarter_needs_all_its_months_and_weeks_have_no_cost(world: World) -> None:
    year = Window(date(2025, 1, 1), date(2025, 4, 1))
    assert [one.value for one in ask(world, replace(EACH, window=year, grain="quarter"))] == [None]
    written = Costs(months={date(2025, month, 1): 100.0 for month in (1, 2, 3)})
    asked = replace(EACH, window=year, grain="quarter")
    assert [one.value for one in ask(world, asked, costs=written)] == [75.0]
    assert {one.value for one in ask(world, replace(EACH, grain="week"))} == {None}


def test_a_team_has_its_own_costs(world: World) -> None:
    assert value(world, replace(EACH, slice=Slice.of(team="A"))) == 200.0
    assert value(world, replace(EACH, slice=Slice((("team", ("A", "B")),)))) == 500 / 3
    by_team = {one.member: one.value for one in ask(world, replace(EACH, split="team"))}
    assert by_team == {"A": 200.0, "B": 100.0, "(none)": None}
    both = replace(EACH, window=Window(MARCH.start, APRIL.end), split="team")
    assert {one.value for one in ask(world, both)} == {None}  # what the teams cost in April is not known


def test_nobody_knows_what_a_channel_costs(world: World) -> None:
    assert value(world, replace(EACH, slice=Slice.of(channel="phone"))) is None
    assert value(world, replace(EACH, slice=Slice((("channel", ("phone",)), ("team", ("A",)))))) is None
    assert [one.value for one in ask(world, replace(EACH, split="channel"))] == [None]


def test_repeats_cost_what_as_many_resolved_tickets_do(world: World) -> None:
    (found,) = ask(world, REPEATS)
    assert (found.value, found.n, found.part("cost_per_resolved")) == (300.0, 1, 300.0)
    assert [(one.member, one.value) for one in ask(world, replace(REPEATS, split="team")) if one.n] == [("A", 200.0)]
    assert len(drill(world.con, world.desk, REPEATS, NOW)) == 1


def test_no_repeats_cost_nothing_where_the_cost_is_known(world: World) -> None:
    (found,) = ask(world, replace(REPEATS, slice=Slice.of(team="B")))
    assert (found.value, found.n, found.state) == (0.0, 0, DataState.FRESH)
    assert ask(world, replace(REPEATS, window=APRIL))[0].value is None


def test_a_cohort_by_creation_has_no_cost(world: World) -> None:
    with pytest.raises(ValueError, match="no cohort by creation"):
        ask(world, replace(EACH, basis="created"))


def test_the_panel_names_the_currency(world: World) -> None:
    assert with_sql(world.con, world.desk, EACH, NOW, "en")["currency"] == "CNY"
    other = replace(EACH, metric="volume")
    assert "currency" not in with_sql(world.con, world.desk, other, NOW, "en")


def test_costs_change_no_facts(world: World) -> None:
    assert CATALOG["cost_per_resolved"].unit == "money"
    before = world.rows("SELECT value FROM meta WHERE name = 'desk_fingerprint'")
    other = World(DESK)
    other.refresh(NOW)
    assert other.rows("SELECT value FROM meta WHERE name = 'desk_fingerprint'") == before


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_costs_are_what_the_file_says(tmp_path: Path) -> None:
    text = "costs: {currency: CNY, months: {2026-01: 12000, 2026-12: 0}, teams: {A: {2026-01: 4000.5}}}\n"
    settings = load_settings(written(tmp_path, text))
    assert desk_from(settings, load_calendars(settings)).costs == Costs(
        "CNY", {date(2026, 1, 1): 12000.0, date(2026, 12, 1): 0.0}, {"A": {date(2026, 1, 1): 4000.5}}
    )


@pytest.mark.parametrize(
    "wrong", ["{2026-13: 1}", "{2026-1: 1}", "{2026-01: -1}", "{2026-01: .nan}", "{2026-01: much}"]
)
def test_what_is_no_month_or_no_amount_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(StrictYamlError, match=r"settings.yaml:1: costs\.months"):
        load_settings(written(tmp_path, f"costs: {{months: {wrong}}}\n"))
