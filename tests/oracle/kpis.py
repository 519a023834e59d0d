"""Which rows and which fold make each KPI of the oracle, under the name the product gives it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from metrics.model import Basis, Clock
from tests.oracle import issues, promises, replies, resolutions, stays, surveys, work
from tests.oracle.cases import House
from tests.oracle.desk import PLAIN
from tests.oracle.figures import HOUR, MINUTE, Figure, Fold, Row, count, mean_of, share

BOTH: tuple[Clock, ...] = ("calendar", "business")
EITHER: tuple[Basis, ...] = ("event", "created")


@dataclass(frozen=True)
class Kpi:
    """One KPI; `of_all_time` is off where 12.2 leaves open whether undated tickets count without a period."""

    name: str
    rows: Callable[[House, str], Iterable[Row]]
    fold: Fold
    clocks: tuple[Clock, ...] = ("calendar",)
    bases: tuple[Basis, ...] = ("event",)
    parameter: str | None = None
    parts: tuple[str, ...] = ()
    of_all_time: bool = True


def _median(rows: Iterable[Row]) -> Figure:
    """Return the cohort median in minutes; n = the cohort."""
    pairs = [row.value for row in rows]
    found = replies.kaplan_meier(pairs, 0.5)
    return Figure(None if found is None else found / MINUTE, len(pairs))


MINUTES, HOURS = mean_of(MINUTE), mean_of(HOUR)
PERCENTILES = ("p50", "p90")
DURATIONS = (
    Kpi("frt", replies.frt, MINUTES, BOTH, EITHER, parts=PERCENTILES),
    Kpi("frt_any", replies.frt_any, MINUTES, BOTH, EITHER, parts=PERCENTILES),
    Kpi("wait_total", replies.wait_total, MINUTES, BOTH, EITHER, parts=PERCENTILES),
    Kpi("resolution", resolutions.last, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("first_resolution", resolutions.first, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("net_resolution", resolutions.net, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("net_first_resolution", resolutions.net_first, HOURS, BOTH, EITHER),
    Kpi("frt_km", replies.cohort, _median, BOTH),
    Kpi("pending_time", stays.pending, HOURS, BOTH, EITHER),
    Kpi("hold_time", stays.hold, HOURS, BOTH, EITHER),
    Kpi("agent_work", stays.agent_work, HOURS, BOTH, EITHER),
    Kpi("requester_wait", stays.requester_wait, HOURS, BOTH, EITHER),
    Kpi("stage_assign", work.stage_assign, MINUTES, BOTH),
)
CASES = (
    Kpi("volume", resolutions.volume, count, of_all_time=False),
    Kpi("resolve_events", resolutions.resolve_events, count),
    Kpi("reopen_events", resolutions.reopen_events, count),
    Kpi("reopen_rate", resolutions.reopened, share, bases=EITHER),
    Kpi("sla_first_reply", promises.replies_kept, promises.kept, bases=EITHER, parts=("met", "breached")),
    Kpi("sla_resolution", promises.resolutions_kept, promises.kept, bases=EITHER, parts=("met", "breached")),
    Kpi("fcr", issues.issues, issues.no_repeat, bases=EITHER, parts=("immature",)),
    Kpi("fcr_one_touch", issues.one_touch, issues.touched_once, bases=EITHER),
    Kpi("repeat_share", issues.repeats, share),
    Kpi("transfer_share", work.transfers, share, of_all_time=False),
    Kpi("ai_involvement", stays.involved, share, of_all_time=False),
    Kpi("ai_containment", stays.contained, share),
    Kpi("reach_rate", work.reach, share, parameter=f"{work.DEPT}/10"),
    Kpi("followup_24h", work.followups, share, bases=EITHER),
    Kpi("update_gaps", work.gaps, count, parameter="4"),
)
SURVEYS = (
    Kpi("csi", surveys.rows, surveys.csi_of(PLAIN)),
    Kpi("csat", surveys.rows, surveys.csat),
    Kpi("nps", surveys.rows, surveys.nps),
    Kpi("overall_mean", surveys.rows, surveys.overall_mean),
    Kpi("dimension_mean", surveys.rows, surveys.dimension_mean("clarity"), parameter="clarity"),
    Kpi("survey_received", surveys.all_rows, count),
    Kpi("survey_valid", surveys.rows, count),
)
KPIS = DURATIONS + CASES + SURVEYS
