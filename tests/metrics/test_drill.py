"""Which lists a window cuts: rows of a period do, what stands at an instant does not (semantics 1.6, 1.13)."""

from datetime import date

import pytest

from metrics import drill as drill_module
from metrics.catalog import CATALOG
from metrics.definition import example
from metrics.drill import drill
from metrics.model import Window
from tests.metrics.world import DESK, World, at

AS_OF = at("20 10:00")
LATER = Window(date(2025, 3, 15), date(2025, 3, 18))  # nothing happened then
STOCKS = {
    *("backlog", "backlog_first", "backlog_age", "backlog_change", "coverage_days", "burn_down_days"),
    *("waiting_now", "unassigned", "silent_now", "backlog_days_met"),
}


@pytest.fixture(scope="module")
def world() -> World:
    """One case of the 10th, unanswered and nobody's."""
    made = World(DESK)
    made.ticket(1, "10 10:00")
    made.refresh(AS_OF)
    return made


def test_kinds_declare_which_rows_know_no_window() -> None:
    assert {name for name, metric in CATALOG.items() if metric.kind.is_stock} == STOCKS


@pytest.mark.parametrize("name", CATALOG)
def test_a_window_cuts_the_list_of_what_is_no_stock(world: World, name: str) -> None:
    listed = drill(world.con, world.desk, example(CATALOG[name], LATER), AS_OF)
    is_listed = name in STOCKS and name != "silent_now"  # nobody has replied yet
    assert [case.key for case in listed] == ([1] if is_listed else [])


def test_a_list_of_several_pages_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill_module, "PAGE", 2)
    made = World(DESK)
    for key in range(1, 6):
        made.ticket(key, team="T")
    made.refresh(AS_OF)
    listed = drill(made.con, made.desk, example(CATALOG["volume"], Window(None, None)), AS_OF)
    assert sorted(case.key for case in listed) == [1, 2, 3, 4, 5]
    assert {dict(case.labels)["team"] for case in listed} == {"T"}
