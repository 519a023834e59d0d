"""Columns that sources deliver otherwise than before, and what that means for the KPIs."""

from collections.abc import Sequence

from dashboard.model import Stock
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node
from metrics.drift import Change

NAMED = 6  # KPIs; the rest is a number


def drift(stock: Stock, tell: Teller) -> list[Node]:
    """Return one entry per open change; nothing when the columns are as ever."""
    return [_change(one, stock, tell) for one in stock.ledger.changes]


def _change(one: Change, stock: Stock, tell: Teller) -> Node:
    words = tell.words
    level = "critical" if one.is_stopping else "warn" if one.fields and one.what != "new" else "none"
    badge = node("span", "badge", node("span", "icon"), node("span", "", words(f"data.drift_{one.what}")))
    place = " · ".join(part for part in (one.source_id, one.table, *one.fields) if part)
    told = [node("p", "", line) for line in _meaning(one, tell)]
    stops = node("p", "stops", words("data.drift_stops", source=one.source_id)) if one.is_stopping else None
    title = node("strong", "", one.column)
    kinds = [words.tag("column_kind", kind) for kind in one.types or ()]
    types = node("p", "", words("data.drift_types", before=kinds[0], now=kinds[1])) if kinds else None
    what = node(
        "div", "what", title, node("small", "", place, title=place), stops, types, *told, _way_out(one, stock, tell)
    )
    aside = node("div", "aside", node("span", "seen", tell.time(one.found_at)), _button(one, stock, tell))
    key = "-".join(["drift", one.source_id, one.table, one.column, one.what])
    return node("div", "change-of", badge, what, aside, data_level=level, data_key=key)


def _way_out(one: Change, stock: Stock, tell: Teller) -> Node | None:
    """Return what to say when the column is gone for good; None where nothing hangs on it, or everything."""
    if not _is_loss(one) or one.is_essential:
        return None
    key = "shape.accepted" if _is_pressed(stock) else "data.drift_accept"
    command = f"app.py drift --source {one.source_id} --accept {one.column!r}"
    return node("p", "", tell.words(key), " ", node("code", "", command))


def _is_loss(one: Change) -> bool:
    return one.what == "dropped" and bool(one.fields)


def _is_pressed(stock: Stock) -> bool:
    return "accept" in stock.verbs and stock.door != "shut"


def _button(one: Change, stock: Stock, tell: Teller) -> Node | None:
    """Return the button that says that a change is known, or that a loss is for good; None where neither can be."""
    if not _is_pressed(stock) or (_is_loss(one) and one.is_essential):
        return None
    key = "accept" if _is_loss(one) else "note"
    return node(
        "button",
        "verb accept",
        tell.words(f"shape.{key}"),
        type="button",
        data_verb="accept",
        data_source=one.source_id,
        data_column=one.column,
        aria_label=tell.words(f"shape.{key}_of", column=one.column),
    )


def _meaning(one: Change, tell: Teller) -> list[str]:
    words, comma = tell.words, tell.words("tile.comma")
    manner = "_retyped" if one.what == "retyped" else ""
    lines = []
    if one.kpis:
        lines.append(words(f"data.drift_kpis{manner}", list=named([tell.title(kpi, "") for kpi in one.kpis], tell)))
    if one.dimensions:
        split = comma.join(words.tag("filter", name) for name in one.dimensions)
        lines.append(words(f"data.drift_split{manner}", list=split))
    if one.renamed:
        lines.append(words("data.drift_renamed", name=one.renamed))
    return lines or [words("data.drift_nothing")]


def named(titles: Sequence[str], tell: Teller, most: int = NAMED) -> str:
    """Return titles as a list, those beyond the first few as a number."""
    more = len(titles) - most
    listed = tell.words("tile.comma").join(titles[:most])
    return f"{listed} {tell.words('data.drift_more', n=more)}" if more > 0 else listed
