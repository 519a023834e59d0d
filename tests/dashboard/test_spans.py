"""Named periods and what they are compared with (semantics 1.4, 1.5)."""

from datetime import UTC, date, datetime

import pytest

from dashboard import spans
from dashboard.view import View
from metrics.model import Window

TZ = "Asia/Shanghai"
WEDNESDAY = date(2026, 11, 18)


def days(window: Window) -> str:
    start, end = spans.bounds(window)
    return f"{start:%m-%d}..{end:%m-%d}"


@pytest.mark.parametrize(
    ("period", "now", "before"),
    [
        ("today", "11-18..11-19", "11-17..11-18"),
        ("yesterday", "11-17..11-18", "11-16..11-17"),
        ("7d", "11-12..11-19", "11-05..11-12"),
        ("28d", "10-22..11-19", "09-24..10-22"),
        ("week", "11-16..11-19", "11-09..11-12"),
        ("month", "11-01..11-19", "10-01..10-19"),
        ("last_month", "10-01..11-01", "09-01..10-01"),
    ],
)
def test_a_period_is_compared_with_the_same_days_before(period: str, now: str, before: str) -> None:
    view = View(period)
    window = spans.window(view, WEDNESDAY, TZ)
    assert (days(window), days(spans.previous(view, window))) == (now, before)


def test_a_long_month_is_cut_at_the_end_of_a_short_one() -> None:
    view = View("month")
    window = spans.window(view, date(2026, 3, 31), TZ)
    assert days(spans.previous(view, window)) == "02-01..03-01"


def test_a_custom_period_includes_both_its_days() -> None:
    view = View("custom", date(2026, 11, 1), date(2026, 11, 10))
    window = spans.window(view, WEDNESDAY, TZ)
    assert (days(window), days(spans.previous(view, window))) == ("11-01..11-11", "10-22..11-01")


@pytest.mark.parametrize(
    ("as_of", "day"),
    [
        (datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC), date(2026, 11, 18)),
        (datetime(2026, 11, 18, 16, tzinfo=UTC), date(2026, 11, 18)),  # nothing of the new day is loaded yet
        (datetime(2017, 5, 31, 20, tzinfo=UTC), date(2017, 6, 1)),
        (None, date(2026, 11, 22)),
    ],
)
def test_today_is_the_last_day_with_data(as_of: datetime | None, day: date) -> None:
    assert spans.today(as_of, datetime(2026, 11, 22, 4, tzinfo=UTC), TZ) == day


def test_sums_are_compared_over_full_days_only() -> None:
    view = View("7d")
    window = spans.window(view, WEDNESDAY, TZ)
    full = spans.full_days(window, spans.previous(view, window), WEDNESDAY)
    assert full is not None
    assert [days(one) for one in full] == ["11-12..11-18", "11-05..11-11"]


def test_a_first_day_that_still_runs_has_no_fair_comparison() -> None:
    window = spans.window(View("today"), WEDNESDAY, TZ)
    assert spans.full_days(window, spans.previous(View("today"), window), WEDNESDAY) is None


@pytest.mark.parametrize(
    ("period", "shown", "before"),
    [
        ("7d", "11-04..11-11", "10-28..11-04"),  # the latest week of which every day was watched for seven days
        ("today", "11-10..11-11", "11-09..11-10"),
        ("28d", "10-22..11-19", "09-24..10-22"),  # part of it can be judged: it stays
        ("last_month", "10-01..11-01", "09-01..10-01"),
    ],
)
def test_what_must_be_watched_first_is_shown_for_the_latest_days_that_were(
    period: str, shown: str, before: str
) -> None:
    view = View(period)
    window = spans.window(view, WEDNESDAY, TZ)
    moved = spans.matured(window, spans.previous(view, window), 7.0, WEDNESDAY)
    assert [days(one) for one in moved] == [shown, before]


def test_an_open_window_is_refused() -> None:
    with pytest.raises(ValueError, match="two ends"):
        spans.bounds(Window(None, WEDNESDAY, TZ))


@pytest.mark.parametrize(
    ("start", "end", "by", "expected"),
    [
        (date(2017, 2, 11), date(2017, 2, 18), -1, (date(2017, 2, 4), date(2017, 2, 11))),
        (date(2017, 2, 4), date(2017, 2, 11), 1, (date(2017, 2, 11), date(2017, 2, 18))),
        (date(2017, 2, 8), date(2017, 2, 15), 1, (date(2017, 2, 15), date(2017, 2, 18))),
        (date(2017, 1, 1), date(2017, 2, 1), -1, (date(2016, 12, 1), date(2017, 1, 1))),
        (date(2016, 11, 1), date(2016, 12, 1), 1, (date(2016, 12, 1), date(2017, 1, 1))),
        (date(2017, 2, 11), date(2017, 2, 18), 1, None),
    ],
)
def test_one_steps_by_the_length_of_the_period_up_to_the_end_of_the_data(
    start: date, end: date, by: int, expected: tuple[date, date] | None
) -> None:
    moved = spans.stepped(Window(start, end, "UTC"), by, date(2017, 2, 17))
    assert (moved and (moved.start, moved.end)) == expected
