"""One check's world, built by the product itself: normalize, load, facts, and then only reading."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import duckdb

from data.settings import CalendarFile
from data.warehouse import Warehouse, watermark
from etl.load import load
from etl.model import Delivery, Origin
from metrics import facts
from metrics.calendar import Axis
from metrics.desk import calendar_from
from metrics.measure import measure
from metrics.members import Members
from metrics.model import NONE_LABEL, Calendar, Clock, Desk, Question, Reading, SlaTier, Slice, Window
from metrics.scan import Ground
from tests.golden.document import Check
from tests.golden.rows import DIMENSIONS, deliver, instant


class Unsupported(Exception):
    """The vocabulary has a metric or parameter that the runner does not know."""


def calendars_of(check: Check) -> dict[str, Calendar]:
    """Return the calendars of the file as the product reads them; a year is known by its holidays."""
    found = {}
    for name, given in check.calendars.items():
        written = {
            "name": {"en": name, "zh-CN": name},
            "timezone": given["tz"],
            "weekly": given.get("weekly") or {},
            "years": "all",
            "holidays": given.get("holidays") or (),
            "makeup": given.get("makeup") or {},
        }
        found[name] = replace(calendar_from(name, CalendarFile.model_validate(written)), years=None)
    return found


def desk_of(check: Check) -> Desk:
    """Return the settings of a check's world: its config, with the params that are settings on top (12.6)."""
    given = {**check.config, **{key: check.params[key] for key in SETTINGS if key in check.params}}
    calendars = calendars_of(check)
    calendar = given.get("calendar")
    if calendar not in calendars and given.get("clock") != "business":
        calendar = None  # named by the defaults, given by no file, needed by nobody
    if calendar is not None and calendar not in calendars:
        raise ValueError(f"unknown calendar {calendar!r}; known: {', '.join(calendars)}")
    return Desk(
        tz=given.get("tz") or "Asia/Shanghai",
        clock=given.get("clock") or "calendar",
        sla_clock=given.get("clock") or "calendar",
        calendars=calendars,
        calendar=calendar,
        merge_clock=given.get("merge_clock") or "earliest",
        pause_statuses=tuple(given.get("pause_statuses") or ()),
        on_priority_change=given.get("on_priority_change") or "fair",
        sla=_tiers(check.params.get("targets") or {}, check.params.get("what", "first_reply")),
        repeat_days=float(check.params.get("days", 7)),
        csi_weights=given.get("csi_weights") or {},
        csi_min_weight=float(given.get("csi_min_weight", 0.8)),
    )


SETTINGS = ("tz", "calendar", "clock", "pause_statuses", "merge_clock", "on_priority_change")


def _tiers(targets: dict[str, float | None], what: str) -> dict[str, SlaTier]:
    is_first = what == "first_reply"
    return {str(tier): SlaTier(limit, None) if is_first else SlaTier(None, limit) for tier, limit in targets.items()}


def build(given: dict[str, Any], desk: Desk, as_of: datetime) -> duckdb.DuckDBPyConnection:
    """Return a cursor into a fresh warehouse with the world loaded as of an instant."""
    con = Warehouse(None, threads=1).cursor()
    facts.create(con)
    batches, mapping = deliver(given, as_of)

    def refresh(inner: duckdb.DuckDBPyConnection, mark: datetime | None) -> None:
        facts.refresh(inner, mark or as_of, desk)

    load(con, Delivery("golden", batches, until=as_of), mapping, refresh, as_of, Origin(max_bad_share=1))
    rejects = con.execute(
        "SELECT table_name, row_no, rule, field, value FROM reject WHERE rule <> 'naive_time'"
    ).fetchall()
    if rejects:
        raise ValueError(f"rows of the golden world were rejected: {rejects}")
    return con


class Worlds:
    """Builds worlds; checks of one case with equal settings share one, which they only read."""

    def __init__(self) -> None:
        self._key: tuple[int, str, str] | None = None
        self._con: duckdb.DuckDBPyConnection | None = None

    def of(self, check: Check, desk: Desk) -> duckdb.DuckDBPyConnection:
        """Return the check's world."""
        key = (id(check.given), repr(desk), check.as_of)
        if self._con is None or key != self._key:
            self._con, self._key = build(check.given, desk, instant(check.as_of)), key
        return self._con


@dataclass
class Asked:
    """A check at work: params translated into the product's terms, and the world to ask."""

    check: Check
    worlds: Worlds

    def __post_init__(self) -> None:
        self.params = self.check.params

    @cached_property
    def desk(self) -> Desk:
        """Return the world's settings."""
        return desk_of(self.check)

    @cached_property
    def as_of(self) -> datetime:
        """Return the instant of the check."""
        return instant(self.check.as_of)

    @cached_property
    def ground(self) -> Ground:
        """Return the loaded world."""
        con = self.worlds.of(self.check, self.desk)
        assert watermark(con) == self.as_of
        return Ground(con, self.desk, self.as_of, Members())

    @property
    def clock(self) -> Clock:
        """Return the clock of the check."""
        return self.desk.clock

    @property
    def axis(self) -> Axis | None:
        """Return the business axis in force, None on the calendar clock."""
        if self.clock == "calendar" or self.desk.calendar is None:
            return None
        return Axis(self.desk.calendars[self.desk.calendar])

    @property
    def window(self) -> Window:
        """Return the period in the check's zone; unbounded without dates."""
        from_date, to_date = self.params.get("from"), self.params.get("to")
        return Window(from_date and day(from_date), to_date and day(to_date), self.desk.tz)

    @property
    def slice(self) -> Slice:
        """Return the filter on case attributes; others than those the mapping knows as dimensions are custom ones."""
        where = self.params.get("where") or {}
        return Slice(tuple(sorted((dimension(key), (label(value),)) for key, value in where.items())))

    def question(self, metric: str, **more: Any) -> Question:
        """Return the product's question for the check's params."""
        basis = self.params.get("basis", "event")
        return Question(metric, self.window, self.slice, clock=self.clock, basis=basis, **more)

    def readings(self, metric: str, **more: Any) -> tuple[Reading, ...]:
        """Return the product's readings."""
        ground = self.ground
        question = replace(self.question(metric, **more))
        return measure(ground.con, ground.desk, [question], ground.as_of, ground.members)[question]

    def reading(self, metric: str, **more: Any) -> Reading:
        """Return the product's one reading."""
        return self.readings(metric, **more)[0]


def dimension(attribute: str) -> str:
    """Return what the product calls an attribute of a golden ticket."""
    return attribute if attribute in DIMENSIONS else f"custom.{attribute}"


def day(text: Any) -> Any:
    """Return a local date."""
    return datetime.fromisoformat(str(text)).date()


def label(value: Any) -> str:
    """Return an attribute's value as the product labels it."""
    if value is None:
        return NONE_LABEL
    return str(value).lower() if isinstance(value, bool) else str(value)
