"""What a run noted about its columns, in one line: the panel of changed columns tells each of them whole."""

import re
from collections.abc import Sequence

from dashboard.model import Stock
from dashboard.sources.standing import Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node
from metrics.ledger import Run

NAMED = 6  # columns; the rest is a number

MEANING = r"it gave [^\s,]+(?: \([^()]*\))?(?:, [^\s,]+(?: \([^()]*\))?)*(?:\. Was it renamed to [^?]*\?)?"
DETAIL = rf"(?:\w+ before, \w+ now; )?(?:{MEANING}|it is read|the mapping does not read it)"
COLUMN = r"'[^'\n]*'|\"[^\"\n]*\""
CHANGE = rf"[^;:\n]+: column (?P<column>{COLUMN}) (?:is new|is gone|changed its type): {DETAIL}"
FOUND = re.compile(rf"(?:^|; ){CHANGE}(?=; |$)", re.MULTILINE)


def parted(message: str) -> tuple[str, Sequence[str]]:
    """Return what a run noted without what it says of columns, and the names of the columns that changed.

    >>> parted("2 files; desk: column 'colour' is new: the mapping does not read it")
    ('2 files', ['colour'])
    """
    columns = [found["column"][1:-1] for found in FOUND.finditer(message)]
    return FOUND.sub("", message).removeprefix("; ").strip(), columns


def noted(run: Run, tell: Teller) -> str:
    """Return what a run had to say in the reader's language, its columns by name only; "" for nothing."""
    rest, columns = parted(run.message or "")
    return tell.words("tile.comma").join(part for part in (tell.said(rest), _changed(columns, tell)) if part)


def note_of(one: Standing, stock: Stock, tell: Teller) -> Node | None:
    """Return what the last run that was done had to say; what it says of columns leads to them. None = nothing."""
    run = one.runs[-1] if one.runs else None
    if run is None or run.state != "done" or not run.message:
        return None
    rest, columns = parted(run.message)
    is_open = any(change.source_id == one.source_id for change in stock.ledger.changes)
    link = node("a", "", tell.words("shape.see"), href="#drift") if is_open else None
    when = node("b", "", tell.words("data.noted", time=tell.time(run.ended_at)))
    of_rows = node("p", "", *tell.marked(rest)) if rest else None
    of_columns = node("p", "", _changed(columns, tell), " ", link) if columns else None
    return node("div", "noted", when, of_rows, of_columns)


def _changed(columns: Sequence[str], tell: Teller) -> str:
    """Return which columns changed; "" for none."""
    if not columns:
        return ""
    named, more = tell.words("tile.comma").join(columns[:NAMED]), len(columns) - NAMED
    rest = f" {tell.words('shape.more', n=more)}" if more > 0 else ""
    return tell.words.number("shape.changed", len(columns), list=named + rest)
