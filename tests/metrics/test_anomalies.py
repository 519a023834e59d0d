"""Days out of the ordinary, by hand and on random desks (semantics 9.5; R-101)."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp, log, sqrt

import numpy as np
import pytest

from metrics.anomalies import Day, Judged, classes, counted, digest, p_value, shared, timed, watch
from tests.metrics.world import CN_OFFICE

FIRST = date(2025, 3, 3)  # a Monday
WEEKS = 8


def days(counts: Sequence[int], start: date = FIRST) -> list[Day]:
    return [counted(start + timedelta(days=i), n) for i, n in enumerate(counts)]


def usual(weekday: int = 100, weekend: int = 50) -> list[int]:
    """Eight weeks that are all alike."""
    return ([weekday] * 5 + [weekend] * 2) * WEEKS


def judged(counts: Sequence[int]) -> list[Judged]:
    """Return the days after the eight weeks."""
    return list(watch({"a": days([*usual(), *counts])})["a"][WEEKS * 7 - 28 :])


def test_a_day_is_held_against_the_median_of_eight_weeks_and_its_weekday() -> None:
    monday, *_, saturday, _ = judged([200, 100, 100, 100, 100, 70, 50])
    assert [exp(monday.expected), exp(saturday.expected)] == pytest.approx([100.5, 50.5])
    assert monday.effect == pytest.approx(200.5 / 100.5 - 1)
    assert monday.z == pytest.approx(log(200.5 / 100.5) / sqrt(1 / 200))
    assert saturday.z == pytest.approx(log(70.5 / 50.5) / sqrt(1 / 70))


def test_days_that_differ_anyway_make_the_scale_wider() -> None:
    calm = watch({"a": days([*[100] * 56, 150])})["a"][-1]
    restless = watch({"a": days([*[100, 130, 75, 110, 90, 140, 70, 100] * 7, 150])})["a"][-1]
    assert calm.is_alarm
    assert not restless.is_alarm
    assert restless.z < calm.z / 2


@pytest.mark.parametrize(("n", "is_alarm"), [(124, True), (118, False)])
def test_a_rise_below_a_fifth_is_no_alarm_however_sure(n: int, is_alarm: bool) -> None:
    sure = [Day(FIRST + timedelta(days=i), 10_000, log(count), 1.0) for i, count in enumerate([*[100] * 56, n])]
    found = watch({"a": sure})["a"][-1]
    assert found.z > 3.5
    assert found.is_alarm is is_alarm


def test_fewer_than_twenty_rows_are_no_alarm() -> None:
    found = [watch({"a": days([*[2] * 56, n])})["a"][-1] for n in (19, 20)]
    assert [one.is_alarm for one in found] == [False, True]


def test_a_fall_is_no_alarm() -> None:
    assert not judged([20])[0].is_alarm


def test_what_stays_high_is_found_though_no_day_is_far_enough() -> None:
    found = judged([133, 133, 133, 133])
    assert all(one.z < 3.5 for one in found)
    assert [one.is_alarm for one in found] == [False, True, True, True]
    assert found[1].smooth == pytest.approx(0.5 * found[1].z + 0.5 * found[0].smooth)


def test_an_episode_is_told_once_and_ends_after_three_quiet_days() -> None:
    found = judged([200, 200, 100, 100, 100, 200, 50, 100, 100, 100, 100, 200])
    alarms = [(one.on - FIRST).days - 56 for one in found if one.is_alarm]
    assert alarms == [0, 1, 5, 11]
    assert [(one.on - FIRST).days - 56 for one in found if one.is_first] == [0, 5, 11]


def test_a_gap_of_three_days_is_the_same_episode() -> None:
    found = judged([200, 100, 100, 200])
    assert [one.is_first for one in found] == [True, False, False, False]
    assert found[-1].is_alarm


def test_the_effect_of_a_weekday_is_half_the_slices_own_and_half_everybodys() -> None:
    own, other = days([*usual(100, 50), 100]), days([*usual(100, 100), 100])
    sunday = FIRST + timedelta(days=55)
    found = {one.on: one for one in watch({"a": own, "b": other})["a"]}[sunday]
    fall = log(50.5 / 100.5)
    everyone = fall / 2  # the median of as many falls as none
    assert found.expected == pytest.approx(log(100.5) + fall / 2 + everyone / 2)


def test_holidays_are_their_own_class_and_not_judged_before_there_was_one() -> None:
    first, second = FIRST + timedelta(days=40), FIRST + timedelta(days=58)
    class_of = classes(type(CN_OFFICE)("c", "Asia/Shanghai", CN_OFFICE.weekly, holidays=frozenset({first, second})))
    counts = [*usual(), *[100] * 5]
    counts[40], counts[58] = 30, 30
    found = {one.on: one for one in watch({"a": days(counts)}, class_of)["a"]}
    assert first not in found
    assert exp(found[second].expected) == pytest.approx(30.5)


def test_a_makeup_day_wins_over_the_weekend() -> None:
    sunday = date(2025, 1, 26)
    made = type(CN_OFFICE)("c", "Asia/Shanghai", CN_OFFICE.weekly, makeup=((sunday, ((540, 1080),)),))
    assert [classes(made)(sunday), classes(made)(sunday + timedelta(days=7)), classes()(sunday)] == [
        "makeup",
        "7",
        "7",
    ]


@pytest.mark.parametrize(("history", "is_judged"), [(27, False), (28, True)])
def test_a_short_history_judges_nothing(history: int, is_judged: bool) -> None:
    found = watch({"a": days([100] * history + [300])})["a"]
    assert [one.is_alarm for one in found] == ([True] if is_judged else [])


def test_days_without_a_figure_are_gaps_and_not_zeros() -> None:
    counts = days([*[100] * 60, 100])
    holes = [day for i, day in enumerate(counts) if i % 4]
    assert exp(watch({"a": holes})["a"][-1].expected) == pytest.approx(100.5)


def test_a_share_is_told_against_the_expected_share() -> None:
    found = [shared(FIRST + timedelta(days=i), 100, passed) for i, passed in enumerate([*[20] * 56, 45])]
    last = watch({"a": found}, is_log=False)["a"][-1]
    assert [last.expected, last.effect or 0.0] == pytest.approx([0.2, 1.25])
    assert last.z == pytest.approx(0.25 / sqrt(20.5 / 101 * 80.5 / 101 / 100))


@pytest.mark.parametrize(("passed", "is_alarm"), [(1, False), (5, True)])
def test_what_never_happened_is_an_alarm_once_it_happens_often_enough(passed: int, is_alarm: bool) -> None:
    never = [shared(FIRST + timedelta(days=i), 100, n) for i, n in enumerate([*[0] * 56, passed])]
    last = watch({"a": never}, is_log=False)["a"][-1]
    assert (last.effect, last.is_alarm) == (None, is_alarm)


def test_figures_that_never_vary_have_no_scale_to_be_judged_on() -> None:
    same = [Day(FIRST + timedelta(days=i), 30, value, 0.0) for i, value in enumerate([*[2.0] * 56, 3.0])]
    assert watch({"a": same})["a"] == ()


def test_a_mean_of_logs_carries_the_variance_of_its_rows() -> None:
    logs = [log(x) for x in (1.0, 2.0, 4.0)]
    day = timed(FIRST, 3, sum(logs), sum(x * x for x in logs))
    assert [day.value, day.within] == pytest.approx([log(2), log(2) ** 2])
    assert timed(FIRST, 1, 1.0, 1.0).within == 0.0


@pytest.mark.parametrize("make", [lambda: timed(FIRST, 0, 0.0, 0.0), lambda: shared(FIRST, 0, 0)])
def test_nothing_has_no_day(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match="2025-03-03: .* needs a row, got n = 0"):
        make()


def test_two_figures_of_one_day_are_an_error() -> None:
    with pytest.raises(ValueError, match="slice 'a' has two figures for 2025-03-03"):
        watch({"a": [counted(FIRST, 1), counted(FIRST, 2)]})


def test_no_slices_and_no_days_give_nothing() -> None:
    assert watch({}) == {}
    assert watch({"a": []}) == {"a": ()}


def test_the_digest_holds_what_is_sure_among_many() -> None:
    on = FIRST + timedelta(days=56)
    many = {f"s{i}": days([*usual(), 100]) for i in range(30)} | {"burst": days([*usual(), 300])}
    assert [name for name, _ in digest(watch(many), on)] == ["burst"]
    burst = watch(many)["burst"][-1]
    assert p_value(burst) < 1e-12


def made_up(seed: int, slices: int, length: int, shift: dict[int, int]) -> dict[str, list[Day]]:
    """Return slices of many sizes with weekdays of their own; shift: slice -> first of three days at +40 %."""
    random = np.random.default_rng(seed)
    size = np.exp(random.normal(np.log(60), 1.0, slices)).clip(8, 800)
    week = np.array([1.2, 1.1, 1.05, 1.0, 1.0, 0.5, 0.45])
    found = {}
    for s in range(slices):
        own = random.normal(0, 0.05, 7)
        n = random.poisson(size[s] * week[np.arange(length) % 7]).clip(1)
        value = 2 + own[np.arange(length) % 7] + random.normal(0, 0.07, length) + random.normal(0, 1.2 / np.sqrt(n))
        first = shift.get(s, length)
        value[first : first + 3] += log(1.4)
        found[f"{size[s]:.0f}/{s}"] = [
            Day(FIRST + timedelta(days=i), int(n[i]), float(value[i]), 1.44) for i in range(length)
        ]
    return found


def test_false_alarms_are_as_rare_as_the_semantics_promise() -> None:
    found = watch(made_up(1, 100, 56 + 60, {}))
    late = FIRST + timedelta(days=56)
    alarms = sum(one.is_first and one.on >= late for days in found.values() for one in days)
    assert alarms / 60 * 2 < 0.6  # a day on 200 slices; 9.5 has .20, a 3-sigma rule 3.4


def test_a_shift_of_three_days_is_found_in_large_slices_more_often_than_in_small_ones() -> None:
    found = watch(made_up(2, 120, 56 + 20, dict.fromkeys(range(120), 66)))
    span = {FIRST + timedelta(days=i) for i in (66, 67, 68)}
    hits = {name: any(one.is_alarm for one in days if one.on in span) for name, days in found.items()}
    large = [hit for name, hit in hits.items() if int(name.partition("/")[0]) >= 80]
    small = [hit for name, hit in hits.items() if int(name.partition("/")[0]) < 80]
    assert sum(large) / len(large) > 0.38
    assert 0.05 < sum(small) / len(small) < sum(large) / len(large)
