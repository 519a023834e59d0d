"""What the data cannot say at all, apart from what did not happen in the days on screen."""

from collections.abc import Mapping

import pytest

from dashboard import absent
from dashboard.absent import with_absent
from dashboard.model import Answer
from metrics.model import DataState, Question, Reading, Slice, Window
from metrics.verdict import judge
from tests.dashboard.conftest import screen_of
from tests.dashboard.fake_answers import NOON, SUBJECTS, FakeAnswers

WEEK = Window(NOON.date().replace(day=12), NOON.date().replace(day=19))


class Ever(FakeAnswers):
    """Answers that know one value of all time per KPI."""

    def __init__(self, ever: Mapping[str, float | None]) -> None:
        super().__init__()
        self.ever = ever
        self.questions: list[Question] = []

    def ask(self, questions: object) -> dict[Question, tuple[Reading, ...]]:
        asked = list(questions)  # type: ignore[call-overload]
        self.questions += asked
        return {one: (Reading(one, self.ever[one.metric], 0, DataState.FRESH, NOON),) for one in asked}


def told(metric: str, value: float | None) -> dict[str, Answer]:
    state = DataState.EMPTY if value is None else DataState.FRESH
    reading = Reading(Question(metric, WEEK, Slice.of(team="Billing")), value, 0, state, NOON)
    verdict = judge(reading, None, SUBJECTS[metric].better)
    return {metric: Answer(SUBJECTS[metric], reading, verdict, None, reading)}


@pytest.mark.parametrize(
    ("metric", "value", "ever", "is_absent"),
    [
        ("frt", None, {"frt": None}, True),
        ("frt", None, {"frt": 12.0}, False),
        ("backlog", 0, {"backlog": 0, "volume": 0}, True),
        ("backlog", 0, {"backlog": 0, "volume": 40}, False),
        ("backlog", None, {"backlog": None, "volume": 40}, True),
        ("sla_first_reply", 0, {"sla_first_reply": 0.0, "frt": None}, True),
        ("sla_first_reply", 0, {"sla_first_reply": 0.0, "frt": 90.0}, False),
        ("csat", 0, {"csat": 0.0}, False),
    ],
)
def test_a_kpi_is_absent_where_no_case_of_all_time_gives_it_a_value(
    metric: str, value: float | None, ever: dict[str, float | None], is_absent: bool
) -> None:
    found = with_absent(Ever(ever), told(metric, value), "UTC")[metric]
    assert (found.absent, found.current.value) == (is_absent, None if is_absent else value)


def test_all_time_is_asked_without_the_filters_and_only_for_what_is_empty() -> None:
    answers = Ever({"frt": None})
    with_absent(answers, told("frt", None) | told("csat", 81.0), "UTC")
    assert answers.questions == [Question("frt", Window(None, None, "UTC"))]


def test_the_wall_names_what_is_absent_and_counts_the_places_of_the_rest() -> None:
    page = screen_of("/wall", "undated", "?lang=en")
    assert absent.names(page.board.answers.values(), "en")[:2] == ["First response time", "Resolution time"]
