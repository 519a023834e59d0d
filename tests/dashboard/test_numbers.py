"""One rounding, at display."""

import pytest

from dashboard.numbers import digits_that_agree, scale_for, show, sign, whole
from dashboard.words import words
from metrics.catalog import metric_of
from metrics.model import Unit

EN, ZH = words("en"), words("zh-CN")


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (Unit.MINUTES, 18.44, "18.4 min"),
        (Unit.MINUTES, 18.45, "18.5 min"),  # half up, not to even
        (Unit.MINUTES, 240.0, "4.0 h"),
        (Unit.MINUTES, 6000.0, "4.2 d"),
        (Unit.HOURS, 2.65, "2.7 h"),
        (Unit.HOURS, 0.5, "30.0 min"),
        (Unit.HOURS, 96.0, "4.0 d"),
        (Unit.HOURS, 0.0, "0.0 h"),
        (Unit.DAYS, 0.46, "0.5 d"),  # days of work stay days
        (Unit.COUNT, 12345.0, "12,345 "),
        (Unit.PERCENT, 82.25, "82.3 %"),
        (Unit.SCORE, 4.355, "4.36 "),
        (Unit.POINTS, -0.04, "0.0 pts"),
        (Unit.MINUTES, None, "— min"),
    ],
)
def test_a_value_is_shown_in_the_unit_that_reads_best(unit: Unit, value: float | None, text: str) -> None:
    scale = scale_for(unit, value)
    assert f"{show(value, scale, EN)} {sign(scale, EN)}" == text


@pytest.mark.parametrize(("value", "digits", "text"), [(1.53, 1, "1.5"), (1.534, 2, "1.53"), (1.53, 0, "2")])
def test_a_count_has_the_digits_of_its_kpi(value: float, digits: int, text: str) -> None:
    assert show(value, scale_for(Unit.COUNT, value, digits), EN) == text


def test_times_have_the_digits_of_their_size() -> None:
    assert show(240.0, scale_for(Unit.MINUTES, 240.0, 0), EN) == "4.0"


@pytest.mark.parametrize(("name", "text"), [("contacts_per_agent_hour", "1.5"), ("backlog", "2"), ("csi", "1.53")])
def test_kpis_of_the_catalogue_say_their_digits(name: str, text: str) -> None:
    metric = metric_of(name)
    assert show(1.534, scale_for(metric.unit, 1.534, metric.digits), EN) == text


def test_days_of_work_have_their_sign_in_both_languages() -> None:
    assert [sign(scale_for(Unit.DAYS, 3.0), words) for words in (EN, ZH)] == ["d", "天"]


@pytest.mark.parametrize(
    ("value", "met", "text"),
    [
        (20.04, False, "20.04"),
        (20.004, False, "20.004"),
        (20.0, True, "20.0"),
        (19.96, True, "20.0"),
        (21.0, False, "21.0"),
    ],
)
def test_the_printed_value_never_contradicts_the_verdict(value: float, met: bool, text: str) -> None:
    scale = scale_for(Unit.MINUTES, value)
    assert show(value, scale, EN, digits_that_agree(value, 20.0, met, scale)) == text


def test_units_are_in_the_readers_language() -> None:
    assert sign(scale_for(Unit.MINUTES, 5.0), ZH) == "分钟"


def test_counts_are_grouped() -> None:
    assert whole(1234567, ZH) == "1,234,567"
