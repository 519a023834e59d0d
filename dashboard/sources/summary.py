"""The page in one line: is everything there, and if not, what is missing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard.model import Stock
from dashboard.sources.quality import level_of, share_text
from dashboard.sources.standing import Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node
from metrics.losses import Loss

GOOD = ("fresh", "imported")
SILENT = ("stale", "error", "refused", "paused")
APART = timedelta(minutes=15)  # between what holds the figures back and the others, before it is told


def summary(found: Sequence[Standing], stock: Stock, tell: Teller, as_of: datetime | None = None) -> list[Node]:
    """Return the verdict as a sentence, then four figures that lead to their sections.

    as_of  where all figures end; None = nowhere yet
    """
    if not found:
        return []
    level = _level(found)
    bad = [one for one in found if one.state not in (*GOOD, "loading")]
    head = tell.words.number("data.some_bad", len(found), bad=len(bad)) if bad else _quiet(found, tell)
    worst = _worst(stock)
    named = _named(bad, tell)
    if level == "ok" and worst is not None and level_of(worst.share) == "critical":
        level, named = "warn", _loses(worst, tell)
    text = node("span", "", node("strong", "", head), node("span", "names", named), _held(found, as_of, tell))
    verdict = node(
        "p",
        "verdict",
        node("span", "icon"),
        text,
        data_level=level,
        data_state="loading" if level == "none" else None,
    )
    return [verdict, node("div", "stats", *_stats(found, stock, tell))]


def _named(bad: Sequence[Standing], tell: Teller) -> str:
    """Return the first of the sources that need a look, each with its state, and how many more there are."""
    words = tell.words
    first = [words("data.named", name=one.name, state=words(f"source_state.{one.state}")) for one in bad[:4]]
    return words("tile.comma").join(first) + (words("data.and_more", n=len(bad) - 4) if len(bad) > 4 else "")


def _loses(worst: Loss, tell: Teller) -> str:
    return tell.words("verdict.loses", kpi=tell.title(worst.title, worst.metric), share=share_text(worst.share))


def _held(found: Sequence[Standing], as_of: datetime | None, tell: Teller) -> Node | None:
    """Return which silent source all figures end at while others are further, and what would do; None = none."""
    at_end = [one for one in found if as_of is not None and one.watermark is not None and one.watermark <= as_of]
    holder = next((one for one in at_end if one.state in SILENT and one.entry and one.entry.max_age_s), None)
    later = max((one.watermark for one in found if one.watermark is not None), default=None)
    if holder is None or as_of is None or later is None or later - as_of < APART:
        return None
    told = tell.words("verdict.held", time=tell.time(as_of), name=holder.name)
    way_out = tell.marked(tell.words("verdict.held_files")) if holder.kind == "file" else []
    return node("span", "held", told, " ", *way_out)


def _worst(stock: Stock) -> Loss | None:
    """Return the KPI that loses the largest share of its cases; None = none loses any."""
    return max((one for one in stock.losses if one.lost), key=lambda one: one.share, default=None)


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
    lost = _worst(stock)
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
