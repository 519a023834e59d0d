"""Which parameters a KPI takes, and how a wrong one is told: field, value, what would do."""

import pytest

from metrics.catalog import CATALOG
from metrics.parameters import WANTED, fault
from tests.metrics.test_catalog import PARAMETERS
from tests.metrics.world import DESK


@pytest.mark.parametrize("name", CATALOG)
def test_every_kpi_takes_a_parameter_of_its_form_and_no_other_kpi_does(name: str) -> None:
    metric = CATALOG[name]
    good = PARAMETERS.get(metric.parameter or "")
    assert fault(name, good, DESK) is None
    bare = fault(name, None, DESK)
    assert (bare is not None) == (metric.parameter is not None)
    if metric.parameter is None and metric.option is None:
        assert fault(name, "x", DESK) is not None


def test_every_form_of_a_parameter_is_told() -> None:
    forms = {metric.parameter for metric in CATALOG.values()} - {None, "map/stage", "tier"}
    assert forms <= WANTED.keys()


@pytest.mark.parametrize(
    ("metric", "given"),
    [
        *(("update_gaps", given) for given in ("four", "", "nan", "inf", "-1", "4/4")),
        *(("reach_rate", given) for given in ("tech", "tech/", "/10", "tech/ten", "tech/-1")),
        *(("dimension_mean", given) for given in ("", " ")),
        *(("stage_time", given) for given in ("D1", "D1/nowhere")),
        ("loyalty_share", "6"),
        ("csi", "D9"),
        ("frt", ""),
    ],
)
def test_what_does_not_fit_is_refused(metric: str, given: str) -> None:
    found = fault(metric, given, DESK)
    assert found is not None
    assert (found.field, found.value) == ("parameter", given)


def test_a_department_may_have_a_slash_in_its_name() -> None:
    assert fault("reach_rate", "sales/EU/10", DESK) is None


@pytest.mark.parametrize(
    ("metric", "given", "language", "sentence"),
    [
        ("update_gaps", "four", "en", "parameter: got 'four'; wanted: hours as a number, such as 4"),
        ("update_gaps", None, "en", "parameter: missing; wanted: hours as a number, such as 4"),
        ("update_gaps", "四", "zh-CN", "parameter：收到 '四'；应为：小时数，例如 4"),
        ("loyalty_share", "6", "en", "parameter: got '6'; wanted: one of 5, 4, lt4"),
        ("frt", "4", "en", "parameter: got '4'; wanted: none: this KPI takes no parameter"),
    ],
)
def test_a_fault_is_a_sentence(metric: str, given: str | None, language: str, sentence: str) -> None:
    found = fault(metric, given, DESK)
    assert found is not None
    assert found.sentence(language) == sentence


def test_an_unknown_kpi_is_told_those_there_are() -> None:
    found = fault("speed", None, DESK)
    assert found is not None
    assert found.sentence("en").startswith("metric: got 'speed'; wanted: one of agent_work, ")
