"""Costs month by month against the oracle: what is not whole months has none (semantics 4.20, decision 19)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from metrics.measure import measure
from metrics.model import Costs, Question, Slice, Window
from tests.oracle.cases import Case
from tests.oracle.comparing import same
from tests.oracle.desk import AS_OF
from tests.oracle.issues import repeats
from tests.oracle.periods import midnight
from tests.oracle.sides import Side, side_of

pytestmark = pytest.mark.oracle
FEBRUARY, MARCH, APRIL, MAY = (date(2025, month, 1) for month in (2, 3, 4, 5))
MONTHS = {FEBRUARY: 70_000.0, MARCH: 81_000.5, APRIL: 60_000.0}
COSTS = Costs("CNY", MONTHS, {"A": {FEBRUARY: 20_000.0, MARCH: 1.25}, "B": {MARCH: 30_000.0}})


@pytest.fixture(scope="module", params=("plain", "night"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, 20250429, 500)
    yield found
    found.world.con.close()


def each(side: Side, start: date, end: date, team: str | None) -> float | None:
    """Return cost per resolved ticket of whole months, looked up and counted."""
    book = COSTS.teams[team] if team else COSTS.months
    low, high = midnight(start, side.desk.tz), midnight(end, side.desk.tz)
    months = [month for month in (FEBRUARY, MARCH, APRIL) if start <= month < end]
    n = sum(1 for one in of_team(side, team) if one.resolves and low <= one.resolves[0] < high)
    known = all(month in book for month in months) and high <= AS_OF
    return sum(book[month] for month in months) / n if known and n else None


def of_team(side: Side, team: str | None) -> list[Case]:
    return [one for one in side.oracle.house.cases if team in (None, one.labels["team"])]


def repeated(side: Side, start: date, end: date, team: str | None) -> int:
    low, high = midnight(start, side.desk.tz), midnight(end, side.desk.tz)
    rows = (row for row in repeats(side.oracle.house, "calendar") if row.value and team in (None, row.labels["team"]))
    return sum(1 for row in rows if row.created and low <= row.created < high)


@pytest.mark.parametrize("team", [None, "A", "B"])
@pytest.mark.parametrize("span", [(FEBRUARY, MARCH), (MARCH, APRIL), (FEBRUARY, APRIL), (MARCH, MAY)])
def test_costs_are_those_of_the_oracle(side: Side, span: tuple[date, date], team: str | None) -> None:
    expected = each(side, *span, team)
    part = Slice.of(team=team) if team else Slice()
    asked = [Question(name, Window(*span, side.desk.tz), part) for name in ("cost_per_resolved", "cost_of_repeats")]
    found = measure(side.world.con, replace(side.desk, costs=COSTS), asked, AS_OF)
    assert same(found[asked[0]][0].value, expected)
    n = repeated(side, *span, team)
    assert found[asked[1]][0].n == n
    assert same(found[asked[1]][0].value, None if expected is None else n * expected)


def test_most_months_of_the_oracle_have_costs(side: Side) -> None:
    assert repeated(side, FEBRUARY, MAY, None) > 5
    assert [each(side, *span, None) is not None for span in ((FEBRUARY, MARCH), (MARCH, APRIL), (MARCH, MAY))] == [
        True,
        True,
        False,
    ]


def test_by_month_and_team_costs_are_those_of_the_oracle(side: Side) -> None:
    asked = Question("cost_per_resolved", Window(FEBRUARY, MAY, side.desk.tz), grain="month", split="team")
    readings = measure(side.world.con, replace(side.desk, costs=COSTS), [asked], AS_OF)[asked]
    ends = {FEBRUARY: MARCH, MARCH: APRIL, APRIL: MAY}
    for one in readings:
        start = date.fromisoformat(one.bucket or "")
        team = one.member if one.member in COSTS.teams else None
        assert same(one.value, each(side, start, ends[start], team) if team else None), one
