"""What a KPI is made of: an anchor (which rows, by which instant), a kind (how sums become a value), its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from metrics.model import Better, DataState, Desk, Question, Text, Unit

Row = Sequence[Any]  # the measures of one group, as the engine counted and added them
Solver = Literal["scan", "backlog", "age", "pace", "days"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Rows of one derived table and the instant that puts them into a window (semantics 1.6).

    table     table or parenthesised query with the dimension columns
    instant   TIMESTAMPTZ column; day = the stored local-date column of it, None = not stored
    where     predicate that every row meets
    extra     further group columns, for kinds that need sums per dimension, per day or per set of answers
    case_key  column that leads to the case (custom and vendor slices, drill)
    row_key   column that tells rows apart: the case, or the survey
    per       rows are summed per value of these columns first, into the columns of `sums` ("count(*) AS m"), which
              extra and the measures then name; for intervals that take rows of one customer together
    ceiling   column that is never before the instant, where that is a formula: engines skip rows by columns only
    has_creation  the rows know when their case was created, so that basis=created can be asked
    """

    table: str
    instant: str
    day: str | None
    where: str | None = None
    extra: tuple[str, ...] = ()
    case_key: str = "case_key"
    row_key: str = "case_key"
    per: str | None = None
    sums: tuple[str, ...] = ()
    ceiling: str | None = None
    has_creation: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """Sums a kind wants from one scan; needs on the same anchor share it.

    measures  SQL aggregates over the anchor's rows; may name $as_of
    timeless  the window does not apply (a figure as of now, printed beside the value)
    """

    anchor: Anchor
    measures: tuple[str, ...]
    timeless: bool = False


class Figure(NamedTuple):
    """What a kind makes of the sums; None value = no value (semantics 1.9)."""

    value: float | None
    n: int
    parts: tuple[tuple[str, float | int | None], ...] = ()
    interval: tuple[float, float] | None = None
    method: str | None = None
    state: DataState | None = None


class Kind(Protocol):
    """How the rows of an anchor become a value; engines count and add, `finish` does the rest in Python."""

    @property
    def solver(self) -> Solver:
        """Return which part of the house answers: an ordinary scan, or backlog, age, pace, days."""

    @property
    def is_stock(self) -> bool:
        """Return whether the rows are those of an instant, so that no window chooses among them."""

    def needs(self, metric: "Metric", question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sums wanted, in the order in which `finish` gets them."""

    def finish(self, metric: "Metric", question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the figure of one window, bucket or member; `groups` holds the rows found per need (maybe none)."""

    def counted(self, question: Question) -> str | None:
        """Return the SQL predicate of the rows that make up n; None = all rows of the anchor."""

    def row_value(self, question: Question) -> str | None:
        """Return SQL for one row's own figure in the metric's unit; None = rows have none."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One KPI; everything that is known of it stands here once (semantics 1.14).

    clock_dependent  a business reading differs from a calendar one
    has_cohort       basis=created is possible (durations)
    min_n            below it the state is too_few (semantics 1.12)
    drill            rows of the drill list where the sums come from other rows
    option           parameter that may be given and need not be, such as another questionnaire
    scale            lowest and highest score that the value can be, its conversions are printed (5.5)
    fixed_clock      what is timed on one clock, whichever is asked for: elapsed time, or that of the promise
    uncounted        rule under which rows of the window that n leaves out are told (metrics/exclusions.py)
    twin             quality metric that belongs on the same page as a speed metric
    """

    name: str
    title: Text
    definition: Text
    unit: Unit
    better: Better
    anchor: Anchor
    kind: Kind
    basis: Text
    source: str
    start: Text | None = None
    stop: Text | None = None
    population: Text | None = None
    twin: str | None = None
    interval: str | None = None
    parameter: str | None = None
    drill: Anchor | None = None
    option: str | None = None
    scale: tuple[float, float] | None = None
    fixed_clock: Literal["elapsed", "promise"] | None = None
    uncounted: str | None = None
    clock_dependent: bool = False
    has_cohort: bool = False
    min_n: int = 1
    digits: int = 1


@runtime_checkable
class Settled(Protocol):
    """A kind whose rows depend on the question or on the desk's settings."""

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the rows of one question."""


def rows_of(metric: Metric, question: Question, desk: Desk) -> Anchor:
    """Return the rows that a question of the metric is about, for drill lists and for the span they cover."""
    kind: object = metric.kind
    return kind.rows(metric, question, desk) if isinstance(kind, Settled) else metric.drill or metric.anchor
