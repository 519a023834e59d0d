"""Events, messages and due times of a guessed mapping."""

import re
from collections.abc import Iterator, Sequence

from etl.guess.columns import Column, Look
from etl.guess.lines import TODO, closed, instant, is_known, quoted
from etl.guess.words import DURATIONS, REPLY, RESOLUTION, canonical

CHANGES = {
    "status": ("status", "state", "状态"),
    "assign": ("assignee", "assignee_id", "assigned_to", "owner", "group_id", "group", "处理人", "客服组"),
    "priority": ("priority", "优先级"),
}


def ticket_of(look: Look) -> Column | None:
    """Return the column that names the ticket of a message: an id that says of what, else the id."""
    ids = [column for column in look.columns if column.field == "id" and column.filled]
    return next((column for column in ids if column.name.lower() != "id"), ids[0] if ids else None)


def streams(look: Look, grain: str) -> Iterator[str]:
    """Yield the sections events and messages."""
    events = [] if grain == "message" else list(_events(look, grain))
    if events:
        yield "events:"
        yield from (f"  {line}" for line in events)
    if grain == "message":
        yield from _messages(look)
    reply = reply_instant(look)
    if reply is not None and grain in ("ticket", "update"):
        agent = look.first("agent")
        by = f", by: {quoted(agent.name)}" if agent is not None else ""
        yield "messages:"
        yield f"  - {{author_kind: agent, at: {reply}{by}}}  # stands for the first reply"


def _events(look: Look, grain: str) -> Iterator[str]:
    if grain == "ticket":
        yield from _ends(look)
        return
    changes = list(_changes(look)) if grain == "event" else []
    if changes:
        yield from changes
        return
    status = look.first("status")
    if status is None or not is_known(status, "status"):
        yield f"- {{kind: followup, at: {_moment(look)}}}  # {TODO}: which column tells what happened?"
        return
    yield "- kind: status"
    yield f"  at: {_moment(look)}"
    if grain == "update":
        yield "  each: row"
    yield from (f"  {line}" for line in closed(look.first("status"), "status", "to"))


def _ends(look: Look) -> Iterator[str]:
    """Yield events for the instants of a ticket row; how long it took stands for an end that is not told."""
    assigned = look.first("assigned")
    if assigned is not None:
        yield f"- {{kind: assign, at: {instant(look, assigned)}}}  # {assigned.filled:,} rows have it"
    ends = [(field, column) for field in ("resolved", "closed") if (column := look.first(field)) is not None]
    for field, column in ends:
        yield f"- {{kind: status, to: {field}, at: {instant(look, column)}}}  # {column.filled:,} rows have it"
    taken = duration_of(look, "resolution")
    begin = look.first("created")
    if not ends and taken is not None and begin is not None:
        yield f"- {{kind: status, to: resolved, at: {_after(look, begin, taken)}}}  # {taken.filled:,} rows have it"


def reply_instant(look: Look) -> str | None:
    """Return the field of the first reply: its instant, or creation plus how long it took; None = neither is told."""
    reply, taken, begin = look.first("first_reply"), duration_of(look, "reply"), look.first("created")
    if reply is not None:
        return instant(look, reply)
    return _after(look, begin, taken) if taken is not None and begin is not None else None


def duration_of(look: Look, what: str) -> Column | None:
    """Return the column that tells how long a reply or resolution took on the calendar; the whole of it first."""
    found = [column for column in look.columns if column.duration and column.filled and _is_of(what, column.name)]
    return min(found, key=lambda column: "first res" in column.name.lower(), default=None)


def _is_of(what: str, name: str) -> bool:
    plain = name.lower()
    if re.search(r"business|work(ing)?[ _]?h|sla|工作", plain):
        return False
    if what == "reply":
        return REPLY.search(plain) is not None
    return RESOLUTION.search(plain) is not None and REPLY.search(plain) is None


def _after(look: Look, begin: Column, taken: Column) -> str:
    """Return an instant told as a duration after another one."""
    at = instant(look, begin)
    own = at.strip("{}") if at.startswith("{") else f"column: {at}"
    return f"{{{own}, plus: {{column: {quoted(taken.name)}, type: {taken.duration}}}}}"


def _moment(look: Look, is_written: bool = False) -> str:
    fields = ("created", "moment", "updated") if is_written else ("updated", "moment", "created")
    dated = [column for field in fields for column in look.columns if column.field == field and column.filled]
    moment = min(dated, key=lambda column: column.name.startswith("_"), default=None)
    return instant(look, moment) if moment is not None else f'""  # {TODO}: when the change happened'


def changed_fields(look: Look) -> dict[str, list[str]]:
    """Return kind of change -> names in the column that tells which field changed; empty without such a column."""
    changed = look.first("field")
    if changed is None or look.first("answer") is None:
        return {}
    told = {kind: [name for name in changed.values if name.lower() in names] for kind, names in CHANGES.items()}
    return {kind: names for kind, names in told.items() if names}


def _changes(look: Look) -> Iterator[str]:
    """Yield a line per kind of change for rows that are field, value and instant."""
    changed, value = look.first("field"), look.first("answer")
    if changed is None or value is None:
        return
    for kind, fields in changed_fields(look).items():
        yield f"- kind: {kind}"
        yield f"  only: {{{quoted(changed.name)}: [{', '.join(map(quoted, fields))}]}}"
        yield f"  at: {_moment(look)}"
        yield from (f"  {line}" for line in _to(kind, value))


def _to(kind: str, value: Column) -> Iterator[str]:
    if kind == "assign":
        yield f"to: {{column: {quoted(value.name)}}}"
        return
    words = [(one, canonical(kind, one)) for one in value.values]
    known = ", ".join(f"{quoted(one)}: {word}" for one, word in words if word and not one.isdigit())
    yield f"to: {{column: {quoted(value.name)}, values: {{{known}}}}}  # {TODO}: add the words that are missing"


def _messages(look: Look) -> Iterator[str]:
    yield "messages:"
    yield f"  - at: {_moment(look, is_written=True)}"
    if look.first("author_kind") is not None:
        yield from (f"    {line}" for line in closed(look.first("author_kind"), "author_kind"))
    else:
        yield f"    author_kind: agent  # {TODO}: which column tells agents from customers?"
    public, own = look.first("public"), look.first("id")
    if public is not None:
        yield f"    public: {{column: {quoted(public.name)}, type: boolean}}"
    if own is not None and own is not ticket_of(look):
        yield f"    id: {quoted(own.name)}"


def due(look: Look) -> Iterator[str]:
    """Yield the section due; a second column of the same promise is left as a comment."""
    found = [column for column in look.columns if column.field == "due" and column.filled]
    taken: set[str] = set()
    if found:
        yield "due:"
    for column in found:
        what = "first_reply" if _is_about_reply(column.name) else "resolution"
        mark = "# " if what in taken else ""
        taken.add(what)
        yield f"  {mark}{what}: {instant(look, column)}"


def _is_about_reply(name: str) -> bool:
    return any(word in name.lower() for word in ("respon", "reply", "fr_due", "响应", "回复"))


def durations(look: Look, told: str) -> Sequence[str]:
    """Return remarks on columns that hold durations and are not in `told`, where KPIs go by instants."""
    found = [column for column in look.columns if column.filled and DURATIONS.search(column.name.lower())]
    return [
        f"# {TODO}: {quoted(column.name)} is a duration, it can lead to an instant: `at: {{column: .., plus: ..}}`"
        for column in found
        if quoted(column.name) not in told and column.dates is None and not _is_told(look, column)
    ]


def _is_told(look: Look, taken: Column) -> bool:
    """Return whether the instant a duration leads to is in the file anyway."""
    ends = ("first_reply",) if _is_of("reply", taken.name) else ("resolved", "closed")
    return any(look.first(end) for end in ends)
