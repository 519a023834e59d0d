"""Paths through the stages and the list of promises at risk, case by case (semantics 4.8, 4.12)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from metrics.at_risk import RiskCase, at_risk
from metrics.model import Question, Slice, Window
from metrics.stages import paths
from tests.oracle import promises, stages
from tests.oracle.asking import fits
from tests.oracle.cases import Case, House
from tests.oracle.clock import Clock
from tests.oracle.desk import AS_OF
from tests.oracle.figures import MINUTE
from tests.oracle.periods import midnight
from tests.oracle.replies import SKEW, start_of
from tests.oracle.sides import FILTER, Side, side_of

pytestmark = pytest.mark.oracle
SEED, SIZE = 20250427, 600


@pytest.fixture(scope="module", params=("plain", "night", "tiers"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, SEED, SIZE)
    yield found
    found.world.con.close()


def path(house: House, case: Case, name: str) -> tuple[str, ...]:
    """Return the stages a case entered, in the order of entry."""
    way = house.desk.stages[name]
    entered = [
        (one.entered, number) for number, stage in enumerate(way) for one in stages.stage_visits(stage, house, case)
    ]
    return tuple(way[number].key for _, number in sorted(entered))


@pytest.mark.parametrize("part", [Slice(), FILTER], ids=["all", "filtered"])
@pytest.mark.parametrize("name", ["D1", "D2", "D4"])
def test_the_paths_are_the_oracles(side: Side, name: str, part: Slice) -> None:
    window = Window(date(2025, 2, 10), date(2025, 4, 1), side.desk.tz)
    assert window.start
    assert window.end
    low, high = midnight(window.start, window.tz), midnight(window.end, window.tz)
    expected = Counter(
        path(side.oracle.house, case, name)
        for case in side.oracle.house.cases
        if case.is_closed and low <= case.resolves[-1] < high and fits(case.labels, part)
    )
    found = paths(side.world.con, side.desk, name, Question("stage_time", window, part), AS_OF)
    assert {one.stages: one.n for one in found} == expected
    assert sum(one.share for one in found) == pytest.approx(100)


def running_due(house: House, case: Case) -> datetime | None:
    """Return when an open case's resolution is due if nothing changes; None while its clock stands still."""
    if given := case.dues.get("resolution"):
        return given
    left = promises.net_limit(house, case, house.as_of)
    if left is None or house.as_of < case.created - SKEW:
        return None
    clock = house.sla_clock(case)
    spells = list(case.spells(house.as_of)) or [(case.created, house.as_of, "open")]
    for number, (start, stop, status) in enumerate(spells):
        if status in house.desk.pause_statuses:
            continue
        here = clock.between(start, stop)
        if here > left or number == len(spells) - 1:
            return clock.after(start, left) if left else start
        left -= here
    return None


def expected_risks(house: House) -> dict[tuple[int, str], tuple[datetime, datetime]]:
    """Return start and due time of every open promise that has one."""
    found = {}
    for case in house.cases:
        if case.is_closed:
            continue
        outcome, due = promises.first_reply(house, case)
        if not case.replies and not case.resolves and outcome in ("undecided", "breached") and due:
            found[case.key, "first_reply"] = (start_of(case), due)
        if due := running_due(house, case):
            found[case.key, "resolution"] = (case.created, due)
    return found


def clock_of(side: Side, one: RiskCase) -> Clock:
    return side.oracle.house.sla_clock(side.oracle.house.by_key[one.key])


def test_the_promises_at_risk_are_the_oracles(side: Side) -> None:
    found = at_risk(side.world.con, side.desk, AS_OF)
    expected = expected_risks(side.oracle.house)
    assert {(one.key, one.what): (one.start_at, one.due_at) for one in found} == expected


def test_the_time_left_is_that_of_the_promises_clock(side: Side) -> None:
    for one in at_risk(side.world.con, side.desk, AS_OF, limit=400):
        clock = clock_of(side, one)
        left = clock.between(AS_OF, one.due_at) - clock.between(one.due_at, AS_OF)
        assert one.left_min == pytest.approx(left / MINUTE)
