"""The slot table says the same as the axis, to the microsecond."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from metrics import slots
from metrics.calendar import Axis, us_of
from metrics.model import Desk
from tests.metrics.test_calendar import LUNCH, NEW_YORK, NIGHT, ODD
from tests.metrics.world import World

DESK = Desk(calendars={"lunch": LUNCH, "night": NIGHT, "ny": NEW_YORK, "odd": ODD})
LOW, HIGH = us_of(datetime(2025, 1, 1, tzinfo=UTC)), us_of(datetime(2025, 12, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World(DESK)
    middle = us_of(datetime(2025, 6, 1, tzinfo=UTC))
    slots.cover(made.con, DESK, middle, middle)
    slots.cover(made.con, DESK, LOW, HIGH)
    values = [Random(7).randrange(LOW, HIGH) for _ in range(400)] + [LOW, HIGH, middle]
    made.con.execute("CREATE TEMP TABLE instants AS SELECT unnest($us::BIGINT[]) AS us", {"us": values})
    yield made


def axes() -> list[tuple[int, Axis]]:
    return sorted(slots.axes(DESK).items())


def test_a_grown_range_holds_every_slot_once(world: World) -> None:
    width = slots.width_us(DESK)
    found = world.rows(
        "SELECT count(*), count(DISTINCT slot), min(slot), max(slot) FROM biz_slot GROUP BY calendar_no"
    )
    low, high = LOW // width, HIGH // width
    assert found == [(high - low + 1, high - low + 1, low, high)] * len(DESK.calendars)


@pytest.mark.parametrize(("number", "axis"), axes())
def test_positions_from_sql_equal_those_of_the_axis(world: World, number: int, axis: Axis) -> None:
    width = slots.width_us(DESK)
    found = world.rows(
        f"SELECT i.us, {slots.position_sql(width, str(number), 'i.us')} FROM instants i CROSS JOIN biz_axis"
    )
    assert found == [(us, axis.position_of(us)) for us, _ in found]


@pytest.mark.parametrize(("number", "axis"), axes())
def test_instants_from_sql_equal_those_of_the_axis(world: World, number: int, axis: Axis) -> None:
    width = slots.width_us(DESK)
    margin = axis.position_of(LOW) + 900_000_000, axis.position_of(HIGH) - 900_000_000
    positions = [Random(number).randrange(*margin) for _ in range(200)]
    positions += [axis.position_of(end) for _, end in axis.spans() if LOW < end < HIGH - 9e11][:30]
    world.con.execute("CREATE OR REPLACE TEMP TABLE places AS SELECT unnest($p::BIGINT[]) AS p", {"p": positions})
    found = world.rows(
        f"SELECT q.p, {slots.lower_sql(width, 'a', 'q.p')}, {slots.upper_sql(width, 'b', 'q.p')} FROM places q"
        f" {slots.inverse_join_sql(width, 'a', str(number), 'q.p - 1')}"
        f" {slots.inverse_join_sql(width, 'b', str(number), 'q.p')}"
    )
    assert found == [(p, axis.us_at(p), axis.us_at(p, upper=True)) for p, _, _ in found]


def test_no_instant_has_no_position(world: World) -> None:
    width = slots.width_us(DESK)
    assert world.rows(f"SELECT {slots.position_sql(width, '0', 'NULL::BIGINT')} FROM biz_axis") == [(None,)]


def test_without_calendar_there_is_no_position(world: World) -> None:
    width = slots.width_us(DESK)
    sql = f"SELECT {slots.position_sql(width, 'NULL::SMALLINT', str(LOW))} FROM biz_axis"
    assert world.rows(sql) == [(None,)]


@pytest.mark.parametrize("calendar", range(len(DESK.calendars)))
def test_what_is_not_covered_has_no_position_instead_of_another_calendars(world: World, calendar: int) -> None:
    width = slots.width_us(DESK)
    outside = f"FROM (VALUES ({LOW - width}), ({HIGH + width})) o(us) CROSS JOIN biz_axis"
    assert world.rows(f"SELECT {slots.position_sql(width, str(calendar), 'o.us')} {outside}") == [(None,), (None,)]


def test_forgotten_slots_have_no_positions() -> None:
    emptied = World(DESK)
    slots.cover(emptied.con, DESK, LOW, HIGH)
    slots.clear(emptied.con)
    sql = f"SELECT {slots.position_sql(slots.width_us(DESK), '0', str(LOW))} FROM biz_axis"
    assert emptied.rows(sql) == [(None,)]


def test_a_desk_without_calendars_needs_no_slots() -> None:
    bare = World(replace(DESK, calendars={}))
    slots.cover(bare.con, bare.desk, LOW, HIGH)
    assert bare.rows("SELECT * FROM biz_slot") == []


def test_calendars_are_numbered_by_name() -> None:
    assert slots.numbered(DESK) == {"lunch": 0, "night": 1, "ny": 2, "odd": 3}
