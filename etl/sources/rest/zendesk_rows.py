"""Rows of Zendesk's records: tickets, changes and comments out of ticket events, ratings and survey responses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.sources.rest.records import member, objects, row
from etl.sources.rest.zendesk_people import SYSTEM, People, numbered

Record = Mapping[str, Any]

_MINUTES = (
    *("reply_time_in_minutes", "first_resolution_time_in_minutes", "full_resolution_time_in_minutes"),
    *("agent_wait_time_in_minutes", "requester_wait_time_in_minutes", "on_hold_time_in_minutes"),
)
METRICS = (
    *("metric_set.reopens", "metric_set.replies", "metric_set.solved_at", "metric_set.initially_assigned_at"),
    *("metric_set.group_stations", "metric_set.assignee_stations"),
    *(f"metric_set.{name}.{clock}" for name in _MINUTES for clock in ("calendar", "business")),
)
TICKETS = (
    *("id", "created_at", "updated_at", "generated_timestamp", "status", "priority", "type", "via.channel"),
    *("requester_id", "submitter_id", "submitter_role", "assignee_id", "assignee", "group_id", "group"),
    *("organization_id", "brand_id", "ticket_form_id", "problem_id", "has_incidents", "due_at", "tags"),
    *("custom_status_id", "satisfaction_rating.score", "from_messaging_channel", *METRICS),
)
FREE_TEXT = ("subject", "description", "external_id", "recipient")  # read only where the mapping names them
CHANGES = (
    *("id", "ticket_id", "created_at", "field", "value", "previous_value", "assignee", "group", "into"),
    *("updater", "updater_role"),
)
COMMENTS = ("id", "ticket_id", "created_at", "author", "author_role", "public", "channel", "is_automatic")
RATINGS = (
    *("id", "ticket_id", "requester_id", "assignee", "group", "score", "reason"),
    *("created_at", "updated_at", "submitted_at"),
)
RESPONSES = (
    *("id", "ticket_id", "responder_id", "survey_id", "rating", "rating_category", "submitted_at"),
    "expires_at",
)
TABLES: Mapping[str, Sequence[str]] = {
    "tickets": TICKETS,
    "changes": CHANGES,
    "comments": COMMENTS,
    "ratings": RATINGS,
    "survey_responses": RESPONSES,
}
RULES = ("rule", "trigger", "automation", "business rule")
CHANGED = ("status", "priority")
ANSWERED = ("good", "bad")


def custom_field(name: str) -> bool:
    """Return whether a column is a custom field of tickets, custom_fields.<number>."""
    return name.startswith("custom_fields.")


def ticket_row(ticket: Record, metrics: Record | None, people: People, columns: Sequence[str]) -> list[Any]:
    """Return the row of a ticket with the names of its group and assignee and the role of who submitted it."""
    fields = {f"custom_fields.{each.get('id')}": each.get("value") for each in objects(ticket.get("custom_fields"))}
    joined = {
        "metric_set": metrics or {},
        "assignee": people.staff_name(ticket.get("assignee_id")),
        "group": people.group(ticket.get("group_id")),
        "submitter_role": people.role(ticket.get("submitter_id")),
    }
    return row({**ticket, **fields, **joined}, columns)


def staff_of(event: Record) -> Iterator[object]:
    """Yield users who are staff because a ticket was theirs, or because they wrote an internal note."""
    for child in objects(event.get("child_events")):
        for field, value, previous in _fields(child):
            if field == "assignee_id":
                yield from (value, previous)
        if _is_comment(child) and child.get("public") is False:
            yield child.get("author_id")


def change_rows(event: Record, people: People) -> list[list[Any]]:
    """Return a row for every change of status or priority, for the assignment, and for each ticket merged into it."""
    records = [*_changes(event, people), *_assignment(event, people), *_merges(event, people)]
    return [row(record, CHANGES) for record in records]


def _changes(event: Record, people: People) -> Iterator[Record]:
    for child in objects(event.get("child_events")):
        for field, value, previous in _fields(child):
            if field in CHANGED and value not in (None, ""):
                name = "deletion" if value == "deleted" else field
                told = {"field": name, "value": value, "previous_value": previous}
                yield {**_update(event, child, people), "id": f"{child.get('id')}:{field}", **told}


def _assignment(event: Record, people: People) -> Iterator[Record]:
    """Yield one change for owner and group together; a ticket given back to nobody is none."""
    found = {
        field: (child, value)
        for child in objects(event.get("child_events"))
        for field, value, _ in _fields(child)
        if field in ("assignee_id", "group_id") and value not in (None, "")
    }
    if not found:
        return
    (cause, _), *_ = found.values()
    names = {
        "assignee": people.staff_name(found.get("assignee_id", ({}, None))[1]),
        "group": people.group(found.get("group_id", ({}, None))[1]),
    }
    yield {**_update(event, cause, people), "id": f"{event.get('id')}:assignment", "field": "assignment", **names}


def _merges(event: Record, people: People) -> Iterator[Record]:
    for merged in event.get("merged_ticket_ids") or ():
        told = {"id": f"{event.get('id')}:merge:{merged}", "ticket_id": merged, "into": event.get("ticket_id")}
        yield {**_update(event, {}, people), "field": "merge", **told}


def _update(event: Record, cause: Record, people: People) -> Record:
    updater = event.get("updater_id")
    role = SYSTEM if _is_rule(cause.get("via")) else people.role(updater)
    return {
        "ticket_id": event.get("ticket_id"),
        "created_at": instant_of(event),
        "updater": people.staff_name(updater) if role != SYSTEM else None,
        "updater_role": role or SYSTEM,
    }


def comment_rows(event: Record, people: People) -> list[list[Any]]:
    """Return a row for every comment of an update; customers are told by role alone, texts are left behind."""
    return [
        row(
            {
                "id": child.get("id"),
                "ticket_id": event.get("ticket_id"),
                "created_at": child.get("created_at") or instant_of(event),
                "author": people.staff_name(child.get("author_id")),
                "author_role": people.role(child.get("author_id")),
                "public": child.get("public"),
                "channel": _channel(child.get("via")),
                "is_automatic": _is_rule(child.get("via")),
            },
            COMMENTS,
        )
        for child in objects(event.get("child_events"))
        if _is_comment(child)
    ]


def rating_row(rating: Record, people: People) -> list[Any]:
    """Return the row of a satisfaction rating; `submitted_at` only where the customer has answered."""
    is_answered = str(rating.get("score")).partition("_")[0] in ANSWERED
    joined = {
        "assignee": people.staff_name(rating.get("assignee_id")),
        "group": people.group(rating.get("group_id")),
        "submitted_at": rating.get("updated_at") if is_answered else None,
    }
    return row({**rating, **joined}, RATINGS)


def response_row(response: Record) -> list[Any]:
    """Return the row of a survey response: its first rating, its ticket, and when its last answer was given."""
    answers = [each for each in objects(response.get("answers")) if each.get("type") != "skipped"]
    rated: Record = next((each for each in answers if each.get("rating") is not None), {})
    joined = {
        "ticket_id": _ticket_of(response),
        "survey_id": member(response, "survey.id") or response.get("survey_id"),
        "rating": rated.get("rating"),
        "rating_category": rated.get("rating_category"),
        "submitted_at": submitted_at(response),
    }
    return row({**response, **joined}, RESPONSES)


def submitted_at(response: Record) -> str | None:
    """Return when the last answer of a survey response was given or changed; None = nothing is answered."""
    return max(
        (str(each["updated_at"]) for each in objects(response.get("answers")) if each.get("updated_at")), default=None
    )


def _ticket_of(response: Record) -> str | None:
    """Return the ticket's number out of names such as zen:ticket:99; None = the survey was about something else."""
    names = [str(name).split(":") for name in response.get("subject_zrns") or ()]
    return next((name[-1] for name in names if "ticket" in name[:-1]), None)


def instant_of(event: Record) -> object:
    """Return when an update was made: an ISO instant, or epoch seconds where that is all there is."""
    return event.get("created_at") or event.get("timestamp")


def _is_comment(child: Record) -> bool:
    is_told = child.get("type") in ("Comment", "VoiceComment") or child.get("event_type") == "Comment"
    return is_told and numbered(child.get("author_id")) is not None


def _fields(child: Record) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, value and previous value of the fields that a part of an update changed, in either form."""
    if (child.get("event_type") or child.get("type")) not in ("Create", "Change"):
        return
    previous = child.get("previous_value")
    if "field_name" in child:
        yield str(child["field_name"]), child.get("value"), previous
        return
    for name in (*CHANGED, "assignee_id", "group_id"):
        if name in child:
            yield name, child[name], previous


def _channel(via: object) -> str | None:
    found = via.get("channel") if isinstance(via, Mapping) else via
    return str(found) if found not in (None, "") else None


def _is_rule(via: object) -> bool:
    return (_channel(via) or "").lower() in RULES
