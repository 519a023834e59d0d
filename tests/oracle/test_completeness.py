"""No KPI of the catalogue is without its plain computation, on every clock and basis it has."""

from metrics.catalog import CATALOG
from tests.oracle.kpis import BOTH, EITHER, KPIS
from tests.oracle.stocks import STOCKS

# name of the KPI -> where it is compared instead
WITHOUT = {
    "backlog_days_met": "test_stocks, day by day",
    "cost_per_resolved": "test_costs, month by month",
    "cost_of_repeats": "test_costs, month by month",
}


def test_every_kpi_has_an_oracle_or_a_reason_not_to() -> None:
    known = {one.name for one in KPIS} | {one.name for one in STOCKS}
    assert CATALOG.keys() - known == WITHOUT.keys()
    assert known <= CATALOG.keys()


def test_every_kpi_is_compared_on_all_its_clocks() -> None:
    clocks = {one.name: one.clocks for one in KPIS} | {one.name: one.clocks for one in STOCKS}
    assert {name for name, found in clocks.items() if found == BOTH} == {
        name for name, metric in CATALOG.items() if metric.clock_dependent
    }


def test_every_kpi_with_a_cohort_is_compared_on_both_bases() -> None:
    both = {one.name for one in KPIS if one.bases == EITHER}
    assert {name for name, metric in CATALOG.items() if metric.has_cohort} <= both


def test_every_kpi_that_needs_a_parameter_is_asked_with_one() -> None:
    asked = {one.name for one in KPIS if one.parameter} | {one.name for one in STOCKS if one.parameter}
    assert {name for name, metric in CATALOG.items() if metric.parameter} - WITHOUT.keys() == asked
