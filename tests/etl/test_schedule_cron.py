"""Lines of cron, read as people mean them, and their turns where clocks change; instants worked out by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from data.cron import Cron, UnfitCron, parse_cron
from etl.schedule.rhythm import ByCron, turns

NEW_YORK, SHANGHAI = "America/New_York", "Asia/Shanghai"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _turns(line: str, tz: str, after: str, number: int = 3) -> list[str]:
    return [f"{one:%Y-%m-%dT%H:%M}" for one in turns(ByCron(line, tz), _at(after), number)]


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", (0,)),
        ("7", (0,)),
        ("1", (1,)),
        ("1-5", (1, 2, 3, 4, 5)),
        ("mon-fri", (1, 2, 3, 4, 5)),
        ("fri-sun", (0, 5, 6)),
        ("5-7", (0, 5, 6)),
        ("sun", (0,)),
        ("sunday,wed", (0, 3)),
        ("*/2", (0, 2, 4, 6)),
        ("0-6", (0, 1, 2, 3, 4, 5, 6)),
        ("*", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_weekdays_are_those_of_cron(field: str, days: tuple[int, ...]) -> None:
    assert parse_cron(f"0 9 * * {field}").weekdays == days


def test_nine_on_monday_is_on_a_monday() -> None:
    # 2026-11-23 is a Monday; the scheduler's library would take 1 for Tuesday
    assert _turns("0 9 * * 1", SHANGHAI, "2026-11-23T00:00", 2) == ["2026-11-23T01:00", "2026-11-30T01:00"]


def test_a_restricted_day_and_weekday_mean_either() -> None:
    # the 1st of March 2026 is a Sunday, the 2nd a Monday
    assert _turns("0 0 1 * 1", "UTC", "2026-02-28T12:00", 3) == [
        "2026-03-01T00:00",
        "2026-03-02T00:00",
        "2026-03-09T00:00",
    ]


def test_short_names_are_understood() -> None:
    assert parse_cron("@daily") == parse_cron("0 0 * * *")


def test_steps_begin_with_the_range() -> None:
    assert parse_cron("5-30/10 * * * *").minutes == (5, 15, 25)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0 9 * *", "has 4 fields; five are wanted"),
        ("60 * * * *", "minute '60' is not understood; 0 to 59"),
        ("0 24 * * *", "hour '24'"),
        ("0 0 0 * *", "day '0' is not understood; 1 to 31"),
        ("0 0 * 13 *", "month '13' is not understood; 1 to 12, or jan to dec"),
        ("0 0 * * 8", "weekday '8' is not understood; 0 to 7, or sun to sat"),
        ("*/0 * * * *", "minute '*/0'"),
        ("30-10 * * * *", "minute '30-10' ends before it starts"),
        ("0 0 30 2 *", "never comes: none of its months has a day 30"),
        ("0 0 31 4,6 *", "never comes"),
        ("१ * * * *", "minute '१'"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_what_would_do(line: str, told: str) -> None:
    with pytest.raises(UnfitCron) as refused:
        parse_cron(line)
    assert told in str(refused.value)


def test_a_minute_left_out_in_new_york_comes_an_hour_later() -> None:
    # 2026-03-08: 02:00 EST becomes 03:00 EDT at 07:00Z; 02:30 does not exist and comes at 03:30 EDT
    assert _turns("30 2 * * *", NEW_YORK, "2026-03-07T12:00") == [
        "2026-03-08T07:30",
        "2026-03-09T06:30",
        "2026-03-10T06:30",
    ]


def test_a_minute_repeated_in_new_york_comes_once() -> None:
    # 2026-11-01: 02:00 EDT becomes 01:00 EST at 06:00Z; 01:30 is at 05:30Z and again at 06:30Z
    assert _turns("30 1 * * *", NEW_YORK, "2026-10-31T12:00") == [
        "2026-11-01T05:30",
        "2026-11-02T06:30",
        "2026-11-03T06:30",
    ]


def test_every_real_half_hour_counts_when_the_hours_are_free() -> None:
    fold = _turns("*/30 * * * *", NEW_YORK, "2026-11-01T04:30", 5)
    assert fold == [
        "2026-11-01T05:00",
        "2026-11-01T05:30",
        "2026-11-01T06:00",
        "2026-11-01T06:30",
        "2026-11-01T07:00",
    ]
    gap = _turns("*/30 * * * *", NEW_YORK, "2026-03-08T06:00", 4)
    assert gap == ["2026-03-08T06:30", "2026-03-08T07:00", "2026-03-08T07:30", "2026-03-08T08:00"]


def test_a_gap_of_half_an_hour_doubles_nothing() -> None:
    # Lord Howe, 2026-10-04: 02:00 (+10:30) becomes 02:30 (+11:00) at 2026-10-03T15:30Z
    assert _turns("0 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00", 3) == [
        "2026-10-03T14:30",
        "2026-10-03T15:30",
        "2026-10-03T16:00",
    ]


def test_shanghai_has_a_turn_a_day_through_the_year() -> None:
    found = turns(ByCron("30 2 * * *", SHANGHAI), _at("2026-01-01T00:00"), 365)
    assert {later - earlier for earlier, later in zip(found, found[1:], strict=False)} == {timedelta(days=1)}
    assert found[0] == _at("2026-01-01T18:30")


def test_the_year_rolls_over_in_the_desks_zone() -> None:
    # midnight of 1 January 2027 in Shanghai is 16:00Z of the year before
    assert _turns("0 0 1 1 *", SHANGHAI, "2026-06-01T00:00", 2) == ["2026-12-31T16:00", "2027-12-31T16:00"]


def test_the_29th_of_february_comes_every_leap_year() -> None:
    assert _turns("0 12 29 2 *", "UTC", "2026-01-01T00:00", 2) == ["2028-02-29T12:00", "2032-02-29T12:00"]


def test_a_century_without_a_leap_year_is_waited_through() -> None:
    assert _turns("0 12 29 2 *", "UTC", "2096-03-01T00:00", 1) == ["2104-02-29T12:00"]


def test_a_turn_is_after_the_instant_it_is_asked_for() -> None:
    assert _turns("0 9 * * *", "UTC", "2026-11-23T09:00", 1) == ["2026-11-24T09:00"]


@pytest.mark.parametrize("line", ["*/7 3,9-17 * * *", "0 0 1,15 */2 *", "13 13 * jan-jun *", "59 23 31 12 *"])
@pytest.mark.parametrize("tz", [SHANGHAI, "UTC", "Asia/Kolkata"])
def test_where_clocks_never_change_the_library_agrees(line: str, tz: str) -> None:
    theirs, now = CronTrigger.from_crontab(line, timezone=ZoneInfo(tz)), _at("2026-02-27T22:10")
    expected, previous = [], None
    for _ in range(60):
        previous = theirs.get_next_fire_time(previous, now if previous is None else previous)
        expected.append(previous.astimezone(UTC))
    assert list(turns(ByCron(line, tz), now, 60)) == expected


def _expected(line: str, tz: str, first: datetime, days: int) -> list[datetime]:
    """Return the turns minute by minute: what a clock on the wall shows, and what it never shows comes later."""
    cron, zone = parse_cron(line), ZoneInfo(tz)
    found: set[datetime] = set()
    for number in range(-1440, days * 1440):
        instant = first + timedelta(minutes=number)
        local = instant.astimezone(zone)
        if _names(cron, local) and (local.fold == 0 or cron.is_each_hour):
            found.add(instant)
        wall = local.replace(tzinfo=None) + timedelta(hours=1)  # a wall time that may not exist, an hour on
        if _is_left_out(wall, zone) and _names(cron, wall):
            found.add(wall.replace(tzinfo=zone).astimezone(UTC))
    return sorted(one for one in found if first < one < first + timedelta(days=days - 1))


def _names(cron: Cron, local: datetime) -> bool:
    is_day = cron.has_day(local.month, local.day, local.isoweekday() % 7)
    return is_day and local.hour in cron.hours and local.minute in cron.minutes


def _is_left_out(wall: datetime, zone: ZoneInfo) -> bool:
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall


@settings(max_examples=25, deadline=None)
@given(
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    hours=st.one_of(st.just("*"), st.sets(st.integers(0, 4), min_size=1, max_size=3)),
    weekdays=st.sets(st.integers(0, 7), min_size=1, max_size=7),
    first=st.sampled_from(["2026-03-07T12:00", "2026-10-31T12:00"]),
)
def test_turns_are_those_a_clock_on_the_wall_shows(
    minutes: set[int], hours: str | set[int], weekdays: set[int], first: str
) -> None:
    hour = hours if isinstance(hours, str) else ",".join(map(str, hours))
    line = f"{','.join(map(str, minutes))} {hour} * * {','.join(map(str, weekdays))}"
    expected = _expected(line, NEW_YORK, _at(first), 3)
    assert list(turns(ByCron(line, NEW_YORK), _at(first), len(expected))) == expected
