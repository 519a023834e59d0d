"""Stocks against the oracle: backlog at instants and by step, its age, who waits, outcomes of all promises."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from metrics.measure import measure
from metrics.model import DIMENSIONS, Clock, Grain, Question, Reading, Window
from tests.oracle import promises, replies, resolutions
from tests.oracle.asking import placed
from tests.oracle.comparing import same
from tests.oracle.desk import AS_OF
from tests.oracle.figures import HOUR, quantile
from tests.oracle.issues import issues
from tests.oracle.periods import steps
from tests.oracle.sides import FILTER, Side, side_of

pytestmark = pytest.mark.oracle
SEED, SIZE = 20250423, 1200
GRAINS: tuple[Grain, ...] = ("hour", "day", "week", "sunday_week", "month", "quarter", "half_year", "year")


@pytest.fixture(scope="module", params=("plain", "night"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, SEED, SIZE)
    yield found
    found.world.con.close()


def ask(side: Side, question: Question) -> tuple[Reading, ...]:
    return measure(side.world.con, side.desk, [question], AS_OF)[question]


def window(side: Side, start: date = date(2025, 1, 15), end: date = date(2025, 4, 20)) -> Window:
    return Window(start, end, side.desk.tz)


@pytest.mark.parametrize("grain", GRAINS)
def test_the_backlog_at_the_end_of_every_step_is_the_oracles(side: Side, grain: Grain) -> None:
    span = window(side, date(2025, 3, 3), date(2025, 3, 17)) if grain == "hour" else window(side)
    readings = placed(ask(side, Question("backlog", span, grain=grain)))
    for number, (_, end) in enumerate(steps(span, grain)):
        expected = len(list(resolutions.backlog(side.oracle.house, end)))
        assert (end, readings[number, None].value) == (end, expected)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_backlog_of_every_member_is_the_oracles(side: Side, dimension: str) -> None:
    question = Question("backlog", window(side), grain="week", split=dimension)
    found = {place: reading.value for place, reading in placed(ask(side, question)).items() if reading.value}
    expected: Counter[tuple[int | None, str | None]] = Counter()
    for number, (_, end) in enumerate(steps(question.window, "week")):
        expected.update((number, case.labels[dimension]) for case in resolutions.backlog(side.oracle.house, end))
    assert found == expected


@pytest.mark.parametrize("day", [date(2025, 1, 20), date(2025, 2, 3), date(2025, 3, 10), date(2025, 4, 1)])
def test_a_filtered_backlog_is_the_oracles(side: Side, day: date) -> None:
    span = window(side, day, day + timedelta(days=1))
    end = steps(span, "day")[0][1]
    cases = [case for case in resolutions.backlog(side.oracle.house, end) if fits(case.labels)]
    assert ask(side, Question("backlog", span, FILTER))[0].value == len(cases)


def fits(labels: object) -> bool:
    assert isinstance(labels, dict)
    return all(labels[name] in values for name, values in FILTER.by)


def test_the_backlog_now_is_the_oracles(side: Side) -> None:
    expected = len(list(resolutions.backlog(side.oracle.house, AS_OF)))
    assert ask(side, Question("backlog", window(side, end=date(2025, 5, 1))))[0].value == expected


@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_age_of_the_backlog_is_the_oracles(side: Side, clock: Clock, q: float) -> None:
    house = side.oracle.house
    question = Question("backlog_age", window(side), grain="week", clock=clock, quantile=q)
    readings = placed(ask(side, question))
    for number, (_, end) in enumerate(steps(question.window, "week")):
        found = resolutions.backlog(house, end)
        ages = [house.clock(case, clock).between(case.created, end) / HOUR for case in found]
        assert same(readings[number, None].value, quantile(ages, q)), (end, readings[number, None].value)
        assert readings[number, None].n == len(ages)


@pytest.mark.parametrize("dimension", [None, *DIMENSIONS])
def test_who_waits_now_is_the_oracles(side: Side, dimension: str | None) -> None:
    rows = replies.waiting(side.oracle.house, "calendar")
    expected = Counter(row.labels[dimension] if dimension else None for row in rows)
    found = ask(side, Question("waiting_now", window(side), split=dimension))
    assert {one.member: one.value for one in found if one.value} == expected


@pytest.mark.parametrize("what", ["first_reply", "resolution"])
def test_the_outcomes_of_all_promises_are_the_oracles(side: Side, what: str) -> None:
    decide = promises.first_reply if what == "first_reply" else promises.resolution
    expected = Counter(decide(side.oracle.house, case)[0] for case in side.oracle.house.cases)
    found = ask(side, Question(f"sla_{what}", Window(None, None, side.desk.tz)))[0]
    assert {name: found.part(name) for name in ("met", "breached", "undecided", "na")} == dict(expected)


def test_unlinkable_cases_are_those_without_a_customer(side: Side) -> None:
    house = side.oracle.house
    found = ask(side, Question("fcr", Window(None, None, side.desk.tz)))[0]
    assert found.part("unlinkable") == sum(1 for case in house.cases if case.ticket.customer is None)
    assert found.part("immature") == sum(1 for row in issues(house, "calendar") if row.value[1] == "immature")


def test_frt_carries_who_waits_now(side: Side) -> None:
    waiting = len(list(replies.waiting(side.oracle.house, "calendar")))
    found = ask(side, Question("frt", Window(None, None, side.desk.tz)))[0]
    assert found.part("waiting_now") == waiting
