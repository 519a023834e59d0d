"""Business time by hand and by a walk over open spans."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.settings import ROOT, load_calendars, load_settings
from metrics.calendar import FIRST_US, MINUTE_US, Axis, instant_of, us_of
from metrics.desk import calendar_from
from metrics.model import Calendar
from tests.metrics.world import CN_OFFICE, OFFICE, at

HOLIDAYS = frozenset(date(2025, 10, day) for day in (1, 2, 3, 6, 7, 8))
NATIONAL_DAY = replace(CN_OFFICE, holidays=HOLIDAYS, makeup=((date(2025, 9, 28), ((540, 1080),)),))
LUNCH = replace(CN_OFFICE, weekly=(((540, 720), (810, 1080)),) * 5 + ((), ()))
NIGHT = replace(CN_OFFICE, weekly=(((1200, 1440),), ((0, 240), (1200, 1440)), ((0, 240),), (), (), (), ()))
NEW_YORK = Calendar("ny", "America/New_York", (((0, 1440),),) * 7)
ODD = Calendar("odd", "Australia/Lord_Howe", (((65, 605), (610, 1435)),) * 7)
CALENDARS = (NATIONAL_DAY, LUNCH, NIGHT, NEW_YORK, ODD)
INSTANTS = st.integers(us_of(datetime(2024, 12, 1, tzinfo=UTC)), us_of(datetime(2026, 2, 1, tzinfo=UTC)))


def open_minutes(calendar: Calendar, start: str, end: str) -> float:
    return Axis(calendar).open_us(at(start), at(end)) / MINUTE_US


def test_a_weekend_takes_no_business_time() -> None:
    assert open_minutes(CN_OFFICE, "14 17:50", "17 09:10") == 20


def test_outside_hours_is_zero_which_is_a_value() -> None:
    assert open_minutes(CN_OFFICE, "10 20:00", "10 20:05") == 0


def test_a_holiday_week_is_closed() -> None:
    assert open_minutes(NATIONAL_DAY, "2025-09-30 17:30", "2025-10-09 09:10") == 40


def test_a_makeup_sunday_works() -> None:
    assert open_minutes(NATIONAL_DAY, "2025-09-28 17:50", "2025-09-29 09:05") == 15


def test_a_makeup_day_wins_over_a_holiday() -> None:
    both = replace(NATIONAL_DAY, holidays=HOLIDAYS | {date(2025, 9, 28)})
    assert open_minutes(both, "2025-09-28 00:00", "2025-09-29 00:00") == 540


def test_hours_change_from_a_day_on_and_never_before() -> None:
    early = ((7 * 60, 9 * 60),)
    changed = replace(
        CN_OFFICE,
        changes=(
            (date(2025, 3, 12), (early,) * 7),
            (date(2025, 3, 14), ((),) * 7),
            (date(1999, 1, 1), ((OFFICE[0],),) * 7),
        ),
    )
    assert open_minutes(changed, "10 00:00", "12 00:00") == 2 * 540
    assert open_minutes(changed, "11 17:00", "12 08:00") == 120
    assert open_minutes(changed, "12 00:00", "20 00:00") == 2 * 120
    assert open_minutes(changed, "08 00:00", "10 00:00") == 2 * 540  # a change before all time


def test_the_lunch_break_is_closed() -> None:
    assert open_minutes(LUNCH, "10 11:50", "10 13:40") == 20


def test_a_night_is_two_touching_spans() -> None:
    assert open_minutes(NIGHT, "10 22:00", "11 03:00") == 300
    assert (us_of(at("10 20:00")), us_of(at("11 04:00"))) in set(Axis(NIGHT).spans())


@pytest.mark.parametrize(("day", "hours"), [((2025, 3, 9), 23), ((2025, 11, 2), 25), ((2025, 7, 1), 24)])
def test_a_local_day_has_the_hours_the_clock_change_leaves(day: tuple[int, int, int], hours: int) -> None:
    midnight = datetime(*day, tzinfo=ZoneInfo("America/New_York"))
    assert Axis(NEW_YORK).open_us(midnight, midnight + timedelta(days=1)) == hours * 60 * MINUTE_US


def test_an_amount_ending_at_a_close_is_due_at_that_close() -> None:
    axis = Axis(CN_OFFICE)
    assert axis.add(at("14 17:00"), 60 * MINUTE_US) == at("14 18:00")
    assert axis.add(at("14 17:00"), 61 * MINUTE_US) == at("17 09:01")


def test_nothing_after_closing_time_is_due_at_once() -> None:
    assert Axis(CN_OFFICE).add(at("14 20:00"), 0) == at("14 20:00")


def test_the_last_instant_of_a_position_is_the_next_open() -> None:
    axis = Axis(CN_OFFICE)
    position = axis.position_us(at("14 18:00"))
    assert axis.instant(position) == at("14 18:00")
    assert axis.instant(position, upper=True) == at("17 09:00")


def test_the_calendar_ends_in_2100() -> None:
    axis = Axis(CN_OFFICE)
    with pytest.raises(ValueError, match="cn_office: no instant has"):
        axis.instant(axis.position_us(datetime(2200, 1, 1, tzinfo=UTC)) + 1)


def test_a_calendar_without_hours_has_no_instants() -> None:
    never = Axis(replace(CN_OFFICE, weekly=((),) * 7))
    assert never.position_us(at("10 10:00")) == 0
    with pytest.raises(ValueError, match="no instant"):
        never.instant(1)


def test_before_2000_nothing_was_open() -> None:
    assert Axis(CN_OFFICE).position_us(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert Axis(CN_OFFICE).instant(0) == instant_of(FIRST_US)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match=r"naive instant 2025-03-10T10:00:00: give it a zone"):
        Axis(CN_OFFICE).position_us(datetime.fromisoformat("2025-03-10T10:00:00"))


def test_a_year_is_known_by_its_holidays() -> None:
    assert Axis(NATIONAL_DAY).is_known(2025)
    assert not Axis(NATIONAL_DAY).is_known(2026)


def test_a_calendar_file_says_which_years_are_known() -> None:
    shipped = load_calendars(load_settings(ROOT / "data" / "demo.yaml"))
    office = Axis(calendar_from("office", shipped["cn_office"]))
    assert [office.is_known(year) for year in (2023, 2024, 2026, 2027)] == [False, True, True, False]
    assert Axis(replace(CN_OFFICE, years="all")).is_known(1999)


@pytest.mark.parametrize(("minute", "width"), [(540, 15), (545, 5), (541, 1)])
def test_slots_are_as_wide_as_the_boundaries_allow(minute: int, width: int) -> None:
    calendar = replace(CN_OFFICE, weekly=((((minute, 1080)),),) * 7)
    assert Axis(calendar).width_us() == width * MINUTE_US


def test_slots_too_wide_for_the_boundaries_are_refused() -> None:
    with pytest.raises(ValueError, match="do not divide"):
        Axis(ODD).slots(15 * MINUTE_US, 0, 1)


def walked(calendar: Calendar, start: int, end: int) -> int:
    """Return open microseconds by asking every minute of the zone's wall clock."""
    zone = ZoneInfo(calendar.tz)
    weekly, makeup = calendar.weekly, dict(calendar.makeup)
    total = 0
    for minute in range(start // MINUTE_US, end // MINUTE_US):
        wall = instant_of(minute * MINUTE_US).astimezone(zone)
        day = wall.date()
        spans = makeup.get(day, () if day in calendar.holidays else weekly[day.weekday()])
        total += any(a <= wall.hour * 60 + wall.minute < b for a, b in spans)
    return total * MINUTE_US


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: calendar.name)
@pytest.mark.parametrize("month", [3, 4, 10, 11])
def test_positions_agree_with_a_minute_by_minute_walk(calendar: Calendar, month: int) -> None:
    start, end = us_of(datetime(2025, month, 1, tzinfo=UTC)), us_of(datetime(2025, month, 12, tzinfo=UTC))
    axis = Axis(calendar)
    assert axis.position_of(end) - axis.position_of(start) == walked(calendar, start, end)


@given(us=INSTANTS, calendar=st.sampled_from(CALENDARS))
@settings(max_examples=200, deadline=None)
def test_first_and_last_instant_enclose_every_instant(us: int, calendar: Calendar) -> None:
    axis = Axis(calendar)
    position = axis.position_of(us)
    assert axis.us_at(position) <= us <= axis.us_at(position, upper=True)
    assert axis.position_of(axis.us_at(position)) == position == axis.position_of(axis.us_at(position, upper=True))


@given(a=INSTANTS, b=INSTANTS, c=INSTANTS)
@settings(max_examples=50, deadline=None)
def test_business_time_adds_up_and_never_exceeds_elapsed_time(a: int, b: int, c: int) -> None:
    axis = Axis(LUNCH)
    early, middle, late = (instant_of(us) for us in sorted((a, b, c)))
    assert axis.open_us(early, late) == axis.open_us(early, middle) + axis.open_us(middle, late)
    assert timedelta(microseconds=axis.open_us(early, late)) <= late - early
