"""What the dashboard needs from the rest of the house, and the few types its pages are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from metrics.defects import Finding
from metrics.ledger import Ledger
from metrics.losses import Loss
from metrics.model import Annotation, Better, Case, Pulse, Question, Reading, Slice, Text, Unit, Verdict, Window
from metrics.parameters import Fault

Seen = TypeVar("Seen")


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
    def digits(self) -> int:
        """Return how many digits after the point a value is printed with."""
        ...

    @property
    def better(self) -> Better:
        """Return which direction is good."""
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

    def fault(self, metric: str, parameter: str | None) -> Fault | None:
        """Return what is wrong with a KPI's name or parameter; None when it can be asked."""
        ...

    def definition(self, metric: str, language: str, question: Question | None = None) -> Mapping[str, str]:
        """Return the definition panel by heading, `sql` last, for the question on screen (semantics 1.14)."""
        ...

    def members(self, dimension: str) -> Sequence[str]:
        """Return the labels of a dimension, in the desk's order."""
        ...

    def behind(self, question: Question, keep: Callable[[Reading, Iterator[Case]], Seen]) -> Seen:
        """Return what `keep` makes of a figure and all the cases behind it, both of one moment (semantics 1.13)."""
        ...

    def annotations(self, window: Window, part: Slice) -> Sequence[Annotation]:
        """Return the events that may explain figures of a window and a slice, in order of their days."""
        ...

    def quality(self) -> Sequence[Finding]:
        """Return rows refused and rows with a flaw, per rule of data quality (semantics 2.7)."""
        ...

    def ledger(self) -> Ledger:
        """Return what every source delivered, its last runs, and the rows that did not load; all of one instant."""
        ...

    def ledger_mark(self) -> str:
        """Return a token that moves with every entry of the ledger; cheap enough for each second and screen."""
        ...

    def losses(self) -> Sequence[Loss]:
        """Return per headline KPI the cases counted and left out by reason, over the last 28 days of the data."""
        ...


@dataclass(frozen=True)
class Site:
    """The part of the settings that the screens need.

    name        of the desk by language code
    clock       clock of an address that names none; business_clock: whether the desk has a calendar to choose
    repeat_days days after which a resolution counts as lasting (settings; semantics 4.14)
    poll_ms     pause between two polls of the pulse
    palette     standard, colour_blind or red_good (China: red is good)
    reload_at   local time at which wall screens reload themselves each night
    """

    name: Mapping[str, str] = field(default_factory=lambda: {"en": "Service desk", "zh-CN": "客户服务中心"})
    language: str = "zh-CN"
    tz: str = "Asia/Shanghai"
    palette: str = "standard"
    clock: str = "calendar"
    business_clock: bool = False
    repeat_days: float = 7.0
    poll_ms: int = 1000
    reload_at: str = "03:30"


@dataclass(frozen=True)
class Loading:
    """The first load of a source while it is under way.

    rows    committed so far
    total   about how many there are; None = not known
    per_s   rows a second; None = none so far
    left_s  seconds until all rows are read; None = not known, or all are; 0 = they should be, the figures follow
    """

    since: datetime
    rows: int = 0
    total: int | None = None
    per_s: float | None = None
    left_s: int | None = None


@dataclass(frozen=True)
class Schedule:
    """What the scheduler says of one source, also of one that never delivered anything.

    every_s     seconds between two runs; None = another rhythm, told by `rhythm`
    rhythm      of a source without a plain interval, such as a cron line; None = every_s tells it
    next_at     when it is read next; None = not planned (paused)
    running     since when it is being read; None = it is not
    failures    runs in a row that failed; the pauses between them grow with it
    pulled_at   when it was last read well, also with nothing new in it; None = not known
    first_load  how far its first load is; None = it is over, or has not begun
    circuit     closed (read as planned), open (spared after failures), half_open (being tried once)
    """

    source_id: str
    name: str
    kind: str
    every_s: float | None = None
    rhythm: str | None = None
    next_at: datetime | None = None
    is_paused: bool = False
    running: datetime | None = None
    failures: int = 0
    circuit: str = "closed"
    pulled_at: datetime | None = None
    first_load: Loading | None = None


class Receipt(Protocol):
    """What became of one event that a system sent by itself."""

    @property
    def state(self) -> str:
        """Return new, same, rejected, unused or heartbeat."""
        ...

    @property
    def rule(self) -> str | None:
        """Return why it, or a part of it, will not load; None = it will."""
        ...

    @property
    def field(self) -> str | None:
        """Return the field that is wrong; None = none by itself."""
        ...

    @property
    def value(self) -> str | None:
        """Return its value."""
        ...

    @property
    def hint(self) -> str | None:
        """Return what would do."""
        ...


class Inlet(Protocol):
    """Where systems send events to."""

    def source(self, token: str) -> str | None:
        """Return whose token it is; None = nobody's."""
        ...

    def wait_s(self, source_id: str) -> int | None:
        """Return the seconds after which to send again, because too much waits; None = there is room."""
        ...

    def accept(self, source_id: str, events: Sequence[object]) -> Sequence[Receipt]:
        """Return what became of each event, once they are safe; raises OSError when they are not."""
        ...


class Orders(Protocol):
    """Where the command line orders what only the owner of the warehouse can do."""

    @property
    def verbs(self) -> Sequence[str]:
        """Return what can be ordered."""
        ...

    def place(self, verb: str, wanted: object, settings: object) -> Mapping[str, object]:
        """Take an order with its arguments and return how it stands.

        settings  tells those that its giver reads from others; None = whatever they are
        Raises LookupError for a verb there is none of, TypeError for arguments that do not fit, ValueError, in words
        for people, for what cannot be now.
        """
        ...

    def told(self, number: int, after: int) -> Mapping[str, object] | None:
        """Return how an order stands, with its lines behind the first `after`; None = it is not known any more."""
        ...


@dataclass(frozen=True)
class Loads:
    """What may be done to the sources, as app.py hands it in; what is None has no button.

    schedules   every source of the settings, in their order
    run_now     reads a source at once, beside its plan; pause and resume stop and start its plan
    redrive     loads the rejected rows of a source anew, of one rule or (None) of all
    backfill    reads a past span of a source again: first day, and first day after it; it has no button
    accept      takes note of what changed about a column of a source, and returns it in words; it has no button
    lists       what the command line lists, by its verb: (how many, source or None, rule or None) -> lines
    orders      takes what the command line orders; None = nothing can be ordered

    token       whoever is not on this computer has to know it; None = nobody else may press a button
    inlet       takes events that systems send by themselves; None = none may

    All verbs take the id of the source, come back at once, and raise ValueError, in words for people,
    for what cannot be.
    """

    schedules: Callable[[], Sequence[Schedule]] = lambda: ()
    run_now: Callable[[str], object] | None = None
    pause: Callable[[str], object] | None = None
    resume: Callable[[str], object] | None = None
    redrive: Callable[[str, str | None], object] | None = None
    backfill: Callable[[str, date, date], object] | None = None
    accept: Callable[[str, str], Sequence[str]] | None = None
    lists: Mapping[str, Callable[[int, str | None, str | None], Sequence[str]]] = field(default_factory=dict)
    orders: Orders | None = None
    token: str | None = field(default=None, repr=False)
    inlet: Inlet | None = None

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return the names of what can be done, in the order of the buttons."""
        return tuple(name for name in ("run_now", "pause", "resume", "redrive") if getattr(self, name) is not None)


@dataclass(frozen=True)
class Stock:
    """All that the data page shows: what came in, what it costs the KPIs, and what is planned.

    door    who may press its buttons: open (this computer), token (whoever knows it), shut (nobody from there)
    """

    ledger: Ledger = field(default_factory=Ledger)
    losses: Sequence[Loss] = ()
    schedules: Sequence[Schedule] = ()
    verbs: Sequence[str] = ()
    door: str = "open"


@dataclass(frozen=True)
class Answer:
    """All that is known of one KPI for one view.

    current     the reading of the period
    previous    the reading it is compared with (semantics 1.5); None where there is none to compare
    change_from the reading that the change starts from: `current`, but for sums without the day that still runs
    trend       one reading per day, oldest first
    members     one reading per team with its verdict, in no order
    partial     whether the period still runs at the watermark (semantics 1.4)
    moved       whether earlier days are shown than asked for, because those cannot be judged yet
    absent      whether the data have nothing at all to work the KPI out from
    response    of a satisfaction: the response rate of its surveys, which tells what to make of it (semantics 8.9)
    medians     of a duration that leads with its median: both medians of the change, with their intervals
    """

    subject: Subject
    current: Reading
    verdict: Verdict
    previous: Reading | None
    change_from: Reading
    trend: tuple[Reading, ...] = ()
    members: tuple[tuple[Reading, Verdict], ...] = ()
    partial: bool = False
    moved: bool = False
    absent: bool = False
    medians: tuple[Reading, Reading] | None = None
    response: Reading | None = None


Leaf = tuple[str, str]  # (part of a tile, property)
Leaves = Mapping[Leaf, Any]
