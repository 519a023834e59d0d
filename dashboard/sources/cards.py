"""The sources, one card each: state, how far, how late, last and next run, and what may be done."""

from collections.abc import Iterable, Sequence
from math import log1p

from dashboard.face import epoch_ms
from dashboard.model import Schedule, Stock
from dashboard.numbers import DASH
from dashboard.sources.past import again
from dashboard.sources.shape import note_of, noted
from dashboard.sources.standing import LEVELS, Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Child, Node, node
from metrics.ledger import Run

SHOWN = 12  # runs in the table; the line shows all
BUTTONS = ("run_now", "pause", "resume", "redrive")
TROUBLES = {"refused": "refused", "interrupted": "interrupted"}
SAMPLE = """sources:
  - id: helpdesk
    name: Helpdesk
    kind: sql
    url: ${HELPDESK_URL}
    mapping: data/mappings/mine.yaml
    every_s: 60
    max_age_s: 300"""
VERBS = """app.py map --guess tickets.csv -o data/mappings/mine.yaml
app.py check tickets.csv --mapping data/mappings/mine.yaml
app.py import tickets.csv --mapping data/mappings/mine.yaml"""
COLUMNS = ("when", "took", "read", "new", "changed", "same", "rejected", "pace", "result")


def cards(found: Sequence[Standing], stock: Stock, tell: Teller) -> list[Node]:
    """Return a card for each source, or what to do when there is none."""
    return [_card(one, stock, tell) for one in found] if found else [_nothing(tell)]


def _nothing(tell: Teller) -> Node:
    words = tell.words
    live = node("section", "way", node("h4", "", words("data.way_live")), node("p", "", words("data.way_live_how")))
    once = node("section", "way", node("h4", "", words("data.way_once")), node("p", "", words("data.way_once_how")))
    live[2].append(node("pre", "", SAMPLE))
    once[2].append(node("pre", "", VERBS))
    ways = node("div", "ways", live, once)
    return node(
        "article",
        "source nothing",
        node("h3", "", words("data.empty")),
        ways,
        node("p", "", words("data.empty_then")),
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
        _trouble(one, tell) or note_of(one, stock, tell),
        _history(one, stock, tell),
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
    if one.state == "loading":
        return _so_far(one, tell)
    pulled = one.schedule.pulled_at if one.schedule else None
    label = words("data.last_run")
    if pulled is not None and (run is None or pulled > run.ended_at):
        note = words("data.nothing_new") if run is None else words("data.quiet_since", time=tell.time(run.ended_at))
        return _fact(label, "last-run", node("b", "", tell.time(pulled)), node("small", "", note, title=note))
    if run is None:
        return _fact(label, "last-run", node("b", "", DASH), node("small", "", words("data.no_run")))
    note = _came(one, run, tell)
    return _fact(label, "last-run", node("b", "", tell.time(run.ended_at)), node("small", "", note, title=note))


def _so_far(one: Standing, tell: Teller) -> Node:
    """Return how far a first load is: what is committed, how fast rows come, and how long it still takes."""
    words, known = tell.words, one.schedule.first_load if one.schedule else None
    label = words("data.so_far")
    if known is None or not known.rows:
        n = one.entry.tickets if one.entry else 0
        told = words.number("data.tickets_so_far", n, n=tell.count(n)) if n else DASH
        under = (
            words("data.expected", n=tell.count(known.total)) if known and known.total else words("data.first_rows")
        )
        return _fact(label, "last-run", node("b", "", told), None if n else node("small", "", under))
    rest = [words("data.per_minute", n=tell.pace(known.per_s * 60))] if known.per_s else []
    rest += [words("data.left", value=tell.seconds(known.left_s))] if known.left_s else []
    rest += [words("data.left_unknown")] if known.total is None else []
    count = words.number("data.rows", known.rows, n=tell.count(known.rows))
    parts: list[Child] = [node("b", "", count), node("small", "", " · ".join(rest))]
    if known.total:
        share = min(100, round(100 * known.rows / known.total))
        of = words("data.of_about", n=tell.count(known.total))
        parts = [node("b", "", count, " ", node("span", "of", of)), parts[1], node("i", "progress", data_h=share)]
    return _fact(label, "last-run", *parts)


def _came(one: Standing, run: Run, tell: Teller) -> str:
    words = tell.words
    if run.state == "done":
        parts = [_rows(run, tell)]
        pace = one.rows_per_minute
        parts += [words("data.per_minute", n=tell.pace(pace))] if pace is not None else []
    else:
        good = one.last_good
        parts = [words.tag("run_state", run.state)]
        parts += [words("data.last_good", time=tell.time(good.ended_at))] if good is not None else []
    return " · ".join(parts)


def _rows(run: Run, tell: Teller) -> str:
    return tell.words.number("data.rows", run.n_read, n=tell.count(run.n_read))


def _next(schedule: Schedule | None, tell: Teller) -> Node | None:
    label = tell.words("data.next_run")
    if schedule is None:
        return _fact(label, "next-run", node("b", "", DASH))
    return _fact(label, "next-run", *_turn(schedule, tell))


def _turn(schedule: Schedule, tell: Teller) -> tuple[Node, ...]:
    """Return when it is read next, and how that was come by."""
    words = tell.words
    if schedule.running is not None:
        head = node("b", "reading", node("i", "pulse"), words("data.reading"))
        return head, node("small", "", words("data.started"), " ", tell.age(schedule.running))
    if schedule.is_paused:
        return (node("b", "", words("data.not_planned")),)
    if schedule.next_at is None:
        return node("b", "", DASH), node("small", "wrap", words("data.waits"))
    due = node("b", "", tell.time(schedule.next_at))
    if schedule.failures > 1:
        return due, node("small", "", words("data.failures", n=schedule.failures))
    rhythm = words("data.every", value=tell.seconds(schedule.every_s)) if schedule.every_s else None
    return due, node("small", "", rhythm or tell.rhythm(schedule.rhythm or ""))


def _line(one: Standing, tell: Teller) -> Node:
    """Return the last forty runs as bars, as high as they read rows, newest on the right."""
    runs = one.runs
    most = max((run.n_read for run in runs), default=0)
    bars = [
        node("i", "", data_run=run.state, data_h=_height(run.n_read, most), title=_told(run, tell)) for run in runs
    ]
    bad = sum(run.state != "done" for run in runs)
    label = tell.words.number("data.line", len(runs), bad=bad) if runs else tell.words("data.no_run")
    return node("div", "bars", *bars, role="img", aria_label=label)


def _height(rows: int, most: int) -> int:
    """Return percent of the line's height, by magnitude: one first load of a year leaves the others to be seen."""
    return round(100 * log1p(rows) / log1p(most)) if most else 0


def _told(run: Run, tell: Teller) -> str:
    parts = [tell.time(run.ended_at), tell.words.tag("run_state", run.state), _rows(run, tell)]
    return " · ".join([*parts, tell.seconds(run.seconds)])


def _buttons(one: Standing, stock: Stock, tell: Teller) -> Node | None:
    if stock.door == "shut" or one.schedule is None:
        return None
    shown = [_button(verb, one, tell) for verb in _possible(one, stock.verbs) if verb in BUTTONS]
    return node("div", "verbs", *shown) if shown else None


def _possible(one: Standing, verbs: Iterable[str]) -> list[str]:
    """Return what makes sense now: a paused source is resumed, and only what is kept whole is loaded again."""
    paused = one.state == "paused"
    senseless = {"pause": paused, "resume": not paused, "redrive": not one.n_again}
    return [verb for verb in verbs if not senseless.get(verb)]


def _button(verb: str, one: Standing, tell: Teller) -> Node:
    """Return a button; while the source is being read the one for that stays, says so and does nothing."""
    is_busy = verb == "run_now" and one.schedule is not None and one.schedule.running is not None
    label = tell.words("verb.running" if is_busy else f"verb.{verb}")
    return node(
        "button",
        f"verb {verb}",
        label,
        type="button",
        data_verb=verb,
        data_source=one.source_id,
        aria_label=f"{label}: {one.name}",
        aria_disabled="true" if is_busy else None,
    )


def _trouble(one: Standing, tell: Teller) -> Node | None:
    """Return why the last run brought nothing and when it is tried again; None when it did."""
    run = one.entry.trouble if one.entry else None
    if run is None:
        return None
    begun = one.entry.troubled_since if one.entry and run.state != "interrupted" else run.ended_at
    since = tell.words(f"data.{TROUBLES.get(run.state, 'failed')}_since", time=tell.time(begun))
    spared = _spared(one.schedule, tell) if one.schedule else ""
    after = node("p", "spared", spared) if spared else None
    return node(
        "div", "trouble", node("b", "", since), node("p", "", *tell.marked(run.message)), after, role="status"
    )


def _spared(schedule: Schedule, tell: Teller) -> str:
    """Return when a source that failed again and again is asked once more; "" for one that is read as planned."""
    if schedule.circuit == "half_open":
        return tell.words("data.tried")
    if schedule.circuit != "open" or schedule.is_paused:
        return ""
    return (
        tell.words("data.given_up")
        if schedule.next_at is None
        else tell.words("data.spared", time=tell.time(schedule.next_at))
    )


def _history(one: Standing, stock: Stock, tell: Teller) -> Node | None:
    if not one.runs:
        return None
    shown = list(reversed(one.runs))[:SHOWN]
    head = [node("th", _css(name), tell.words(f"run.{name}"), scope="col") for name in COLUMNS]
    rows = [_row(run, tell) for run in shown]
    table = node("table", "", node("thead", "", node("tr", "", *head)), node("tbody", "", *rows))
    box = node("div", "scroll", table, tabindex="0", role="region", aria_label=tell.words("data.runs"))
    title = tell.words("data.runs")
    return node(
        "details",
        "history",
        node("summary", "", title, aria_label=f"{title}: {one.name}"),
        box,
        again(one, stock, tell),
        data_key=f"runs-{one.source_id}",
    )


def _css(name: str) -> str:
    return "" if name in ("when", "result") else "num"


def _row(run: Run, tell: Teller) -> Node:
    told = [tell.time(run.ended_at), *(_figures(run, tell) if run.n_read else [DASH] * 7)]
    drawn = [node("td", _css(name), text) for name, text in zip(COLUMNS, told, strict=False)]
    result = node("td", "result", tell.words.tag("run_state", run.state))
    note = " · ".join(part for part in (run.file_name, noted(run, tell)) if part)
    if note:
        result[2].append(node("small", "", note))
    return node("tr", "", *drawn, result, data_run=run.state)


def _figures(run: Run, tell: Teller) -> list[str]:
    """Return time taken, what became of the rows, and rows per minute; of a run that read none there are none."""
    counts = (run.n_read, run.n_new, run.n_changed, run.n_same, run.n_rejected)
    pace = run.rows_per_minute
    return [tell.seconds(run.seconds), *map(tell.count, counts), DASH if pace is None else tell.count(round(pace))]
