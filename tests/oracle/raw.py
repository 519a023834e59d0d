"""Rows of a desk as its source has them; nothing is derived here."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Ticket:
    key: int
    created: datetime | None
    created_by: str = "customer"
    labels: dict[str, str | None] = field(default_factory=dict)
    customer: int | None = None
    is_spam: bool = False
    is_test: bool = False
    is_deleted: bool = False
    merged_into: int | None = None
    given_resolution_s: float | None = None
    tags: tuple[str, ...] = ()
    resolution_kind: str | None = None
    solution_complete: bool | None = None
    plan: str | None = None
    is_common: bool | None = None
    vendor: dict[str, bool | int | float] = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    """Something that happened; `new` is the status, tier, owner or survivor, `dept` where it was assigned to.

    effective, satisfied  what the customer said in a follow-up
    """

    key: int
    ticket: int
    when: datetime
    kind: str
    new: str | None = None
    dept: str | None = None
    actor: str | None = None
    actor_kind: str | None = None
    effective: bool | None = None
    satisfied: bool | None = None


@dataclass(slots=True)
class Message:
    key: int
    ticket: int
    when: datetime
    author: str | None
    author_kind: str
    is_public: bool = True
    is_auto: bool = False

    @property
    def article(self) -> int | None:
        """Return the knowledge article it links; by the key, so that desks stay what they were."""
        return self.key % 5 + 1 if self.key % 7 == 0 else None


@dataclass(slots=True)
class Survey:
    key: int
    ticket: int | None
    customer: int | None
    submitted: datetime | None
    seconds: float | None
    overall: float | None
    nps: int | None
    dims: dict[str, float | None]
    effort: float | None = None
    solved_first: bool | None = None
    resolved_confirmed: bool | None = None
    weight: float | None = None
    mode: str | None = None
    team: str | None = None
    agent: str | None = None
    scale: tuple[float, float] = (1.0, 5.0)
    offered: datetime | None = None

    @property
    def dims_scale(self) -> tuple[float, float]:
        """Return the scale of its dimensions: 1 to 9 where the overall rating goes to 10, else 1 to 5."""
        return (1.0, 9.0) if self.scale[1] == 10 else (1.0, 5.0)

    @property
    def is_only_offered(self) -> bool:
        """Return whether it is an invitation without any answer."""
        given = (self.submitted, self.overall, self.nps, self.effort, self.solved_first, self.resolved_confirmed)
        return self.offered is not None and all(one is None for one in (*given, *self.dims.values()))


@dataclass(slots=True)
class Due:
    ticket: int
    what: str
    due: datetime


@dataclass(slots=True)
class Rows:
    """Everything a source delivered."""

    tickets: list[Ticket] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
