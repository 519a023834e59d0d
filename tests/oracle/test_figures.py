"""The product's figures against a plain computation of the same semantics, over a random desk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from metrics.measure import measure
from metrics.model import Grain, Question, Window
from tests.oracle.comparing import differences
from tests.oracle.desk import AS_OF
from tests.oracle.kpis import KPIS, Kpi
from tests.oracle.sides import FILTER, LOOKED_UP, Side, side_of
from tests.oracle.surveys import csi_of

pytestmark = pytest.mark.oracle
SEED, SIZE = 20250422, 1500
TIERED = (  # all else is as on the plain desk
    *("sla_first_reply", "sla_resolution", "csi", "csi_complete_case"),
    *("frt", "net_resolution", "response_time", "stage_time", "frt_km"),
)


@pytest.fixture(scope="module", params=("plain", "night"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, SEED, SIZE)
    yield found
    found.world.con.close()


@pytest.fixture(scope="module")
def tiers() -> Iterator[Side]:
    found = side_of("tiers", SEED, SIZE)
    yield found
    found.world.con.close()


def windows(tz: str) -> tuple[Window, Window, Window]:
    """Return the desk's life, all time, and a fortnight in which clocks change."""
    life = Window(date(2025, 1, 15), date(2025, 5, 2), tz)
    return life, Window(None, None, tz), Window(date(2025, 3, 3), date(2025, 3, 17), tz)


def forms(kpi: Kpi, tz: str) -> Iterator[Question]:
    """Return the questions of a KPI on one clock and basis: totals, every grain, every dimension, filters."""
    life, ever, fortnight = windows(tz)
    plain = Question(kpi.name, life, parameter=kpi.parameter)
    yield plain
    yield replace(plain, window=ever)
    yield replace(plain, slice=FILTER, grain="week", split="channel")
    if kpi.is_brief:
        return
    for part in (FILTER, *LOOKED_UP):
        yield replace(plain, slice=part)
    for grain in get_args(Grain):
        yield replace(plain, window=fortnight if grain == "hour" else life, grain=grain)
    for dimension in kpi.dimensions:
        yield replace(plain, split=dimension)


def questions(kpi: Kpi, tz: str) -> list[Question]:
    return [replace(question, clock=clock, basis=basis) for clock, basis in kpi.ways for question in forms(kpi, tz)]


def compare(side: Side, kpi: Kpi) -> None:
    if kpi.name == "csi":
        kpi = replace(kpi, fold=csi_of(side.desk))
    asked = questions(kpi, side.desk.tz)
    answers = measure(side.world.con, side.desk, asked, AS_OF)
    found = [line for question in asked for line in differences(side.oracle, kpi, question, answers[question])]
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:12])


@pytest.mark.parametrize("kpi", KPIS, ids=str)
def test_the_product_and_the_oracle_have_the_same_figures(side: Side, kpi: Kpi) -> None:
    compare(side, kpi)


@pytest.mark.parametrize("kpi", [kpi for kpi in KPIS if kpi.name in TIERED], ids=str)
def test_tiers_with_their_own_calendars_have_the_same_figures(tiers: Side, kpi: Kpi) -> None:
    compare(tiers, kpi)


def test_every_kpi_of_the_oracle_has_rows(side: Side) -> None:
    empty = [str(kpi) for kpi in KPIS for clock in kpi.clocks if not side.oracle.rows(kpi.rows, clock)]
    assert empty == []
