"""Rows of Chatwoot's records: conversations, reporting events, messages, invitations, CSAT answers; no texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.sources.rest.records import epoch_s, inner, instant_of_epoch, member, row

Record = Mapping[str, Any]
Names = Mapping[str, str]

CONVERSATIONS = (
    *("id", "uuid", "created_at", "updated_at", "last_activity_at", "status", "priority", "inbox_id", "inbox"),
    *("channel", "contact_id", "assignee_id", "assignee", "team", "labels", "snoozed_until", "reopened_at"),
)
EVENTS = ("id", "conversation_id", "name", "event_start_time", "event_end_time", "value", "agent")
MESSAGES = ("id", "conversation_id", "created_at", "side", "author", "private", "is_automatic")
INVITATIONS = ("id", "conversation_id", "created_at")
CSAT = ("id", "message_id", "conversation_id", "contact_id", "agent", "rating", "created_at")
TABLES: Mapping[str, Sequence[str]] = {
    "conversations": CONVERSATIONS,
    "reporting_events": EVENTS,
    "messages": MESSAGES,
    "invitations": INVITATIONS,
    "csat": CSAT,
}
INCOMING, OUTGOING = 0, 1  # the others are the program's own: 2 what happened, 3 greetings and questionnaires
CONTACT, USER, BOT = "contact", "user", "bot"
RESOLVED = ("conversation_resolved", "conversation_bot_resolved")


@dataclass(frozen=True)
class Whole:
    """A conversation with its reporting events and messages; none of either where they are not asked for."""

    conversation: Record
    events: Sequence[Record]
    messages: Sequence[Record]

    @property
    def number(self) -> object:
        """Return the number by which people know the conversation."""
        return self.conversation.get("id")


def version(conversation: Record) -> str:
    """Return when a conversation was last changed, as text; older programs tell only of its last activity."""
    found = conversation.get("updated_at") or conversation.get("last_activity_at")
    return instant_of_epoch(found) or ""


def conversation_row(whole: Whole, inboxes: Names, columns: Sequence[str]) -> list[Any]:
    """Return the row of a conversation as it is now."""
    known, meta = whole.conversation, inner(whole.conversation.get("meta"))
    joined = {
        "created_at": instant_of_epoch(known.get("created_at")),
        "updated_at": version(known),
        "last_activity_at": instant_of_epoch(known.get("last_activity_at")),
        "snoozed_until": instant_of_epoch(known.get("snoozed_until")),
        "inbox": named(inboxes, known.get("inbox_id")),
        "channel": meta.get("channel"),
        "contact_id": member(meta, "sender.id"),
        "assignee_id": member(meta, "assignee.id"),
        "assignee": member(meta, "assignee.name"),
        "team": member(meta, "team.name"),
        "reopened_at": reopened_at(whole),
    }
    return row({**known, **joined}, columns)


def reopened_at(whole: Whole) -> str | None:
    """Return when a contact opened the conversation again that was resolved; None = it is not open again.

    For programs that do not tell so themselves: the first message of the contact after the last resolution.
    """
    resolved = [_second(each.get("event_end_time")) for each in whole.events if each.get("name") in RESOLVED]
    if not resolved or whole.conversation.get("status") == "resolved":
        return None
    incoming = (_second(each.get("created_at")) for each in whole.messages if each.get("message_type") == INCOMING)
    later = min((second for second in incoming if second > max(resolved)), default=None)
    return instant_of_epoch(later)


def _second(value: object) -> int:
    return epoch_s(value) or 0


def event_rows(whole: Whole, agents: Names) -> Iterator[list[Any]]:
    """Yield a row for each reporting event."""
    for event in whole.events:
        joined = {"conversation_id": whole.number, "agent": named(agents, event.get("user_id"))}
        yield row({**event, **joined}, EVENTS)


def message_rows(whole: Whole) -> Iterator[list[Any]]:
    """Yield a row for each message that a person or a bot has written; only agents have names."""
    for message in whole.messages:
        if message.get("message_type") in (INCOMING, OUTGOING):
            side = _side(message)
            joined = {
                "conversation_id": whole.number,
                "created_at": instant_of_epoch(message.get("created_at")),
                "side": side,
                "author": member(message, "sender.name") if side == USER else None,
                "is_automatic": member(message, "content_attributes.automation_rule_id") is not None,
            }
            yield row({**message, **joined}, MESSAGES)


def _side(message: Record) -> str:
    if message.get("message_type") == INCOMING:
        return CONTACT
    return USER if member(message, "sender.type") == "user" else BOT


def invitation_rows(whole: Whole) -> Iterator[list[Any]]:
    """Yield a row for each questionnaire that was sent, answered or not."""
    for message in whole.messages:
        if message.get("content_type") == "input_csat":
            joined = {"conversation_id": whole.number, "created_at": instant_of_epoch(message.get("created_at"))}
            yield row({**message, **joined}, INVITATIONS)


def response_row(response: Record) -> list[Any]:
    """Return the row of a CSAT answer."""
    joined = {
        "contact_id": member(response, "contact.id"),
        "agent": member(response, "assigned_agent.name"),
        "created_at": instant_of_epoch(response.get("created_at")),
    }
    return row({**response, **joined}, CSAT)


def named(names: Names, number: object) -> str | None:
    """Return the name of an inbox or agent, its number where the name is gone; None = none."""
    return None if number is None else names.get(str(number), str(number))
