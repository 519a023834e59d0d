"""What few customers said is not shown (semantics 1.12)."""

from datetime import date

import pytest

from dashboard.access import is_survey, visible, visible_days, visible_parts
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


def parts(*counts: int, metric: str = "csi") -> list[Reading]:
    question = Question(metric, WINDOW, split="team")
    return [Reading(question, 4.0, n, DataState.FRESH, NOON, member=str(n)) for n in counts]


def test_a_hidden_team_is_not_to_be_had_by_subtraction() -> None:
    shown = visible_parts(parts(90, 40, 3), SUBJECTS["csi"])
    assert [one.value for one in shown] == [4.0, None, None]
    assert [one.n for one in shown] == [90, 40, 3]


def test_teams_of_a_ticket_figure_are_all_shown() -> None:
    shown = visible_parts(parts(90, 40, 3, metric="frt"), SUBJECTS["frt"])
    assert [one.value for one in shown] == [4.0, 4.0, 4.0]


def test_a_hidden_day_is_covered_by_another_of_its_period() -> None:
    question = Question("csi", WINDOW, grain="day")
    days = [
        Reading(question, 4.0, n, DataState.FRESH, NOON, bucket=f"2026-11-{day}")
        for day, n in ((10, 6), (11, 40), (12, 30), (13, 2), (14, 0))
    ]
    week = Window(date(2026, 11, 11), date(2026, 11, 18))
    shown = visible_days(days, SUBJECTS["csi"], [week])
    assert [one.value for one in shown] == [4.0, 4.0, None, None, None]
    alone = visible_days(days, SUBJECTS["csi"], [])
    assert [one.value for one in alone] == [4.0, 4.0, 4.0, None, None]
