"""The vocabulary of golden/README in the product's words: translation only, no formula of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from metrics import analysis, backlog, combine, intervals, periods, rounding, survey, text_key, verdict
from metrics.age import ages_at
from metrics.calendar import MINUTE_US, Axis
from metrics.catalog import CATALOG
from metrics.defects import defects
from metrics.due import due_at
from metrics.flow import flow
from metrics.model import Reading, Unit
from metrics.record import CaseRecord, look_up
from tests.golden.rows import instant
from tests.golden.world import Asked, Unsupported, calendars_of, day, dimension

Answer = Callable[[Asked], Any]
PERIOD, CLOCK, WHERE = ("from", "to", "tz"), ("clock", "calendar"), ("where",)
ALWAYS = ("merge_clock", "pause_statuses", "on_priority_change", *PERIOD, *CLOCK)


@dataclass(frozen=True)
class Entry:
    """How a metric is answered, and the params it knows."""

    answer: Answer
    params: tuple[str, ...]

    def __call__(self, asked: Asked) -> Any:
        unknown = [key for key in asked.params if key not in (*self.params, *ALWAYS)]
        if unknown:
            raise Unsupported(f"param {unknown[0]!r}")
        return self.answer(asked)


VOCABULARY: dict[str, Entry] = {}


def entry(name: str, *params: str) -> Callable[[Answer], Answer]:
    """Return a decorator that enters a translation under a name."""

    def enter(answer: Answer) -> Answer:
        VOCABULARY[name] = Entry(answer, params)
        return answer

    return enter


def minutes(reading: Reading) -> float | None:
    """Return a duration in minutes, whatever unit the product measures it in."""
    is_hours = CATALOG[reading.question.metric].unit is Unit.HOURS
    return reading.value if reading.value is None or not is_hours else reading.value * 60.0


def record(asked: Asked) -> CaseRecord | None:
    """Return the product's record of the check's ticket; None when it is not in the population."""
    return look_up(asked.ground.con, str(asked.params["ticket"]), asked.as_of)


# ------------------------------------------------------------------ first response
entry("frt_mean", "where", "basis")(lambda asked: minutes(asked.reading("frt")))
entry("frt_n", "where", "basis")(lambda asked: asked.reading("frt").n)
entry("frt_quantile", "q", "where", "basis")(
    lambda asked: minutes(asked.reading("frt", quantile=float(asked.params.get("q", 0.5))))
)
entry("frt_ci", "where", "basis")(lambda asked: pair(asked.reading("frt", with_interval=True).interval))
entry("frt_reason", "ticket")(lambda asked: getattr(record(asked), "reason", None))
entry("frt_reply_by", "ticket")(lambda asked: getattr(record(asked), "reply_by", None))
entry("frt_any_mean", "where")(lambda asked: minutes(asked.reading("frt_any")))
entry("wait_total_mean", "where")(lambda asked: minutes(asked.reading("wait_total")))
entry("unanswered_open", "where")(lambda asked: asked.reading("waiting_now").n)
entry("tickets_created", "where")(lambda asked: asked.reading("volume").n)


@entry("frt_km_quantile", "q", "where")
def _frt_km_quantile(asked: Asked) -> float | None:
    return minutes(asked.reading("frt_km", quantile=float(asked.params.get("q", 0.5))))


@entry("avg_of_group_means", "by", "where")
def _avg_of_group_means(asked: Asked) -> float | None:
    return combine.mean_of_means(asked.readings("frt", split=dimension(asked.params["by"])))


def pair(interval: tuple[float, float] | None) -> list[float] | None:
    """Return an interval as a list."""
    return None if interval is None else list(interval)


# ------------------------------------------------------------------ SLA and work lists
@entry("sla_outcome", "ticket", "what", "targets")
def _sla_outcome(asked: Asked) -> str | None:
    found = record(asked)
    return None if found is None else found.sla[asked.params["what"]].outcome


@entry("sla_pct", "what", "targets", "where")
def _sla_pct(asked: Asked) -> float | None:
    return asked.reading(f"sla_{asked.params['what']}").value


@entry("sla_due", "ticket", "targets", "what")
def _sla_due(asked: Asked) -> str | None:
    found = record(asked)
    if found is None:
        return None
    start = found.start_at if asked.params.get("what", "first_reply") == "first_reply" else found.created_at
    target = (asked.params.get("targets") or {}).get(found.priority or "P2")
    due = due_at(start, target, asked.axis) if start else None
    return None if due is None else due.astimezone(ZoneInfo(asked.desk.tz)).isoformat()


entry("update_gap_violations", "hours", "where")(
    lambda asked: asked.reading("update_gaps", parameter=str(asked.params["hours"])).n
)
entry("followup_24h_rate", "where")(lambda asked: asked.reading("followup_24h").value)
entry("transfer_share", "where")(lambda asked: asked.reading("transfer_share").value)
entry("stage_assign_mean", "where")(lambda asked: minutes(asked.reading("stage_assign")))


@entry("reach_rate", "dept", "minutes", "where")
def _reach_rate(asked: Asked) -> float | None:
    return asked.reading("reach_rate", parameter=f"{asked.params['dept']}/{asked.params['minutes']}").value


# ------------------------------------------------------------------ resolution, backlog
def resolution(asked: Asked) -> Reading:
    """Return the resolution reading that kind and net name."""
    kind, is_net = asked.params.get("kind", "full"), bool(asked.params.get("net", False))
    names = {
        ("full", False): "resolution",
        ("full", True): "net_resolution",
        ("first", False): "first_resolution",
        ("first", True): "net_first_resolution",
    }
    if (kind, is_net) not in names:
        raise Unsupported(f"kind {kind!r}")
    return asked.reading(names[kind, is_net])


entry("res_mean", "kind", "net", "where", "basis")(lambda asked: minutes(resolution(asked)))
entry("res_n", "kind", "net", "where", "basis")(lambda asked: resolution(asked).n)
entry("resolve_events", "where")(lambda asked: asked.reading("resolve_events").n)
entry("reopen_events", "where")(lambda asked: asked.reading("reopen_events").n)
entry("reopen_rate", "where")(lambda asked: asked.reading("reopen_rate").value)


@entry("backlog_at", "at", "where")
def _backlog_at(asked: Asked) -> int:
    moment = instant(asked.params["at"])
    return backlog.levels(asked.ground, backlog.Part(asked.slice, None), [moment])[moment].get(None, 0)


@entry("backlog_identity", "where")
def _backlog_identity(asked: Asked) -> dict[str, Any]:
    found = flow(asked.ground, asked.window, asked.slice)
    return {name: getattr(found, name) for name in ("open", "created", "reopened", "resolved", "close", "balanced")}


@entry("backlog_age_quantile", "at", "q", "where")
def _backlog_age_quantile(asked: Asked) -> float | None:
    question = asked.question("backlog_age", quantile=float(asked.params.get("q", 0.5)))
    moment = instant(asked.params["at"])
    return ages_at(asked.ground, question, [moment])[None][moment].value


@entry("backlog_days", "backlog", "resolved_per_day", "created_per_day")
def _backlog_days(asked: Asked) -> dict[str, float | None]:
    stock, resolved = asked.params["backlog"], asked.params["resolved_per_day"]
    burn = backlog.burn_down_days(stock, resolved, asked.params.get("created_per_day", 0))
    return {"coverage_days": backlog.coverage_days(stock, resolved), "burn_down_days": burn}


entry("snapshot_agg", "daily", "target")(
    lambda asked: backlog.snapshot_agg(asked.params["daily"], asked.params.get("target"))
)

# ------------------------------------------------------------------ FCR, repeats
entry("fcr_one_touch", "where")(lambda asked: asked.reading("fcr_one_touch").value)
entry("repeat_ticket_share", "days", "where")(lambda asked: asked.reading("repeat_share").value)


@entry("fcr_no_repeat", "days", "where")
def _fcr_no_repeat(asked: Asked) -> dict[str, Any]:
    found = asked.reading("fcr")
    return {
        "pct": found.value,
        "n": found.n,
        "immature": found.part("immature"),
        "unlinkable": found.part("unlinkable"),
    }


# ------------------------------------------------------------------ surveys
@entry("csi")
def _csi(asked: Asked) -> Any:
    found = asked.reading("csi")
    return "error:weights" if (found.method or "").startswith("error:weights") else found.value


entry("survey_clean")(lambda asked: survey.waterfall(asked.ground.con))
entry("csi_complete_case")(lambda asked: asked.reading("csi_complete_case").value)
entry("csi_se", "N")(lambda asked: survey.finite_se(asked.reading("csi"), asked.params.get("N")))
entry("csi_from_means", "means")(lambda asked: survey.weighted_sum(asked.params["means"], asked.desk.csi_weights))
entry("scale", "x")(
    lambda asked: {
        "linear_0_100": survey.linear_0_100(asked.params["x"]),
        "ratio_100": survey.ratio_100(asked.params["x"]),
    }
)
BANDS = ("promoters", "passives", "detractors")
entry("nps", *BANDS)(
    lambda asked: {
        "nps": intervals.nps(*(asked.params[band] for band in BANDS)),
        "moe": intervals.nps_margin(*(asked.params[band] for band in BANDS)),
    }
)
entry("nps_ci", *BANDS)(
    lambda asked: list(intervals.nps_interval(*(asked.params[band] for band in BANDS)) or (None, None))
)
entry("wilson_ci", "x", "n")(
    lambda asked: list(intervals.wilson(asked.params["x"], asked.params["n"]) or (None, None))
)
entry("moe", "n", "N")(lambda asked: intervals.margin_of_error(asked.params["n"], asked.params.get("N")))
entry("required_n", "e", "N")(lambda asked: intervals.required_n(asked.params["e"], asked.params.get("N")))
entry("tier", "score")(lambda asked: survey.loyalty_tier(asked.params["score"]))


@entry("funnel_check", "invited", "received", "valid")
def _funnel_check(asked: Asked) -> dict[str, Any]:
    invited, received, valid = (asked.params[name] for name in ("invited", "received", "valid"))
    rate = survey.response_rate(invited, received)
    return {"response_rate": rate, "errors": survey.funnel_errors(invited, received, valid)}


@entry("distribution_check", "shares")
def _distribution_check(asked: Asked) -> dict[str, Any]:
    found = survey.distribution({float(score): share for score, share in asked.params["shares"].items()})
    return {"total": found.total, "valid": found.is_valid, "mean_if_normalised": found.mean, "le3": found.up_to_three}


@entry("coverage", "invited_customers", "served_customers")
def _coverage(asked: Asked) -> dict[str, Any]:
    share, is_enough = survey.coverage(asked.params["invited_customers"], asked.params["served_customers"])
    return {"pct": share, "ok": is_enough}


@entry("priority_matrix", "target", "types")
def _priority_matrix(asked: Asked) -> dict[str, Any]:
    target, types = asked.params["target"], asked.params["types"]
    impact = analysis.priority_matrix(target, types)
    return {
        "impact": impact,
        "sum": None if impact is None else sum(impact.values()),
        "shortfall": analysis.shortfall(target, types),
        "top": max(impact, key=impact.__getitem__) if impact else None,
    }


@entry("standardised_diff", "a", "b")
def _standardised_diff(asked: Asked) -> dict[str, float | None]:
    raw, adjusted = analysis.mean_difference(asked.params["a"], asked.params["b"])
    return {"raw": raw, "adjusted": adjusted}


# ------------------------------------------------------------------ targets, alerts, display
NO_VALUE = rounding.shown(None)
DIRECTED = ("actual", "target", "direction")


def directed(asked: Asked) -> tuple[Any, Any, Any]:
    """Return actual, target and direction."""
    return asked.params.get("actual"), asked.params.get("target"), asked.params["direction"]


@entry("attain_display", *DIRECTED)
def _attain_display(asked: Asked) -> str | None:
    reached = verdict.attainment(*directed(asked))
    return None if reached is None else f"{rounding.shown(reached)}%"


entry("attain", *DIRECTED)(lambda asked: verdict.attainment(*directed(asked)))
entry("target_met", *DIRECTED)(lambda asked: verdict.is_met(*directed(asked)))
entry("gap_value", "actual", "benchmark", "unit")(
    lambda asked: verdict.gap(asked.params.get("actual"), asked.params.get("benchmark"), asked.params["unit"])
)
entry("run_rate_needed", "target", "n_done", "sum_done", "n_left")(
    lambda asked: verdict.run_rate_needed(*(asked.params[key] for key in ("target", "n_done", "sum_done", "n_left")))
)
entry("threshold_alert", "x", "gt", "lt")(
    lambda asked: verdict.is_beyond(asked.params.get("x"), above=asked.params.get("gt"), below=asked.params.get("lt"))
)
entry("round_display", "x", "nd")(lambda asked: float(rounding.half_up(asked.params["x"], asked.params.get("nd", 0))))
entry("mean_combined", "parts")(lambda asked: combine.mean_combined(asked.params["parts"]))
entry("peak_ratio", "hours")(lambda asked: combine.peak_ratio(asked.params["hours"]))


@entry("misses_in_row", "met", "n")
def _misses_in_row(asked: Asked) -> dict[str, Any]:
    current, flag = verdict.misses_in_row(asked.params["met"], asked.params.get("n", 3))
    return {"current": current, "flag": flag}


@entry("drop_alert", "prev", "cur", "limit", "mode")
def _drop_alert(asked: Asked) -> bool | None:
    given = asked.params
    in_points = given.get("mode", "relative") == "points"
    return verdict.has_dropped(given.get("prev"), given.get("cur"), given["limit"], in_points=in_points)


# ------------------------------------------------------------------ time, text, data quality
def axis(asked: Asked) -> Axis:
    """Return the axis of the calendar named in the params, else of the configured one."""
    name = str(asked.params.get("calendar") or asked.check.config.get("calendar"))
    return Axis(calendars_of(asked.check)[name])


@entry("business_minutes", "a", "b")
def _business_minutes(asked: Asked) -> float:
    return axis(asked).open_us(instant(asked.params["a"]), instant(asked.params["b"])) / MINUTE_US


entry("calendar_known", "year")(lambda asked: axis(asked).is_known(int(asked.params["year"])))
entry("bucket", "at")(
    lambda asked: periods.calendar_fields(instant(asked.params["at"]), asked.params.get("tz") or asked.desk.tz)
)
entry("norm_equal", "a", "b")(lambda asked: text_key.is_same(asked.params.get("a"), asked.params.get("b")))


@entry("prev_period", "grain")
def _prev_period(asked: Asked) -> dict[str, str]:
    found = periods.previous(asked.window, asked.params["grain"])
    return {"from": str(found.start), "to": str(found.end)}


@entry("period_state")
def _period_state(asked: Asked) -> str:
    return periods.period_state(day(asked.params["to"]), asked.desk.tz, asked.as_of)


@entry("naive_local_to_utc", "local")
def _naive_local_to_utc(asked: Asked) -> dict[str, str]:
    found, flag = periods.localize(datetime.fromisoformat(asked.params["local"]), asked.desk.tz)
    return {"utc": found.isoformat(), "flag": flag}


DEFECTS = ("future_ticket", "future_event", "negative_duration", "clock_skew_clamped", "naive_time")


@entry("dq", "key")
def _dq(asked: Asked) -> int:
    if asked.params["key"] not in DEFECTS:
        raise Unsupported(f"defect {asked.params['key']!r}")
    return defects(asked.ground.con).get(asked.params["key"], 0)


# ------------------------------------------------------------------ statistics, analytics
entry("day_cluster_se", "days")(lambda asked: intervals.day_cluster_se(asked.params["days"]))
entry("lmg", "R", "r")(lambda asked: analysis.lmg(asked.params["R"], asked.params["r"]))
entry("cond_breach", "S_due", "S_age")(
    lambda asked: analysis.conditional_breach(asked.params["S_due"], asked.params["S_age"])
)


@entry("breach_prob", "past_age", "past_due", "p_parent", "m")
def _breach_prob(asked: Asked) -> float | None:
    given = asked.params
    return analysis.breach_probability(given["past_age"], given["past_due"], given["p_parent"], given.get("m", 50))


@entry("decompose", "before", "after")
def _decompose(asked: Asked) -> Mapping[str, Any]:
    found = analysis.decompose(asked.params["before"], asked.params["after"])
    segments = {name: list(effect) for name, effect in found.segments.items()}
    return {"r0": found.before, "r1": found.after, "mix": found.mix, "rate": found.rate, "seg": segments}
