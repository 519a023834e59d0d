"""Load of people by hand: contacts, active agent-hours, spread, heat map (semantics 4.18, decision 18)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from metrics.drill import drill
from metrics.exclusions import left_out
from metrics.load import Cell, heat_map, load_spread
from metrics.measure import measure
from metrics.members import Members
from metrics.model import DataState, Question, Reading, Slice, Window
from metrics.scan import Ground
from tests.metrics.world import DESK, World, at

NOW = at("20 10:00")
MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
RATIO = Question("contacts_per_agent_hour", MARCH)
TICKETS, SPREAD = replace(RATIO, metric="tickets_per_agent"), replace(RATIO, metric="load_spread")


@pytest.fixture
def world() -> Iterator[World]:
    made = World(DESK)
    yield made
    made.con.close()


def ask(world: World, question: Question) -> Reading:
    return readings(world, question)[0]


def readings(world: World, question: Question) -> tuple[Reading, ...]:
    world.refresh(NOW)
    return measure(world.con, world.desk, [question], NOW)[question]


def told(one: Reading) -> tuple[float | None, float | int | None, float | int | None]:
    return one.value, one.part("contacts"), one.part("agent_hours")


def test_contacts_are_set_against_the_hours_in_which_agents_acted(world: World) -> None:
    for key in (1, 2, 3):
        world.ticket(key, "10 10:00")
    world.reply(1, "10 10:10", "a1")
    world.reply(2, "10 10:20", "a1")  # the same hour of the same agent
    world.reply(3, "10 11:00", "a2")
    assert told(ask(world, RATIO)) == (1.5, 3, 2)


def test_a_customer_who_writes_again_is_a_contact_and_writing_twice_is_one(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.message(1, "10 10:05", "customer", None)  # still the first turn
    world.reply(1, "10 10:10")
    world.message(1, "10 10:20", "customer", None)
    world.message(1, "10 10:25", "customer", None)
    assert told(ask(world, RATIO)) == (2.0, 2, 1)


def test_what_the_bot_solved_alone_is_no_contact_and_is_told(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.bot(1, "10 10:01")
    world.status(1, "10 10:02", "closed")
    found = ask(world, RATIO)
    assert told(found) == (None, 0, 0)
    assert left_out(Ground(world.con, world.desk, NOW, Members()), RATIO, found)["bot_contained"] == 1


@pytest.mark.parametrize("kind", ["note", "status", "assign", "priority"])
def test_every_action_of_an_agent_makes_him_active(world: World, kind: str) -> None:
    world.ticket(1, "10 10:00")
    if kind == "note":
        world.message(1, "10 10:30", "agent", "a1", is_public=False)
    else:
        world.event(1, "10 10:30", kind, {"status": "open", "priority": "P1"}.get(kind, "a2"), actor="a1")
    assert told(ask(world, RATIO)) == (1.0, 1, 1)


def test_an_automatic_message_and_an_event_of_nobody_make_nobody_active(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.message(1, "10 10:01", "agent", "a1", is_auto=True)
    world.message(1, "10 10:02", "agent", None)
    world.status(1, "10 10:03", "open")
    assert told(ask(world, RATIO)) == (None, 1, 0)


def test_contacts_without_agents_have_no_ratio_and_agents_without_contacts_have_0(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.reply(1, "11 15:00")
    by_day = readings(world, replace(RATIO, window=Window(date(2025, 3, 10), date(2025, 3, 13)), grain="day"))
    assert [(told(one), one.state) for one in by_day] == [
        ((None, 1, 0), DataState.FRESH),
        ((0.0, 0, 1), DataState.FRESH),
        ((None, 0, 0), DataState.EMPTY),
    ]


def test_merged_tickets_are_worked_on_under_their_survivor(world: World) -> None:
    world.ticket(1, "10 10:00", team="A")
    world.ticket(2, "10 10:00", team="B")
    world.reply(2, "10 10:10", "a1")
    world.event(2, "10 10:20", "merge", 1, actor="a1")
    assert told(ask(world, replace(RATIO, slice=Slice.of(team="A")))) == (1.0, 1, 1)
    assert told(ask(world, replace(RATIO, slice=Slice.of(team="B")))) == (None, 0, 0)


def test_spam_makes_neither_contacts_nor_work_once_it_is_marked(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:10")
    assert told(ask(world, RATIO)) == (1.0, 1, 1)
    world.ticket(1, "10 10:00", is_spam=True)
    assert told(ask(world, RATIO)) == (None, 0, 0)


def test_one_agent_of_two_teams_is_active_in_both_and_once_in_all(world: World) -> None:
    for key, team in ((1, "A"), (2, "B")):
        world.ticket(key, "10 10:00", team=team, region="north")
        world.reply(key, "10 10:10", "a1")
    assert [told(one) for one in readings(world, replace(RATIO, split="team"))] == [(1.0, 1, 1), (1.0, 1, 1)]
    assert [told(one) for one in readings(world, replace(RATIO, split="region"))] == [(2.0, 2, 1)]
    assert told(ask(world, replace(RATIO, slice=Slice.of(region="north", team="A")))) == (1.0, 1, 1)


def test_hours_belong_to_who_acted_and_not_to_the_owner(world: World) -> None:
    world.ticket(1, "10 10:00", agent="owner")
    world.reply(1, "10 10:10", "helper")
    split = {one.member: told(one) for one in readings(world, replace(RATIO, split="agent"))}
    assert split == {"helper": (1.0, 1, 1)}


def test_a_window_begins_at_local_midnight(world: World) -> None:
    world.ticket(1, "10 23:59:59")
    world.reply(1, "11 00:00:00")
    tenth, eleventh = (Window(date(2025, 3, day), date(2025, 3, day + 1)) for day in (10, 11))
    assert told(ask(world, replace(RATIO, window=tenth))) == (None, 1, 0)
    assert told(ask(world, replace(RATIO, window=eleventh))) == (0.0, 0, 1)


def test_hours_of_a_zone_half_an_hour_off_are_its_own() -> None:
    world = World(DESK, tz="Asia/Kolkata")
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:20")  # 7:50 and 8:05 in Kolkata
    world.reply(1, "10 10:35")
    window = replace(MARCH, tz="Asia/Kolkata")
    assert told(ask(world, replace(RATIO, window=window))) == (0.5, 1, 2)
    assert ask(world, replace(SPREAD, window=window)).part("hours") == 2


def test_the_list_behind_the_ratio_is_that_of_its_contacts(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:10")
    world.message(1, "10 10:20", "customer", None)
    assert ask(world, RATIO).n == 2
    assert len(drill(world.con, world.desk, RATIO, NOW)) == 2


def test_a_cohort_by_creation_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no cohort by creation"):
        ask(world, replace(RATIO, basis="created"))


def test_resolved_tickets_are_set_against_everybody_who_acted(world: World) -> None:
    for key in (1, 2, 3):
        world.ticket(key, "10 10:00")
        world.status(key, "10 11:00", "resolved")
    world.reply(1, "10 10:10", "a1")
    world.reply(2, "10 15:10", "a2")
    world.reply(2, "10 18:10", "a2")
    found = ask(world, TICKETS)
    assert (found.value, found.n, found.part("agents")) == (1.5, 3, 2)
    assert len(drill(world.con, world.desk, TICKETS, NOW)) == 3


def test_resolutions_of_nobody_have_no_figure(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.status(1, "10 11:00", "resolved")
    assert (ask(world, TICKETS).value, ask(world, TICKETS).n) == (None, 1)


def test_the_spread_is_that_of_the_hours_with_agents(world: World) -> None:
    """Loads by hour: 10:00 two contacts for one agent, 11:00 one for two, 12:00 nobody at work."""
    for key, when in ((1, "10 10:00"), (2, "10 10:05"), (3, "10 11:00"), (4, "10 12:00")):
        world.ticket(key, when)
    world.reply(1, "10 10:30", "a1")
    world.reply(2, "10 11:10", "a1")
    world.reply(3, "10 11:20", "a2")
    found = ask(world, SPREAD)
    assert found.value == pytest.approx((0.5 + 0.9 * 1.5) / 1.25)
    assert (found.n, found.part("hours"), found.part("unstaffed")) == (4, 2, 1)
    assert [found.part("p50"), found.part("p90")] == pytest.approx([1.25, 1.85])


def test_a_median_hour_without_contacts_has_no_spread() -> None:
    found = load_spread([(1, 0), (2, 0), (1, 5), (0, 9)])
    assert (found.ratio, found.p50, found.hours) == (None, 0.0, 3)
    assert load_spread([]).ratio is None


def test_a_later_watermark_adds_the_hours_that_become_visible(world: World) -> None:
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:10", "a1")
    world.reply(1, "10 13:00", "a2")
    world.refresh(at("10 12:00"))
    assert world.rows("SELECT count(*) FROM fact_agent_hour") == [(1,)]
    assert told(ask(world, RATIO)) == (0.5, 1, 2)


def heated(world: World, tz: str = "Asia/Shanghai", first: date = date(2025, 3, 3)) -> dict[tuple[int, int], Cell]:
    window = Window(first, date(2025, 3, 24), tz)
    cells = heat_map(readings(world, replace(RATIO, window=window, grain="hour")))
    assert [(one.weekday, one.hour) for one in cells] == [(day, hour) for day in range(1, 8) for hour in range(24)]
    return {(one.weekday, one.hour): one for one in cells}


def test_the_heat_map_adds_up_equal_hours_of_the_week(world: World) -> None:
    for key, when in ((1, "10 10:00"), (2, "10 10:10"), (3, "17 10:50"), (4, "17 12:00")):  # two Mondays
        world.ticket(key, when)
    world.reply(1, "10 10:30", "a1")
    world.reply(3, "17 10:59:59", "a1")
    cells = heated(world)
    assert cells[1, 10] == Cell(1, 10, 3, 2, 1.5)
    assert cells[1, 12] == Cell(1, 12, 1, 0, None)
    assert sum(one.contacts for one in cells.values()) == 4


def test_the_hour_that_is_left_out_in_spring_stays_empty_that_day() -> None:
    """9 March 2025 in New York: 1:30 and 3:30 are an hour apart."""
    world = World(DESK, tz="America/New_York")
    world.ticket(1, "2025-03-09 14:30")
    world.ticket(2, "2025-03-09 15:30")
    cells = heated(world, "America/New_York", date(2025, 3, 9))
    assert {place: one.contacts for place, one in cells.items() if one.contacts} == {(7, 1): 1, (7, 3): 1}


def test_a_heat_map_of_days_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="made of hours, got grain 'day'"):
        heat_map(readings(world, replace(RATIO, grain="day")))
