"""Days of a KPI that are out of the ordinary: from the data to judged days, by slice (semantics 9.5; R-101)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from metrics.anomalies import HISTORY, Day, Judged, classes, counted, shared, timed, watch
from metrics.calendar import MINUTE_US
from metrics.catalog import metric_of
from metrics.kinds.averaging import Duration
from metrics.kinds.counting import Count, Share, SlaShare
from metrics.kinds.work import Reach
from metrics.measure import measure
from metrics.metric import Metric, Need, rows_of
from metrics.model import Question, Reading, Window
from metrics.periods import local_day
from metrics.scan import Ground, Plan

WARM_UP = 14  # days that the running mean needs to forget where it began
LN = 1_000_000  # parts in which logs are added, so that the order of adding does not matter
SHARES = (Share, SlaShare, Reach)
SHORTEST_US = 1_000_000  # a duration of none has no log


def unusual(ground: Ground, like: Question) -> dict[str, tuple[Judged, ...]]:
    """Return the judged days of a question's window, by member of its split ("" without); the running day is none.

    Counts are watched by their logs, durations by the mean of the logs of their minutes; of shares the bad side is:
    where higher is better, the rows that did not pass (an SLA's breaches, the share over the limit of 9.5).
    ValueError for an unbounded window, and for a KPI that is none of these.
    """
    window, metric = like.window, metric_of(like.metric)
    if window.start is None or window.end is None:
        raise ValueError(f"anomalies need a bounded window, got {window}")
    if not isinstance(metric.kind, (Count, Duration, *SHARES)) or metric.kind.is_stock:
        raise ValueError(f"{like.metric} is no count of events, no duration and no share: it has no usual day")
    if ground.as_of is None:
        return {}
    end = min(window.end, local_day(ground.as_of, window.tz))
    start = window.start - timedelta(days=HISTORY + WARM_UP)
    if window.start >= end:
        return {}
    asked = replace(like, window=Window(start, end, window.tz), grain="day", with_interval=False, quantile=None)
    calendar = ground.desk.calendars.get(ground.desk.calendar or "")
    found = watch(_days(ground, metric, asked), classes(calendar), is_log=not isinstance(metric.kind, SHARES))
    return {name: tuple(one for one in days if one.on >= window.start) for name, days in found.items()}


def _days(ground: Ground, metric: Metric, asked: Question) -> dict[str, list[Day]]:
    if isinstance(metric.kind, Duration):
        return _gathered(_timed(ground, metric, metric.kind, asked))
    readings = measure(ground.con, ground.desk, [asked], ground.as_of, ground.members)[asked]
    return _gathered(_shares(readings, metric) if isinstance(metric.kind, SHARES) else _counts(readings))


def _gathered(found: Iterable[tuple[str | None, Day]]) -> dict[str, list[Day]]:
    slices: dict[str, list[Day]] = {}
    for member, day in found:
        slices.setdefault(member or "", []).append(day)
    return slices


def _counts(readings: Iterable[Reading]) -> Iterator[tuple[str | None, Day]]:
    """Yield counts from the first day of the data on: before it there is no count, not one of 0 (1.9)."""
    told = [(one.member, date.fromisoformat(one.bucket), one.n) for one in readings if one.bucket]
    first = min((on for _, on, n in told if n), default=date.max)
    return ((member, counted(on, n)) for member, on, n in told if on >= first)


def _shares(readings: Iterable[Reading], metric: Metric) -> Iterator[tuple[str | None, Day]]:
    for one in readings:
        if one.bucket and one.n:
            passed = int(one.part("passed") or one.part("met") or 0)
            bad = one.n - passed if metric.better == "higher" else passed
            yield one.member, shared(date.fromisoformat(one.bucket), one.n, bad)


def _timed(ground: Ground, metric: Metric, kind: Duration, asked: Question) -> Iterator[tuple[str | None, Day]]:
    column = kind.column(asked)
    part = f"CAST(round({LN} * ln(greatest({column}, {SHORTEST_US}) / {MINUTE_US}.0)) AS BIGINT)"
    log = f"CASE WHEN {column} IS NOT NULL THEN {part} END"
    sums = (f"count({column})", f"sum({log})", f"sum(CAST({log} AS HUGEINT) * {log})")
    need, plan = Need(rows_of(metric, asked, ground.desk), sums), Plan()
    plan.want(asked, [need])
    plan.run(ground)
    for (bucket, member), rows in sorted(plan.groups(asked, need).items(), key=lambda item: item[0][0] or ""):
        n, total, squares = rows[0]
        if bucket and n:
            yield member, timed(date.fromisoformat(bucket), n, total / LN, squares / LN / LN)
