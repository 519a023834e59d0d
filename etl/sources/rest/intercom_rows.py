"""Rows of Intercom's conversations: as they are now, changes and messages out of their parts, ratings; no texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.sources.rest.records import inner, instant_of_epoch, member, objects, row

Record = Mapping[str, Any]

_SECONDS = (
    *("time_to_assignment", "time_to_admin_reply", "time_to_first_close", "time_to_last_close"),
    *("median_time_to_reply", "count_reopens", "count_assignments", "count_conversation_parts"),
)
CONVERSATIONS = (
    *("id", "created_at", "updated_at", "state", "priority", "source.type", "source.delivered_as", "source_role"),
    *("contact_id", "assignee_id", "assignee", "team_id", "team", "tags", "ai_agent_participated"),
    *("sla_applied.sla_name", "sla_applied.sla_status", *(f"statistics.{name}" for name in _SECONDS)),
)
FREE_TEXT = ("title",)  # read only where the mapping names it
CHANGES = ("id", "conversation_id", "created_at", "field", "value", "assignee", "team", "updater", "updater_role")
MESSAGES = ("id", "conversation_id", "created_at", "author", "author_role", "public", "is_automatic")
RATINGS = ("id", "conversation_id", "contact_id", "teammate", "rating", "created_at", "submitted_at")
TABLES: Mapping[str, Sequence[str]] = {
    "conversations": CONVERSATIONS,
    "changes": CHANGES,
    "messages": MESSAGES,
    "ratings": RATINGS,
}
AGENT, CUSTOMER, BOT = "agent", "customer", "bot"
ROLES = {"admin": AGENT, "user": CUSTOMER, "lead": CUSTOMER, "contact": CUSTOMER, "visitor": CUSTOMER}
STATES = {
    "close": "closed",
    "open": "open",
    "assign_and_reopen": "open",
    "note_and_reopen": "open",
    "unsnoozed": "open",
    "timer_unsnooze": "open",
    "assign_and_unsnooze": "open",
    "snoozed": "snoozed",
}
SPOKEN = ("comment", "quick_reply", "open", "close", "assign_and_reopen")  # messages where they have a text
NOTES = ("note", "note_and_reopen")
SENT_BY_RULES = ("automated", "campaigns_initiated", "operator_initiated")


@dataclass(frozen=True)
class Staff:
    """Names of teammates and teams by number."""

    admins: Mapping[str, str]
    teams: Mapping[str, str]

    def admin(self, number: object) -> str | None:
        """Return the name of a teammate, the number of one who left; None = nobody."""
        return None if number in (None, "", 0) else self.admins.get(str(number), str(number))

    def team(self, number: object) -> str | None:
        """Return the name of a team, its number where the team is gone; None = none."""
        return None if number in (None, "", 0) else self.teams.get(str(number), str(number))


def custom_attribute(name: str) -> bool:
    """Return whether a column is an attribute of conversations, custom_attributes.<name>."""
    return name.startswith("custom_attributes.")


def role(author: object) -> str | None:
    """Return agent, customer or bot (all that is nobody's own doing); None = nobody."""
    kind = author.get("type") if isinstance(author, Mapping) else None
    return ROLES.get(str(kind), BOT) if kind else None


def conversation_row(conversation: Record, staff: Staff, columns: Sequence[str]) -> list[Any]:
    """Return the row of a conversation as it is now."""
    joined = {
        "created_at": instant_of_epoch(conversation.get("created_at")),
        "updated_at": instant_of_epoch(conversation.get("updated_at")),
        "source_role": role(member(conversation, "source.author")),
        "contact_id": _contact(conversation),
        "assignee_id": conversation.get("admin_assignee_id"),
        "assignee": staff.admin(conversation.get("admin_assignee_id")),
        "team_id": conversation.get("team_assignee_id"),
        "team": staff.team(conversation.get("team_assignee_id")),
        "tags": [each.get("name") for each in objects(member(conversation, "tags.tags"))],
    }
    return row({**conversation, **joined}, columns)


def _contact(conversation: Record) -> object:
    return next((each.get("id") for each in objects(member(conversation, "contacts.contacts"))), None)


def _parts(conversation: Record) -> list[Record]:
    return objects(member(conversation, "conversation_parts.conversation_parts"))


def change_rows(conversation: Record, staff: Staff) -> Iterator[list[Any]]:
    """Yield a row for every change of the state, and for every assignment to a teammate or a team."""
    for part in _parts(conversation):
        told = {
            "conversation_id": conversation.get("id"),
            "created_at": instant_of_epoch(part.get("created_at")),
            **_said_by("updater", part.get("author"), staff),
        }
        state, assigned = STATES.get(str(part.get("part_type"))), _assigned(part, staff)
        if state is not None:
            yield row({**told, "id": f"{part.get('id')}:state", "field": "state", "value": state}, CHANGES)
        if assigned:
            yield row({**told, **assigned, "id": f"{part.get('id')}:assignment", "field": "assignment"}, CHANGES)


def _assigned(part: Record, staff: Staff) -> Mapping[str, str | None]:
    """Return the teammate or team that a part gives the conversation to; nobody gives nothing."""
    kind, number = member(part, "assigned_to.type"), member(part, "assigned_to.id")
    if number in (None, "", 0, "0"):
        return {}
    return {"team": staff.team(number)} if kind == "team" else {"assignee": staff.admin(number)}


def _said_by(name: str, author: object, staff: Staff) -> dict[str, str | None]:
    """Return role and name of an author; only teammates have a name."""
    who = role(author)
    number = author.get("id") if isinstance(author, Mapping) else None
    return {f"{name}_role": who, name: staff.admin(number) if who == AGENT else None}


def message_rows(conversation: Record, staff: Staff) -> Iterator[list[Any]]:
    """Yield a row for the message that began the conversation, and for every part with a text."""
    source = inner(conversation.get("source"))
    first = {
        "id": f"{conversation.get('id')}:source",
        "conversation_id": conversation.get("id"),
        "created_at": instant_of_epoch(conversation.get("created_at")),
        "public": True,
        "is_automatic": source.get("delivered_as") in SENT_BY_RULES,
        **_said_by("author", source.get("author"), staff),
    }
    if source.get("author"):
        yield row(first, MESSAGES)
    for part in _parts(conversation):
        kind = part.get("part_type")
        if kind in (*SPOKEN, *NOTES) and part.get("body") not in (None, ""):
            told = {"id": part.get("id"), "created_at": instant_of_epoch(part.get("created_at"))}
            said = {"public": kind in SPOKEN, "is_automatic": False, **_said_by("author", part.get("author"), staff)}
            yield row({**first, **told, **said}, MESSAGES)


def rating_rows(conversation: Record, staff: Staff) -> Iterator[list[Any]]:
    """Yield the row of a conversation's rating, asked for or given; none where it was not asked for.

    When it was given stands in the parts; without that, when it was asked for is the best that is known.
    """
    rating = inner(conversation.get("conversation_rating"))
    asked_at = instant_of_epoch(rating.get("created_at"))
    if asked_at is None and rating.get("rating") is None:
        return
    given = [
        part.get("created_at")
        for part in _parts(conversation)
        if part.get("part_type") == "conversation_rating_changed"
    ]
    submitted_at = instant_of_epoch(given[-1]) if given else asked_at
    joined = {
        "id": conversation.get("id"),
        "conversation_id": conversation.get("id"),
        "contact_id": member(rating, "contact.id") or _contact(conversation),
        "teammate": staff.admin(member(rating, "teammate.id")),
        "created_at": asked_at,
        "submitted_at": submitted_at if rating.get("rating") is not None else None,
    }
    yield row({**rating, **joined}, RATINGS)
