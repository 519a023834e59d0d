"""The same dashboard as bare hand-written DuckDB SQL on the same facts: the floor our measure path is held to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import duckdb

from bench.questions import SPAN_DAYS, TREND_DAYS, Dashboard
from metrics.model import Window

DURATION = "count(*), sum({us}), quantile_cont({us}, [0.5, 0.9])"
MET = "count(*) FILTER (outcome = 'met'), count(*) FILTER (outcome IN ('breached', 'open') AND due_at < {as_of})"
ISSUES = "count(*) FILTER (matures_at <= {as_of}), count(*) FILTER (matures_at <= {as_of} AND is_success)"
TOP2 = "count(overall_milli), count(*) FILTER (overall_milli >= 4000)"


@dataclass(frozen=True)
class Anchor:
    """Where one KPI lives: table, instant, local day, what is counted and which rows."""

    table: str
    instant: str
    day: str
    what: str
    where: str = "TRUE"


ANCHORS = {
    "frt": Anchor("fact_reply", "reply_at", "reply_day", DURATION.format(us="frt_us")),
    "resolution": Anchor("fact_resolution", "resolved_at", "resolved_day", DURATION.format(us="res_us")),
    "fcr": Anchor("fact_issue", "resolved_at", "resolved_day", ISSUES),
    "sla_first_reply": Anchor("fact_sla", "decided_at", "decided_day", MET, "what = 'first_reply'"),
    "volume": Anchor("fact_case", "created_at", "created_day", "count(*)"),
    "csat": Anchor("fact_survey", "submitted_at", "submitted_day", TOP2, "dropped_by IS NULL"),
}


def statements(dashboard: Dashboard, as_of: datetime) -> Iterator[str]:
    """Yield the statements of one refresh, written out with their constants."""
    for anchor in ANCHORS.values():
        what = anchor.what.format(as_of=_instant(as_of))
        yield from _anchored(anchor, what, dashboard)
    yield from _backlog(dashboard, as_of)
    yield from _csi(dashboard)


def run(con: duckdb.DuckDBPyConnection, dashboard: Dashboard, as_of: datetime) -> int:
    """Run one refresh; return the number of rows fetched."""
    return sum(len(con.execute(sql).fetchall()) for sql in statements(dashboard, as_of))


def _anchored(anchor: Anchor, what: str, dashboard: Dashboard) -> Iterator[str]:
    now, before = dashboard.window(SPAN_DAYS), dashboard.window(SPAN_DAYS, SPAN_DAYS)
    trend = dashboard.window(TREND_DAYS)
    source = f"FROM {anchor.table} WHERE {anchor.where} AND"
    yield f"SELECT {what} {source} {_inside(anchor.instant, now)}"
    yield f"SELECT {what} {source} {_inside(anchor.instant, before)}"
    yield f"SELECT {anchor.day}, {what} {source} {_inside(anchor.instant, trend)} GROUP BY 1"
    yield f"SELECT team, {what} {source} {_inside(anchor.instant, now)} GROUP BY 1"


def _backlog(dashboard: Dashboard, as_of: datetime) -> Iterator[str]:
    trend, before = dashboard.window(TREND_DAYS), dashboard.window(SPAN_DAYS, SPAN_DAYS)
    open_now = f"opened_at < {_instant(as_of)} AND (closed_at IS NULL OR closed_at >= {_instant(as_of)})"
    yield f"SELECT count(*) FROM fact_span WHERE {open_now}"
    yield f"SELECT sum(delta) FROM backlog_day WHERE day < DATE '{before.end}'"
    yield (
        f"SELECT greatest(day, DATE '{trend.start}') AS d, sum(sum(delta)) OVER (ORDER BY d) FROM backlog_day"
        f" WHERE day < DATE '{trend.end}' GROUP BY d"
    )
    yield f"SELECT team, count(*) FROM fact_span WHERE {open_now} GROUP BY 1"


def _csi(dashboard: Dashboard) -> Iterator[str]:
    answers = Anchor("fact_answer", "submitted_at", "submitted_day", "dimension, count(*), sum(score_milli)")
    for sql in _anchored(answers, answers.what, dashboard):
        yield sql.replace("GROUP BY 1", "GROUP BY 1, 2") if "GROUP BY" in sql else f"{sql} GROUP BY 1"


def _inside(column: str, window: Window) -> str:
    zone = ZoneInfo(window.tz)
    bounds = [_instant(datetime.combine(day, time(), zone)) for day in (window.start, window.end) if day]
    return f"{column} >= {bounds[0]} AND {column} < {bounds[1]}"


def _instant(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'"
