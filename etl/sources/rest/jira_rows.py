"""Rows of Jira's issues: the issue as it is now, changes out of its changelog, comments; texts stay behind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from etl.sources.rest.records import inner, member, objects, row

Record = Mapping[str, Any]
ISSUES = (
    *("id", "key", "created", "updated", "resolved", "status", "status_category", "priority", "issue_type"),
    *("project", "assignee", "reporter", "creator_role", "labels", "component", "resolution"),
)
CHANGES = (*("id", "issue_id", "created", "field", "value", "previous_value", "updater", "updater_role"),)
COMMENTS = ("id", "issue_id", "created", "author", "author_role", "public")
TABLES: Mapping[str, Sequence[str]] = {"issues": ISSUES, "changes": CHANGES, "comments": COMMENTS}
CHANGED = ("status", "priority", "assignee")
AGENT, CUSTOMER, SYSTEM = "agent", "customer", "system"
_NAMED = {
    "status": "status.name",
    "status_category": "status.statusCategory.key",
    "priority": "priority.name",
    "issue_type": "issuetype.name",
    "project": "project.key",
    "assignee": "assignee.displayName",
    "reporter": "reporter.accountId",
    "resolution": "resolution.name",
}


def custom_field(name: str) -> bool:
    """Return whether a column is a custom field of issues, customfield_<number>, or a member of one."""
    return name.startswith("customfield_")


def role(person: object, issue: Record) -> str:
    """Return what somebody is to an issue: who reported it is its customer, whatever the account."""
    account = person if isinstance(person, Mapping) else {}
    if account.get("accountType") == "app" or not account:
        return SYSTEM
    is_reporter = account.get("accountId") == member(issue, "fields.reporter.accountId")
    return CUSTOMER if is_reporter or account.get("accountType") == "customer" else AGENT


def issue_row(issue: Record, columns: Sequence[str]) -> list[Any]:
    """Return the row of an issue."""
    fields = inner(issue.get("fields"))
    joined = {
        **{name: member(fields, place) for name, place in _NAMED.items()},
        **{name: instant_text(fields.get(name)) for name in ("created", "updated")},
        "resolved": instant_text(fields.get("resolutiondate")),
        "creator_role": role(fields.get("creator"), issue),
        "component": next((each.get("name") for each in objects(fields.get("components"))), None),
    }
    return row({**fields, "id": issue.get("id"), "key": issue.get("key"), **joined}, columns)


def change_rows(issue: Record, histories: Sequence[Record]) -> Iterator[list[Any]]:
    """Yield a row for every change of status, priority and assignee."""
    for history in histories:
        who, name = _author(history, issue)
        told = {
            "issue_id": issue.get("id"),
            "created": instant_text(history.get("created")),
            "updater": name,
            "updater_role": who,
        }
        for place, item in enumerate(objects(history.get("items"))):
            if item.get("field") in CHANGED and (item.get("toString") or item.get("field") != "assignee"):
                values = {"value": item.get("toString"), "previous_value": item.get("fromString")}
                yield row(
                    {**told, **values, "id": f"{history.get('id')}:{place}", "field": item.get("field")}, CHANGES
                )


def comment_rows(issue: Record, comments: Sequence[Record]) -> Iterator[list[Any]]:
    """Yield a row for every comment; only agents have names."""
    for comment in comments:
        who, name = _author(comment, issue)
        told = {
            "issue_id": issue.get("id"),
            "created": instant_text(comment.get("created")),
            "author": name,
            "author_role": who,
            "public": comment.get("jsdPublic", True),
        }
        yield row({**comment, **told}, COMMENTS)


def _author(record: Record, issue: Record) -> tuple[str, Any]:
    """Return what the author of a change or comment is to the issue, and the name; only agents have one."""
    who = role(record.get("author"), issue)
    return who, member(record, "author.displayName") if who == AGENT else None


def instant_text(value: object) -> str | None:
    """Return an instant such as 2026-03-02T09:00:00.000+0000 in UTC; other text as it is, None = no value."""
    if value in (None, ""):
        return None
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC).isoformat()
    except ValueError:
        return str(value)
