"""What came in, in the same worlds as the figures: nothing, all well, one late, one broken, and far too much."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle

from dashboard.model import Loading, Schedule
from metrics.catalog import HEADLINES, metric_of
from metrics.defects import TITLES, split_by, touched
from metrics.drift import Change
from metrics.ledger import Example, Flaw, Ledger, Refusal, Run, SourceEntry
from metrics.losses import Loss
from metrics.model import DataState, Text

NAMES: Mapping[str, tuple[str, str]] = {
    "helpdesk": ("工单系统 Helpdesk", "sql"),
    "surveys": ("Satisfaction surveys", "file"),
    "hotline": ("呼叫中心电话记录", "rest"),
    "shop": ("Shop messages", "push"),
}
SINGLE = ("one", "first", "tripped")  # one source: all well, its first load under way, its circuit open
NOTE = (
    "open transactions of other users are hidden, so that up to the overlap is left open;"
    " GRANT pg_read_all_stats to the user of this source"
)
DOWN = (
    "source helpdesk: GET /api/v2/tickets: no answer within 30 s, at the end of 5 tries; what was read is kept,"
    " the next pull goes on"
)
SHUT = (
    "/srv/drop/surveys: read-only for this program, so files cannot be moved; give it the right to write there, or"
    " leave `archive` and `quarantine` out of the settings: files then stay where they are"
)
LONG = "Customer service archive of the eastern region, second half, moved from the old ticket system in 2021"
ROW = {"id": "104233", "status": "Opne", "customer_name": "•••", "opened": "2026-11-18 14:31:07", "topic": "发票"}


def ledger_of(world: str, noon: datetime, late: datetime) -> Ledger:
    """Return the ledger of a world at its noon; `late` is the watermark of a source that is well."""
    if world in ("empty", "undated"):
        return Ledger()
    if world in SINGLE:
        return _alone(world, noon, late)
    archives = {"much": 8, "thirty": 26}.get(world, 0)
    names = dict(NAMES) | {f"archive_{n}": (f"{LONG} {n}", "file") for n in range(archives)}
    sources = tuple(_entry(world, number, name, noon, late) for number, name in enumerate(names.items()))
    return Ledger(sources, _refusals(world, noon), _flaws(world, noon), _changes(world, noon))


def _alone(world: str, noon: datetime, late: datetime) -> Ledger:
    """Return the ledger of a desk with one source."""
    whole = _entry("full", 0, ("helpdesk", NAMES["helpdesk"]), noon, late)
    if world == "first":
        begun = tuple(
            replace(run, run_id=one, started_at=start, ended_at=start + timedelta(seconds=9), n_read=120_000 + one)
            for one, run in enumerate(whole.runs[:3])
            if (start := noon - timedelta(seconds=40 - 12 * one))
        )
        return Ledger((replace(whole, state=DataState.STALE, watermark=None, runs=begun, tickets=361_204),))
    if world == "tripped":
        bad = [replace(run, state="failed", message=DOWN) for run in whole.runs[-7:]]
        failed = replace(
            whole, state=DataState.ERROR, watermark=noon - timedelta(minutes=9), runs=(*whole.runs[:-7], *bad)
        )
        return Ledger((failed,))
    noted = replace(whole.runs[-1], message=NOTE)
    refusals = (_refusal("missing_key", 1, noon),)
    return Ledger((replace(whole, runs=(*whole.runs[:-1], noted)),), refusals, _flaws("one", noon)[:1])


def _first(since: datetime) -> Loading:
    return Loading(since, rows=1_234_567, total=3_100_000, per_s=29_394.0, left_s=63)


def _alone_planned(world: str, noon: datetime) -> Schedule:
    plain = Schedule("helpdesk", NAMES["helpdesk"][0], "sql", 60.0, None, noon + timedelta(seconds=21))
    if world == "first":
        return replace(
            plain, running=noon - timedelta(seconds=42), next_at=None, first_load=_first(noon - timedelta(seconds=42))
        )
    if world == "tripped":
        return replace(plain, circuit="open", failures=7, next_at=noon + timedelta(minutes=6))
    return plain


def schedules_of(world: str, noon: datetime) -> tuple[Schedule, ...]:
    """Return what is planned: the third source is paused where there is trouble, a fifth never read."""
    if world in ("empty", "undated"):
        return ()
    if world in SINGLE:
        return (_alone_planned(world, noon),)
    plans = [
        Schedule(source_id, name, kind, 60.0, None, noon + timedelta(seconds=21 + 7 * number))
        for number, (source_id, (name, kind)) in enumerate(NAMES.items())
    ]
    if world in ("stale", "error"):
        plans[2] = Schedule("hotline", NAMES["hotline"][0], "rest", 60.0, is_paused=True)
        plans[1] = Schedule("surveys", NAMES["surveys"][0], "file", 60.0, None, noon, False, None, 7)
        plans.append(Schedule("new", "Jira Service Management", "rest", None, "0 6 * * *", noon + timedelta(hours=9)))
    plans[3] = Schedule("shop", NAMES["shop"][0], "push", 60.0, None, None, running=noon - timedelta(seconds=4))
    return tuple(plans)


def losses_of(world: str) -> tuple[Loss, ...]:
    """Return what the headline KPIs lose; the more the odder the world."""
    times = {"much": 40, "full": 0}.get(world, 1) if world not in ("empty", "undated") else 0
    found = []
    for number, name in enumerate(HEADLINES):
        faults = {"negative_duration": 3 * times, "unlinkable": 11 * times} if number in (1, 3) else {}
        faults = {reason: n for reason, n in faults.items() if n}
        rules = {"spam": 41, "bot_contained": 203, "merged": 17} if times or world == "full" else {}
        found.append(Loss(name, metric_of(name).title, 1180 - 90 * number if rules else 0, faults, rules))
    return tuple(found)


def _entry(
    world: str, number: int, named: tuple[str, tuple[str, str]], noon: datetime, late: datetime
) -> SourceEntry:
    source_id, (name, kind) = named
    state, mark = DataState.FRESH, late
    if source_id == "surveys" and world in ("stale", "error"):
        state = DataState.STALE if world == "stale" else DataState.ERROR
        mark = noon - timedelta(hours=31)
    is_live = world == "thirty" or not source_id.startswith("archive")
    runs = _runs(world if source_id == "surveys" else "full", number, noon)
    return SourceEntry(source_id, name, kind, state, is_live, mark, 300 if is_live else None, 64_120, runs)


def _runs(world: str, number: int, noon: datetime) -> tuple[Run, ...]:
    found = []
    for back in range(39, -1, -1):
        start = noon - timedelta(seconds=60 * back + 9 * number + 3)
        read = 18 + (back * 37 + number * 11) % 60 + (52_000 if back == 33 else 0)
        seconds = 0.2 + read / 9000
        is_bad = world == "error" and back < 3
        state = "failed" if is_bad else "refused" if back == 17 and number == 1 else "done"
        message = None
        if is_bad:
            message = SHUT
        elif state == "refused":
            message = "refused: 31 of 52 rows are bad (unknown_status 31); nothing of them was loaded"
        counts = (0,) * 5 if is_bad else (read, read // 3, read // 6, read - read // 3 - read // 6 - 1, 1)
        run = Run(900 - back, start, start + timedelta(seconds=seconds), state, message, None, *counts)
        found.append(run)
    return tuple(found)


def _refusals(world: str, noon: datetime) -> tuple[Refusal, ...]:
    if world == "much":
        made = [_refusal(f"odd_rule_{n}_{'with_a_very_long_name_' * (n % 3)}", 200 - 6 * n, noon) for n in range(30)]
        return tuple(made)
    if world == "full":
        return ()
    return (
        _refusal("unknown_status", 31, noon),
        _refusal("unparsed_cell", 4, noon),
        _refusal("missing_key", 1, noon),
    )


HINT = "add the value to `values` of tables.cases.events.0.to with one of new, open, pending, resolved, closed"


def _refusal(rule: str, n: int, noon: datetime) -> Refusal:
    examples = tuple(Example(row, "Opne", HINT, ROW) for row in (17, 22, 108))[: min(n, 3)]
    since = noon - timedelta(days=n % 5, hours=2)
    return Refusal("helpdesk", rule, _title(rule), "cases", "to", n, since, noon - timedelta(minutes=n), examples, n)


def _flaws(world: str, noon: datetime) -> tuple[Flaw, ...]:
    if world == "full":
        return ()
    rules = ("unknown_channel", "future_event", "clock_skew_clamped") if world != "much" else tuple(TITLES)
    return tuple(
        Flaw(
            rule,
            _title(rule),
            "helpdesk",
            field,
            912 // (n + 1),
            noon - timedelta(days=3),
            noon,
            "pigeon",
            touched(field),
            split_by(field),
        )
        for n, (rule, field) in enumerate(
            zip(rules, cycle(("ticket.channel", "status", "first_reply")), strict=False)
        )
    )


def _changes(world: str, noon: datetime) -> tuple[Change, ...]:
    if world == "full":
        return ()
    kpis = tuple(metric_of(name).title for name in HEADLINES)
    gone = Change(
        "surveys", "answers", "Q7ALL", "dropped", None, "Q7_ALL", ("survey.overall",), kpis[-1:], (), True, noon
    )
    types = ("integer", "text")
    other = Change(
        "helpdesk", "cases", "source", "retyped", types, None, ("ticket.channel",), kpis, ("channel",), False, noon
    )
    return (gone, other, Change("helpdesk", "cases", "colour", "new", None, None, (), (), (), False, noon))


def _title(rule: str) -> Text:
    return TITLES.get(rule, {"en": rule, "zh-CN": rule})
