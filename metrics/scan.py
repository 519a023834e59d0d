"""One scan for all questions that share rows, slice, split and grain: planning, running, handing out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb

from metrics.compile import Shape, Steps, scan_sql, shape_filters
from metrics.members import Members
from metrics.metric import Anchor, Need, Row
from metrics.model import DIMENSIONS, NONE_LABEL, Desk, Grain, Question, Slice, Window
from metrics.periods import Bucket, bounds, buckets
from metrics.slots import axes

US = timedelta(microseconds=1)
Place = tuple[str | None, str | None]  # bucket label, member label
ANY_TIME = Window(None, None, "UTC")
MAX_SLACK = 1.25  # windows share a scan while it reads at most a quarter more than they hold


@dataclass(frozen=True, slots=True)
class Ground:
    """Where questions are answered: connection, desk settings, members, and as of when."""

    con: duckdb.DuckDBPyConnection
    desk: Desk
    as_of: datetime | None
    members: Members

    def filter_params(self, part: Slice) -> dict[str, object]:
        """Return the values of a slice as member ids or texts, named as the compiler names them."""
        given: dict[str, object] = {}
        for i, (dimension, values) in enumerate(part.by):
            if dimension in DIMENSIONS:
                found: list[object] = [self.members.id_of(self.con, dimension, value) for value in values]
            else:
                found = [value for value in values if value != NONE_LABEL]
            given.update((f"value{i}_{j}", one) for j, one in enumerate(found))
        return given

    def positions(self, instant: datetime | None) -> list[int | None]:
        """Return the business position of an instant on every calendar, by calendar_no."""
        if instant is None:
            return [None for _ in self.desk.calendars]
        return [axis.position_us(instant) for _, axis in sorted(axes(self.desk).items())]

    def label(self, split: str, key: object) -> str:
        """Return the label of a member as a scan gives it."""
        if split not in DIMENSIONS:
            return NONE_LABEL if key is None else str(key)
        return self.members.labels(self.con, split).get(key, NONE_LABEL) if isinstance(key, int) else NONE_LABEL


@dataclass(frozen=True, slots=True)
class Field:
    """What scans must share to become one: rows, instant, slice, split, grain."""

    anchor: Anchor
    column: str
    slice: Slice
    split: str | None
    grain: Grain | None


@dataclass
class Found:
    """Rows of one field and window, by bucket and member."""

    columns: Mapping[str, int]
    rows: dict[Place, list[Row]] = field(default_factory=dict)

    def of(self, need: Need) -> "Groups":
        """Return the groups as a need wants them: its extra columns first, then its measures."""
        extra = list(range(len(need.anchor.extra)))
        places = extra + [self.columns[measure] for measure in need.measures]
        if places == list(range(len(extra) + len(self.columns))):
            return self.rows
        return {key: [[row[place] for place in places] for row in rows] for key, rows in self.rows.items()}


Groups = Mapping[Place, Sequence[Row]]


@dataclass
class Plan:
    """The scans that a set of questions needs, and after `run` what they found."""

    wanted: dict[Field, dict[Window, dict[str, None]]] = field(default_factory=dict)
    found: dict[tuple[Field, Window], Found] = field(default_factory=dict)

    def want(self, question: Question, needs: Iterable[Need]) -> None:
        """Add what a question needs."""
        for need in needs:
            place, window = field_of(question, need)
            self.wanted.setdefault(place, {}).setdefault(window, {}).update(dict.fromkeys(need.measures))

    def run(self, ground: Ground) -> None:
        """Run every scan once."""
        for place, windows in self.wanted.items():
            for group in _grouped(place, windows):
                measures = tuple(dict.fromkeys(one for window in group for one in windows[window]))
                for window, found in zip(group, Scan(place, tuple(group), measures, ground).run(), strict=True):
                    self.found[place, window] = found

    def groups(self, question: Question, need: Need) -> Groups:
        """Return what was found for a need."""
        return self.found[field_of(question, need)].of(need)


def field_of(question: Question, need: Need) -> tuple[Field, Window]:
    """Return the field a need falls into and the window it is asked for."""
    column = "created_at" if question.basis == "created" else need.anchor.instant
    if need.timeless:
        return Field(need.anchor, column, question.slice, question.split, None), ANY_TIME
    return Field(need.anchor, column, question.slice, question.split, question.grain), question.window


def _grouped(place: Field, windows: Mapping[Window, Any]) -> list[list[Window]]:
    """Return which windows are read together: plain, bounded, apart, and close to one another."""
    if place.grain or len(windows) == 1:
        return [[window] for window in windows]
    groups: list[list[Window]] = []
    for window in sorted(windows, key=lambda one: (one.tz, one.start or date.min, one.end or date.max)):
        if groups and _reads_well([*groups[-1], window]):
            groups[-1].append(window)
        else:
            groups.append([window])
    return groups


def _reads_well(group: Sequence[Window]) -> bool:
    days, reach = 0, date.min
    for window in group:
        if window.start is None or window.end is None or window.start < reach or window.tz != group[0].tz:
            return False
        days, reach = days + (window.end - window.start).days, window.end
    first = group[0].start
    return first is not None and (reach - first).days <= MAX_SLACK * days


@dataclass
class Scan:
    """One statement: its shape, its parameters, and how its rows are read."""

    place: Field
    windows: tuple[Window, ...]
    measures: tuple[str, ...]
    ground: Ground

    @cached_property
    def steps(self) -> tuple[Steps | None, tuple[Bucket, ...]]:
        """Return how rows find their bucket; listed or equal steps come with their bounds."""
        grain, window = self.place.grain, self.windows[0]
        if grain is None:
            return None, ()
        has_day = self.place.anchor.day and self.place.column == self.place.anchor.instant
        if has_day and grain != "hour" and window.tz == self.ground.desk.tz:
            return "local", ()
        found = buckets(window, grain) if window.start and window.end else ()
        sizes = {one.high - one.low for one in found}
        return "uniform" if len(sizes) == 1 else "listed", found

    @cached_property
    def shape(self) -> Shape:
        """Return what the text depends on."""
        return Shape(
            self.place.anchor,
            self.place.column,
            self.measures,
            tuple((window.start is not None, window.end is not None) for window in self.windows),
            shape_filters(self.place.slice.by),
            self.place.split,
            self.place.grain,
            self.steps[0],
        )

    def params(self) -> dict[str, object]:
        """Return the values of the named parameters."""
        given = self.ground.filter_params(self.place.slice) | self._window_params() | self._step_params()
        text = scan_sql(self.shape)
        if "$as_of" in text:
            given["as_of"] = self.ground.as_of
        if "$now_us" in text:
            given["now_us"] = self.ground.positions(self.ground.as_of)
        return given

    def _window_params(self) -> dict[str, object]:
        given: dict[str, object] = {}
        limits = [bounds(window) for window in self.windows]
        for i, (low, high) in enumerate(limits):
            given |= {f"low{i}": low} if low else {}
            given |= {f"high{i}": high} if high else {}
        if len(limits) > 1:
            given |= {"low": limits[0][0], "high": limits[-1][1]}
        return given

    def _step_params(self) -> dict[str, object]:
        how, found = self.steps
        if how == "uniform":
            return {
                "first": round(found[0].low.timestamp()) * 1_000_000,
                "step": (found[0].high - found[0].low) // US,
            }
        if how == "listed":
            lows, highs = [one.low for one in found], [one.high for one in found]
            return {"lows": lows, "highs": highs, "numbers": list(range(len(found)))}
        return {}

    def run(self) -> list[Found]:
        """Return the rows found, per window."""
        rows = self.ground.con.execute(scan_sql(self.shape), self.params()).fetchall()
        has_window, has_bucket, split = len(self.windows) > 1, bool(self.place.grain), self.place.split
        width = has_window + has_bucket + bool(split)
        columns = {measure: i + len(self.place.anchor.extra) for i, measure in enumerate(self.measures)}
        found = [Found(columns) for _ in self.windows]
        places: dict[Row, list[Row] | None] = {}  # many rows share their keys
        for row in rows:
            keys = row[:width]
            if keys not in places:
                number = keys[0] if has_window else 0
                bucket = self._bucket(keys[has_window]) if has_bucket else None
                member = self.ground.label(split, keys[-1]) if split else None
                is_inside = number is not None and (bucket is not None or not has_bucket)
                places[keys] = found[number].rows.setdefault((bucket, member), []) if is_inside else None
            place = places[keys]
            if place is not None:
                place.append(row[width:])
        return found

    def _bucket(self, key: date | int | None) -> str | None:
        if key is None:
            return None
        return key.isoformat() if isinstance(key, date) else self.steps[1][key].label
