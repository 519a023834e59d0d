"""Rows that did not load, by reason, each with examples: where, what, what would do, and the row itself."""

from collections.abc import Mapping

from dashboard.model import Stock
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node
from metrics.ledger import Example, Refusal
from metrics.masking import plain

FIRST = 8  # reasons at first sight; the rest is one click away


def refusals(stock: Stock, tell: Teller) -> list[Node]:
    """Return one entry per reason, the most frequent first; a sentence where everything loaded."""
    found = stock.ledger.refusals
    if not found:
        return [node("p", "fine", node("span", "icon"), tell.words("data.none_rejected"), data_level="ok")]
    most = max(one.n for one in found)
    drawn = [_reason(one, most, stock, tell) for one in found]
    if len(drawn) <= FIRST + 2:
        return drawn
    rest = found[FIRST:]
    label = tell.words.number("data.more_reasons", len(rest), rows=tell.count(sum(one.n for one in rest)))
    more = node("details", "rest", node("summary", "", label), *drawn[FIRST:], data_key="rest")
    return [*drawn[:FIRST], more]


def shown(payload: Mapping[str, str], door: str) -> Mapping[str, str]:
    """Return as much of a masked row as a reader may see: at another computer it may be anybody."""
    return payload if door == "open" else plain(payload)


def _reason(one: Refusal, most: int, stock: Stock, tell: Teller) -> Node:
    place = " · ".join(part for part in (one.source_id, one.table, one.field) if part)
    title = tell.title(one.title, one.rule)
    head = node(
        "summary",
        "",
        node("b", "n", tell.count(one.n)),
        node("i", "share", data_h=max(2, round(100 * one.n / most))),
        node("span", "what", node("strong", "", title), node("small", "", place, title=place)),
        node("span", "seen", tell.span(one.since, one.until)),
    )
    parts = [_examples(one, stock.door, tell), _all(one, tell), _redrive(one, title, stock, tell)]
    key = "-".join(["reason", one.source_id, one.rule, one.table or "", one.field or ""])
    return node("details", "reason", head, node("div", "inside", *parts), data_key=key)


def _all(one: Refusal, tell: Teller) -> Node | None:
    """Return how to list all rows of a reason; None where the examples are all of them."""
    if one.n <= len(one.examples):
        return None
    command = f"app.py rejects --source {one.source_id} --rule {one.rule} --limit {one.n}"
    return node("p", "all-rows", tell.words("shape.all_rows"), " ", node("code", "", command))


def _redrive(one: Refusal, title: str, stock: Stock, tell: Teller) -> Node | None:
    if not one.again:
        return node("div", "verbs", node("small", "", tell.words("data.redeliver")))
    if "redrive" not in stock.verbs or stock.door == "shut":
        return None
    if one.source_id not in {planned.source_id for planned in stock.schedules}:
        command = node("code", "", f"app.py redrive --source {one.source_id} --mapping FILE")
        return node("p", "all-rows", tell.words("shape.by_hand"), " ", command)
    label = tell.words.number("data.redrive_rule", one.again, n=tell.count(one.again))
    button = node(
        "button",
        "verb redrive",
        label,
        type="button",
        data_verb="redrive",
        data_source=one.source_id,
        data_rule=one.rule,
        aria_label=f"{label}: {title}",
    )
    return node("div", "verbs", button, node("small", "", tell.words("data.redrive_note")))


def _examples(one: Refusal, door: str, tell: Teller) -> Node:
    """Return the examples; what would do is told once where it is the same for all."""
    hints = list(dict.fromkeys(each.hint for each in one.examples if each.hint))
    shared = node("li", "shared hint", *tell.marked(hints[0])) if len(hints) == 1 else None
    return node("ul", "examples", shared, *[_example(each, one, door, tell, len(hints) > 1) for each in one.examples])


def _example(one: Example, of: Refusal, door: str, tell: Teller, is_hinted: bool) -> Node:
    cells = [
        node("span", "cell", node("small", "", column), value)
        for column, value in shown(one.payload, door).items()
        if value != of.table  # a whole file names itself
    ]
    hint = node("p", "hint", *tell.marked(one.hint)) if one.hint and is_hinted else None
    told = dict.fromkeys(part for part in (one.file, of.table, _place(one, of, tell)) if part)
    value = _value(one, of, tell)
    head = node("p", "", node("b", "", " · ".join(told)), " ", node("code", "", value) if value else None)
    return node("li", "", head, hint, node("div", "payload", *cells) if cells else None)


def _value(one: Example, of: Refusal, tell: Teller) -> str:
    """Return the field and what stood in it; "" for what is no row, where the place says it all."""
    if of.field is None and (one.value is None or one.value == of.table):
        return ""
    value = tell.words("data.no_value") if one.value is None else one.value
    return f"{of.field} = {value}" if of.field else value


def _place(one: Example, of: Refusal, tell: Teller) -> str:
    """Return which row it was; of what is no row the line of the file."""
    if of.rule == "malformed" and "line" in one.payload:
        return tell.words("data.line_no", n=one.payload["line"])
    return tell.words("data.row", n=tell.count(one.row_no)) if one.row_no else tell.words("data.whole_file")
