"""Business figures that touch a year without published holidays carry a flag (semantics 3.4)."""

from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest

from metrics.catalog import CATALOG
from metrics.definition import example
from metrics.measure import measure
from metrics.model import Clock, Desk, Question, Reading, Window
from metrics.unknown_years import unknown_years, year_parts, years_text
from tests.metrics.test_undated import AS_OF, SURVEYED, lived
from tests.metrics.world import CN_OFFICE, CST, DESK, TIERS, World

KNOWN = replace(CN_OFFICE, years=frozenset({2025}))
YEARS = Desk(calendars={"cn_office": KNOWN}, calendar="cn_office", sla=TIERS, sla_clock="business")
END = datetime(2026, 2, 1, tzinfo=CST)
TURN = Window(date(2025, 12, 1), date(2026, 2, 1))


@cache
def world() -> World:
    """1 stays within 2025, 2 is created in 2025 and answered in 2026, 3 lies in 2026 and is open."""
    found = World(YEARS)
    for key, created in ((1, "2025-12-10 10:00"), (2, "2025-12-31 17:00"), (3, "2026-01-12 10:00")):
        found.ticket(key, created, team="B" if key == 1 else "A")
    found.reply(1, "2025-12-10 10:30")
    found.reply(2, "2026-01-05 09:30")
    found.refresh(END)
    return found


def ask(metric: str, window: Window, clock: Clock = "business", split: str | None = None) -> tuple[Reading, ...]:
    found = world()
    question = Question(metric, window, clock=clock, split=split)
    return measure(found.con, found.desk, [question], END)[question]


def test_a_reply_in_an_unknown_year_flags_the_mean() -> None:
    (found,) = ask("frt", TURN)
    assert (found.n, found.part("unknown_years"), years_text(found)) == (2, 1, "2026")


def test_a_wait_that_began_in_an_unknown_year_flags_it_too() -> None:
    later = replace(YEARS, calendars={"cn_office": replace(CN_OFFICE, years=frozenset({2026}))})
    found = World(later)
    found.ticket(1, "2025-12-31 17:00")
    found.reply(1, "2026-01-05 09:30")
    found.refresh(END)
    question = Question("frt", Window(date(2026, 1, 1), date(2026, 2, 1)), clock="business")
    assert years_text(measure(found.con, later, [question], END)[question][0]) == "2025"


def test_known_years_and_the_calendar_clock_carry_no_flag() -> None:
    assert ask("frt", Window(date(2025, 12, 1), date(2025, 12, 20)))[0].part("unknown_years") is None
    assert ask("frt", TURN, "calendar")[0].part("unknown_years") is None


def test_a_cohort_is_flagged_by_those_who_wait_and_those_who_waited() -> None:
    """Of December's cases one was answered in 2026; the one of January still waits. As of February 2026."""
    assert years_text(ask("frt_km", Window(date(2025, 12, 1), date(2025, 12, 20)))[0]) == ""
    assert years_text(ask("frt_km", Window(date(2025, 12, 1), date(2026, 1, 1)))[0]) == "2026"
    assert years_text(ask("frt_km", Window(date(2026, 1, 1), date(2026, 2, 1)))[0]) == "2026"
    assert years_text(ask("frt_km", TURN, "calendar")[0]) == ""


CLOCKED = [name for name, metric in CATALOG.items() if metric.clock_dependent or name.startswith("sla")]
PARAMETERS = {"department/hours": "D1/4", "department": "D1", "map/stage": "D1/handle"}


@pytest.fixture(scope="module")
def busy() -> World:
    """A case with all that can happen to one, and an open one, in a year that no calendar knows."""
    found = World(replace(SURVEYED, sla_clock="business"))
    lived(found, 1, "10 10:00")
    found.ticket(2, "10 10:00", team="T")
    found.refresh(AS_OF)
    return found


@pytest.mark.parametrize("name", CLOCKED)
def test_lists_of_teams_agents_and_periods_carry_the_flag_too(busy: World, name: str) -> None:
    whole = replace(example(CATALOG[name], Window(date(2025, 3, 1), date(2025, 4, 1))), clock="business")
    whole = replace(whole, parameter=PARAMETERS.get(CATALOG[name].parameter or "", whole.parameter))
    asked = [whole, replace(whole, split="team"), replace(whole, split="agent"), replace(whole, grain="day")]
    found = measure(busy.con, busy.desk, asked, AS_OF)
    valued = [one for readings in found.values() for one in readings if one.value is not None]
    assert {years_text(one) for one in valued} == (set() if name == "next_reply" else {"2025"})


def test_each_member_is_flagged_by_its_own_cases() -> None:
    found = {one.member: years_text(one) for one in ask("frt", TURN, split="team")}
    assert found == {"A": "2026", "B": ""}


def test_no_cases_touch_no_year() -> None:
    (found,) = ask("frt", Window(date(2026, 1, 20), date(2026, 1, 25)))
    assert (found.n, years_text(found)) == (0, "")


def test_promises_on_the_business_clock_are_flagged_by_their_due_time() -> None:
    assert years_text(ask("sla_first_reply", TURN, "calendar")[0]) == "2026"
    assert years_text(ask("sla_first_reply", Window(date(2025, 12, 1), date(2025, 12, 20)))[0]) == ""


def test_the_age_of_the_backlog_is_flagged() -> None:
    assert years_text(ask("backlog_age", TURN)[0]) == "2026"
    assert years_text(ask("backlog_age", TURN, "calendar")[0]) == ""


def test_every_calendar_in_force_is_asked_in_its_own_zone() -> None:
    new_year = datetime(2025, 12, 31, 20, tzinfo=CST)
    tokyo = replace(KNOWN, name="tokyo", tz="Asia/Tokyo", years="all")
    kiribati = replace(KNOWN, name="kiribati", tz="Pacific/Kiritimati")
    desk = replace(YEARS, calendars={"cn_office": KNOWN, "tokyo": tokyo, "kiribati": kiribati})
    assert unknown_years(desk, new_year, new_year) == []
    assert unknown_years(replace(desk, team_calendars={"A": "tokyo"}), new_year, new_year) == []
    assert unknown_years(replace(desk, team_calendars={"A": "kiribati"}), new_year, new_year) == [2026]


@pytest.mark.parametrize(("last", "text"), [(2026, "2026"), (2028, "2026-2028")])
def test_several_unknown_years_are_told_as_a_span(last: int, text: str) -> None:
    parts = year_parts(YEARS, datetime(2025, 5, 1, tzinfo=CST), datetime(last, 5, 1, tzinfo=CST))
    assert dict(parts)["unknown_years"] == last - 2025
    assert years_text(replace(ask("frt", TURN)[0], parts=parts)) == text


def test_a_desk_without_calendars_has_no_unknown_years() -> None:
    moment = datetime(2030, 1, 1, tzinfo=CST)
    assert year_parts(replace(DESK, calendar=None), moment, moment) == ()
    assert year_parts(YEARS, None, moment) == ()
