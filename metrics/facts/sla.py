"""SLA facts: limits and clocks of the desk, due times, outcomes (semantics 4.9-4.11)."""

from collections.abc import Sequence
from typing import Any

from metrics import slots
from metrics.calendar import MINUTE_US
from metrics.facts.job import SLOTS, Job
from metrics.facts.priority import Change, Clock, Elapsed, Pause, Terms
from metrics.facts.script import quoted
from metrics.model import Desk

LOOKED_UP = {"k_created": "k.created_at", "k_start": "k.start_at", "stop_start": "p.start_at", "stop_end": "p.end_at"}


def horizon_us(desk: Desk, high_us: int) -> int:
    """Return the instant (microseconds since 1970) up to which slots are needed when facts reach to high_us.

    On the business clock due times lie ahead of their start; elsewhere nothing does.
    Raises ValueError when a calendar has not enough open time left until 2100.
    """
    if desk.sla_clock == "calendar":
        return high_us
    limits = [limit for one in (first_limits(desk), resolution_limits(desk)) for limit in one.values()]
    longest = max((limit for limit in limits if limit is not None), default=0)
    ends = [axis.us_at(axis.position_of(high_us) + longest, upper=True) for axis in slots.axes(desk).values()]
    return max(high_us, *ends) + slots.width_us(desk)


def first_limits(desk: Desk) -> dict[str, int | None]:
    """Return tier -> limit of the first reply in microseconds; None = no limit."""
    return {tier: _us(terms.first_reply_min) for tier, terms in desk.sla.items()}


def resolution_limits(desk: Desk) -> dict[str, int | None]:
    """Return tier -> limit of the resolution in microseconds; None = no limit."""
    return {tier: _us(terms.resolution_min) for tier, terms in desk.sla.items()}


def store(job: Job) -> None:
    """Write two rows per dated case of new_case, first reply and resolution, each run in order of decision."""
    _find_changed(job)
    words = _clock_words(job)
    job.run("sla", "clocks", tiers=_tiers_sql(job.desk))
    job.run("sla", "stops", **words)
    job.run("sla", "dues", **words)
    job.drop("new_clock", "new_stop", "new_changed")
    job.run("sla", "store_first")
    job.run("sla", "store_resolution")
    job.drop("new_due")


def _us(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes * MINUTE_US)


def _tiers_sql(desk: Desk) -> str:
    first, last = first_limits(desk), resolution_limits(desk)
    rows = [f"({quoted(tier)}, {_number(first[tier])}, {_number(last[tier])})" for tier in sorted(desk.sla)]
    values = ", ".join(rows or ["(NULL, NULL, NULL)"])
    return (
        "SELECT t::VARCHAR AS tier, f::BIGINT AS first_reply_us, r::BIGINT AS resolution_us"
        f" FROM (VALUES {values}) v(t, f, r)"
    )


def _number(limit: int | None) -> str:
    return "NULL" if limit is None else str(limit)


def _find_changed(job: Job) -> None:
    found = job.rows("sla", "changes") if job.desk.sla else []
    clocks = _clocks(job.desk)
    rule = job.desk.on_priority_change
    first = Terms(first_limits(job.desk), rule)
    last = Terms(resolution_limits(job.desk), rule)
    keys, dues, limits = [], [], []
    for row in found:
        key, tier, calendar_no, start, created, reply, done, instants, tiers, starts, ends = row
        changes = [Change(us, to) for us, to in zip(instants, tiers, strict=True)]
        pauses = [Pause(us, end) for us, end in zip(starts or (), ends or (), strict=True)]
        clock = clocks[calendar_no]
        keys.append(key)
        dues.append(first.first_reply_due(start, tier, _before(changes, reply), clock))
        limits.append(last.resolution_limit(created, tier, _before(changes, done), pauses, clock))
    job.con.execute(job.text("sla", "changed"), {"keys": keys, "dues": dues, "limits": limits})


def _clocks(desk: Desk) -> dict[int | None, Clock]:
    clocks: dict[int | None, Clock] = {None: Elapsed()}
    for number, axis in slots.axes(desk).items():
        clocks[number] = axis
    return clocks


def _elapsed_words() -> dict[str, str]:
    positions = {f"{name}_pos": f"epoch_us({column})" for name, column in LOOKED_UP.items()}
    joins = {f"{name}_join": "" for name in LOOKED_UP}
    return positions | joins | {"lower": "n.first_pos_us", "upper": "n.due_pos_us", "inverse_joins": ""}


def _before(changes: Sequence[Change], stop: int | None) -> list[Change]:
    return [change for change in changes if stop is None or change.us < stop]


def _clock_words(job: Job) -> dict[str, str]:
    if job.desk.sla_clock == "calendar":
        return _elapsed_words()
    width = slots.width_us(job.desk)
    words: dict[str, Any] = {}
    for name, column in LOOKED_UP.items():
        us = f"epoch_us({column})"
        position = slots.position_sql(width, f"s_{name}", us)
        words[f"{name}_pos"] = f"(CASE WHEN k.sla_calendar_no IS NULL THEN {us} ELSE {position} END)"
        words[f"{name}_join"] = slots.join_sql(width, f"s_{name}", "k.sla_calendar_no", us, SLOTS)
    calendar = "n.sla_calendar_no"
    lower = slots.lower_sql(width, "i_first", "n.first_pos_us")
    upper = slots.upper_sql(width, "i_last", "n.due_pos_us")
    words["lower"] = f"CASE WHEN {calendar} IS NULL THEN n.first_pos_us ELSE {lower} END"
    words["upper"] = f"CASE WHEN {calendar} IS NULL THEN n.due_pos_us ELSE {upper} END"
    words["inverse_joins"] = "\n".join(
        (
            slots.inverse_join_sql(width, "i_first", calendar, "n.first_pos_us - 1"),
            slots.inverse_join_sql(width, "i_last", calendar, "n.due_pos_us"),
        )
    )
    return words
