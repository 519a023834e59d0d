"""A first mapping written out, every line with the reason it is there."""

from collections.abc import Iterator, Sequence

from etl.guess.answers import inside_ticket, is_long, questionnaire
from etl.guess.columns import Column, Look
from etl.guess.lines import TODO, closed, date_format, examples, instant, quoted
from etl.guess.streams import changed_fields, due, durations, streams, ticket_of

PLAIN = ("team", "agent", "category", "product", "region", "customer")
KINDS = {
    "ticket": "one ticket per row",
    "update": "one change per row",
    "event": "one event per row",
    "message": "one message per row",
}


def draft(look: Look, form: dict[str, str]) -> str:
    """Return the text of a mapping for the rows of a file; it reads back without errors.

    form  what has to be said about the file: format, encoding, delimiter, sheet
    """
    grain = _grain(look)
    lines = [
        f"# First mapping of {look.path.name}, guessed from its header and {look.rows:,} rows.",
        f"# Every line marked {TODO} needs your decision. Then: app.py check {look.path.name} --mapping THIS_FILE",
        "version: 1",
        _zone(look),
        *_nulls(look),
        "tables:",
        f"  - name: {quoted(look.path.stem)}",
        *_file(look, form, grain),
        f"    rows: {grain}  # {_reason(look, grain)}",
    ]
    lines += [f"    {line}" for line in _body(look, grain)]
    told = "\n".join(lines)
    return "\n".join([told, *_left_over(look, told), ""])


def _zone(look: Look) -> str:
    """Return the line of the zone: which columns need it, or that none does."""
    dated = [column for column in look.columns if column.dates is not None]
    local = [column.name for column in dated if column.dates and column.dates.local]
    if dated and not local:
        return "timezone: UTC  # every instant has its offset, nothing is assumed; `refuse` refuses any without"
    named = f" ({', '.join(local)})" if len(local) < 5 else f" in {len(local)} columns" if local else ""
    what = " ".join(f"instants without an offset{named} count as UTC".split())
    return f"timezone: UTC  # {TODO}: {what}; name their zone, such as Asia/Shanghai"


def _nulls(look: Look) -> Iterator[str]:
    marks = sorted({mark for column in look.columns for mark in column.blanks})
    if marks:
        yield f"nulls: [{', '.join(map(quoted, marks))}]  # these stand for no value, in every column"


def _file(look: Look, form: dict[str, str], grain: str) -> Iterator[str]:
    parts = [f"{name}: {quoted(value)}" for name, value in form.items()]
    key, question, answer = look.first("response_id"), look.first("question"), look.first("answer")
    if is_long(look) and key and question and answer:
        pieces = {"by": key.name, "name": question.name, "value": answer.name}
        parts.append(f"gather: {{{', '.join(f'{name}: {quoted(value)}' for name, value in pieces.items())}}}")
    changes, changed = changed_fields(look), look.first("field")
    if grain == "event" and changed is not None and changes:
        names = ", ".join(quoted(name) for fields in changes.values() for name in fields)
        parts.append(f"only: {{{quoted(changed.name)}: [{names}]}}")
    if parts:
        mark = f"  # {TODO}: do the names above and below read well?" if "encoding" in form else ""
        yield f"    file: {{{', '.join(parts)}}}{mark}"


def _grain(look: Look) -> str:
    key = look.first("id")
    is_about_work = any(look.first(field) for field in ("status", "priority", "team", "agent"))
    if look.first("response_id") is not None or (key is None and look.first("overall") and not is_about_work):
        return "survey"
    ticket = ticket_of(look)
    if ticket is not None and (look.first("author_kind") or look.first("public")) and ticket is not key:
        return "message"
    is_repeated = key is not None and key.distinct < key.filled
    if is_repeated and look.first("field") and look.first("answer") and look.first("status") is None:
        return "event"
    if is_repeated and look.first("status") is not None:
        return "update" if look.first("sequence") or look.first("updated") else "event"
    return "ticket"


def _reason(look: Look, grain: str) -> str:
    key = ticket_of(look) if grain == "message" else look.first("id")
    if grain == "survey":
        return (
            "one questionnaire, its answers gathered from several rows"
            if is_long(look)
            else "one questionnaire per row"
        )
    if key is None:
        return "one ticket per row, known by its row number"
    asked = f"{TODO}: " if grain == "ticket" and key.distinct < key.filled else ""
    return f"{asked}{KINDS[grain]}: {key.distinct:,} different {key.name!r} in {look.rows:,} rows"


def _body(look: Look, grain: str) -> Iterator[str]:
    if grain == "update":
        version = look.first("sequence") or look.first("updated")
        yield f"fold: {{sequence: {_version(look, version)}}}  # the highest one is the ticket now"
    yield from date_format(look)
    if grain == "survey":
        yield from questionnaire(look)
        return
    yield from _ticket(look, grain)
    yield from streams(look, grain)
    if grain == "ticket":
        yield from due(look)
        yield from _slices(look)
    if grain in ("ticket", "update"):
        yield from durations(look)
        yield from inside_ticket(look)


def _version(look: Look, column: Column | None) -> str:
    if column is None or column.dates is None or column.dates.order == "iso":
        return quoted(column.name if column else "")
    return f"{{column: {quoted(column.name)}, type: instant, format: {quoted(column.dates.form)}}}"


def _slices(look: Look) -> Iterator[str]:
    status = look.first("status")
    if status is not None:
        yield f"custom: {{status: {quoted(status.name)}}}  # as a slice only; the events above make the KPIs"


def _ticket(look: Look, grain: str) -> Iterator[str]:
    key = ticket_of(look) if grain == "message" else look.first("id")
    yield "ticket:"
    yield (
        f"  id: {quoted(key.name)}"
        if key is not None
        else f"  id: {{row_number: true}}  # {TODO}: no id column found"
    )
    if grain in ("event", "message"):
        return
    created = look.first("created")
    if created is not None:
        yield f"  created_at: {instant(look, created)}  # such as {created.values[0]}"
    else:
        yield f"  # created_at: {TODO}: no creation time found; without one no period KPI, backlog or reply time"
        yield from _candidates(look)
    for field in ("priority", "channel", "type"):
        yield from (f"  {line}" for line in closed(look.first(field), field))
    for field in PLAIN:
        column = look.first(field)
        if column is not None:
            yield f"  {field}: {quoted(column.name)}  # {examples(column)}"


def _candidates(look: Look) -> Iterator[str]:
    dated = [column for column in look.columns if column.dates is not None]
    if dated:
        yield f"  #   columns with instants: {', '.join(instant(look, column) for column in dated)}"


def _left_over(look: Look, told: str) -> Sequence[str]:
    unused = [column for column in look.columns if quoted(column.name) not in told]
    named = [column.name for column in unused if column.filled]
    empty = [column.name for column in unused if not column.filled]
    lines = [f"    # not mapped: {', '.join(map(quoted, named))}"] if named else []
    return [*lines, f"    # always empty: {', '.join(map(quoted, empty))}"] if empty else lines
