"""Stocks against the oracle: what is open, how old, at what pace it goes, who waits; outcomes of all promises."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from metrics.measure import measure
from metrics.model import Clock, Grain, Question, Reading, Window
from tests.oracle import promises
from tests.oracle.asking import fits
from tests.oracle.cases import CASE_DIMENSIONS
from tests.oracle.comparing import same, stock_differences
from tests.oracle.desk import AS_OF
from tests.oracle.figures import HOUR, mean
from tests.oracle.periods import midnight, steps
from tests.oracle.resolutions import backlog
from tests.oracle.sides import FILTER, LOOKED_UP, Side, side_of
from tests.oracle.stocks import STOCKS, Stock, aged

pytestmark = pytest.mark.oracle
SEED, SIZE = 20250423, 800


@pytest.fixture(scope="module", params=("plain", "night"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, SEED, SIZE)
    yield found
    found.world.con.close()


def ask(side: Side, question: Question) -> tuple[Reading, ...]:
    return measure(side.world.con, side.desk, [question], AS_OF)[question]


def window(side: Side, start: date = date(2025, 1, 15), end: date = date(2025, 4, 20)) -> Window:
    return Window(start, end, side.desk.tz)


def forms(stock: Stock, side: Side) -> Iterator[Question]:
    """Return the questions of a stock on one clock: then, now, every grain and dimension, filters."""
    plain = Question(stock.name, window(side), parameter=stock.parameter)
    running = window(side, end=date(2025, 5, 1))
    yield plain
    yield replace(plain, window=running)
    yield replace(plain, window=Window(None, None, side.desk.tz))
    yield replace(plain, window=window(side, date(2025, 2, 3), date(2025, 2, 4)), slice=FILTER)
    for part in LOOKED_UP:
        yield replace(plain, slice=part)
    for dimension in CASE_DIMENSIONS:
        yield replace(plain, split=dimension)
    if not stock.now:
        yield replace(plain, window=running, grain="week", slice=FILTER, split="region")
        for grain in get_args(Grain):
            span = window(side, date(2025, 4, 18), date(2025, 4, 24)) if grain == "hour" else running
            yield replace(plain, window=span, grain=grain)


@pytest.mark.parametrize("stock", STOCKS, ids=lambda stock: stock.name)
def test_the_product_and_the_oracle_have_the_same_stocks(side: Side, stock: Stock) -> None:
    asked = [replace(question, clock=clock) for clock in stock.clocks for question in forms(stock, side)]
    answers = measure(side.world.con, side.desk, asked, AS_OF)
    found = [line for one in asked for line in stock_differences(side.oracle, stock, one, answers[one])]
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:12])


def test_every_stock_is_compared_on_something(side: Side) -> None:
    question = Question("backlog", window(side))
    empty = [stock.name for stock in STOCKS if not any(one.n for one in side.oracle.stock(stock, question).values())]
    assert empty == []


@pytest.mark.parametrize("clock", ["calendar", "business"])
def test_any_quantile_of_the_age_is_the_oracles(side: Side, clock: Clock) -> None:
    stock = next(one for one in STOCKS if one.name == "backlog_age")
    question = Question("backlog_age", window(side), grain="week", clock=clock, quantile=0.9)
    found = stock_differences(side.oracle, replace(stock, fold=aged(HOUR, 0.9)), question, ask(side, question))
    assert found == []


def test_average_and_maximum_are_those_of_the_days(side: Side) -> None:
    span = window(side, end=date(2025, 4, 25))
    ends = [min(end, AS_OF) for start, end in steps(span, "day") if start < AS_OF]
    levels = [sum(1 for case in backlog(side.oracle.house, end) if fits(case.labels, FILTER)) for end in ends]
    found = ask(side, Question("backlog", span, FILTER))[0]
    assert same(found.part("avg"), mean(levels))
    assert found.part("max") == max(levels)


def test_days_within_the_limit_are_those_of_the_oracles_days(side: Side) -> None:
    span = window(side, end=date(2025, 4, 25))
    first = min(case.created for case in side.oracle.house.cases)
    days = [(start, min(end, AS_OF)) for start, end in steps(span, "day") if start and first < end and start < AS_OF]
    levels = [sum(1 for case in backlog(side.oracle.house, end) if fits(case.labels, FILTER)) for _, end in days]
    limit = sorted(levels)[len(levels) // 3]
    met = sum(1 for level in levels if level <= limit)
    assert 0 < met < len(levels)
    found = ask(side, Question("backlog_days_met", span, FILTER, parameter=str(limit)))[0]
    assert (found.part("days"), found.part("days_met"), found.n) == (len(days), met, levels[-1])
    by_week = ask(side, Question("backlog_days_met", span, FILTER, grain="week", parameter=str(limit)))
    assert [sum(int(one.part(name) or 0) for one in by_week) for name in ("days", "days_met")] == [len(days), met]


def test_the_flow_balances_day_by_day(side: Side) -> None:
    span = window(side)
    readings = ask(side, Question("backlog_change", span, grain="day"))
    levels = [len(list(backlog(side.oracle.house, end))) for _, end in steps(span, "day")]
    assert span.start
    before = [len(list(backlog(side.oracle.house, midnight(span.start, span.tz)))), *levels]
    assert [one.value for one in readings] == [after - level for level, after in zip(before, levels, strict=False)]


@pytest.mark.parametrize("what", ["first_reply", "resolution"])
def test_the_outcomes_of_all_promises_are_the_oracles(side: Side, what: str) -> None:
    decide = promises.first_reply if what == "first_reply" else promises.resolution
    expected = Counter(decide(side.oracle.house, case)[0] for case in side.oracle.house.cases)
    found = ask(side, Question(f"sla_{what}", Window(None, None, side.desk.tz)))[0]
    assert {name: found.part(name) for name in ("met", "breached", "undecided", "na")} == dict(expected)
