"""A golden world as a source would deliver it: text rows, and the mapping that reads them."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from etl.mapping import Mapping, parse_mapping
from etl.model import Batch
from etl.sources.text_rows import TextRows

TICKET = ("id", "created", "initiated_by", "priority", "spam", "test", "team", "customer", "category")
DIMENSIONS = ("team", "category", "priority")  # every other attribute is a custom one
EVENT = ("ticket", "at", "kind", "to", "by", "dept", "into")
SURVEY = ("customer", "ticket", "at", "seconds", "overall")
MESSAGES = {
    "agent_reply": ("agent", "true", "false"),
    "bot_reply": ("bot", "true", "false"),
    "auto_ack": ("bot", "true", "true"),
    "internal_note": ("agent", "false", "false"),
    "customer_message": ("customer", "true", "false"),
}
EVENTS = ("handoff", "assign", "status", "priority", "merge", "followup")


def instant(text: str) -> datetime:
    """Return the instant of a question; ValueError for a naive one."""
    found = datetime.fromisoformat(str(text))
    if found.tzinfo is None:
        raise ValueError(f"naive instant {text!r}: give an offset or Z")
    return found


def deliver(given: dict[str, Any], until: datetime) -> tuple[list[Batch], Mapping]:
    """Return the batches of a world and their mapping; ValueError for a bad instant or unknown event kind.

    A naive instant is delivered as it is: refusing it is the product's own work (semantics 1.1, 2.7).
    """
    tickets, events, surveys = (given.get(name) or [] for name in ("tickets", "events", "surveys"))
    extra = tuple(sorted({key for ticket in tickets for key in ticket} - set(TICKET)))
    dims = tuple(sorted({dim for survey in surveys for dim in survey.get("dims") or {}}))
    batches = [
        Batch("tickets", TextRows.of([*TICKET, *extra], [_ticket(one, extra) for one in tickets]), until),
        Batch("events", TextRows.of(EVENT, [_event(one) for one in events]), until),
        Batch("surveys", TextRows.of([*SURVEY, *_named(dims)], [_survey(one, dims) for one in surveys]), until),
    ]
    return [batch for batch, rows in zip(batches, (tickets, events, surveys), strict=True) if rows], mapping_of(
        extra, dims
    )


@lru_cache(maxsize=64)
def mapping_of(extra: tuple[str, ...], dims: tuple[str, ...]) -> Mapping:
    """Return the mapping of golden worlds with these further ticket attributes and survey dimensions."""
    return parse_mapping(_mapping(extra, dims), "golden")


def _ticket(one: dict[str, Any], extra: tuple[str, ...]) -> list[Any]:
    datetime.fromisoformat(str(one["created"]))
    known = {"initiated_by": "customer", "priority": "P2", "spam": False, "test": False, **one}
    return [known.get(name) for name in (*TICKET, *extra)]


def _event(one: list[Any]) -> list[Any]:
    ticket, at, kind, *more = one
    datetime.fromisoformat(str(at))
    if kind not in MESSAGES and kind not in EVENTS:
        raise ValueError(f"unknown event kind {kind!r}")
    payload = (more[0] if more else None) or {}
    return [ticket, at, kind, *(payload.get(name) for name in ("to", "by", "dept", "into"))]


def _survey(one: dict[str, Any], dims: tuple[str, ...]) -> list[Any]:
    datetime.fromisoformat(str(one["at"]))
    scores = one.get("dims") or {}
    return [*(one.get(name) for name in SURVEY), *(scores.get(dim) for dim in dims)]


def _named(dims: tuple[str, ...]) -> list[str]:
    return [f"dim_{dim}" for dim in dims]


def _mapping(extra: tuple[str, ...], dims: tuple[str, ...]) -> str:
    custom = ", ".join(f'"{name}": "{name}"' for name in ["id", "initiated_by", "customer", "spam", "test", *extra])
    scores = ", ".join(f'"{dim}": "dim_{dim}"' for dim in dims)
    row = "{row_number: true}"
    events = "\n".join(
        f"      - {{kind: {kind}, only: {{kind: {kind}}}, at: at, by: by, id: {row}, seq: {row}{more}}}"
        for kind, more in (
            ("handoff", ""),
            ("assign", ", dept: dept"),
            (
                "status",
                ", to: {column: to, values: " + _same("new open pending_customer on_hold resolved closed") + "}",
            ),
            ("priority", ", to: {column: to, values: " + _same(" ".join(f"P{i}" for i in range(1, 10))) + "}"),
            ("merge", ", into: into"),
            ("followup", ""),
        )
    )
    messages = "\n".join(
        f"      - {{author_kind: {author}, only: {{kind: {kind}}}, at: at, by: by, id: {row}, seq: {row},"
        f' public: {{constant: "{public}"}}, auto: {{constant: "{auto}"}}}}'
        for kind, (author, public, auto) in MESSAGES.items()
    )
    return f"""
version: 1
timezone: refuse
tables:
  - name: tickets
    rows: ticket
    ticket:
      id: id
      created_at: created
      created_by: {{column: initiated_by, values: {{customer: customer, agent: agent, bot: bot, system: system}}}}
      priority: {{column: priority, values: {_same(" ".join(f"P{i}" for i in range(1, 10)))}}}
      team: team
      category: category
      customer: customer
      is_spam: spam
      is_test: test
    custom: {{{custom}}}
  - name: events
    rows: event
    ticket: {{id: ticket}}
    events:
{events}
    messages:
{messages}
  - name: surveys
    rows: survey
    survey:
      id: {row}
      submitted_at: at
      ticket: ticket
      customer: customer
      scale: [1, 5]
      overall: overall
      seconds: seconds
      dimensions: {{{scores}}}
"""


def _same(words: str) -> str:
    return "{" + ", ".join(f"{word}: {word}" for word in words.split()) + "}"
