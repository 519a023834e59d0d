"""A first mapping written out, every line with the reason it is there."""

import re
from collections.abc import Iterator, Sequence

from etl.guess.answers import inside_ticket, is_long, questionnaire
from etl.guess.columns import Column, Look
from etl.guess.lines import TODO, closed, date_format, examples, instant, quoted
from etl.guess.streams import changed_fields, due, duration_of, durations, streams, ticket_of
from etl.guess.words import meaning
from etl.normalize.marks import fitting

PLAIN = ("team", "agent", "category", "product", "region", "customer")
KINDS = {
    "ticket": "one ticket per row",
    "update": "one change per row",
    "event": "one event per row",
    "message": "one message per row",
}


def draft(look: Look, form: dict[str, str], above: int = 0) -> str:
    """Return the text of a mapping for the rows of a file; it reads back without errors.

    form   what has to be said about the file: format, encoding, delimiter, sheet
    above  filled rows above its header
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
        *_file(look, form, above, grain),
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
    named = f" in {len(local)} columns" if len(local) > 4 else f" ({', '.join(local)})" if local else ""
    if re.search(r"[\u4e00-\u9fff]", "".join(column.name for column in look.columns)):
        zone, why = "Asia/Shanghai", "assumed of a Chinese header"
    else:
        zone, why = "UTC", "name their zone, such as Asia/Shanghai"
    what = " ".join(f"instants without an offset{named} count as {zone}".split())
    return f"timezone: {zone}  # {TODO}: {what}; {why}"


def _nulls(look: Look) -> Iterator[str]:
    marks = sorted({mark for column in look.columns for mark in column.blanks})
    if marks:
        yield f"nulls: [{', '.join(map(quoted, marks))}]  # these stand for no value, in every column"


def _file(look: Look, form: dict[str, str], above: int, grain: str) -> Iterator[str]:
    parts = [f"{name}: {quoted(value)}" for name, value in form.items()]
    parts += [f"header: {{skip: {above}}}"] if above else []
    key, question, answer = look.first("response_id"), look.first("question"), look.first("answer")
    if is_long(look) and key and question and answer:
        pieces = {"by": key.name, "name": question.name, "value": answer.name}
        parts.append(f"gather: {{{', '.join(f'{name}: {quoted(value)}' for name, value in pieces.items())}}}")
    changes, changed = changed_fields(look), look.first("field")
    if grain == "event" and changed is not None and changes:
        names = ", ".join(quoted(name) for fields in changes.values() for name in fields)
        parts.append(f"only: {{{quoted(changed.name)}: [{names}]}}")
    if above:
        yield f"    # {above} rows above the header are left out"
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
        if look.first("sequence") or look.first("updated"):
            return "update"
        return "ticket" if _tells_ends(look) else "event"
    return "ticket"


def _tells_ends(look: Look) -> bool:
    """Return whether a row tells when a ticket began and when it was answered or ended; events tell one instant."""
    ends = ("first_reply", "resolved", "closed")
    return look.first("created") is not None and any(look.first(end) for end in ends)


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
    yield from _marks(look)
    if grain == "survey":
        yield from questionnaire(look)
        return
    told = [*_ticket(look, grain), *streams(look, grain)]
    yield from told
    if grain == "ticket":
        yield from due(look)
        yield from _slices(look)
    if grain in ("ticket", "update"):
        yield from durations(look, "\n".join(told))
        yield from inside_ticket(look)


def _marks(look: Look) -> Iterator[str]:
    """Yield how numbers are written, where scores or durations have other marks than a point."""
    read = [column for column in look.columns if column.duration or column.field in ("overall", "nps", "weight")]
    marked = [column for column in read if column.marked]
    if not marked:
        return
    found = fitting([text for column in marked for text in column.marked])
    shown = f"such as {marked[0].marked[0]} in {marked[0].name!r}"
    if found is None:
        yield f'# decimal: ","  # {TODO}: how are numbers written, {shown}?'
        return
    if found.decimal != ".":
        yield f"decimal: {quoted(found.decimal)}  # {shown}"
    if found.thousands:
        yield f"thousands: {quoted(found.thousands)}"


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
        asked = "" if meaning(created.name) == "created" else f"{TODO}: is it the creation? "
        yield f"  created_at: {instant(look, created)}  # {asked}such as {created.values[0]}"
    else:
        yield f"  # created_at: {TODO}: no creation time found; without one no period KPI, backlog or reply time"
        yield from _candidates(look)
    for field in ("priority", "channel", "type"):
        yield from (f"  {line}" for line in closed(look.first(field), field))
    if created is None and (taken := duration_of(look, "resolution")) is not None:
        yield f"  given_resolution_s: {{column: {quoted(taken.name)}, type: {taken.duration}}}  # of undated tickets"
    yield from _extras(look)
    for field in PLAIN:
        column = look.first(field)
        if column is not None:
            yield f"  {field}: {quoted(column.name)}  # {examples(column)}"


def _extras(look: Look) -> Iterator[str]:
    spam, tags = look.first("is_spam"), look.first("tags")
    if spam is not None:
        yield f"  is_spam: {{column: {quoted(spam.name)}, type: boolean}}"
    if tags is not None:
        is_listed = any("," in value or value.startswith("[") for value in tags.values)
        split = "" if is_listed or not any(" " in value for value in tags.values) else ', split: " "'
        yield f"  tags: {{column: {quoted(tags.name)}{split}}}"


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
