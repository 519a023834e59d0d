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


def placed(rows: str, calendar: int | None) -> str:
    """Return SQL of rows of a column us with the position p of each on the axis of a calendar."""
    number = "NULL" if calendar is None else str(calendar)
    of_calendar = f"(SELECT us, {number}::SMALLINT AS calendar_no FROM {rows})"
    return slots.placed_sql(slots.width_us(DESK), of_calendar, "calendar_no", {"p": "us"})


def test_a_grown_range_holds_every_slot_once(world: World) -> None:
    width = slots.width_us(DESK)
    found = world.rows(
        "SELECT count(*), count(DISTINCT slot), min(slot), max(slot) FROM biz_slot GROUP BY calendar_no"
    )
    low, high = LOW // width, HIGH // width
    assert found == [(high - low + 1, high - low + 1, low, high)] * len(DESK.calendars)


@pytest.mark.parametrize(("number", "axis"), axes())
def test_positions_from_sql_equal_those_of_the_axis(world: World, number: int, axis: Axis) -> None:
    found = world.rows(f"SELECT us, p FROM {placed('instants', number)}")
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
    assert world.rows(f"SELECT p FROM {placed('(SELECT NULL::BIGINT AS us)', 0)}") == [(None,)]


def test_without_calendar_there_is_no_position(world: World) -> None:
    assert world.rows(f"SELECT p FROM {placed(f'(SELECT {LOW} AS us)', None)}") == [(None,)]


def test_instants_of_a_row_are_placed_side_by_side(world: World) -> None:
    axis = Axis(DESK.calendars["lunch"])
    rows = f"(SELECT 0::SMALLINT AS calendar_no, {LOW} AS low, {HIGH} AS high)"
    sql = slots.placed_sql(slots.width_us(DESK), rows, "calendar_no", {"a": "low", "b": "NULL::BIGINT", "c": "high"})
    found = (0, LOW, HIGH, axis.position_of(LOW), None, axis.position_of(HIGH))
    assert world.rows(f"SELECT * FROM {sql}") == [found]


@pytest.mark.parametrize("calendar", range(len(DESK.calendars)))
def test_what_is_not_covered_has_no_position_instead_of_another_calendars(world: World, calendar: int) -> None:
    width = slots.width_us(DESK)
    outside = f"(SELECT unnest([{LOW - width}, {HIGH + width}]) AS us)"
    assert world.rows(f"SELECT p FROM {placed(outside, calendar)}") == [(None,), (None,)]


def test_forgotten_slots_have_no_positions() -> None:
    emptied = World(DESK)
    slots.cover(emptied.con, DESK, LOW, HIGH)
    slots.clear(emptied.con)
    assert emptied.rows(f"SELECT p FROM {placed(f'(SELECT {LOW} AS us)', 0)}") == [(None,)]


def test_a_desk_without_calendars_needs_no_slots() -> None:
    bare = World(replace(DESK, calendars={}))
    slots.cover(bare.con, bare.desk, LOW, HIGH)
    assert bare.rows("SELECT * FROM biz_slot") == []


def test_calendars_are_numbered_by_name() -> None:
    assert slots.numbered(DESK) == {"lunch": 0, "night": 1, "ny": 2, "odd": 3}
