"""Open promises by time to due: what will be late next (semantics 4.12; R-022)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from metrics.calendar import MINUTE_US, Axis
from metrics.compile import Shape, shape_filters, where_sql
from metrics.members import Members
from metrics.metric import Anchor
from metrics.model import NONE_LABEL, Desk, Level, Slice
from metrics.scan import Ground

OPEN_CLOCKS = Anchor("fact_sla", "due_at", None, where="outcome = 'open' AND due_at IS NOT NULL")
LABELS = ("team", "agent", "channel", "category", "priority")
EVERYTHING = Slice()
NEAR, OVER = 75.0, 100.0  # percent of the clock used (4.12)


@dataclass(frozen=True, slots=True)
class RiskCase:
    """An open case and one of its promises.

    key       case_key; ticket: the source's own id
    what      first_reply | resolution
    left_min  minutes of the promise's clock until it is due; negative = overdue
    used      percent of the clock used; past pauses count as part of both clock and use
    level     ok, warn from 75 %, critical from 100 %
    """

    key: int
    ticket: str | None
    source_no: int | None
    what: str
    start_at: datetime
    due_at: datetime
    left_min: float
    used: float
    level: Level
    labels: tuple[tuple[str, str], ...]


def at_risk(
    con: duckdb.DuckDBPyConnection,
    desk: Desk,
    as_of: datetime | None,
    part: Slice = EVERYTHING,
    limit: int | None = None,
) -> tuple[RiskCase, ...]:
    """Return the open promises with a due time, the earliest first; limit None = all of them.

    A promise whose clock stands still (pending the customer) has no due time and is not listed.
    """
    if as_of is None:
        return ()
    ground = Ground(con, desk, as_of, Members())
    shape = Shape(OPEN_CLOCKS, "due_at", (), (), shape_filters(part.by))
    cut = "" if limit is None else f" LIMIT {int(limit)}"
    rows = con.execute(
        f"WITH d AS MATERIALIZED (SELECT case_key, what, start_at, due_at, {', '.join(LABELS)} FROM fact_sla"
        f" WHERE {where_sql(shape)} ORDER BY due_at, case_key, what{cut})"
        f" SELECT d.case_key, t.src_ticket_id, t.source_no, d.what, d.start_at, d.due_at,"
        " (d.case_key, d.what) IN (SELECT ticket_key, what FROM sla_due) AS is_given,"
        f" {', '.join(f'd.{name}' for name in LABELS)} FROM d LEFT JOIN (SELECT ticket_key, src_ticket_id, source_no"
        " FROM ticket WHERE ticket_key IN (SELECT case_key FROM d)) t ON t.ticket_key = d.case_key"
        " ORDER BY d.due_at, d.case_key, d.what",
        ground.filter_params(part),
    ).fetchall()
    return tuple(_risk(ground, as_of, row) for row in rows)


def _risk(ground: Ground, as_of: datetime, row: tuple[object, ...]) -> RiskCase:
    key, ticket, source_no, what, start_at, due_at, is_given, *ids = row
    labels = {name: ground.label(name, one) for name, one in zip(LABELS, ids, strict=True)}
    axis = sla_axis(ground.desk, labels["priority"], labels["team"])
    if axis and not is_given:
        # Facts hold when more than the promise has passed: after a close that is the next opening (3.3, 4.10).
        due_at = axis.instant(axis.position_us(due_at))  # type: ignore[arg-type]
    left = _between_us(axis, as_of, due_at)  # type: ignore[arg-type]
    used = used_percent(left, _between_us(axis, start_at, due_at))  # type: ignore[arg-type]
    level = Level.CRITICAL if used >= OVER else Level.WARN if used >= NEAR else Level.OK
    return RiskCase(
        key, ticket, source_no, str(what), start_at, due_at, left / MINUTE_US, used, level, tuple(labels.items())  # type: ignore[arg-type]
    )  # fmt: skip


def used_percent(left_us: int, total_us: int) -> float:
    """Return how much of a clock is used, over 100 when it has run out; a clock without length is used up."""
    return 100.0 * (total_us - left_us) / total_us if total_us > 0 else OVER


def sla_axis(desk: Desk, priority: str, team: str) -> Axis | None:
    """Return the business axis of a promise's clock: the priority's hours, else the team's; None = elapsed time."""
    if desk.sla_clock == "calendar":
        return None
    tier = "P2" if priority == NONE_LABEL else priority
    name = desk.tier_calendars.get(tier) or desk.team_calendars.get(team, desk.calendar)
    return Axis(desk.calendars[name]) if name else None


def _between_us(axis: Axis | None, start: datetime, end: datetime) -> int:
    if axis is None:
        return (end - start) // timedelta(microseconds=1)
    return axis.position_us(end) - axis.position_us(start)
