"""Is the change real: differences with intervals by hand and from the books (semantics 8.2, 8.5-8.7, 8.12)."""

from datetime import UTC, date, datetime
from math import sqrt

import pytest

from metrics.comparison import (
    Comparison,
    benjamini_hochberg,
    compare,
    compare_many,
    difference_interval,
    is_significant_drop,
    p_value,
)
from metrics.distributions import Z95
from metrics.intervals import Interval, nps, nps_interval, wilson
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Unit, Window
from tests.metrics.world import END, World

WINDOW = Window(date(2025, 3, 10), date(2025, 3, 17))
THEN = datetime(2025, 3, 17, tzinfo=UTC)


def reading(value: float | None, interval: Interval | None, method: str | None = None, n: int = 100) -> Reading:
    return Reading(Question("frt", WINDOW), value, n, DataState.FRESH, THEN, interval=interval, method=method)


def share(passed: int, n: int) -> Reading:
    return reading(100 * passed / n, wilson(passed, n), "wilson", n)


def promoters(*bands: int) -> Reading:
    return reading(nps(*bands), nps_interval(*bands), "adjusted Wald")


def test_shares_are_compared_as_newcombe_does() -> None:
    found = compare(share(56, 70), share(48, 80), Unit.PERCENT)
    assert found.difference == pytest.approx(20.0)
    assert found.interval == pytest.approx((5.24, 33.39), abs=0.01)  # Newcombe 1998, method 10
    assert (found.is_real, found.method, found.relative) == (True, "newcombe", None)
    assert found.words == {"en": "real change", "zh-CN": "有实质变化"}


def test_newcombe_at_the_edge_of_100() -> None:
    found = compare(share(10, 10), share(20, 20), Unit.PERCENT)
    assert found.interval == pytest.approx((-27.75, 16.11), abs=0.01)
    assert found.is_real is False


def test_means_add_their_squared_errors() -> None:
    found = compare(
        reading(23.0, (20.0, 26.0), "day-cluster"), reading(20.0, (16.0, 24.0), "day-cluster"), Unit.MINUTES
    )
    assert found.interval == pytest.approx((-2.0, 8.0))
    assert found.difference == pytest.approx(3.0)
    assert found.relative == pytest.approx(15.0)
    assert (found.is_real, found.method) == (False, "combined errors")


def test_an_index_is_compared_with_both_errors() -> None:
    se = (0.03, 0.04)
    now, then = (reading(v, (v - 1.96 * s, v + 1.96 * s), "linearised") for v, s in ((4.5, se[0]), (4.3, se[1])))
    low, high = compare(now, then, Unit.SCORE).interval or (0.0, 0.0)
    assert (high - low) / 2 == pytest.approx(1.96 * sqrt(0.03**2 + 0.04**2))
    assert compare(now, then, Unit.SCORE).is_real is True


def test_a_net_promoter_score_of_ten_answers_has_not_moved() -> None:
    found = compare(promoters(5, 3, 2), promoters(4, 3, 3), Unit.POINTS)
    assert found.difference == pytest.approx(20.0)
    assert found.is_real is False
    assert compare(promoters(500, 300, 200), promoters(400, 300, 300), Unit.POINTS).is_real is True


def test_what_has_no_interval_or_no_value_is_not_judged() -> None:
    assert compare(reading(5.0, None), reading(4.0, (3.0, 5.0)), Unit.COUNT).is_real is None
    assert compare(reading(5.0, None), reading(4.0, None), Unit.COUNT).words["en"] == "not known whether real"
    assert compare(reading(5.0, (4.0, 6.0)), None, Unit.MINUTES) == Comparison(Unit.MINUTES, None)
    assert compare(reading(5.0, (4.0, 6.0)), reading(None, None), Unit.MINUTES).difference is None


def test_nothing_is_relative_to_zero() -> None:
    found = compare(reading(5.0, (4.0, 6.0)), reading(0.0, (0.0, 0.0)), Unit.MINUTES)
    assert (found.difference, found.relative, found.is_real) == (5.0, None, True)


def test_the_p_value_meets_5_percent_where_the_interval_meets_zero() -> None:
    assert p_value(4.0, (0.0, 9.0)) == pytest.approx(0.05)
    assert p_value(-4.0, (-9.0, 0.0)) == pytest.approx(0.05)
    assert p_value(4.0, (2.0, 6.0)) == pytest.approx(0.0000885, abs=1e-6)
    assert (p_value(0.0, (0.0, 0.0)), p_value(3.0, (3.0, 3.0))) == (1.0, 0.0)


def test_an_interval_from_one_side_only_is_none() -> None:
    assert difference_interval((1.0, (0.0, 2.0)), (1.0, None)) is None


@pytest.mark.parametrize(("now", "is_significant"), [(4.0, True), (4.1, False), (4.5, False)])
def test_a_drop_is_significant_beyond_1645_errors(now: float, is_significant: bool) -> None:
    half = Z95 * 0.1 / sqrt(2.0)  # the errors of both add up to 0.1
    then = 4.17
    assert is_significant_drop((then, (then - half, then + half)), (now, (now - half, now + half))) is is_significant


def test_a_drop_without_errors_is_not_judged() -> None:
    assert is_significant_drop((4.0, None), (3.0, (2.0, 4.0))) is None
    assert is_significant_drop((4.0, (4.0, 4.0)), (3.0, (3.0, 3.0))) is None


def test_many_slices_are_judged_together() -> None:
    by_hand = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205]  # Benjamini and Hochberg's procedure at 5 %
    assert benjamini_hochberg(by_hand) == [True, True, *[False] * 6]
    assert benjamini_hochberg([None, 0.04]) == [None, True]
    assert benjamini_hochberg([]) == []


def test_a_later_rank_carries_the_earlier_ones_over_the_line() -> None:
    assert benjamini_hochberg([0.03, 0.04, 0.045]) == [True, True, True]


def test_one_chance_hit_among_twenty_teams_is_no_real_change() -> None:
    calm = (reading(10.0, (8.0, 12.0)), reading(10.1, (8.0, 12.0)))
    odd = (reading(13.0, (11.0, 15.0)), reading(10.0, (8.0, 12.0)))
    assert compare(*odd, Unit.MINUTES).is_real is True
    assert [one.is_real for one in compare_many([odd, *[calm] * 19], Unit.MINUTES)] == [False] * 20


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "+3.00 (+15.0%) [-2.00 to +8.00], no real change"),
        ("zh-CN", "+3.00 (+15.0%) [-2.00 至 +8.00]，无实质变化"),
    ],
)
def test_a_change_is_told_with_its_interval(language: str, text: str) -> None:
    found = compare(reading(23.0, (20.0, 26.0)), reading(20.0, (16.0, 24.0)), Unit.MINUTES)
    assert found.sentence(language) == text
    assert Comparison(Unit.MINUTES, None).sentence(language) == ""


def test_readings_of_two_weeks_are_compared() -> None:
    world = World()
    for day in range(3, 17):
        for hour, wait in ((9, 10 + day % 3), (14, 12)):
            key = day * 100 + hour
            world.ticket(key, f"{day:02d} {hour:02d}:00")
            world.reply(key, f"{day:02d} {hour:02d}:{wait}")
    world.refresh()
    weeks = [Window(date(2025, 3, day), date(2025, 3, day + 7)) for day in (10, 3)]
    now, then = (Question("frt", week, with_interval=True) for week in weeks)
    found = measure(world.con, world.desk, [now, then], END)
    change = compare(found[now][0], found[then][0], Unit.MINUTES)
    assert change.difference == pytest.approx(found[now][0].value - found[then][0].value)  # type: ignore[operator]
    assert change.is_real is False


def medians_of_two_weeks(later: int) -> Comparison:
    """Return the change of the median wait: 1..25 min in one week, so much more each in the next."""
    world = World()
    for day, more in ((3, 0), (10, later)):
        for wait in range(1, 26):
            key = day * 100 + wait
            world.ticket(key, f"{day:02d} 09:00")
            world.reply(key, f"{day:02d} 09:{wait + more:02d}")
    world.refresh()
    weeks = [Window(date(2025, 3, day), date(2025, 3, day + 7)) for day in (10, 3)]
    now, then = (Question("frt", week, quantile=0.5, with_interval=True) for week in weeks)
    found = measure(world.con, world.desk, [now, then], END)
    return compare(found[now][0], found[then][0], Unit.MINUTES)


def test_medians_are_compared_by_their_order_statistics() -> None:
    """Of 25 the ranks are 8 and 18 (binomial 0.5), so 13 has 8 to 18: five to each side, of both weeks."""
    found = medians_of_two_weeks(later=10)
    assert found.difference == 10.0
    assert found.interval == pytest.approx((10 - sqrt(50), 10 + sqrt(50)))
    assert (found.is_real, found.method) == (True, "combined order statistics")


def test_a_median_may_move_by_chance_too() -> None:
    found = medians_of_two_weeks(later=7)
    assert (found.difference, found.is_real, found.words["en"]) == (7.0, False, "no real change")
