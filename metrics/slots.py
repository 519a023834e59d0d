"""Slots: business time inside DuckDB, equal to `Axis` to the microsecond (semantics 3.5).

Every calendar of a desk uses one slot width, so `epoch_us // width` tells the slot, and the position is the
position at the slot's start plus, in an open slot, the time since then. Slots are made for the needed range
only; positions count from 2000 in all of them, so the range can grow on both sides. They stand twice: as rows
(biz_slot), to find the instant of a position by a join, and as one list (biz_axis), from which the position of an
instant is picked: a case has twelve of them, and twelve joins cost three times as much.
"""

from collections.abc import Mapping

import pyarrow as pa
from duckdb import DuckDBPyConnection

from metrics.calendar import END_US, FIRST_US, WIDTHS_US, Axis
from metrics.model import Desk


def numbered(desk: Desk) -> dict[str, int]:
    """Return calendar name -> calendar_no of the derived tables; the numbers hold for this desk only."""
    return {name: number for number, name in enumerate(sorted(desk.calendars))}


def axes(desk: Desk) -> dict[int, Axis]:
    """Return calendar_no -> business axis."""
    return {number: Axis(desk.calendars[name]) for name, number in numbered(desk).items()}


def width_us(desk: Desk) -> int:
    """Return the slot width shared by the desk's calendars in microseconds."""
    return min((axis.width_us() for axis in axes(desk).values()), default=WIDTHS_US[0])


def clear(con: DuckDBPyConnection) -> None:
    """Forget all slots; the axis then has no positions."""
    con.execute("DELETE FROM biz_slot")
    _join(con)


def cover(con: DuckDBPyConnection, desk: Desk, low_us: int, high_us: int) -> None:
    """Make biz_slot hold every slot of each calendar between two instants (microseconds since 1970)."""
    width = width_us(desk)
    low, high = (max(FIRST_US, min(us, END_US)) // width for us in (low_us, high_us))
    held = {
        int(number): (int(first), int(last) + 1)
        for number, first, last in con.execute(
            "SELECT calendar_no, min(slot), max(slot) FROM biz_slot GROUP BY calendar_no"
        ).fetchall()
    }
    parts = [
        (number, axis, (width, start, stop))
        for number, axis in axes(desk).items()
        for start, stop in _missing(low, high, *held.get(number, (low, low)))
    ]
    for number, axis, part in parts:
        _append(con, number, axis, part)
    if parts:
        _join(con)


def _missing(low: int, high: int, first: int, end: int) -> list[tuple[int, int]]:
    return [(start, stop) for start, stop in ((low, first), (end, high + 1)) if start < stop]


def _append(con: DuckDBPyConnection, number: int, axis: Axis, part: tuple[int, int, int]) -> None:
    slots, cum, opened = axis.slots(*part)
    table = pa.table({"slot": slots, "cum_us": cum, "open_us": opened})
    con.register("more_slots", table)
    con.execute(f"INSERT INTO biz_slot SELECT {number}, slot, cum_us, open_us FROM more_slots")
    con.unregister("more_slots")


def _join(con: DuckDBPyConnection) -> None:
    # Every calendar has the same slots, so one number tells where a slot stands.
    con.execute(
        "DELETE FROM biz_axis; INSERT INTO biz_axis SELECT min(slot), max(slot) - min(slot) + 1,"
        " list(2 * cum_us + CASE WHEN open_us > 0 THEN 1 ELSE 0 END ORDER BY calendar_no, slot) FROM biz_slot"
    )


def placed_sql(width: int, rows: str, calendar: str, instants: Mapping[str, str]) -> str:
    """Return SQL of rows with a position on the axis of a calendar for each of some instants.

    rows      a table, or a query in brackets
    calendar  its column that names the calendar
    instants  new column -> SQL of the microseconds since 1970
    A position is NULL without calendar or instant, and outside of what biz_slot covers. It is worked out in steps
    that name what they found: as one formula each step stands in it many times, and a small statement has the
    engine read formulas for longer than it works.
    """
    numbered_names = list(enumerate(instants))
    clamped = ", ".join(f"{_clamped(us)} AS us_{number}" for number, us in enumerate(instants.values()))
    held = ", ".join(f"{_place(width, number)} AS place_{number}" for number, _ in numbered_names)
    found = ", ".join(
        f"(place_{number} >> 1) + (place_{number} & 1) * (us_{number} % {width}) AS {name}"
        for number, name in numbered_names
    )
    passing = ", ".join(f"us_{number}, place_{number}" for number, _ in numbered_names)
    return (
        f"(SELECT * EXCLUDE (places, low_us, high_us, offset_no, {passing}), {found} FROM (SELECT *, {held} FROM ("
        f"SELECT n.*, x.places, x.low_us, x.high_us, n.{calendar} * x.n_slots + 1 - x.first_slot AS offset_no,"
        f" {clamped} FROM {rows} n CROSS JOIN (SELECT *, first_slot::BIGINT * {width} AS low_us,"
        f" (first_slot + n_slots)::BIGINT * {width} - 1 AS high_us FROM biz_axis) x)))"
    )


def _place(width: int, number: int) -> str:
    slot = f"CASE WHEN us_{number} BETWEEN low_us AND high_us THEN us_{number} // {width} + offset_no END"
    return f"list_extract(places, {slot})"


def _clamped(us: str) -> str:
    # not least/greatest: they skip NULL, and no instant must stay no position
    return f"(CASE WHEN {us} < {FIRST_US} THEN {FIRST_US} WHEN {us} > {END_US} THEN {END_US} ELSE {us} END)"


def inverse_join_sql(width: int, slot: str, calendar: str, position: str) -> str:
    """Return the LEFT JOIN that finds the open slot in which a position lies."""
    opened = f"(SELECT calendar_no, cum_us // {width} AS ordinal, slot FROM biz_slot WHERE open_us > 0)"
    return (
        f"LEFT JOIN {opened} {slot} ON {slot}.calendar_no = {calendar} AND {slot}.ordinal = ({position}) // {width}"
    )


def lower_sql(width: int, slot: str, position: str) -> str:
    """Return SQL of the first instant with a position (`Axis.us_at`); `slot` joined on position - 1."""
    return f"({slot}.slot::BIGINT * {width} + ({position} - 1) % {width} + 1)"


def upper_sql(width: int, slot: str, position: str) -> str:
    """Return SQL of the last instant with a position (`Axis.us_at` upper); `slot` joined on the position."""
    return f"({slot}.slot::BIGINT * {width} + {position} % {width})"
