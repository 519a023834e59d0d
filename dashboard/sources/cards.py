"""The sources, one card each: state, how far, how late, last and next run, and what may be done."""

from collections.abc import Iterable, Sequence
from math import log1p

from dashboard.face import epoch_ms
from dashboard.model import Schedule, Stock
from dashboard.numbers import DASH
from dashboard.sources.standing import LEVELS, Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Child, Node, node
from metrics.ledger import Run

SHOWN = 12  # runs in the table; the line shows all
TROUBLES = {"refused": "refused", "interrupted": "interrupted"}
SAMPLE = """sources:
  - id: helpdesk
    name: Helpdesk
    kind: sql
    url: ${HELPDESK_URL}
    mapping: data/mappings/mine.yaml
    every_s: 60
    max_age_s: 300"""
COLUMNS = ("when", "took", "read", "new", "changed", "same", "rejected", "pace", "result")


def cards(found: Sequence[Standing], stock: Stock, tell: Teller) -> list[Node]:
    """Return a card for each source, or what to do when there is none."""
    return [_card(one, stock, tell) for one in found] if found else [_nothing(tell)]


def _nothing(tell: Teller) -> Node:
    words = tell.words
    steps = [node("li", "", words(f"data.empty_{step}")) for step in ("settings", "import", "docs")]
    return node(
        "article",
        "source nothing",
        node("h3", "", words("data.empty")),
        node("ol", "", *steps),
        node("pre", "", SAMPLE),
    )


def _card(one: Standing, stock: Stock, tell: Teller) -> Node:
    return node(
        "article",
        "source",
        _who(one, tell),
        _delivered(one, tell),
        _last(one, tell),
        _next(one.schedule, tell),
        _line(one, tell),
        _buttons(one, stock, tell),
        _trouble(one, tell),
        _history(one, tell),
        data_level=LEVELS[one.state],
        data_state=one.state,
        data_key=one.source_id,
    )


def _who(one: Standing, tell: Teller) -> Node:
    kind = tell.words.tag("source_kind", one.kind)
    under = " · ".join(part for part in (one.source_id, kind) if part)
    badge = node("span", "badge", node("span", "icon"), node("span", "", tell.words(f"source_state.{one.state}")))
    return node(
        "header", "who", badge, node("h3", "", one.name, title=one.name), node("span", "under", under, title=under)
    )


def _fact(label: str, css: str, *parts: Child) -> Node:
    return node("div", f"fact {css}", node("span", "label", label), *parts)


def _delivered(one: Standing, tell: Teller) -> Node:
    """Return up to when everything is there, how long ago that is, and how much of the allowed lag is used."""
    words, limit = tell.words, one.entry.max_age_s if one.entry else None
    parts: list[Child] = [node("b", "", tell.time(one.watermark))]
    if one.state == "imported":
        parts.append(node("small", "", words("data.imported_once")))
    elif one.watermark is not None:
        bound = words("data.limit", value=tell.seconds(limit)) if limit else words("data.no_limit")
        since = epoch_ms(one.watermark)
        meter = node("i", "meter", data_lag=since, data_limit=limit) if limit else None
        parts += [node("small", "", tell.age(one.watermark), node("span", "limit", bound)), meter]
    return _fact(words("data.delivered"), "delivered", *parts)


def _last(one: Standing, tell: Teller) -> Node:
    """Return when it was last read and what came of it; a run without anything new is in no ledger."""
    words, run = tell.words, one.runs[-1] if one.runs else None
    pulled = one.schedule.pulled_at if one.schedule else None
    label = words("data.last_run")
    if pulled is not None and (run is None or pulled > run.ended_at):
        note = words("data.nothing_new") if run is None else words("data.quiet_since", time=tell.time(run.ended_at))
        return _fact(label, "last-run", node("b", "", tell.time(pulled)), node("small", "", note, title=note))
    if run is None:
        return _fact(label, "last-run", node("b", "", DASH), node("small", "", words("data.no_run")))
    note = _came(one, run, tell)
    return _fact(label, "last-run", node("b", "", tell.time(run.ended_at)), node("small", "", note, title=note))


def _came(one: Standing, run: Run, tell: Teller) -> str:
    words = tell.words
    if run.state == "done":
        parts = [words("data.rows", n=tell.count(run.n_read))]
        pace = one.rows_per_minute
        parts += [words("data.per_minute", n=tell.pace(pace))] if pace is not None else []
    else:
        good = one.last_good
        parts = [words.tag("run_state", run.state)]
        parts += [words("data.last_good", time=tell.time(good.ended_at))] if good is not None else []
    return " · ".join(parts)


def _next(schedule: Schedule | None, tell: Teller) -> Node | None:
    words = tell.words
    if schedule is None:
        return _fact(words("data.next_run"), "next-run", node("b", "", DASH))
    rhythm = words("data.every", value=tell.seconds(schedule.every_s)) if schedule.every_s else schedule.rhythm
    if schedule.running is not None:
        head = node("b", "reading", node("i", "pulse"), words("data.reading"))
        return _fact(words("data.next_run"), "next-run", head, node("small", "", tell.age(schedule.running)))
    if schedule.is_paused:
        return _fact(words("data.next_run"), "next-run", node("b", "", words("data.not_planned")))
    if schedule.next_at is None:
        return _fact(
            words("data.next_run"), "next-run", node("b", "", DASH), node("small", "wrap", words("data.waits"))
        )
    due = node("b", "", tell.time(schedule.next_at))
    note = words("data.failures", n=schedule.failures) if schedule.failures > 1 else rhythm
    return _fact(words("data.next_run"), "next-run", due, node("small", "", note))


def _line(one: Standing, tell: Teller) -> Node:
    """Return the last forty runs as bars, as high as they read rows, newest on the right."""
    runs = one.runs
    most = max((run.n_read for run in runs), default=0)
    bars = [
        node("i", "", data_run=run.state, data_h=_height(run.n_read, most), title=_told(run, tell)) for run in runs
    ]
    bad = sum(run.state != "done" for run in runs)
    label = tell.words("data.line", n=len(runs), bad=bad) if runs else tell.words("data.no_run")
    return node("div", "bars", *bars, role="img", aria_label=label)


def _height(rows: int, most: int) -> int:
    """Return percent of the line's height, by magnitude: one first load of a year leaves the others to be seen."""
    return round(100 * log1p(rows) / log1p(most)) if most else 0


def _told(run: Run, tell: Teller) -> str:
    rows = tell.words("data.rows", n=tell.count(run.n_read))
    parts = [tell.time(run.ended_at), tell.words.tag("run_state", run.state), rows, tell.seconds(run.seconds)]
    return " · ".join(parts)


def _buttons(one: Standing, stock: Stock, tell: Teller) -> Node | None:
    if stock.door == "shut" or one.schedule is None:
        return None
    shown = [_button(verb, one, tell) for verb in _possible(one, stock.verbs)]
    return node("div", "verbs", *shown) if shown else None


def _possible(one: Standing, verbs: Iterable[str]) -> list[str]:
    """Return what makes sense now: a paused source is resumed, a running one is not run again."""
    paused = one.state == "paused"
    running = one.schedule is not None and one.schedule.running is not None
    senseless = {
        "run_now": running,
        "pause": paused,
        "resume": not paused,
        "redrive": not one.n_rejected,
    }
    return [verb for verb in verbs if not senseless[verb]]


def _button(verb: str, one: Standing, tell: Teller) -> Node:
    label = tell.words(f"verb.{verb}")
    return node(
        "button",
        f"verb {verb}",
        label,
        type="button",
        data_verb=verb,
        data_source=one.source_id,
        aria_label=f"{label}: {one.name}",
    )


def _trouble(one: Standing, tell: Teller) -> Node | None:
    """Return why the last run brought nothing; "" when it did."""
    run = one.entry.trouble if one.entry else None
    if run is None:
        return None
    since = tell.words(
        f"data.{TROUBLES.get(run.state, 'failed')}_since",
        time=tell.time(one.entry.troubled_since if one.entry else None),
    )
    return node("div", "trouble", node("b", "", since), node("p", "", tell.said(run.message)), role="status")


def _history(one: Standing, tell: Teller) -> Node | None:
    if not one.runs:
        return None
    shown = list(reversed(one.runs))[:SHOWN]
    head = [node("th", _css(name), tell.words(f"run.{name}"), scope="col") for name in COLUMNS]
    rows = [_row(run, tell) for run in shown]
    table = node("table", "", node("thead", "", node("tr", "", *head)), node("tbody", "", *rows))
    box = node("div", "scroll", table, tabindex="0", role="region", aria_label=tell.words("data.runs"))
    title = tell.words("data.runs")
    return node("details", "history", node("summary", "", title), box, data_key=f"runs-{one.source_id}")


def _css(name: str) -> str:
    return "" if name in ("when", "result") else "num"


def _row(run: Run, tell: Teller) -> Node:
    counts = (run.n_read, run.n_new, run.n_changed, run.n_same, run.n_rejected)
    taken = run.seconds if run.n_read else None  # of a failure it is how long it has been failing
    cells = [tell.time(run.ended_at), tell.seconds(taken), *map(tell.count, counts)]
    cells.append(tell.pace(run.rows_per_minute))
    drawn = [node("td", _css(name), text) for name, text in zip(COLUMNS, cells, strict=False)]
    result = node("td", "result", tell.words.tag("run_state", run.state))
    note = " · ".join(part for part in (run.file_name, tell.said(run.message)) if part)
    if note:
        result[2].append(node("small", "", note, title=note))
    return node("tr", "", *drawn, result, data_run=run.state)
