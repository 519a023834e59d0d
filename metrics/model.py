"""The few types everything hangs on: what is asked, what is answered, and what it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from data.benchmarks import INDUSTRIES, Industries
from data.questionnaires import LOYALTY
from data.stage_maps import STAGE_MAPS, StageMaps

Clock = Literal["calendar", "business"]
Basis = Literal["event", "created"]
Grain = Literal["hour", "day", "week", "sunday_week", "month", "quarter", "half_year", "year"]
Better = Literal["lower", "higher", "neither"]
Text = Mapping[str, str]  # language code ("en", "zh-CN") -> text

# Closed list of dimensions (architecture 3), stored with every fact.
DIMENSIONS = (
    "team",
    "agent",
    "channel",
    "channel_detail",
    "type",
    "category",
    "priority",
    "region",
    "tier",
    "product",
)
# Looked up when asked for: how a survey was taken (survey KPIs only), who answered the case (human, bot),
# the case's tags: a case with several counts under each, shares may add up to more than 100 (5.11, 5.12),
# whether it is one of the common issues (common, other; 4.14), its problem type (top of the settings' tree;
# problem.2 is the next level). custom.<name> and vendor.<name> reach declared extra attributes.
LOOKED_UP = ("mode", "handler", "tag", "issue", "problem")
OPEN_ENDED = ("custom.", "vendor.", "problem.")
NONE_LABEL = "(none)"  # a null category is a value of its own (semantics 1.11)


class Unit(StrEnum):
    """Unit of a value as measured; display converts (minutes to hours), never the reading."""

    MINUTES = "min"
    HOURS = "h"
    DAYS = "d"  # of work, of pace: no elapsed time
    COUNT = "count"
    PERCENT = "pct"
    SCORE = "score"
    POINTS = "points"
    MONEY = "money"  # in the currency of the settings


class DataState(StrEnum):
    """What is known of the data behind a value; apart from how good the value is (semantics 7.4)."""

    FRESH = "fresh"
    STALE = "stale"
    EMPTY = "empty"
    ERROR = "error"
    TOO_FEW = "too_few"


class Level(StrEnum):
    """How good a value is against its target (semantics 12.7)."""

    OK = "ok"
    WARN = "warn"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open local-date interval [start, end) in a reporting zone (semantics 1.4).

    None on a side means unbounded on that side.
    """

    start: date | None
    end: date | None
    tz: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"empty window: {self.start} is not before {self.end}")
        ZoneInfo(self.tz)


def check_dimension(name: str) -> None:
    """Raise ValueError for a name that is no dimension; the message lists those there are."""
    if name not in (*DIMENSIONS, *LOOKED_UP) and not name.startswith(OPEN_ENDED):
        known = ", ".join((*DIMENSIONS, *LOOKED_UP))
        raise ValueError(f"unknown dimension {name!r}; known: {known}, problem.<level>, custom.<name>, vendor.<name>")


@dataclass(frozen=True, slots=True)
class Slice:
    """Equality filter: ((dimension, (value, ...)), ...), sorted, hashable. Empty means everything."""

    by: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        for dimension, _ in self.by:
            check_dimension(dimension)

    @classmethod
    def of(cls, **values: str) -> "Slice":
        """Return the slice of one value per dimension."""
        return cls(tuple(sorted((name, (value,)) for name, value in values.items())))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be measured; hashable, the key of the answer cache together with data_version.

    metric         name in CATALOG; `parameter` completes families (vendor field, survey dimension)
    grain          None = one value for the window; else one per bucket of the window
    split          None or a dimension: one value per member
    quantile       the value is this quantile (0..1) instead of the mean; durations only
    with_interval  ask for the interval of a duration too (a second, cheap scan); ticket figures are a
                   census, their interval serves comparisons only (semantics 8.1). Shares and unsplit
                   survey figures always carry theirs.
    """

    metric: str
    window: Window
    slice: Slice = Slice()
    grain: Grain | None = None
    split: str | None = None
    clock: Clock = "calendar"
    basis: Basis = "event"
    parameter: str | None = None
    quantile: float | None = None
    with_interval: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured value with what makes it defensible; never a bare float (architecture 3).

    value       None = no value, which is not 0 (semantics 1.9)
    n           rows behind the value (cases, issues, surveys: see the metric)
    bucket      local date (or local hour text) of the bucket when asked with a grain, else None
    member      label of the member when asked with a split, else None
    parts       further counts printed with the value, e.g. (("immature", 12), ("unlinkable", 3))
    interval    (low, high) or None where the spec gives none
    """

    question: Question
    value: float | None
    n: int
    state: DataState
    as_of: datetime | None
    bucket: str | None = None
    member: str | None = None
    parts: tuple[tuple[str, float | int | None], ...] = ()
    interval: tuple[float, float] | None = None
    method: str | None = None

    def part(self, name: str) -> float | int | None:
        """Return one of the further counts; None when it is not there."""
        return dict(self.parts).get(name)


@dataclass(frozen=True, slots=True)
class Case:
    """One row behind a reading (drill list); the list is as long as the reading's n (semantics 1.13).

    key      case_key, or response_key for survey metrics
    ticket   the source's own ticket id; None for a survey without a ticket
    value    the row's own figure in the metric's unit; None where a row has none (counts)
    moment   the instant that put the row into the window
    """

    key: int
    ticket: str | None
    source_no: int | None
    created_at: datetime | None
    moment: datetime | None
    value: float | None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """How fresh one source is (semantics 7.4): fresh, stale or error, up to when, and why."""

    source_id: str
    name: str
    state: DataState
    watermark: datetime | None
    message: str | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a browser polls: has anything changed, how old is it (architecture 4)."""

    version: int
    as_of: datetime | None
    sources: Mapping[str, DataState] = field(default_factory=dict)
    details: tuple[SourceState, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """The goal of a KPI for a slice; from the settings file."""

    metric: str
    value: float
    slice: Slice = Slice()
    unit: str | None = None
    critical_below: float = 80.0  # attainment %, semantics 12.7
    valid_from: date | None = None
    valid_to: date | None = None
    parameter: str | None = None  # None = whatever the question's


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reading held against its target: level and data state are separate axes (semantics 7.4)."""

    level: Level | None
    state: DataState
    target: Target | None = None
    attainment: float | None = None
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class SlaTier:
    """Targets of one priority in minutes; None = no limit (semantics 4.9)."""

    first_reply_min: float | None
    resolution_min: float | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business hours of a desk (semantics 3.1). Spans are local minutes of the day, end exclusive, 1440 = 24:00.

    weekly      seven tuples, Monday first
    holidays    days without spans; makeup days win over holidays and weekdays
    years       years whose holidays are published, other ones are "unknown" (3.4); None = those with a holiday;
                "all" = no holiday ever closes
    changes     ((first day, weekly), ...): other weekly spans from that day on (3.4)
    """

    name: str
    tz: str
    weekly: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[date] = frozenset()
    makeup: tuple[tuple[date, tuple[tuple[int, int], ...]], ...] = ()
    years: frozenset[int] | Literal["all"] | None = None
    changes: tuple[tuple[date, tuple[tuple[tuple[int, int], ...], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a map: a visit opens with `start` and ends with the next of `stops` (semantics 4.8)."""

    key: str
    title: Text
    start: str
    stops: tuple[str, ...]


def stages_from(maps: StageMaps) -> dict[str, tuple[Stage, ...]]:
    """Return stage maps as settings have them, in the order of their stages."""
    return {
        name: tuple(
            Stage(rule.id, {str(code): word for code, word in rule.name.items()}, rule.start, rule.stop)
            for rule in rules
        )
        for name, rules in maps.items()
    }


@dataclass(frozen=True, slots=True)
class ComplaintRules:
    """How complaints are read (semantics 12.8).

    slow_tag     tag of complaints about slow response
    role         role of the agents who are supervisors; supervisors: further ones by id
    """

    slow_tag: str = "slow_response"
    role: str = "supervisor"
    supervisors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachRule:
    """Which department urgent cases have to reach, how soon, and which priorities are urgent (semantics 4.12, 12.8).

    department   as assignments name it; None = nobody has named one, then nothing is measured
    """

    department: str | None = None
    minutes: float = 10
    priorities: tuple[str, ...] = ("P1",)


@dataclass(frozen=True, slots=True)
class Annotation:
    """An event of local days [start, end) that explains figures, and the part of the desk it concerns (R-101).

    slice   empty = all of the desk
    """

    start: date
    end: date
    text: Text
    slice: Slice = Slice()

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"an event of no day: {self.start} is not before {self.end}")


@dataclass(frozen=True, slots=True)
class WeightSet:
    """A questionnaire and what its dimensions weigh in the index (semantics 5.1, 12.9).

    template    only surveys of this template count; None = all
    speed       dimension that response satisfaction is taken from; None = the overall rating
    is_assumed  the weights are an assumption and are told so
    words       names of dimensions by language
    """

    weights: Mapping[str, float]
    title: Text = field(default_factory=dict)
    template: str | None = None
    speed: str | None = None
    is_assumed: bool = False
    words: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Costs:
    """What the desk, and single teams, cost by month (first day); a month that is not there is not known (4.20)."""

    currency: str = ""
    months: Mapping[date, float] = field(default_factory=dict)
    teams: Mapping[str, Mapping[date, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """Everything that facts depend on besides the data; a change rebuilds them.

    calendars       by name; `calendar` is the default one, None = no business clock
    team_calendars  team name -> calendar name, wins over the default
    tier_calendars  initial priority (P2 where there is none) -> calendar name, wins over the team's (decision 17)
    sla_changes     ((first local day, tiers), ...): promises of clocks that start from that day on (semantics 4.9)
    csi_weights     the desk's own; csi_sets: further ones by name; csi_set: which of them counts, None = the own
    problem_types   category -> its problem types, from the top of the tree down (R-058)
    benchmarks      by industry; `industry` is the one readings are held against, None = none
    loyalty         tier -> from which mean score (1 to 5) on (5.10)
    """

    tz: str = "Asia/Shanghai"
    clock: Clock = "calendar"
    sla_clock: Clock = "calendar"
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    calendar: str | None = None
    team_calendars: Mapping[str, str] = field(default_factory=dict)
    tier_calendars: Mapping[str, str] = field(default_factory=dict)
    merge_clock: Literal["earliest", "own"] = "earliest"
    pause_statuses: tuple[str, ...] = ("pending_customer",)
    on_priority_change: Literal["fair", "from_start"] = "fair"
    sla: Mapping[str, SlaTier] = field(default_factory=dict)
    sla_changes: tuple[tuple[date, Mapping[str, SlaTier]], ...] = ()
    repeat_days: float = 7.0
    csi_weights: Mapping[str, float] = field(default_factory=dict)
    csi_min_weight: float = 0.8
    csi_sets: Mapping[str, WeightSet] = field(default_factory=dict)
    csi_set: str | None = None
    loyalty: Mapping[str, float] = field(default_factory=lambda: dict(LOYALTY))
    stages: Mapping[str, tuple[Stage, ...]] = field(default_factory=lambda: stages_from(STAGE_MAPS))
    complaints: ComplaintRules = ComplaintRules()
    problem_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    benchmarks: Industries = field(default_factory=lambda: dict(INDUSTRIES))
    industry: str | None = None
    urgent_reach: ReachRule = ReachRule()
    costs: Costs = Costs()
    annotations: tuple[Annotation, ...] = ()
