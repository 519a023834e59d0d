"""The survey section of a guessed mapping: scores in numbers or words, one row per questionnaire or per answer."""

from collections.abc import Iterator

from etl.guess.columns import Column, Look
from etl.guess.lines import TODO, closed, examples, instant, quoted
from etl.guess.words import SCORE, canonical, meaning

WHO = ("customer", "agent", "team")


def is_long(look: Look) -> bool:
    """Return whether a row is one answer to one question; several make a questionnaire."""
    return bool(look.first("response_id") and look.first("question") and look.first("answer"))


def inside_ticket(look: Look) -> Iterator[str]:
    """Yield the survey section of a ticket row; nothing without a column of scores."""
    overall = look.first("overall")
    if overall is None or not (_is_in_numbers(overall) or is_in_words(overall)):
        return
    yield "survey:"
    yield from (f"  {line}" for line in _score("overall", overall))
    closing = look.first("closed") or look.first("resolved")
    if closing is not None:
        at = instant(look, closing)
        yield f"  submitted_at: {at}  # {TODO}: the file has no instant of the answer itself"


def questionnaire(look: Look) -> Iterator[str]:
    """Yield the survey section of rows that are questionnaires."""
    key, ticket = look.first("response_id") or look.first("id"), look.first("id")
    yield "survey:"
    yield f"  id: {quoted(key.name)}" if key is not None else "  id: {row_number: true}"
    moment = _moment(look)
    if moment is not None:
        yield f"  submitted_at: {instant(look, moment)}  # such as {moment.values[0]}"
    else:
        yield f'  # submitted_at: {{template: "2026-05-{{DAY}}", format: "%Y-%m-%d"}}  # {TODO}: no date found'
    if ticket is not None and ticket is not key:
        yield f"  ticket: {quoted(ticket.name)}"
    for name in WHO:
        column = look.first(name)
        if column is not None:
            yield f"  {name}: {quoted(column.name)}"
    yield f"  scale: [1, 5]  # {TODO}: lowest and highest answer"
    yield from (f"  {line}" for line in (_gathered(look) if is_long(look) else _scores(look)))


def _moment(look: Look) -> Column | None:
    dated = [column for column in look.columns if column.dates is not None]
    return min(dated, key=lambda column: (column.name.startswith("_"), column.field != "created"), default=None)


def _scores(look: Look) -> Iterator[str]:
    for name in ("overall", "nps", "weight"):
        column = look.first(name)
        if column is not None:
            yield from _score(name, column)
    asked = questions(look)
    if asked:
        yield f"dimensions:  # {TODO}: keep the questions, drop the codes"
        for column in asked:
            yield from (f"  {line}" for line in _score(quoted(column.name.lower()), column))


def _gathered(look: Look) -> Iterator[str]:
    """Yield one score per question; the questions are the columns once the answers are gathered."""
    question, answer = look.first("question"), look.first("answer")
    if question is None or answer is None:
        return
    asked = question.values if question.has_few_values else ()
    overall = next((one for one in asked if meaning(one) == "overall"), None)
    words = {value: canonical("score", value) for value in answer.values} if is_in_words(answer) else {}
    values = ", ".join(f"{quoted(value)}: {word}" for value, word in words.items() if word)
    if overall is not None:
        yield f"overall: {_answer(overall, values)}"
    yield f"dimensions:  # {TODO}: one line per question"
    yield from (f"  {quoted(one.lower())}: {_answer(one, values)}" for one in asked if one != overall)


def _answer(question: str, values: str) -> str:
    return f"{{column: {quoted(question)}, values: {{{values}}}}}" if values else quoted(question)


def _score(name: str, column: Column) -> Iterator[str]:
    if is_in_words(column):
        yield from closed(column, "score", name)
    else:
        yield f"{name}: {_number(column, name)}"


def _number(column: Column, field: str) -> str:
    """Return a score column with the codes outside of its scale as candidates for nulls."""
    top = 10 if field == "nps" else 5
    low = 0 if field == "nps" else 1
    numbers = [value for value in column.values if value.isdigit()]
    codes = sorted((value for value in numbers if not low <= int(value) <= top), key=int)
    if field == "weight" or not codes or not column.has_few_values:
        return f"{quoted(column.name)}  # {examples(column)}"
    nulls = ", ".join(map(quoted, codes))
    return f"{{column: {quoted(column.name)}, nulls: [{nulls}]}}  # {TODO}: are {', '.join(codes)} no answer?"


def questions(look: Look) -> list[Column]:
    """Return the columns that look like one question each."""
    return [column for column in look.columns if column.field is None and _is_small_score(column)]


def _is_small_score(column: Column) -> bool:
    small = 3 <= column.distinct <= 8 and all(value.isdigit() and int(value) <= 7 for value in column.values)
    return small or is_in_words(column)


def _is_in_numbers(column: Column) -> bool:
    numbers = sum(value.replace(".", "", 1).replace(",", "", 1).isdigit() for value in column.values)
    return (column.has_few_values or column.filled > 0) and 2 * numbers > len(column.values)


def is_in_words(column: Column) -> bool:
    """Return whether most of the few values of a column are words of satisfaction."""
    known = sum(canonical("score", value) in SCORE and not value.isdigit() for value in column.values)
    return column.has_few_values and column.distinct > 1 and 2 * known > len(column.values)
