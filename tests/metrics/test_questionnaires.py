"""Several questionnaires on one desk: which one a question is about, its weights, its list (semantics 5.1, 12.9)."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from data.questionnaires import QUESTIONNAIRES
from data.settings import load_settings
from metrics.definition import with_sql
from metrics.desk import desk_from, targets_from
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Desk, Question, Reading, Target, WeightSet, Window
from metrics.verdict import target_for
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
AS_OF: datetime = at("31 23:00")
OTHER = WeightSet({"speed": 0.75, "a": 0.25}, {"en": "Other"}, "B", "speed", True, {"a": {"en": "Ease"}})
SETS = {
    "other": OTHER,
    "wide": WeightSet({"a": 1.0}),
    "loose": WeightSet({"a": 0.5, "b": 0.4}),
}


@pytest.fixture(scope="module")
def world() -> World:
    """Surveys 1 and 2 of questionnaire A, 3 to 5 of B; the dimension `a` is asked in both."""
    made = World(csi_weights={"a": 0.5, "b": 0.5}, csi_sets=SETS)
    made.survey(1, template="A", dims={"a": 5, "b": 4}, overall=5, customer_key=1)
    made.survey(2, template="A", dims={"a": 3, "b": 2}, overall=3, customer_key=2)
    made.survey(3, template="B", dims={"speed": 4, "a": 1}, overall=1, customer_key=3)
    made.survey(4, template="B", dims={"speed": 2}, overall=3, customer_key=4)
    made.survey(5, template="B", dims={"speed": None}, overall=4, customer_key=5)
    made.refresh()
    return made


def ask(world: World, metric: str, parameter: str | None = None, **changes: object) -> Reading:
    desk = replace(world.desk, **changes)  # type: ignore[arg-type]
    question = Question(metric, MARCH, parameter=parameter)
    found = measure(world.con, desk, [question], AS_OF)[question][0]
    listed = drill(world.con, desk, question, AS_OF)
    assert len(listed) == found.n
    return found


@pytest.mark.parametrize(
    ("parameter", "value", "n"),
    [
        (None, (9 / 3 + 6 / 2) / 2, 5),  # a: 5, 3, 1; b: 4, 2
        ("own", 3.0, 5),
        ("wide", 3.0, 5),
        ("other", 0.75 * 3 + 0.25 * 1, 3),  # of questionnaire B only: speed 4, 2; a 1
    ],
)
def test_a_question_names_its_questionnaire(world: World, parameter: str | None, value: float, n: int) -> None:
    found = ask(world, "csi", parameter)
    assert (found.value, found.n) == pytest.approx((value, n))


def test_the_desk_names_the_one_that_counts(world: World) -> None:
    assert ask(world, "csi", csi_set="other").value == pytest.approx(2.5)
    assert ask(world, "csi", "own", csi_set="other").value == pytest.approx(3.0)


def test_each_split_and_interval_is_of_the_questionnaire(world: World) -> None:
    question = Question("csi", MARCH, parameter="other", split="mode")
    found = measure(world.con, world.desk, [question], AS_OF)[question]
    assert [(one.value, one.n) for one in found] == [pytest.approx((2.5, 3))]
    # z of 5.4: survey 3 .75 * (4 - 3) * 3/2 + .25 * 0, survey 4 .75 * (2 - 3) * 3/2, survey 5 0.
    assert ask(world, "csi", "other").part("se") == pytest.approx((2 * 1.125**2 / 2 / 3) ** 0.5)


@pytest.mark.parametrize("metric", ["csi", "csi_complete_case"])
@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ("loose", "error:weights questionnaire 'loose': csi weights sum to 0.9, they must sum to 1"),
        ("none", "error:weights no questionnaire 'none'; known: own, other, wide, loose"),
    ],
)
def test_wrong_weights_name_the_questionnaire_and_list_nothing(
    world: World, metric: str, parameter: str, told: str
) -> None:
    found = ask(world, metric, parameter)
    assert (found.value, found.n, found.state, found.method) == (None, 0, DataState.ERROR, told)


@pytest.mark.parametrize("metric", ["csi", "csi_complete_case"])
def test_a_desk_without_weights_lists_no_surveys(world: World, metric: str) -> None:
    found = ask(world, metric, csi_weights={})
    assert (found.value, found.n, found.state) == (None, 0, DataState.ERROR)


def test_the_composites_are_those_of_the_list(world: World) -> None:
    listed = drill(world.con, world.desk, Question("csi_complete_case", MARCH), AS_OF)
    assert [(case.key, case.value) for case in listed] == [(1, 4.5), (2, 2.5)]
    assert ask(world, "csi_complete_case").value == 3.5
    assert ask(world, "csi_complete_case", "other").value == pytest.approx(0.75 * 4 + 0.25)


def test_response_satisfaction_is_of_the_speed_dimension_where_there_is_one(world: World) -> None:
    own, other = ask(world, "csat"), ask(world, "csat", "other")
    assert (own.value, own.n) == pytest.approx((40.0, 5))
    assert (other.value, other.n) == pytest.approx((50.0, 2))
    assert ask(world, "csat", "wide").n == 5
    assert (ask(world, "csat", "none").state, ask(world, "csat", "none").n) == (DataState.ERROR, 0)


@pytest.mark.parametrize(
    ("parameter", "line"),
    [
        (None, "own · The desk's own · a 50%, b 50%"),
        ("other", "other · Other · speed 75%, Ease 25% · weights assumed"),
        ("none", "error:weights no questionnaire 'none'; known: own, other, wide, loose"),
    ],
)
def test_the_panel_tells_questionnaire_and_weights(world: World, parameter: str | None, line: str) -> None:
    question = Question("csi", MARCH, parameter=parameter)
    assert with_sql(world.con, world.desk, question, AS_OF, "en")["weights"] == line


def test_a_target_may_be_for_one_questionnaire(world: World) -> None:
    targets = [Target("csi", 4.5), Target("csi", 4.8, parameter="other")]
    goals = [target_for(ask(world, "csi", name), targets) for name in (None, "other", "wide")]
    assert [goal and goal.value for goal in goals] == [4.5, 4.8, 4.5]


def test_the_shipped_ones_are_marked_assumed(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("csi: {use: D2}\ntargets: [{metric: csi, parameter: D1, value: 4}]\n", encoding="utf-8")
    settings = load_settings(path)
    desk: Desk = desk_from(settings, {})
    assert {name: (one.is_assumed, len(one.weights)) for name, one in desk.csi_sets.items()} == {
        "D1": (True, 4),
        "D2": (True, 5),
    }
    assert (desk.csi_set, desk.csi_sets["D2"].speed) == ("D2", "response_speed")
    assert next(iter(QUESTIONNAIRES["D2"].weights)) == "response_speed"
    assert desk.csi_sets["D1"].words["timeliness"]["zh-CN"] == "及时性"
    assert targets_from(settings, ["csi"])[0].parameter == "D1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "csi: {questionnaires: {x: {weights: {a: 0.5}}}}\n",
            "x.weights: weights add up to 0.5; they must add up to 1",
        ),
        ("csi: {questionnaires: {own: {weights: {a: 1}}}}\n", "'own' is the name of the weights under csi.weights"),
        ("csi: {use: D3}\n", "use: unknown questionnaire 'D3'; known: own, D1, D2"),
        (
            "csi: {questionnaires: {x: {weights: {a: 1}, speed: b}}}\n",
            "speed: 'b' is no dimension of it; there are a",
        ),
    ],
)
def test_a_wrong_questionnaire_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="settings.yaml:1") as caught:
        load_settings(path)
    assert told in str(caught.value)


def test_answers_on_other_scales_are_converted_for_the_index_and_told_as_given_by_themselves() -> None:
    made = World(csi_weights={"a": 0.5, "b": 0.5})
    made.survey(1, dims={"a": 2})
    # Three quarters of the way from 0 to 10: 4 of 1-5.
    made.insert("survey_answer", response_key=1, dimension="b", score=7.5, scale_min=0.0, scale_max=10.0)
    made.refresh()
    assert ask(made, "csi").value == pytest.approx(0.5 * 2 + 0.5 * 4)
    assert ask(made, "csi").part("linear_0_100") == pytest.approx(50.0)
    assert ask(made, "csi_complete_case").value == pytest.approx(3.0)
    assert ask(made, "dimension_mean", "b").value == pytest.approx(7.5)
