"""Rows of Freshdesk's records: snapshots of tickets, messages, ratings; customers are numbers, texts stay behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from etl.sources.rest.records import member, row

Record = Mapping[str, Any]
Names = Mapping[str, str]

_STATS = ("first_responded_at", "agent_responded_at", "requester_responded_at", "status_updated_at")
_STATES = ("pending_since", "reopened_at", "resolved_at", "closed_at")
TICKETS = (
    *("id", "created_at", "updated_at", "status", "priority", "source", "type", "requester_id", "responder_id"),
    *("responder", "group_id", "group", "company_id", "product_id", "tags", "spam", "deleted"),
    *("fr_due_by", "due_by", "fr_escalated", "is_escalated"),
    *(f"stats.{name}" for name in (*_STATS, *_STATES)),
)
FREE_TEXT = ("subject",)  # read only where the mapping names it
COMMENTS = ("id", "ticket_id", "created_at", "author", "incoming", "private", "source")
RATINGS = ("id", "survey_id", "ticket_id", "user_id", "agent", "group", "score", "created_at", "updated_at")
TABLES: Mapping[str, Sequence[str]] = {"tickets": TICKETS, "comments": COMMENTS, "ratings": RATINGS}


def custom_field(name: str) -> bool:
    """Return whether a column is a custom field of tickets, custom_fields.<name>."""
    return name.startswith("custom_fields.")


def ticket_row(ticket: Record, is_deleted: bool, agents: Names, groups: Names, columns: Sequence[str]) -> list[Any]:
    """Return the row of a ticket as it is now, with the names of its agent and group."""
    joined = {
        "responder": named(agents, ticket.get("responder_id")),
        "group": named(groups, ticket.get("group_id")),
        "deleted": is_deleted,
    }
    return row({**ticket, **joined}, columns)


def comment_row(comment: Record, ticket: object, agents: Names) -> list[Any]:
    """Return the row of a message; only agents have names."""
    joined = {
        "ticket_id": ticket,
        "author": named(agents, comment.get("user_id")) if comment.get("incoming") is False else None,
    }
    return row({**comment, **joined}, COMMENTS)


def rating_row(rating: Record, agents: Names, groups: Names) -> list[Any]:
    """Return the row of a satisfaction rating; `score` is the answer to the survey's first question."""
    joined = {
        "agent": named(agents, rating.get("agent_id")),
        "group": named(groups, rating.get("group_id")),
        "score": member(rating, "ratings.default_question"),
    }
    return row({**rating, **joined}, RATINGS)


def named(names: Names, number: object) -> str | None:
    """Return the name of an agent or group, its number where the name is gone; None = nobody."""
    return None if number is None else names.get(str(number), str(number))
