"""What is odd in rows that loaded, and what the data cost each KPI: cases it counts, and cases it cannot."""

from collections.abc import Mapping

from dashboard.model import Stock
from dashboard.numbers import DASH
from dashboard.sources.drift import named
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node
from metrics.ledger import Flaw
from metrics.losses import Loss, reason_title

FIRST = 8


def flaws(stock: Stock, tell: Teller) -> list[Node]:
    """Return one line per rule and field, the most frequent first; a sentence where nothing is odd."""
    found = stock.ledger.flaws
    if not found:
        return [node("p", "fine", node("span", "icon"), tell.words("data.none_odd"), data_level="ok")]
    most = max(one.n for one in found)
    lines = []
    for one in found:
        place = " · ".join(part for part in (one.source_id, one.field) if part)
        example = tell.words("data.example", value=one.example) if one.example else ""
        where = " · ".join(part for part in (place, example) if part)
        title = node("strong", "", tell.title(one.title, one.rule))
        what = node("span", "what", title, node("small", "", where, title=where), _touched(one, tell))
        share = node("i", "share", data_h=max(2, round(100 * one.n / most)))
        seen = node("span", "seen", tell.span(one.since, one.until))
        lines.append(node("li", "flaw", node("b", "n", tell.count(one.n)), share, what, seen))
    if len(lines) <= FIRST + 2:
        return [node("ul", "flaws", *lines)]
    more = node("summary", "", tell.words("data.more_rules", n=len(lines) - FIRST))
    rest = node("details", "rest", more, node("ul", "flaws", *lines[FIRST:]), data_key="rest-flaws")
    return [node("ul", "flaws", *lines[:FIRST]), rest]


def _touched(one: Flaw, tell: Teller) -> Node | None:
    """Return which KPIs a flaw touches; how many cases it costs each stands in the table of effects."""
    words = tell.words
    parts = [named([tell.title(kpi, "") for kpi in one.kpis], tell, 3)] if one.kpis else []
    parts += [words("data.split_by", name=words.tag("filter", one.split))] if one.split else []
    return node("small", "touches", words("data.touches", list=words("tile.comma").join(parts))) if parts else None


def effects(stock: Stock, tell: Teller) -> list[Node]:
    """Return a table: each KPI with its n, the cases lost to faults of the data, and those its rules leave out."""
    words = tell.words
    heads = (
        ("kpi", ""),
        ("counted", "num"),
        ("lost", "num"),
        ("share", "num share-lost"),
        ("all", "parted"),
        ("why", ""),
        ("rules", ""),
    )
    head = [
        node("th", css, words(f"effect.{name}" if name != "all" else "shape.all"), scope="col") for name, css in heads
    ]
    rows = [_row(one, tell) for one in stock.losses]
    return [node("table", "", node("thead", "", node("tr", "", *head)), node("tbody", "", *rows))]


def _row(one: Loss, tell: Teller) -> Node:
    return node(
        "tr",
        "",
        node("th", "", tell.title(one.title, one.metric), scope="row"),
        node("td", "num", tell.count(one.n)),
        node("td", "num cost", tell.count(one.lost) if one.lost else DASH),
        node("td", "num cost share-lost", share_text(one.share) if one.lost else ""),
        node("td", "parted", _parted(one, tell)),
        node("td", "why-lost", *_chips(one.faults, tell)),
        node("td", "by-rule", *_chips(one.rules, tell)),
        data_level=level_of(one.share),
        data_key=one.metric,
    )


def _parted(one: Loss, tell: Teller) -> Node | None:
    """Return a bar of all cases: counted, lost to the data, left out by the KPI's own rules; None without any."""
    left_out = sum(one.rules.values())
    most = one.n + one.lost + left_out
    if not most:
        return None
    parts = [("counted", one.n), ("lost", one.lost), ("rules", left_out)]
    told = tell.words("tile.comma").join(f"{tell.words(f'effect.{name}')} {tell.count(n)}" for name, n in parts)
    bars = [node("i", f"of-{name}", data_h=round(100 * n / most, 1)) for name, n in parts if n]
    return node("div", "parts", *bars, role="img", aria_label=told, title=told)


def share_text(share: float) -> str:
    """Return percent with one digit; what is too small for it says so, for it is not 0."""
    return f"{share:.1f}%" if share >= 0.05 else "<0.1%"


def level_of(share: float) -> str:
    """Return how much it hurts: from 5 % on the figure is another one, below 1 % hardly."""
    return "critical" if share >= 5 else "warn" if share >= 1 else "none"


def _chips(counts: Mapping[str, int], tell: Teller) -> list[Node]:
    told = sorted(counts.items(), key=lambda item: -item[1])
    return [
        node("span", "why-chip", tell.title(reason_title(reason), reason), "\u00a0", node("b", "", tell.count(n)))
        for reason, n in told
    ]
