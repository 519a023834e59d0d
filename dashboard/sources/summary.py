"""The page in one line: is everything there, and if not, what is missing."""

from collections.abc import Sequence

from dashboard.model import Stock
from dashboard.sources.quality import level_of, share_text
from dashboard.sources.standing import Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node

GOOD = ("fresh", "imported")


def summary(found: Sequence[Standing], stock: Stock, tell: Teller) -> list[Node]:
    """Return the verdict as a sentence, then four figures that lead to their sections."""
    if not found:
        return []
    level = _level(found)
    bad = [one for one in found if one.state not in (*GOOD, "loading")]
    words, comma = tell.words, tell.words("tile.comma")
    named = comma.join(
        words("data.named", name=one.name, state=words(f"source_state.{one.state}")) for one in bad[:4]
    )
    more = words("data.and_more", n=len(bad) - 4) if len(bad) > 4 else ""
    head = words.number("data.some_bad", len(found), bad=len(bad)) if bad else _quiet(found, tell)
    text = node("span", "", node("strong", "", head), node("span", "names", named + more))
    verdict = node(
        "p",
        "verdict",
        node("span", "icon"),
        text,
        data_level=level,
        data_state="loading" if level == "none" else None,
    )
    return [verdict, node("div", "stats", *_stats(found, stock, tell))]


def _quiet(found: Sequence[Standing], tell: Teller) -> str:
    """Return the sentence where nothing needs a look: all is there, or comes for the first time."""
    first = [one.name for one in found if one.state == "loading"]
    if first:
        return tell.words("data.first_load", list=tell.words("tile.comma").join(first))
    return tell.words.number("data.all_fresh", len(found))


def _level(found: Sequence[Standing]) -> str:
    states = {one.state for one in found}
    return (
        "critical"
        if states & {"error", "refused"}
        else "warn"
        if states - {*GOOD, "loading"}
        else "none"
        if "loading" in states
        else "ok"
    )


def _stats(found: Sequence[Standing], stock: Stock, tell: Teller) -> list[Node]:
    words = tell.words
    refused = sum(one.n for one in stock.ledger.refusals)
    odd = sum(one.n for one in stock.ledger.flaws)
    lost = max((one for one in stock.losses if one.lost), key=lambda one: one.share, default=None)
    share, of = (
        (share_text(lost.share), tell.title(lost.title, lost.metric))
        if lost
        else ("0%", words("data.stat_none_lost"))
    )
    fresh = sum(one.state in GOOD for one in found)
    reasons = _reasons(len(stock.ledger.refusals), tell)
    return [
        _stat(
            "#sources",
            words("data.stat_fresh"),
            f"{fresh}/{len(found)}",
            words.number("data.stat_sources", len(found)),
        ),
        _stat("#rejected", words("data.stat_rejected"), tell.count(refused), reasons, "warn" if refused else "none"),
        _stat("#odd", words("data.stat_odd"), tell.count(odd), words("data.stat_loaded")),
        _stat("#effects", words("data.stat_lost"), share, of, level_of(lost.share) if lost else "none"),
    ]


def _reasons(n: int, tell: Teller) -> str:
    return tell.words.number("data.reasons", n) if n else tell.words("data.everything_loaded")


def _stat(href: str, label: str, value: str, under: str, level: str = "none") -> Node:
    parts = node("span", "label", label), node("b", "", value), node("small", "", under)
    return node("a", "stat", *parts, href=href, data_level=level)
