"""Which lists a window cuts: rows of a period do, what stands at an instant does not (semantics 1.6, 1.13)."""

from datetime import date

import pytest

from metrics.catalog import CATALOG
from metrics.definition import example
from metrics.drill import drill
from metrics.model import Window
from tests.metrics.world import DESK, World, at

AS_OF = at("20 10:00")
LATER = Window(date(2025, 3, 15), date(2025, 3, 18))  # nothing happened then
STOCKS = {
    *("backlog", "backlog_first", "backlog_age", "backlog_change", "coverage_days", "burn_down_days"),
    *("waiting_now", "unassigned"),
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
    assert [case.key for case in listed] == ([1] if name in STOCKS else [])
