"""The oracle's own clock and curve, checked by hand: what is wrong here would be wrong everywhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from metrics.model import Window
from tests.oracle.clock import ELAPSED, Clock, open_spans
from tests.oracle.desk import CALENDARS
from tests.oracle.figures import quantile, wilson
from tests.oracle.periods import steps
from tests.oracle.replies import kaplan_meier

OFFICE, NIGHT, BERLIN = (Clock(open_spans(CALENDARS[name])) for name in ("office", "night", "always"))
MINUTE = 60_000_000


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_lunch_does_not_count() -> None:
    assert OFFICE.between(shanghai("2025-03-10T11:50"), shanghai("2025-03-10T13:40")) == 20 * MINUTE


def test_a_weekend_does_not_count() -> None:
    assert OFFICE.between(shanghai("2025-03-14T17:50"), shanghai("2025-03-17T09:10")) == 20 * MINUTE


def test_a_make_up_sunday_counts_and_a_holiday_does_not() -> None:
    assert OFFICE.between(shanghai("2025-01-26T00:00"), shanghai("2025-01-27T00:00")) == 450 * MINUTE
    assert OFFICE.between(shanghai("2025-01-28T00:00"), shanghai("2025-02-05T00:00")) == 0


@pytest.mark.parametrize(("day", "hours"), [(9, 23), (30, 23), (16, 24)])
def test_a_day_is_as_long_as_its_zone_makes_it(day: int, hours: int) -> None:
    zone = "America/New_York" if day == 9 else "Europe/Berlin"
    start = date(2025, 3, day)
    assert len(steps(Window(start, start + timedelta(days=1), zone), "hour")) == hours


def test_a_clock_that_never_stops_is_elapsed_time() -> None:
    span = datetime(2025, 3, 29, 5, tzinfo=UTC), datetime(2025, 4, 2, 7, 1, tzinfo=UTC)
    assert BERLIN.between(*span) == ELAPSED.between(*span) == (4 * 1440 + 121) * MINUTE


def test_a_night_is_two_touching_spans() -> None:
    start = datetime(2025, 3, 4, 1, tzinfo=UTC)  # Monday 20:00 in New York
    assert NIGHT.between(start, start + timedelta(hours=24)) == 8 * 60 * MINUTE


def test_an_amount_that_ends_at_a_close_is_due_then_and_passed_at_the_next_opening() -> None:
    start = shanghai("2025-03-10T11:00")
    assert OFFICE.after(start, 60 * MINUTE) == shanghai("2025-03-10T12:00")
    assert OFFICE.past(start, 60 * MINUTE) == shanghai("2025-03-10T13:30")


def test_a_promise_given_at_night_starts_in_the_morning() -> None:
    assert OFFICE.after(shanghai("2025-03-10T20:00"), 15 * MINUTE) == shanghai("2025-03-11T09:15")


def test_the_median_of_a_cohort_counts_those_who_still_wait() -> None:
    cohort = [(minutes, True) for minutes in (10, 20, 30, 40, 50)] + [(60, False)] * 5
    assert (kaplan_meier(cohort, 0.5), kaplan_meier(cohort, 0.9)) == (50, None)


def test_a_quantile_lies_between_its_neighbours() -> None:
    assert quantile([4, 1, 10, 2, 3], 0.9) == pytest.approx(7.6)


def test_ten_of_ten_is_not_certain() -> None:
    low, high = wilson(10, 10) or (0.0, 0.0)
    assert low == pytest.approx(72.2467, abs=1e-4)
    assert high == pytest.approx(100)


def test_weeks_are_cut_to_their_window() -> None:
    weeks = steps(Window(date(2025, 3, 5), date(2025, 3, 12)), "week")
    assert [(end - start).days for start, end in weeks] == [5, 2]
