"""A first mapping written out, every line with the reason it is there."""

import json
from collections.abc import Iterator, Sequence

from etl.guess.columns import Column, Dates, Look
from etl.guess.words import WORDS, canonical

PLAIN = ("team", "agent", "category", "product", "region", "customer")
TODO = "TODO"


def draft(look: Look, kind: str | None) -> str:
    """Return the text of a mapping for the rows of a file; it reads back without errors.

    kind  file format to be written down; None = the suffix says it
    """
    grain = _grain(look)
    lines = [
        f"# First mapping of {look.path.name}, guessed from its header and {look.rows:,} rows.",
        f"# Every line marked {TODO} needs your decision. Then: app.py check {look.path.name} --mapping THIS_FILE",
        "version: 1",
        "timezone: UTC  # of instants without an offset; write the zone they mean, such as Asia/Shanghai",
        *_nulls(look),
        "tables:",
        f"  - name: {_quoted(look.path.stem)}",
        *([f"    file: {{format: {kind}}}"] if kind else []),
        f"    rows: {grain}  # {_reason(look, grain)}",
    ]
    lines += [f"    {line}" for line in _body(look, grain)]
    return "\n".join([*lines, *_left_over(look), ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _nulls(look: Look) -> Iterator[str]:
    marks = sorted({mark for column in look.columns for mark in column.blanks})
    if marks:
        yield f"nulls: [{', '.join(map(_quoted, marks))}]  # these stand for no value, in every column"


def _key(look: Look) -> Column | None:
    return look.first("id")


def _grain(look: Look) -> str:
    key = _key(look)
    is_about_work = any(look.first(field) for field in ("status", "priority", "team", "agent"))
    if look.first("response_id") is not None or (key is None and look.first("overall") and not is_about_work):
        return "survey"
    if key is not None and key.distinct < key.filled and look.first("status") is not None:
        return "update" if look.first("sequence") or look.first("updated") else "event"
    return "ticket"


def _reason(look: Look, grain: str) -> str:
    key = _key(look)
    if grain == "survey":
        return "one questionnaire per row"
    if key is None:
        return "one ticket per row, known by its row number"
    kind = {"ticket": "one ticket per row", "update": "one change per row", "event": "one event per row"}[grain]
    return f"{kind}: {key.distinct:,} different {key.name!r} in {look.rows:,} rows"


def _body(look: Look, grain: str) -> Iterator[str]:
    if grain == "update":
        version = look.first("sequence") or look.first("updated")
        yield f"fold: {{sequence: {_quoted(version.name if version else '')}}}  # the highest one is the ticket now"
    yield from _date_format(look)
    if grain == "survey":
        yield from _survey(look)
        return
    yield from _ticket(look, grain)
    yield from _streams(look, grain)
    if grain == "ticket":
        yield from _due(look)
        status = look.first("status")
        if status is not None:
            yield f"custom: {{status: {_quoted(status.name)}}}  # as a slice only; the events above make the KPIs"
    if grain != "event":
        yield from _answers(look)


def _date_format(look: Look) -> Iterator[str]:
    for column in look.columns:
        dates = column.dates
        if dates is not None and dates.order != "iso":
            yield f"date_format: {_quoted(_form(dates))}  # {_order(column, dates)}"
            return


def _form(dates: Dates) -> str:
    separator = next((each for each in "/.-" if each in dates.example[:3]), "/")
    day, month = ("%m", "%d") if dates.order == "month" else ("%d", "%m")
    year = "%Y" if len(dates.example.split()[0].split(separator)[-1]) == 4 else "%y"
    clock = dates.example.partition(" ")[2]
    seconds = ":%S" if clock.count(":") == 2 else ""
    half = clock.upper().endswith(("AM", "PM"))
    hours = (" %I:%M" if half else " %H:%M") + seconds + (" %p" if half else "") if clock else ""
    return separator.join((day, month, year)) + hours


def _order(column: Column, dates: Dates) -> str:
    of_all = f"of {column.filled:,} {column.name!r}"
    told = {
        "day": f"day first: {dates.first_over_12:,} {of_all} have a first number above 12",
        "month": f"month first: {dates.second_over_12:,} {of_all} have a second number above 12",
        "open": f"{TODO}: every {column.name!r} reads both ways, day or month first; check {dates.example}",
        "mixed": f"{TODO}: {column.name!r} mixes orders; have it exported in one form",
    }
    return told[dates.order]


def _ticket(look: Look, grain: str) -> Iterator[str]:
    key = _key(look)
    yield "ticket:"
    yield (
        f"  id: {_quoted(key.name)}"
        if key is not None
        else f"  id: {{row_number: true}}  # {TODO}: no id column found"
    )
    if grain == "event":
        return
    created = look.first("created")
    if created is not None:
        yield f"  created_at: {_quoted(created.name)}  # such as {created.values[0]}"
    else:
        yield f"  # created_at: {TODO}: no creation time found; without one no period KPI, backlog or reply time"
    for field in ("priority", "channel", "type"):
        yield from (f"  {line}" for line in _closed(look.first(field), field))
    for field in PLAIN:
        column = look.first(field)
        if column is not None:
            yield f"  {field}: {_quoted(column.name)}  # {_examples(column)}"


def _examples(column: Column) -> str:
    return f"{column.distinct:,} values, such as {', '.join(column.values[:3])}".replace("\n", " ")[:110]


def _closed(column: Column | None, field: str, key: str | None = None) -> Iterator[str]:
    """Yield a field whose words are a closed set, with a line for every value of the file."""
    if column is None:
        return
    known = _meanings(field, column.values)
    if not column.has_few_values or not any(known.values()):
        yield f"# {key or field}: {_quoted(column.name)}  # {TODO}: no known words in it ({_examples(column)})"
        return
    yield f"{key or field}:"
    yield f"  column: {_quoted(column.name)}"
    yield "  values:"
    for value, word in known.items():
        if word is not None:
            yield f"    {_quoted(value)}: {word}"
        else:
            yield f"    # {_quoted(value)}:   # {TODO}: one of {', '.join(WORDS[field])}"


def _meanings(field: str, values: Sequence[str]) -> dict[str, str | None]:
    """Return value -> canonical word; priorities told in words without a highest one move up to P1."""
    known = {value: canonical(field, value) for value in values}
    if field == "priority" and "P1" not in known.values() and not any(map(str.isdigit, "".join(values))):
        return {value: f"P{int(word[1]) - 1}" if word else None for value, word in known.items()}
    return known


def _streams(look: Look, grain: str) -> Iterator[str]:
    events = list(_events(look, grain))
    if events:
        yield "events:"
        yield from (f"  {line}" for line in events)
    reply = look.first("first_reply")
    if reply is not None and grain != "event":
        agent = look.first("agent")
        by = f", by: {_quoted(agent.name)}" if agent is not None else ""
        yield "messages:"
        yield f"  - {{author_kind: agent, at: {_quoted(reply.name)}{by}}}  # stands for the first reply"


def _events(look: Look, grain: str) -> Iterator[str]:
    if grain != "ticket":
        moment = look.first("updated") or look.first("moment") or look.first("created")
        yield "- kind: status"
        yield (
            f"  at: {_quoted(moment.name)}" if moment is not None else f'  at: ""  # {TODO}: when the change happened'
        )
        if grain == "update":
            yield "  each: row"
        yield from (f"  {line}" for line in _closed(look.first("status"), "status", "to"))
        return
    for field in ("resolved", "closed"):
        column = look.first(field)
        if column is not None:
            yield f"- {{kind: status, to: {field}, at: {_quoted(column.name)}}}  # {column.filled:,} rows have it"


def _due(look: Look) -> Iterator[str]:
    found = [column for column in look.columns if column.field == "due" and column.filled]
    if not found:
        return
    yield "due:"
    taken = set()
    for column in found:
        lowered = column.name.lower()
        what = "first_reply" if "respon" in lowered or "reply" in lowered or "响应" in column.name else "resolution"
        mark = "# " if what in taken else ""
        taken.add(what)
        yield f"  {mark}{what}: {_quoted(column.name)}"


def _answers(look: Look) -> Iterator[str]:
    overall = look.first("overall")
    if overall is None or not _is_score(overall):
        return
    yield "survey:"
    yield f"  overall: {_quoted(overall.name)}  # {_examples(overall)}"
    yield f"  scale: [1, 5]  # {TODO}: lowest and highest answer"
    closed = look.first("closed") or look.first("resolved")
    if closed is not None:
        yield f"  submitted_at: {_quoted(closed.name)}  # {TODO}: the file has no instant of the answer itself"


def _is_score(column: Column) -> bool:
    numbers = sum(value.replace(".", "", 1).isdigit() for value in column.values)
    return column.has_few_values and 2 * numbers > len(column.values)


def _survey(look: Look) -> Iterator[str]:
    key = look.first("response_id") or _key(look)
    yield "survey:"
    yield f"  id: {_quoted(key.name)}" if key is not None else "  id: {row_number: true}"
    moment = next((column for column in look.columns if column.dates is not None), None)
    if moment is not None:
        yield f"  submitted_at: {_quoted(moment.name)}  # such as {moment.values[0]}"
    else:
        yield f'  # submitted_at: {{template: "2026-05-{{DAY}}", format: "%Y-%m-%d"}}  # {TODO}: no date found'
    yield f"  scale: [1, 5]  # {TODO}: lowest and highest answer"
    for field in ("overall", "nps", "weight"):
        column = look.first(field)
        if column is not None:
            yield f"  {field}: {_scored(column, field)}"
    yield from (f"  {line}" for line in _dimensions(look))


def _scored(column: Column, field: str) -> str:
    """Return a score column with the codes outside of its scale as candidates for nulls."""
    top = 10 if field == "nps" else 5
    low = 0 if field == "nps" else 1
    numbers = [value for value in column.values if value.isdigit()]
    codes = sorted((value for value in numbers if not low <= int(value) <= top), key=int)
    if field == "weight" or not codes or not column.has_few_values:
        return f"{_quoted(column.name)}  # {_examples(column)}"
    nulls = ", ".join(map(_quoted, codes))
    return f"{{column: {_quoted(column.name)}, nulls: [{nulls}]}}  # {TODO}: are {', '.join(codes)} no answer?"


def _dimensions(look: Look) -> Iterator[str]:
    scores = _questions(look)
    if scores:
        yield f"dimensions:  # {TODO}: keep the questions, drop the codes"
        yield from (f"  {_quoted(column.name.lower())}: {_scored(column, 'overall')}" for column in scores)


def _questions(look: Look) -> list[Column]:
    return [column for column in look.columns if column.field is None and _is_small_score(column)]


def _is_small_score(column: Column) -> bool:
    return 3 <= column.distinct <= 8 and all(value.isdigit() and int(value) <= 7 for value in column.values)


def _left_over(look: Look) -> Sequence[str]:
    used = {column.name for column in _questions(look)} if _grain(look) == "survey" else set()
    named = [
        column.name for column in look.columns if column.field is None and column.filled and column.name not in used
    ]
    empty = [column.name for column in look.columns if not column.filled]
    lines = [f"    # not mapped: {', '.join(map(_quoted, named))}"] if named else []
    return [*lines, f"    # always empty: {', '.join(map(_quoted, empty))}"] if empty else lines
