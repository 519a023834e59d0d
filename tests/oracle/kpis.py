"""Which rows and which fold make each KPI of the oracle, under the name the product gives it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from metrics.model import Basis, Clock, Stage
from tests.oracle import (
    complaints,
    funnel,
    issues,
    knowledge,
    outcomes,
    people,
    promises,
    replies,
    resolutions,
    stages,
    stays,
    surveys,
    turns,
    work,
)
from tests.oracle.cases import CASE_DIMENSIONS, House
from tests.oracle.desk import PLAIN
from tests.oracle.figures import HOUR, MINUTE, Figure, Fold, Row, count, mean, mean_of, quantile, share

BOTH: tuple[Clock, ...] = ("calendar", "business")
EITHER: tuple[Basis, ...] = ("event", "created")
Finder = Callable[[House, str], Iterable[Row]]


@dataclass(frozen=True)
class Kpi:
    """One KPI.

    parts        further figures that stand beside every value
    plain_parts  further figures beside a figure for the whole window only
    beside       rows counted as of now beside such a figure, whatever the window
    is_survey    can be sliced by how the survey was taken
    is_brief     asked in a few forms only; another KPI of its sort is asked in all
    is_paired    each clock is asked on one basis only, to save time
    """

    name: str
    rows: Finder
    fold: Fold
    clocks: tuple[Clock, ...] = ("calendar",)
    bases: tuple[Basis, ...] = ("event",)
    parameter: str | None = None
    parts: tuple[str, ...] = ()
    plain_parts: tuple[str, ...] = ()
    beside: Mapping[str, Finder] = field(default_factory=dict)
    is_survey: bool = False
    is_brief: bool = False
    is_paired: bool = False

    @property
    def ways(self) -> list[tuple[Clock, Basis]]:
        """Return the clocks and bases it is asked on."""
        if self.is_paired:
            return list(zip(self.clocks, self.bases, strict=True))
        return [(clock, basis) for clock in self.clocks for basis in self.bases]

    @property
    def dimensions(self) -> tuple[str, ...]:
        return (*CASE_DIMENSIONS, "mode") if self.is_survey else CASE_DIMENSIONS

    def __str__(self) -> str:
        return f"{self.name}({self.parameter})" if self.parameter else self.name


def _median(rows: Iterable[Row]) -> Figure:
    """Return the cohort median in minutes; n = the cohort."""
    pairs = [row.value for row in rows]
    found = replies.kaplan_meier(pairs, 0.5)
    return Figure(None if found is None else found / MINUTE, len(pairs))


def _bot_median(rows: Iterable[Row]) -> Figure:
    values = [row.value / MINUTE for row in rows]
    return Figure(quantile(values, 0.5), len(values), {"p90": quantile(values, 0.9), "mean": mean(values)})


def _mean_count(rows: Iterable[Row]) -> Figure:
    values = [float(row.value) for row in rows]
    return Figure(mean(values), len(values))


def _without_customer(house: House, clock: str) -> Iterable[Row]:
    return (Row(None, case.created, case.labels, None) for case in house.cases if case.ticket.customer is None)


MINUTES, HOURS = mean_of(MINUTE), mean_of(HOUR)
PERCENTILES = ("p50", "p90")
WAITING = {"waiting_now": replies.waiting}
DURATIONS = (
    Kpi("frt", replies.frt, MINUTES, BOTH, EITHER, parts=PERCENTILES, beside=WAITING),
    Kpi("frt_any", replies.frt_any, MINUTES, BOTH, EITHER, parts=PERCENTILES),
    Kpi("wait_total", replies.wait_total, MINUTES, BOTH, EITHER, parts=PERCENTILES),
    Kpi(
        "response_time", turns.response_time, turns.all_turns, BOTH, EITHER,
        parts=(*PERCENTILES, "unanswered", "unanswered_share"), beside={"waiting_now": turns.waiting},
    ),
    Kpi("next_reply", turns.response_time, turns.next_turns, BOTH, EITHER, parts=PERCENTILES),
    Kpi("resolution", resolutions.last, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("first_resolution", resolutions.first, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("net_resolution", resolutions.net, HOURS, BOTH, EITHER, parts=PERCENTILES),
    Kpi("net_first_resolution", resolutions.net_first, HOURS, BOTH, EITHER),
    Kpi("frt_km", replies.cohort, _median, BOTH),
    Kpi("pending_time", stays.pending, HOURS, BOTH, EITHER),
    Kpi("hold_time", stays.hold, HOURS, BOTH, EITHER),
    Kpi("agent_work", stays.agent_work, HOURS, BOTH, EITHER),
    Kpi("requester_wait", stays.requester_wait, HOURS, BOTH, EITHER),
    Kpi("ai_response", outcomes.bot_replies, _bot_median, bases=EITHER, parts=("p90", "mean")),
)  # fmt: skip
CASES = (
    Kpi("volume", resolutions.volume, count),
    Kpi("resolve_events", resolutions.resolve_events, count),
    Kpi("reopen_events", resolutions.reopen_events, count),
    Kpi("reopen_rate", resolutions.reopened, share, bases=EITHER),
    Kpi("resolution_rate", outcomes.marked, outcomes.marks, parts=("unmarked",)),
    Kpi("complete_share", outcomes.complete, outcomes.marks, bases=EITHER, parts=("unmarked",)),
    Kpi("sla_first_reply", promises.replies_kept, promises.kept, bases=EITHER, parts=("met", "breached")),
    Kpi("sla_resolution", promises.resolutions_kept, promises.kept, bases=EITHER, parts=("met", "breached")),
    Kpi(
        "fcr", issues.issues, issues.no_repeat, bases=EITHER, parts=("immature",),
        beside={"unlinkable": _without_customer},
    ),
    Kpi("fcr_one_touch", issues.one_touch, issues.touched_once, bases=EITHER),
    Kpi("repeat_share", issues.repeats, share),
    Kpi("transfer_share", work.transfers, share),
    Kpi("transfers_per_ticket", work.transfers_per_ticket, _mean_count),
    Kpi("first_owner_share", outcomes.first_owners, share, bases=EITHER),
    Kpi("ai_involvement", stays.involved, share),
    Kpi("ai_containment", stays.contained, share),
    Kpi("ai_confirmed", outcomes.bot_cases, outcomes.confirmed, parts=("immature", "unlinkable")),
    Kpi("reach_rate", work.reach, share, parameter=f"{work.DEPT}/10"),
    Kpi("urgent_reach", work.urgent_reach, share),
    Kpi("followup_24h", work.followups, share, bases=EITHER),
    Kpi("update_gaps", work.gaps, count, parameter="4"),
    Kpi("update_gap_rate", work.gap_cases, share, parameter="4"),
    Kpi("followup_effective", work.effective, share),
    Kpi("followup_satisfied", work.satisfied, share),
    Kpi("complaints", complaints.complaints, count),
    Kpi("complaint_rate", complaints.of_all, share),
    Kpi(
        "complaints_per_1000", complaints.with_served, complaints.per_thousand, parts=("customers",),
    ),
    Kpi("second_complaints", complaints.second, share),
    Kpi("slow_complaint_rate", complaints.slow_of_all, share),
    Kpi("slow_complaint_followup", complaints.slow_followups, share),
    Kpi("vendor_share", partial(outcomes.vendor, "made_sla"), outcomes.vendor_mean(100.0), parameter="made_sla"),
    Kpi("vendor_mean", partial(outcomes.vendor, "moves"), outcomes.vendor_mean(1.0), parameter="moves"),
    Kpi("vendor_sum", partial(outcomes.vendor, "moves"), outcomes.vendor_sum, parameter="moves"),
)  # fmt: skip


def _stages() -> Iterator[Kpi]:
    """Return one KPI per stage of the shipped maps; one stage of each map is asked in every form."""
    for name, way in PLAIN.stages.items():
        rows = partial(stages.map_rows, way)
        for number, stage in enumerate(way):
            yield _stage(name, stage, rows, is_brief=number != 1)


def _stage(name: str, stage: Stage, rows: Finder, is_brief: bool) -> Kpi:
    still = partial(stages.open_visits, partial(stages.stage_visits, stage))
    return Kpi(
        "stage_time", rows, stages.timed(stage.key, MINUTE), BOTH, EITHER, f"{name}/{stage.key}", PERCENTILES,
        ("share",), {"open": still}, is_brief=is_brief, is_paired=True,
    )  # fmt: skip


def _visits(name: str, found: stages.Found, unit: float, parameter: str | None = None) -> Kpi:
    beside = {"open": partial(stages.open_visits, found)}
    rows = partial(stages.rows_of, found)
    return Kpi(
        name, rows, stages.timed("", unit), BOTH, EITHER, parameter, PERCENTILES, beside=beside, is_paired=True
    )


VISITS = (
    *_stages(),
    _visits("stage_assign", stages.intake, MINUTE),
    _visits("transfer_handling", stages.handovers, MINUTE),
    _visits("time_elsewhere", stages.elsewhere, HOUR),
    _visits("department_response", partial(stages.department, "tech"), HOUR, "tech"),
    Kpi(
        "department_escalations", partial(stages.escalations, "tech", timedelta(hours=4)), count,
        parameter="tech/4",
    ),
)  # fmt: skip


def _of_surveys(name: str, fold: Fold, parameter: str | None = None) -> Kpi:
    return Kpi(name, surveys.rows, fold, parameter=parameter, is_survey=True)


SURVEYS = (
    _of_surveys("csi", surveys.csi_of(PLAIN)),
    _of_surveys("csi_complete_case", surveys.complete_case_of(PLAIN)),
    _of_surveys("csat", surveys.csat),
    _of_surveys("nps", surveys.nps),
    _of_surveys("nps_weighted", surveys.nps_weighted),
    _of_surveys("overall_mean", surveys.overall_mean),
    _of_surveys("overall_mean_weighted", surveys.overall_mean_weighted),
    _of_surveys("rating_share", surveys.rating_share(4.0), "4"),
    _of_surveys("dimension_mean", surveys.dimension_mean("clarity"), "clarity"),
    _of_surveys("dimension_top2", surveys.dimension_top2("clarity"), "clarity"),
    _of_surveys("fcr_survey", surveys.solved_first),
    _of_surveys("survey_confirmed", surveys.confirmed),
    _of_surveys("straight_lined", surveys.straight_lined),
    _of_surveys("ces", surveys.effort),
    Kpi("loyalty_share", surveys.rows, surveys.loyal, parameter="5", parts=("customers", "passed"), is_survey=True),
    Kpi("survey_received", surveys.all_rows, count, is_survey=True),
    _of_surveys("survey_valid", count),
    Kpi("survey_invited", funnel.offers, count, is_survey=True),
    Kpi("response_rate", funnel.responses, funnel.response_rate, parts=("received", "valid"), is_survey=True),
    Kpi("valid_rate", funnel.validity, share, is_survey=True),
    Kpi("survey_coverage", funnel.customers, funnel.coverage, parts=("served", "invited", "valid")),
)
PEOPLE = (
    Kpi("contacts_per_agent_hour", people.load, people.per_hour, parts=("contacts", "agent_hours")),
    Kpi("tickets_per_agent", people.resolved_by, people.per_agent, parts=("agents",)),
    Kpi("load_spread", people.load, people.spread, parts=("p50", "p90", "hours", "unstaffed")),
)
KNOWLEDGE = (
    Kpi("article_links", knowledge.resolved, knowledge.link_rate, bases=EITHER, parts=("public", "note")),
    Kpi("top_reuse", knowledge.resolved, knowledge.reuse, bases=EITHER, parts=("cases",)),
    Kpi("top_coverage", knowledge.resolved, knowledge.coverage, bases=EITHER, parts=("issues", "covered")),
    Kpi("revision_period", knowledge.intervals, knowledge.period, parts=("open",)),
    Kpi("article_changes", knowledge.changes, count),
)
KPIS = DURATIONS + CASES + PEOPLE + KNOWLEDGE + VISITS + SURVEYS
