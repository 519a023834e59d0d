"""A mapping: which tables a source has, what a row of each is, and where every canonical field comes from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, PrivateAttr, model_validator
from pydantic import Field as Spec

from data.strict_yaml import Lines, line_of
from etl.mapping.alone import ALONE, AgentFields, ArticleFields, RevisionFields
from etl.mapping.fields import (
    REFUSE,
    ColumnField,
    Condition,
    ConstantField,
    DateFormat,
    Field,
    Strict,
    TextList,
    TextTable,
    Zone,
)
from etl.mapping.file_form import FileForm

STATUSES = ("new", "open", "pending_customer", "on_hold", "resolved", "closed")
KINDS = ("status", "assign", "priority", "handoff", "merge", "followup")
AUTHORS = ("agent", "customer", "bot")
ACTORS = ("agent", "customer", "bot", "automation")
CREATORS = ("customer", "agent", "bot", "system")
CHANNELS = ("online", "phone", "email", "social", "offline", "bot")
TYPES = ("inquiry", "complaint", "tech", "other")
PRIORITIES = tuple(f"P{number}" for number in range(1, 10))
RESOLUTIONS = ("resolved", "unresolved")
MAX_STREAMS = 61

Grain = Literal["ticket", "update", "event", "message", "survey", "agent", "article", "revision"]
Due = Literal["first_reply", "resolution", "update", "reach"]


def _check_constants(field: Field | None, allowed: tuple[str, ...], what: str) -> None:
    if field is None:
        return
    given = {*(field.values or {}).values(), field.constant, field.default} - {None}
    for value in sorted(str(item) for item in given):
        if value not in allowed:
            raise ValueError(f"{what} {value!r} is unknown, use one of {', '.join(allowed)}")


class Cursor(Strict):
    """Where the next pull of a query goes on: last change column, tie-breaking key, seconds read again."""

    column: str
    key: str
    overlap_s: Annotated[int, Spec(ge=0)] = 600
    format: Literal["text", "epoch_s", "epoch_ms"] = "text"


class Fold(Strict):
    """Version of a row: a whole number or an instant; the highest wins, file order breaks ties."""

    sequence: ColumnField


class TicketFields(Strict):
    """Columns of the canonical ticket (semantics 2.1, 12.1, 12.2)."""

    id: ColumnField
    created_at: ColumnField | None = None
    created_by: ColumnField | None = None
    channel: ColumnField | None = None
    channel_detail: ColumnField | None = None
    type: ColumnField | None = None
    category: ColumnField | None = None
    is_common: ColumnField | None = None
    product: ColumnField | None = None
    priority: ColumnField | None = None
    team: ColumnField | None = None
    agent: ColumnField | None = None
    customer: ColumnField | None = None
    customer_is_new: ColumnField | None = None
    region: ColumnField | None = None
    tier: ColumnField | None = None
    tags: ColumnField | None = None
    is_spam: ColumnField | None = None
    is_test: ColumnField | None = None
    is_deleted: ColumnField | None = None
    merged_into: ColumnField | None = None
    resolution_kind: ColumnField | None = None
    solution_complete: ColumnField | None = None
    reason_breach: ColumnField | None = None
    given_resolution_s: ColumnField | None = None

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        _check_constants(self.created_by, CREATORS, "created_by")
        _check_constants(self.channel, CHANNELS, "channel")
        _check_constants(self.type, TYPES, "type")
        _check_constants(self.priority, PRIORITIES, "priority")
        _check_constants(self.resolution_kind, RESOLUTIONS, "resolution_kind")
        return self


class Line(Strict):
    """What event and message lines share; `only` keeps rows whose columns have the given values.

    role  of the agent that `by` names
    """

    at: ColumnField
    by: ColumnField | None = None
    role: ColumnField | None = None
    id: ColumnField | None = None
    seq: ColumnField | None = None
    only: Condition | None = None
    each: Literal["row"] | None = None

    @model_validator(mode="after")
    def _role_is_somebody_s(self) -> Self:
        if self.role is not None and self.by is None:
            raise ValueError("`role` is the role of the agent that `by` names; add `by` or leave it out")
        return self


class EventLine(Line):
    """A stream of ticket events (semantics 2.5); `to` is the new status, priority or assignee.

    effective, satisfied  what the customer said in a follow-up (semantics 12.10)
    """

    kind: ConstantField
    to: ConstantField | None = None
    old: ColumnField | None = None
    dept: ColumnField | None = None
    into: ColumnField | None = None
    actor_kind: ConstantField | None = None
    observed_at: ColumnField | None = None
    effective: ColumnField | None = None
    satisfied: ColumnField | None = None

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        _check_constants(self.kind, KINDS, "kind")
        _check_constants(self.actor_kind, ACTORS, "actor_kind")
        kind = self.kind.constant
        if kind == "status":
            _check_constants(self.to, STATUSES, "status")
        elif kind == "priority":
            _check_constants(self.to, PRIORITIES, "priority")
        if kind in ("status", "priority") and self.to is None:
            raise ValueError(f"`to` is required for kind {kind}: a value or a column with values")
        if kind not in (None, "followup") and (self.effective or self.satisfied):
            raise ValueError(f"`effective` and `satisfied` are answers of a followup, not of kind {kind}")
        if kind == "merge" and self.into is None:
            raise ValueError("`into` is required for kind merge: the column with the id of the surviving ticket")
        return self


class MessageLine(Line):
    """A stream of messages; public and not automatic unless said otherwise.

    article  id of the knowledge article that the message links
    """

    author_kind: ConstantField
    public: ConstantField | None = None
    auto: ConstantField | None = None
    channel: ColumnField | None = None
    article: ColumnField | None = None

    @model_validator(mode="after")
    def _words_are_known(self) -> Self:
        _check_constants(self.author_kind, AUTHORS, "author_kind")
        _check_constants(self.channel, CHANNELS, "channel")
        return self


def _valued(field: Any, survey: dict[str, Any]) -> Any:
    """Return a field as written, with the values of its survey where it has none."""
    written = {"column": field} if isinstance(field, str) else field
    return {"values": survey["values"], **written} if isinstance(written, dict) else written


class SurveyFields(Strict):
    """Columns of a survey answer; inside a ticket row id, ticket and customer are the ticket's own.

    values  what the answers mean, for the overall score and the dimensions that have no values of their own
    """

    id: ColumnField | None = None
    template: str | None = None
    submitted_at: ColumnField | None = None
    ticket: ColumnField | None = None
    customer: ColumnField | None = None
    agent: ColumnField | None = None
    team: ColumnField | None = None
    scale: tuple[float, float] = (1.0, 5.0)
    values: TextTable | None = None
    overall: ColumnField | None = None
    dimensions: dict[str, ColumnField] = {}
    nps: ColumnField | None = None
    effort: ColumnField | None = None
    solved_first: ColumnField | None = None
    resolved_confirmed: ColumnField | None = None
    weight: ColumnField | None = None
    seconds: ColumnField | None = None
    offered_at: ColumnField | None = None
    mode: ColumnField | None = None
    source_tag: ColumnField | None = None
    custom: dict[str, ColumnField] = {}

    @model_validator(mode="before")
    @classmethod
    def _values_are_shared(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not given.get("values"):
            return given
        asked = given.get("dimensions")
        shared = {"dimensions": {name: _valued(field, given) for name, field in asked.items()}} if asked else {}
        return {**given, **shared, **({"overall": _valued(given["overall"], given)} if "overall" in given else {})}

    @model_validator(mode="after")
    def _scale_rises(self) -> Self:
        if self.scale[0] >= self.scale[1]:
            raise ValueError(f"scale {list(self.scale)} must rise, write for instance [1, 5]")
        return self


class Cleaning(Strict):
    """Which rules of semantics 5.2 are in force for the answers of this table."""

    speeder: bool = True
    contradictory: bool = True
    duplicate: bool = True

    def rules(self) -> tuple[str, ...]:
        """Return the names of the rules in force."""
        return tuple(name for name in ("speeder", "contradictory", "duplicate") if getattr(self, name))


class TableMapping(Strict):
    """One table or file of the source."""

    name: str
    file: FileForm = FileForm()
    query: str | None = None
    cursor: Cursor | None = None
    rows: Grain
    fold: Fold | None = None
    date_format: DateFormat | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    ticket: TicketFields | None = None
    events: tuple[EventLine, ...] = ()
    messages: tuple[MessageLine, ...] = ()
    due: dict[Due, ColumnField] = {}
    vendor: dict[str, ColumnField] = {}
    custom: dict[str, ColumnField] = {}
    survey: SurveyFields | None = None
    agent: AgentFields | None = None
    article: ArticleFields | None = None
    revision: RevisionFields | None = None
    cleaning: Cleaning = Cleaning()

    @model_validator(mode="after")
    def _sections_fit_the_grain(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError(f"`decimal` and `thousands` are both {self.decimal!r}, they must differ")
        if self.rows == "update" and self.fold is None:
            raise ValueError("rows: update needs `fold: {sequence: <column>}`, the counter or instant of the update")
        self._check_sections_alone()
        if self.rows in ALONE:
            self._check_alone()
        elif self.rows == "survey":
            self._check_survey()
        elif self.ticket is None:
            raise ValueError(f"rows: {self.rows} needs `ticket: {{id: <column>}}`")
        if self.rows in ("event", "message"):
            self._check_stream()
        return self

    def _check_survey(self) -> None:
        if self.survey is None or self.survey.id is None:
            raise ValueError("rows: survey needs `survey: {id: <column>}` or `id: {row_number: true}`")
        if self.ticket or self.events or self.messages or self.due:
            raise ValueError("rows: survey takes only the section survey (the ticket is named by survey.ticket)")

    def _check_sections_alone(self) -> None:
        for name, wanted in ALONE.items():
            if (getattr(self, name) is None) == (self.rows == name):
                columns = ", ".join(f"{field}: <column>" for field in wanted)
                raise ValueError(f"rows: {name} and the section `{name}: {{{columns}}}` go together")

    def _check_alone(self) -> None:
        if self.ticket or self.events or self.messages or self.due or self.survey or self.vendor or self.custom:
            raise ValueError(f"rows: {self.rows} takes only the section {self.rows}")
        if self.fold is not None:
            raise ValueError(f"rows: {self.rows} takes no fold; the last row of each counts")

    def _check_stream(self) -> None:
        if not self.events and not self.messages:
            raise ValueError(f"rows: {self.rows} needs at least one line under `events` or `messages`")
        if self.survey or self.due or self.vendor or self.custom:
            raise ValueError(f"rows: {self.rows} takes only ticket.id, events and messages")

    def column(self, path: str) -> str | None:
        """Return the column that the field of a path such as ticket.channel reads; None = it is no single column."""
        found = self.field(path)
        return found.column if found is not None else None

    def field(self, path: str) -> Field | None:
        """Return the field of a path such as ticket.channel; None = there is none."""
        found: object = self
        for step in path.split("."):
            if isinstance(found, tuple):
                found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
            else:
                found = found.get(step) if isinstance(found, dict) else getattr(found, step, None)
        return found if isinstance(found, Field) else None


class Mapping(Strict):
    """A whole mapping; `name` is the file it came from, for errors."""

    version: Literal[1]
    timezone: Zone = "UTC"
    nulls: TextList = ()
    until: AwareDatetime | None = None
    tables: tuple[TableMapping, ...]
    cleaning: Cleaning | None = None
    _name: str = PrivateAttr(default="mapping")
    _lines: Lines = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _tables_fit_together(self) -> Self:
        if not self.tables:
            raise ValueError("tables is empty, a mapping needs at least one")
        names = [table.name for table in self.tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"table name {twice[0]!r} is used twice, give each table its own")
        lines = sum(len(table.events) + len(table.messages) for table in self.tables)
        if lines > MAX_STREAMS:
            raise ValueError(f"{lines} event and message lines, at most {MAX_STREAMS} are possible")
        return self

    @property
    def zone(self) -> str:
        """Return the IANA zone of the source: UTC where instants without an offset are refused."""
        return "UTC" if self.timezone == REFUSE else self.timezone

    @property
    def name(self) -> str:
        """Return the file name of the mapping."""
        return self._name

    def named(self, name: str, lines: Lines | None = None) -> Self:
        """Return this mapping under a file name, with the lines of its fields, for errors about data."""
        self._name = name
        self._lines = lines or {}
        return self

    def place(self, path: str) -> str:
        """Return `file.yaml:line: path` of a dotted path such as tables.0.ticket.id."""
        steps = tuple(int(step) if step.isdigit() else step for step in path.split("."))
        return f"{self._name}:{line_of(steps, self._lines)}: {path}" if self._lines else f"{self._name}: {path}"

    def table(self, name: str) -> TableMapping:
        """Return the table of that name; raises KeyError."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def streams(self, name: str) -> tuple[tuple[int, EventLine | MessageLine], ...]:
        """Return stream number and line of every event and message line of one table (events first)."""
        return tuple((number, line) for number, table, line in self._all_streams() if table.name == name)

    def _all_streams(self) -> Iterator[tuple[int, TableMapping, EventLine | MessageLine]]:
        number = 0
        for table in self.tables:
            lines: list[EventLine | MessageLine] = [*table.events, *table.messages]
            for line in lines:
                number += 1
                yield number, table, line

    def rules(self, table: TableMapping) -> tuple[str, ...]:
        """Return the cleaning rules in force for a table: its own section, else the mapping's."""
        own = "cleaning" in table.model_fields_set or self.cleaning is None
        return (table.cleaning if own else self.cleaning or table.cleaning).rules()

    def delivered_until(self) -> datetime | None:
        """Return the declared instant up to which the rows are complete; None = take it from the rows."""
        return self.until
