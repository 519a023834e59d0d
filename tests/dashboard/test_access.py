"""What few customers said is not shown (semantics 1.12)."""

import pytest

from dashboard.access import is_survey, visible
from metrics.catalog import CATALOG
from metrics.model import DataState, Question, Reading, Window
from tests.dashboard.fake_answers import NOON, SUBJECTS

WINDOW = Window(NOON.date(), None)


@pytest.mark.parametrize(
    ("metric", "n", "value", "state"),
    [
        ("csi", 4, None, DataState.TOO_FEW),
        ("csi", 5, 4.2, DataState.TOO_FEW),
        ("csi", 29, 4.2, DataState.TOO_FEW),
        ("csi", 30, 4.2, DataState.FRESH),
        ("csat", 4, None, DataState.TOO_FEW),
        ("frt", 1, 4.2, DataState.FRESH),
    ],
)
def test_surveys_of_few_are_hidden_then_grey(metric: str, n: int, value: float | None, state: DataState) -> None:
    parts = (("weight", 1.0),)
    shown = visible(Reading(Question(metric, WINDOW), 4.2, n, DataState.FRESH, NOON, parts=parts), SUBJECTS[metric])
    assert (shown.value, shown.state) == (value, state)
    assert shown.parts == (() if value is None else parts)


@pytest.mark.parametrize("name", CATALOG)
def test_what_single_customers_said_is_told_from_what_is_counted(name: str) -> None:
    assert is_survey(CATALOG[name]) == (CATALOG[name].min_n == 5)


def test_nothing_stays_nothing() -> None:
    nothing = Reading(Question("csi", WINDOW), None, 0, DataState.EMPTY, None)
    assert visible(nothing, SUBJECTS["csi"]) is nothing
