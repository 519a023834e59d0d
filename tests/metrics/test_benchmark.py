"""Readings against benchmarks: both numbers, the formula, the words (semantics 6.1; R-019, R-072)."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data.benchmarks import INDUSTRIES, Benchmark
from data.settings import UnfitSetting, load_settings
from data.strict_yaml import StrictYamlError
from metrics.benchmark import Lead, held_against, lead
from metrics.catalog import CATALOG, metric_of
from metrics.definition import with_sql
from metrics.desk import desk_from, targets_from
from metrics.measure import measure
from metrics.model import Question, Slice, Window
from tests.metrics.world import DESK, END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def against(own: float, value: float, metric: str) -> Lead:
    benchmark = Benchmark(metric=metric, value=value, source="D2", dated=date(2025, 6, 30))
    return lead(own, benchmark, "电商", metric_of(metric).unit, metric_of(metric).better)


@pytest.mark.parametrize(
    ("metric", "own", "value", "gap", "reached"),
    [
        ("frt", 30.0, 15.0, 100.0, False),
        ("resolution", 4.0, 2.0, 100.0, False),
        ("backlog", 500.0, 100.0, 400.0, False),
        ("csat", 75.0, 90.0, -15.0, False),
        ("csi", 4.5, 4.2, 7.142857, True),
        ("nps", 20.0, 50.0, -30.0, False),
        ("frt", 5.0, 0.0, None, False),
        ("volume", 5.0, 4.0, 25.0, None),
    ],
)
def test_the_gap_is_points_for_shares_and_percent_of_the_benchmark_else(
    metric: str, own: float, value: float, gap: float | None, reached: bool | None
) -> None:
    found = against(own, value, metric)
    assert found.gap == (None if gap is None else pytest.approx(gap, abs=1e-6))
    assert found.is_reached is reached


def test_both_numbers_and_the_formula_are_told() -> None:
    assert against(4.5, 4.2, "csi").sentence("en") == (
        "4.5 against 4.2: (4.5 - 4.2) / 4.2 = +7.1%, above the benchmark (as good or better) · 电商 · D2 · 2025-06-30"
    )
    assert against(75.0, 90.0, "csat").sentence("zh-CN") == (
        "75 对 90：75 - 90 = -15.0 个百分点，低于标杆（差于标杆） · 电商 · D2 · 2025-06-30"
    )
    assert "level with the benchmark" in against(15.0, 15.0, "frt").sentence("en")
    assert against(5.0, 0.0, "frt").sentence("en").startswith("5 against 0, above")
    assert "(" not in against(5.0, 4.0, "volume").sentence("zh-CN").split("，")[-1]


def answered() -> World:
    world = World()
    world.ticket(1, team="A")
    world.reply(1, "10 10:30")
    world.refresh()
    return world


def test_a_reading_is_held_against_the_chosen_industry_only() -> None:
    world = answered()
    plain = Question("frt", MARCH)
    asked = (plain, Question("frt", MARCH, Slice.of(team="A")), Question("resolution", MARCH))
    found = [reading[0] for reading in measure(world.con, DESK, asked, END).values()]
    finance = replace(DESK, industry="finance")
    assert [lead and lead.gap for lead in (held_against(one, finance) for one in found)] == [200.0, None, None]
    assert held_against(found[0], DESK) is None
    told = held_against(found[0], finance, "zh-CN")
    assert told is not None
    assert told.sentence("zh-CN").endswith("金融 · 响应速度提升工具包 (D2) · 日期不详")


def test_the_panel_tells_the_benchmark() -> None:
    world = answered()
    desk = replace(DESK, industry="ecommerce")
    panel = with_sql(world.con, desk, Question("frt", MARCH), END, "en")
    assert panel["benchmark"].startswith("30 against 15: (30 - 15) / 15 = +100.0%, above the benchmark (worse)")
    assert "benchmark" not in with_sql(world.con, DESK, Question("frt", MARCH), END, "en")


def test_shipped_benchmarks_are_of_known_kpis() -> None:
    assert {one.metric for industry in INDUSTRIES.values() for one in industry.values} <= set(CATALOG)
    assert (INDUSTRIES["ecommerce"].values[0].value, INDUSTRIES["finance"].values[0].value) == (15, 10)


def test_the_settings_choose_and_replace_benchmarks(tmp_path: Path) -> None:
    own = "benchmarks: {mine: {values: [{metric: %s, value: 3, source: S, dated: 2025-01-31}]}}\n"
    path = tmp_path / "settings.yaml"
    path.write_text(own % "frt" + "industry: mine\n", encoding="utf-8")
    desk = desk_from(load_settings(path), {})
    assert (desk.industry, desk.benchmarks["mine"].values[0].dated) == ("mine", date(2025, 1, 31))
    path.write_text(own % "speed", encoding="utf-8")
    with pytest.raises(UnfitSetting, match=r"benchmarks.mine.values.0.metric: unknown metric 'speed'"):
        targets_from(load_settings(path), CATALOG)
    path.write_text(own % "frt" + "industry: finance\n", encoding="utf-8")
    with pytest.raises(
        StrictYamlError, match=r"settings.yaml:2: industry: .*unknown industry 'finance'; known: mine"
    ):
        load_settings(path)
