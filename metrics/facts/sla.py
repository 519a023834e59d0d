"""SLA facts: limits and clocks of the desk, due times, outcomes (semantics 4.9-4.11)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter

from metrics import slots
from metrics.calendar import MINUTE_US, us_of
from metrics.facts.job import Job
from metrics.facts.priority import Change, Clock, Elapsed, Pause, Terms
from metrics.facts.script import quoted
from metrics.model import Desk, SlaTier
from metrics.periods import midnight

Tiers = Mapping[str, SlaTier]
EVER_US = 2**62
STOPS = (
    "(SELECT p.case_key, p.step, p.start_at, p.end_at, k.created_at, k.limit_us, k.calendar_no"
    " FROM new_pause p JOIN new_clock k ON k.case_key = p.case_key WHERE k.limit_us IS NOT NULL)"
)


def horizon_us(desk: Desk, high_us: int) -> int:
    """Return the instant (microseconds since 1970) up to which slots are needed when facts reach to high_us.

    On the business clock due times lie ahead of their start; elsewhere nothing does.
    Raises ValueError when a calendar has not enough open time left until 2100.
    """
    if desk.sla_clock == "calendar":
        return high_us
    tables = [table for _, _, table in policies(desk)]
    both = [one for table in tables for one in (first_limits(table), resolution_limits(table))]
    limits = [limit for one in both for limit in one.values()]
    longest = max((limit for limit in limits if limit is not None), default=0)
    ends = [axis.us_at(axis.position_of(high_us) + longest, upper=True) for axis in slots.axes(desk).values()]
    return max(high_us, *ends) + slots.width_us(desk)


def policies(desk: Desk) -> list[tuple[int, int, Tiers]]:
    """Return (from, to, tiers): the promises of clocks that start in [from, to), microseconds since 1970 (4.9)."""
    changes = sorted(desk.sla_changes, key=itemgetter(0))
    edges = [-EVER_US, *(us_of(midnight(day, desk.tz)) for day, _ in changes), EVER_US]
    return list(zip(edges[:-1], edges[1:], (desk.sla, *(tiers for _, tiers in changes)), strict=True))


def first_limits(tiers: Tiers) -> dict[str, int | None]:
    """Return tier -> limit of the first reply in microseconds; None = no limit."""
    return {tier: _us(terms.first_reply_min) for tier, terms in tiers.items()}


def resolution_limits(tiers: Tiers) -> dict[str, int | None]:
    """Return tier -> limit of the resolution in microseconds; None = no limit."""
    return {tier: _us(terms.resolution_min) for tier, terms in tiers.items()}


def store(job: Job) -> None:
    """Write two rows per dated case of new_case, first reply and resolution, each run in order of decision."""
    _find_changed(job)
    job.run("sla", "clocks", tiers=_tiers_sql(job.desk))
    if job.number("sla", "count"):
        job.run("sla", "stops", stops=_placed(job, STOPS, "created", "start", "end"))
    else:
        job.run("sla", "no_stops")
    job.run("sla", "dues", clocks=_placed(job, "new_clock", "created", "start"), **_inverse_words(job))
    job.drop("new_clock", "new_stop", "new_changed")
    job.run("sla", "store_first")
    job.run("sla", "store_resolution")
    job.drop("new_due")


def _us(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes * MINUTE_US)


def _tiers_sql(desk: Desk) -> str:
    rows = [
        f"({quoted(tier)}, {low}, {high}, {_number(first)}, {_number(resolution_limits(tiers)[tier])})"
        for low, high, tiers in policies(desk)
        for tier, first in sorted(first_limits(tiers).items())
    ]
    values = ", ".join(rows or ["(NULL, NULL, NULL, NULL, NULL)"])
    return (
        "SELECT t::VARCHAR AS tier, a::BIGINT AS from_us, b::BIGINT AS to_us, f::BIGINT AS first_reply_us,"
        f" r::BIGINT AS resolution_us FROM (VALUES {values}) v(t, a, b, f, r)"
    )


def _number(limit: int | None) -> str:
    return "NULL" if limit is None else str(limit)


def _find_changed(job: Job) -> None:
    is_asked = job.held.priorities and (job.desk.sla or job.desk.sla_changes)
    found = job.rows("sla", "changes") if is_asked else []
    clocks = _clocks(job.desk)
    rule = job.desk.on_priority_change
    starts_at = [low for low, _, _ in policies(job.desk)]
    first = [Terms(first_limits(tiers), rule) for _, _, tiers in policies(job.desk)]
    last = [Terms(resolution_limits(tiers), rule) for _, _, tiers in policies(job.desk)]
    keys, dues, limits = [], [], []
    for row in found:
        key, tier, calendar_no, start, created, reply, done, instants, tiers, starts, ends = row
        changes = [Change(us, to) for us, to in zip(instants, tiers, strict=True)]
        pauses = [Pause(us, end) for us, end in zip(starts or (), ends or (), strict=True)]
        clock = clocks[calendar_no]
        keys.append(key)
        then = first[bisect_right(starts_at, start) - 1]
        dues.append(then.first_reply_due(start, tier, _before(changes, reply), clock))
        then = last[bisect_right(starts_at, created) - 1]
        limits.append(then.resolution_limit(created, tier, _before(changes, done), pauses, clock))
    job.con.execute(job.text("sla", "changed"), {"keys": keys, "dues": dues, "limits": limits})


def _clocks(desk: Desk) -> dict[int | None, Clock]:
    clocks: dict[int | None, Clock] = {None: Elapsed()}
    for number, axis in slots.axes(desk).items():
        clocks[number] = axis
    return clocks


def _before(changes: Sequence[Change], stop: int | None) -> list[Change]:
    return [change for change in changes if stop is None or change.us < stop]


def _placed(job: Job, rows: str, *instants: str) -> str:
    """Return SQL of rows with positions of instants; on a clock without calendar the instants themselves."""
    elapsed = {f"{name}_pos_us": f"epoch_us({name}_at)" for name in instants}
    if job.desk.sla_clock == "calendar":
        return f"(SELECT *, {', '.join(f'{us} AS {name}' for name, us in elapsed.items())} FROM {rows})"
    either = (f"CASE WHEN calendar_no IS NULL THEN {us} ELSE {name} END AS {name}" for name, us in elapsed.items())
    return f"(SELECT * REPLACE ({', '.join(either)}) FROM {job.placed(rows, *instants)})"


def _inverse_words(job: Job) -> dict[str, str]:
    if job.desk.sla_clock == "calendar":
        return {"lower": "n.first_pos_us", "upper": "n.due_pos_us", "inverse_joins": ""}
    width = slots.width_us(job.desk)
    calendar = "n.calendar_no"
    lower = slots.lower_sql(width, "i_first", "n.first_pos_us")
    upper = slots.upper_sql(width, "i_last", "n.due_pos_us")
    return {
        "lower": f"CASE WHEN {calendar} IS NULL THEN n.first_pos_us ELSE {lower} END",
        "upper": f"CASE WHEN {calendar} IS NULL THEN n.due_pos_us ELSE {upper} END",
        "inverse_joins": "\n".join(
            (
                slots.inverse_join_sql(width, "i_first", calendar, "n.first_pos_us - 1"),
                slots.inverse_join_sql(width, "i_last", calendar, "n.due_pos_us"),
            )
        ),
    }
