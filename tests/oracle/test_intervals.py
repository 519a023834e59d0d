"""The product's intervals against plain ones: by day, by ticket, by customer, by ranks."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from metrics.measure import measure
from metrics.model import Question, Window
from tests.oracle.asking import placed
from tests.oracle.cases import members_of
from tests.oracle.comparing import same
from tests.oracle.desk import AS_OF
from tests.oracle.figures import Row
from tests.oracle.intervals import SURE, Sure, student
from tests.oracle.sides import FILTER, Side, side_of

pytestmark = pytest.mark.oracle
SEED, SIZE = 20250425, 600


@pytest.fixture(scope="module", params=("plain", "night"))
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    found = side_of(request.param, SEED, SIZE)
    yield found
    found.world.con.close()


def forms(sure: Sure, tz: str) -> Iterator[Question]:
    """Return questions for an interval: in all, filtered, by team, and of quantiles where a KPI is a duration."""
    life = Window(date(2025, 1, 15), date(2025, 5, 2), tz)
    for clock, basis in sure.kpi.ways:
        plain = Question(
            sure.kpi.name, life, clock=clock, basis=basis, parameter=sure.kpi.parameter, with_interval=True
        )
        yield plain
        yield replace(plain, slice=FILTER)
        yield replace(plain, split="team")
        yield replace(plain, window=Window(date(2025, 3, 9), date(2025, 3, 10), tz))
        if "p50" in sure.kpi.parts:
            yield replace(plain, quantile=0.5)
            yield replace(plain, quantile=0.9, split="team")


def differences(side: Side, sure: Sure, question: Question, readings: object) -> list[str]:
    members: dict[str | None, list[Row]] = defaultdict(list)
    for _, row in side.oracle.chosen(sure.kpi, question):
        for member in members_of(row.labels, question.split) if question.split else [None]:
            members[member].append(row)
    assert isinstance(readings, tuple)
    found = []
    for (_, member), reading in placed(readings).items():
        expected = sure.interval(members[member], question)
        pairs = zip(reading.interval or (None, None), expected or (None, None), strict=True)
        if not all(same(got, wanted) for got, wanted in pairs):
            where = f"{question.metric} {question.clock} {question.basis} {question.quantile} {question.window.start}"
            found.append(f"{where} {question.slice.by} of {member}: {reading.interval}, oracle has {expected}")
    return found


@pytest.mark.parametrize("sure", SURE, ids=str)
def test_the_product_and_the_oracle_are_equally_sure(side: Side, sure: Sure) -> None:
    asked = list(forms(sure, side.desk.tz))
    answers = measure(side.world.con, side.desk, asked, AS_OF)
    found = [line for question in asked for line in differences(side, sure, question, answers[question])]
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:8])


@pytest.mark.parametrize(("df", "expected"), [(1, 12.706204736), (4, 2.776445105), (30, 2.042272456)])
def test_students_quantiles_are_those_of_the_tables(df: int, expected: float) -> None:
    assert student(df) == pytest.approx(expected, abs=1e-8)
