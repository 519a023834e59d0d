"""Events, messages and due times of a guessed mapping."""

from collections.abc import Iterator, Sequence

from etl.guess.columns import Column, Look
from etl.guess.lines import TODO, closed, instant, is_known, quoted
from etl.guess.words import DURATIONS, canonical

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
    reply = look.first("first_reply")
    if reply is not None and grain in ("ticket", "update"):
        agent = look.first("agent")
        by = f", by: {quoted(agent.name)}" if agent is not None else ""
        yield "messages:"
        yield f"  - {{author_kind: agent, at: {instant(look, reply)}{by}}}  # stands for the first reply"


def _events(look: Look, grain: str) -> Iterator[str]:
    if grain == "ticket":
        for field in ("resolved", "closed"):
            column = look.first(field)
            if column is not None:
                at = instant(look, column)
                yield f"- {{kind: status, to: {field}, at: {at}}}  # {column.filled:,} rows have it"
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
    return any(word in name.lower() for word in ("respon", "reply", "响应", "回复"))


def durations(look: Look) -> Sequence[str]:
    """Return remarks on columns that hold durations where KPIs go by instants."""
    found = [column for column in look.columns if column.filled and DURATIONS.search(column.name.lower())]
    return [
        f"# {TODO}: {quoted(column.name)} is a duration; KPIs go by instants, export those if there are any"
        for column in found
    ]
