"""How a guessed mapping writes one field: names, instants, words and remarks."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from etl.guess.columns import Column, Look
from etl.guess.words import TIMES, WORDS, canonical, likely

TODO = "TODO"


def quoted(text: str) -> str:
    """Return a text as YAML takes it back unchanged."""
    return json.dumps(text, ensure_ascii=False)


def examples(column: Column) -> str:
    """Return a remark with how many values a column has, and three of them."""
    shown = " ".join(", ".join(column.values[:3]).split())
    return f"{column.distinct:,} values, such as {shown}"[:110]


def table_form(look: Look) -> str:
    """Return the date format most of the columns have that speak of a time of a ticket."""
    telling = [
        column for column in look.columns if column.dates and column.field in TIMES and column.field != "moment"
    ]
    dated = telling or [column for column in look.columns if column.dates]
    forms = Counter(column.dates.form for column in dated if column.dates)
    return max(forms, key=lambda form: forms[form], default="iso")


def date_format(look: Look) -> Iterator[str]:
    """Yield the line of the table's date format with the reason for it; none for ISO."""
    form = table_form(look)
    column = next((each for each in look.columns if each.dates and each.dates.form == form), None)
    if form != "iso" and column is not None:
        yield f"date_format: {quoted(form)}  # {_order(column)}"


def _order(column: Column) -> str:
    dates = column.dates
    if dates is None:
        return ""
    of_all = f"of {column.filled:,} {column.name!r}"
    told = {
        "day": f"day first: {dates.decided:,} {of_all} have a first number above 12",
        "month": f"month first: {dates.decided:,} {of_all} have a second number above 12",
        "open": f"{TODO}: every {column.name!r} reads both ways, day or month first; check {dates.example}",
        "mixed": f"{TODO}: {column.name!r} mixes orders; have it exported in one form",
        "named": f"{dates.decided:,} {of_all} look like it, such as {dates.example}",
        "iso": f"such as {dates.example}",
    }
    return told[dates.order]


def instant(look: Look, column: Column) -> str:
    """Return an instant's field: the column, with its own form where that is not the table's."""
    if column.dates is None or column.dates.form == table_form(look):
        return quoted(column.name)
    return f"{{column: {quoted(column.name)}, format: {quoted(column.dates.form)}}}"


def closed(column: Column | None, field: str, key: str | None = None) -> Iterator[str]:
    """Yield a field whose words are a closed set, with a line for every value of the file."""
    if column is None:
        return
    known = _meanings(field, column)
    guesses = {value: likely(field, value) for value, word in known.items() if word is None}
    if not is_known(column, field):
        yield f"# {key or field}: {quoted(column.name)}  # {TODO}: no known words in it ({examples(column)})"
        return
    yield f"{key or field}:"
    yield f"  column: {quoted(column.name)}"
    yield "  values:"
    for value, word in known.items():
        if word is not None:
            asked = field == "priority" and value.isdigit() and not column.codes
            yield f"    {quoted(value)}: {word}" + (f"  # {TODO}: is 1 the most urgent?" if asked else "")
        elif guesses[value]:
            yield f"    {quoted(value)}: {guesses[value]}  # {TODO}: is it?"
        else:
            yield f"    # {quoted(value)}:   # {TODO}: one of {', '.join(WORDS[field])}"


def is_known(column: Column, field: str) -> bool:
    """Return whether a column has few values and at least one of them is a word of a closed field."""
    words = [column.codes.get(value) or canonical(field, value) or likely(field, value) for value in column.values]
    return column.has_few_values and any(words)


def _meanings(field: str, column: Column) -> dict[str, str | None]:
    """Return value -> canonical word; priorities told in words without a highest one move up to P1.

    Where only good and bad are told, they are the ends of the scale.
    """
    values: Sequence[str] = column.values
    known = {value: column.codes.get(value) or canonical(field, value) for value in values}
    if field == "score" and set(known.values()) <= {"4", "2", None}:
        return {value: {"4": "5", "2": "1"}.get(word or "") for value, word in known.items()}
    if column.codes:
        return known
    if field == "priority" and "P1" not in known.values() and not any(map(str.isdigit, "".join(values))):
        return {value: f"P{int(word[1]) - 1}" if word else None for value, word in known.items()}
    return known
