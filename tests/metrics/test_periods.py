"""Windows, buckets, previous periods, zones."""

from datetime import UTC, date, datetime, timedelta

import pytest

from metrics.model import Grain, Window
from metrics.periods import (
    bounds,
    bucket_text,
    buckets,
    calendar_fields,
    iso_week,
    local_day,
    localize,
    midnight,
    period_state,
    previous,
    step_start,
    window_state,
)


def window(start: str, end: str, tz: str = "Asia/Shanghai") -> Window:
    return Window(date.fromisoformat(start), date.fromisoformat(end), tz)


def test_a_local_day_starts_at_local_midnight() -> None:
    assert midnight(date(2025, 7, 1), "Asia/Shanghai") == datetime(2025, 6, 30, 16, tzinfo=UTC)


def test_a_midnight_that_does_not_exist_is_the_jump_itself() -> None:
    assert midnight(date(2024, 9, 8), "America/Santiago") == datetime(2024, 9, 8, 4, tzinfo=UTC)


def test_an_unbounded_window_has_no_bounds() -> None:
    assert bounds(Window(None, None)) == (None, None)


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="2025-03-02 is not before 2025-03-02"):
        window("2025-03-02", "2025-03-02")


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-03-09", 23), ("2025-11-02", 25), ("2025-06-01", 24)]
)  # fmt: skip
def test_a_day_has_as_many_hours_as_the_zone_gives_it(day: str, hours: int) -> None:
    start = date.fromisoformat(day)
    found = buckets(Window(start, start + timedelta(days=1), "America/New_York"), "hour")
    assert len(found) == hours
    assert len({bucket.label for bucket in found}) == hours


@pytest.mark.parametrize(
    ("grain", "start"),
    [
        ("day", "2024-12-31"),
        ("week", "2024-12-30"),
        ("sunday_week", "2024-12-29"),
        ("month", "2024-12-01"),
        ("quarter", "2024-10-01"),
        ("half_year", "2024-07-01"),
        ("year", "2024-01-01"),
    ],
)
def test_every_grain_knows_where_its_step_begins(grain: Grain, start: str) -> None:
    assert step_start(date(2024, 12, 31), grain).isoformat() == start


def test_the_outer_buckets_are_cut_to_the_window() -> None:
    first, *_, last = buckets(window("2025-03-12", "2025-03-26"), "week")
    assert (first.label, first.low) == ("2025-03-10", midnight(date(2025, 3, 12), "Asia/Shanghai"))
    assert (last.label, last.high) == ("2025-03-24", midnight(date(2025, 3, 26), "Asia/Shanghai"))


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "half_year", "year", "hour"])
def test_buckets_touch_and_fill_the_window(grain: Grain) -> None:
    asked = window("2025-02-26", "2025-04-03", "America/New_York")
    found = buckets(asked, grain)
    assert (found[0].low, found[-1].high) == bounds(asked)
    assert all(one.high == other.low for one, other in zip(found, found[1:], strict=False))


def test_buckets_of_everything_are_refused() -> None:
    with pytest.raises(ValueError, match="buckets need a bounded window"):
        buckets(Window(None, None), "day")


@pytest.mark.parametrize(
    ("how", "start", "end", "expected"),
    [
        ("mtd", "2025-03-01", "2025-03-11", ("2025-02-01", "2025-02-11")),
        ("mtd", "2025-03-01", "2025-03-31", ("2025-02-01", "2025-03-01")),
        ("mtd", "2025-01-01", "2025-01-05", ("2024-12-01", "2024-12-05")),
        ("days", "2025-03-10", "2025-03-17", ("2025-03-03", "2025-03-10")),
        ("week", "2025-03-10", "2025-03-17", ("2025-03-03", "2025-03-10")),
        ("month", "2025-03-01", "2025-04-01", ("2025-02-01", "2025-03-01")),
        ("quarter", "2025-01-01", "2025-04-01", ("2024-10-01", "2025-01-01")),
        ("year", "2024-02-29", "2024-03-01", ("2023-02-28", "2023-03-01")),
    ],
)
def test_the_previous_period(how: str, start: str, end: str, expected: tuple[str, str]) -> None:
    assert previous(window(start, end), how) == window(*expected)


def test_an_unknown_comparison_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown comparison 'fortnight'; known: mtd, days"):
        previous(window("2025-03-01", "2025-03-02"), "fortnight")


def test_everything_has_no_previous_period() -> None:
    with pytest.raises(ValueError, match="has no previous period"):
        previous(Window(None, None), "days")


def test_a_period_is_complete_from_local_midnight_on() -> None:
    end = midnight(date(2025, 3, 20), "Asia/Shanghai")
    assert period_state(date(2025, 3, 20), "Asia/Shanghai", end) == "complete"
    assert period_state(date(2025, 3, 20), "Asia/Shanghai", end - timedelta(microseconds=1)) == "partial"
    assert window_state(Window(None, None), end) == "partial"
    assert window_state(window("2025-03-01", "2025-03-02"), None) == "partial"


def test_the_iso_week_carries_its_own_year() -> None:
    assert iso_week(date(2024, 12, 30)) == "2025-W01"
    assert iso_week(date(2021, 1, 3)) == "2020-W53"


def test_calendar_fields_follow_the_local_date() -> None:
    fields = calendar_fields(datetime(2025, 6, 30, 16, 30, tzinfo=UTC), "Asia/Shanghai")
    assert fields == {
        "day": "2025-07-01",
        "iso_week": "2025-W27",
        "iso_week_start": "2025-06-30",
        "sunday_week_start": "2025-06-29",
        "month": "2025-07",
    }


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="naive instant"):
        local_day(datetime(2025, 1, 1), "UTC")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("local", "utc", "flag"),
    [
        ("2025-11-02T01:30:00", "2025-11-02T05:30:00+00:00", "ambiguous"),
        ("2025-03-09T02:30:00", "2025-03-09T07:30:00+00:00", "nonexistent"),
        ("2025-07-01T12:00:00", "2025-07-01T16:00:00+00:00", "ok"),
    ],
)
def test_a_wall_clock_time_is_converted_once_and_flagged(local: str, utc: str, flag: str) -> None:
    found, what = localize(datetime.fromisoformat(local), "America/New_York")
    assert (found.isoformat(), what) == (utc, flag)


def test_a_time_with_an_offset_is_no_wall_clock_time() -> None:
    with pytest.raises(ValueError, match="already has an offset"):
        localize(datetime(2025, 1, 1, tzinfo=UTC), "UTC")


@pytest.mark.parametrize(
    ("label", "grain", "language", "text"),
    [
        ("2025-03-10T09:00+08:00", "hour", "en", "09:00"),
        ("2025-03-10", "day", "en", "03-10"),
        ("2024-12-30", "week", "en", "2025-W01"),
        ("2025-03-01", "month", "zh-CN", "2025-03"),
        ("2025-04-01", "quarter", "en", "2025 Q2"),
        ("2025-04-01", "quarter", "zh-CN", "2025 第2季度"),
        ("2025-07-01", "half_year", "zh-CN", "2025 下半年"),
        ("2025-01-01", "half_year", "en", "2025 H1"),
        ("2025-01-01", "year", "en", "2025"),
    ],
)
def test_buckets_are_named_for_people(label: str, grain: Grain, language: str, text: str) -> None:
    assert bucket_text(label, grain, language) == text
