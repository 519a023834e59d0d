"""What people set for a desk: sources, clocks, calendars, promises, weights and targets (docs/settings.md).

Checked whole before anything starts; an error names file, line and field (data/strict_yaml.py).
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from data.benchmarks import INDUSTRIES, Industries
from data.costs import CostRules
from data.night import NightRules
from data.problem_types import ProblemTypes, one_place_each
from data.questionnaires import LOYALTY, CsiRules
from data.source_rules import SourceRule
from data.stage_maps import STAGE_MAPS, StageMaps
from data.strict_yaml import line_of, load_strict, model_from

ROOT = Path(__file__).resolve().parent.parent
DEMO, OWN = ROOT / "data/demo.yaml", ROOT / "data/settings.yaml"
Language = Literal["zh-CN", "en"]
Clock = Literal["calendar", "business"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Span = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Tier = Annotated[str, Field(pattern=r"^P[1-9]$")]
Named = str | Mapping[str, str] | None
DESK_NAME: Mapping[Language, str] = {"en": "Service desk", "zh-CN": "客户服务中心"}
PLACE = re.compile(r"\$\{(?:(file):)?([^}:]+)(?::-([^}]*))?\}")


class Strict(BaseModel):
    """A part of a file people write: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}; an IANA name such as Asia/Shanghai or UTC is wanted") from None
    return name


class CalendarFile(Strict):
    """Opening hours of a desk as written in data/calendars/*.yaml (semantics 3.1).

    years       years whose holidays are known; others are "unknown" (3.4); "all" where no holiday ever closes
    changes     first day -> the weekly hours from that day on; earlier days keep theirs (3.4)
    """

    name: Mapping[Language, str]
    timezone: str
    weekly: Mapping[Day, tuple[Span, ...]]
    years: tuple[int, ...] | Literal["all"]
    holidays: tuple[date, ...] = ()
    makeup: Mapping[date, tuple[Span, ...]] = Field(default_factory=dict)
    changes: Mapping[date, Mapping[Day, tuple[Span, ...]]] = Field(default_factory=dict)

    _check_zone = field_validator("timezone")(_zone)

    @field_validator("weekly")
    @classmethod
    def _spans_in_order(cls, weekly: Mapping[Day, tuple[Span, ...]]) -> Mapping[Day, tuple[Span, ...]]:
        for day, spans in weekly.items():
            _check_spans(day, spans)
        return weekly

    @model_validator(mode="after")
    def _days_in_known_years(self) -> "CalendarFile":
        written = [
            *self.makeup.items(),
            *((day, spans) for day, week in self.changes.items() for spans in week.values()),
        ]
        for day, spans in written:
            _check_spans(day.isoformat(), spans)
        if self.years != "all":
            strays = [day for day in (*self.holidays, *self.makeup) if day.year not in self.years]
            if strays:
                raise ValueError(f"{strays[0]} is listed, but {strays[0].year} is not under years {list(self.years)}")
        return self


def _check_spans(day: str, spans: tuple[str, ...]) -> None:
    last = ""
    for span in spans:
        start, end = span.split("-")
        if start >= end:
            raise ValueError(f"{day}: {span} does not end after it starts; write a night as two spans on two days")
        if start < last:
            raise ValueError(f"{day}: {span} starts before the span in front of it ends at {last}")
        last = end


class Server(Strict):
    """Where the pages are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8050


class Promise(Strict):
    """What is promised to tickets of one priority, in minutes of the SLA clock; null = no limit (semantics 4.9)."""

    first_reply_min: Annotated[float, Field(gt=0)] | None
    resolution_min: Annotated[float, Field(gt=0)] | None


class ComplaintSettings(Strict):
    """Which complaints are about slow response, and who has to follow them up (semantics 12.8).

    slow_tag         tag of the ticket
    supervisor_role  role of agents; supervisors: ids of further agents, as the source has them
    """

    slow_tag: str = "slow_response"
    supervisor_role: str = "supervisor"
    supervisors: tuple[str, ...] = ()


class UrgentReach(Strict):
    """Which department urgent tickets have to reach, and how soon (semantics 4.12, 12.8; R-090).

    department   as the source names it in assignments; null = not measured
    """

    department: Annotated[str, Field(min_length=1)] | None = None
    minutes: Annotated[float, Field(gt=0)] = 10
    priorities: Annotated[tuple[Tier, ...], Field(min_length=1)] = ("P1",)


class TargetRule(Strict):
    """The goal of a KPI, for everything or for a slice (semantics 6).

    critical_below  attainment in percent under which a miss is critical (semantics 12.7)
    where           dimension -> value
    parameter       for one parameter of the KPI only, such as a questionnaire of csi
    """

    metric: str
    value: float
    parameter: str | None = None
    critical_below: Annotated[float, Field(ge=0)] = 80.0
    where: Mapping[str, str] = Field(default_factory=dict)
    valid_from: date | None = None
    valid_to: date | None = None


class AnnotationRule(Strict):
    """An event that explains figures, such as a promotion (semantics 2.3; R-101).

    last    last day of it, included; null = one day
    where   dimension -> value: the part of the desk it concerns
    """

    first: date
    last: date | None = None
    text: Annotated[Mapping[Language, str], Field(min_length=1)]
    where: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_days(self) -> "AnnotationRule":
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the last day {self.last} is before the first, {self.first}")
        return self


# semantics 4.9, example tiers of the desk the requirements describe
PROMISES = {
    "P1": Promise(first_reply_min=5, resolution_min=120),
    "P2": Promise(first_reply_min=15, resolution_min=1440),
    "P3": Promise(first_reply_min=1440, resolution_min=None),
}


class Settings(Strict):
    """All settings of one monitor; relative paths start at the project's folder."""

    name: Mapping[Language, str] = Field(default_factory=lambda: dict(DESK_NAME))
    language: Language = "zh-CN"
    palette: Literal["standard", "colour_blind", "red_good"] = "standard"
    timezone: str = "Asia/Shanghai"
    warehouse: Path = Path("data/run/warehouse.duckdb")
    memory_mb: Annotated[int, Field(ge=300)] | None = None
    server: Server = Server()
    clock: Clock | None = None
    sla_clock: Clock | None = None
    calendars: Mapping[Name, Path] = Field(default_factory=dict)
    calendar: Name | None = None
    team_calendars: Mapping[str, Name] = Field(default_factory=dict)
    tier_calendars: Mapping[str, Name] = Field(default_factory=dict)
    merge_clock: Literal["earliest", "own"] = "earliest"
    pause_statuses: tuple[Literal["pending_customer", "on_hold"], ...] = ("pending_customer",)
    on_priority_change: Literal["fair", "from_start"] = "fair"
    repeat_days: Annotated[float, Field(gt=0)] = 7.0
    sla: Mapping[Tier, Promise] = Field(default_factory=lambda: dict(PROMISES))
    sla_changes: Mapping[date, Mapping[Tier, Promise]] = Field(default_factory=dict)
    csi: CsiRules = CsiRules()
    loyalty: Mapping[Name, Annotated[float, Field(ge=1, le=5)]] = Field(default_factory=lambda: dict(LOYALTY))
    stages: StageMaps = Field(default_factory=lambda: dict(STAGE_MAPS))
    complaints: ComplaintSettings = ComplaintSettings()
    urgent_reach: UrgentReach = UrgentReach()
    problem_types: ProblemTypes = ()
    costs: CostRules = CostRules()
    benchmarks: Industries = Field(default_factory=lambda: dict(INDUSTRIES))
    industry: Name | None = None
    targets: tuple[TargetRule, ...] = ()
    annotations: tuple[AnnotationRule, ...] = ()
    sources: tuple[SourceRule, ...] = ()
    night: NightRules = NightRules()

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the desk."""
        return ZoneInfo(self.timezone)

    def source(self, source_id: str) -> SourceRule | None:
        """Return the source of an id; None = there is none."""
        return next((rule for rule in self.sources if rule.id == source_id), None)

    @property
    def has_hours(self) -> bool:
        """Return whether the desk, a team or a priority has a calendar, so that there is a business clock."""
        return bool(self.calendar or self.team_calendars or self.tier_calendars)

    @property
    def clocks(self) -> tuple[Clock, Clock]:
        """Return the clock of durations and that of promises; business where somebody has a calendar (1.8)."""
        usual: Clock = "business" if self.has_hours else "calendar"
        return self.clock or usual, self.sla_clock or usual

    _check_zone = field_validator("timezone")(_zone)

    @field_validator("calendar", "team_calendars", "tier_calendars")
    @classmethod
    def _calendar_is_there(cls, named: Named, info: ValidationInfo) -> Named:
        known = info.data.get("calendars", {})
        asked = named.values() if isinstance(named, Mapping) else [named]
        for name in asked:
            if name is not None and name not in known:
                raise ValueError(f"unknown calendar {name!r}; known: {', '.join(known) or 'none, see calendars'}")
        return named

    @field_validator("loyalty")
    @classmethod
    def _tiers_differ(cls, tiers: Mapping[str, float]) -> Mapping[str, float]:
        if not tiers or len(set(tiers.values())) < len(tiers):
            raise ValueError(f"every tier starts at a score of its own, there is at least one; got {dict(tiers)}")
        return tiers

    @field_validator("stages")
    @classmethod
    def _stages_differ(cls, stages: StageMaps) -> StageMaps:
        for name, rules in stages.items():
            ids = [rule.id for rule in rules]
            twice = {one for one in ids if ids.count(one) > 1}
            if twice:
                raise ValueError(f"two stages of {name} have the id {min(twice)!r}; every stage needs its own")
        return stages

    _check_problems = field_validator("problem_types")(one_place_each)

    @field_validator("industry")
    @classmethod
    def _industry_is_there(cls, industry: str | None, info: ValidationInfo) -> str | None:
        known = info.data.get("benchmarks", {})
        if industry is not None and industry not in known:
            raise ValueError(f"unknown industry {industry!r}; known: {', '.join(known) or 'none, see benchmarks'}")
        return industry

    @field_validator("sources")
    @classmethod
    def _ids_differ(cls, sources: tuple[SourceRule, ...]) -> tuple[SourceRule, ...]:
        ids = [source.id for source in sources]
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise ValueError(f"two sources have the id {min(twice)!r}; every source needs its own")
        return sources


class UnfitSetting(ValueError):
    """A setting that is well written but fits nothing, such as a target for an unknown KPI."""

    def __init__(self, place: tuple[str | int, ...], message: str) -> None:
        super().__init__(f"{'.'.join(map(str, place))}: {message}")
        self.place = place

    def in_file(self, path: Path) -> str:
        """Return the fault with file and line."""
        _, lines = load_strict(path)
        return f"{path}:{line_of(self.place, lines)}: {self}"


def settings_file(named: Path | None) -> Path:
    """Return the file named, else people's own, else the demo's."""
    return named or (OWN if OWN.exists() else DEMO)


def load_settings(path: Path) -> Settings:
    """Return the checked settings of a file; the error names file, line and field."""
    return model_from(path, Settings)


def load_calendars(settings: Settings) -> dict[str, CalendarFile]:
    """Return the checked calendar files that the settings name."""
    return {name: model_from(rooted(path), CalendarFile) for name, path in settings.calendars.items()}


def rooted(path: Path) -> Path:
    """Return a path of the settings as an absolute one; relative ones start at the project's folder."""
    return path if path.is_absolute() else ROOT / path


def filled(text: str, environment: Mapping[str, str]) -> str:
    """Return `text` with ${NAME}, ${NAME:-default} and ${file:/path} filled in; KeyError names what is not set."""

    def value(place: re.Match[str]) -> str:
        if place[1]:
            return Path(place[2]).read_text(encoding="utf-8").strip()
        found = environment.get(place[2], place[3])
        if found is None:
            raise KeyError(f"environment variable {place[2]} is not set")
        return found

    return PLACE.sub(value, text)
