"""What the dashboard needs from the rest of the house, and the few types its pages are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from metrics.model import Better, DataState, Question, Reading, Text, Unit, Verdict, Window


class Subject(Protocol):
    """What a KPI is called and which way is good; a Metric of the catalogue is one."""

    @property
    def name(self) -> str:
        """Return the name in the catalogue."""
        ...

    @property
    def title(self) -> Text:
        """Return the title by language code."""
        ...

    @property
    def unit(self) -> Unit:
        """Return the unit of a measured value."""
        ...

    @property
    def better(self) -> Better:
        """Return which direction is good."""
        ...


class Pulse(Protocol):
    """What the screens poll each second: has anything changed, and how old is what is known."""

    @property
    def version(self) -> int:
        """Return the data_version of the warehouse."""
        ...

    @property
    def as_of(self) -> datetime | None:
        """Return the data watermark; None before the first load."""
        ...

    @property
    def sources(self) -> Mapping[str, DataState]:
        """Return the data state of each source by its name."""
        ...


class Answers(Protocol):
    """The one door to the numbers; every tile, chart, table and API answer goes through it."""

    def ask(self, questions: Sequence[Question]) -> Mapping[Question, tuple[Reading, ...]]:
        """Return one reading per question, or one per bucket or member when asked with a grain or split."""
        ...

    def verdict(self, reading: Reading) -> Verdict:
        """Return the reading held against its target."""
        ...

    def pulse(self) -> Pulse:
        """Return version, watermark and source states; cheap enough for each second and screen."""
        ...

    def subject(self, metric: str) -> Subject:
        """Return what the KPI is called, its unit and which way is good."""
        ...

    def definition(self, metric: str, language: str) -> Mapping[str, str]:
        """Return the definition panel: population, start, stop, clock, basis, exclusions, sql (semantics 1.14)."""
        ...

    def members(self, dimension: str) -> Sequence[str]:
        """Return the labels of a dimension, in the desk's order."""
        ...


@dataclass(frozen=True)
class Site:
    """The part of the settings that the screens need.

    name        of the desk by language code
    palette     standard, colour_blind or red_good (China: red is good)
    reload_at   local time at which wall screens reload themselves each night
    stale_wall  seconds without an answer after which a screen says it is offline is fixed by the pulse script
    """

    name: Mapping[str, str] = field(default_factory=lambda: {"en": "Service desk", "zh-CN": "客户服务中心"})
    language: str = "zh-CN"
    tz: str = "Asia/Shanghai"
    palette: str = "standard"
    clock: str = "calendar"
    business_clock: bool = False
    poll_ms: int = 1000
    reload_at: str = "03:30"


@dataclass(frozen=True)
class Answer:
    """All that is known of one KPI for one view.

    current     the reading of the period; None when it could not be asked for
    previous    the reading of the period before it (semantics 1.5)
    trend       one reading per day, oldest first
    members     one reading per team, in no order
    compared    windows of the two readings the change is formed of
    """

    subject: Subject
    current: Reading
    verdict: Verdict
    previous: Reading | None
    change_from: Reading
    trend: tuple[Reading, ...] = ()
    members: tuple[tuple[Reading, Verdict], ...] = ()
    window: Window | None = None
    partial: bool = False


Leaf = tuple[str, str]  # (part of a tile, property)
Leaves = Mapping[Leaf, Any]
Clockwork = Callable[[], datetime]
