"""Everything that happened to one case, in order, with its stays, clocks and promises: the ticket page (R-111)."""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from metrics.calendar import MINUTE_US
from metrics.model import Desk
from metrics.record import CaseRecord, look_up
from metrics.visits import OF_CASE

OWN_WORD = {"agent": "agent_reply", "bot": "bot_reply", "customer": "customer_message"}  # of a public message (2.5)
HAPPENINGS = f"""
SELECT t.src_ticket_id, e.occurred_at, e.kind, e.old, e.new, coalesce(e.actor, e.actor_kind), e.dept,
       e.ticket_key <> $case AND e.kind = 'status', e.seq, e.stream, e.event_key
FROM ticket_event e {OF_CASE.format(e="e")} JOIN ticket t ON t.ticket_key = e.ticket_key
WHERE coalesce(l.case_key, e.ticket_key) = $case AND e.occurred_at <= $as_of
UNION ALL
SELECT t.src_ticket_id, m.occurred_at,
       CASE WHEN m.is_public IS FALSE THEN 'internal_note' WHEN m.is_auto IS TRUE THEN 'auto_ack'
            ELSE m.author_kind END,
       NULL, NULL, coalesce(m.author, m.author_kind), NULL, false, m.seq, m.stream, m.message_key
FROM message m {OF_CASE.format(e="m")} JOIN ticket t ON t.ticket_key = m.ticket_key
WHERE coalesce(l.case_key, m.ticket_key) = $case AND m.occurred_at <= $as_of
ORDER BY 2, 9, 10, 11
"""
TABLES = {"frt": "fact_reply", "wait_total": "fact_reply", "first_resolution": "fact_first_resolution"}
COLUMNS = {
    "frt": "frt",
    "wait_total": "wait",
    "first_resolution": "res",
    "resolution": "res",
    "net_resolution": "net",
    "pending_time": "pending",
    "hold_time": "hold",
    "agent_work": "work",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event or message of a case, its kind as semantics 2.5 call it.

    ticket      the source's own id: of the case, or of a ticket merged into it
    is_ignored  a status of a merged ticket, which says nothing of the case (2.6)
    """

    ticket: str
    moment: datetime
    kind: str
    old: str | None
    new: str | None
    by: str | None
    dept: str | None
    is_ignored: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """The time in one status, from creation on; end None = still in it. The stays of a case add up to its life."""

    status: str
    start: datetime
    end: datetime | None
    is_pause: bool


@dataclass(frozen=True, slots=True)
class TicketPage:
    """What a ticket page shows.

    clocks  KPI -> (elapsed, business) minutes of this case; without the KPIs it does not count in
    """

    record: CaseRecord
    happenings: tuple[Happening, ...]
    stays: tuple[Stay, ...]
    clocks: dict[str, tuple[float | None, float | None]]


def ticket_page(
    con: duckdb.DuckDBPyConnection, desk: Desk, ticket: str, as_of: datetime, source_no: int | None = None
) -> TicketPage | None:
    """Return the page of a source's ticket id, of its survivor where it was merged; None outside the population."""
    record = look_up(con, ticket, as_of, source_no)
    if record is None:
        return None
    happened = _happenings(con, record.case_key, as_of)
    return TicketPage(record, happened, _stays(record, happened, desk), _clocks(con, record.case_key))


def _happenings(con: duckdb.DuckDBPyConnection, case_key: int, as_of: datetime) -> tuple[Happening, ...]:
    rows = con.execute(HAPPENINGS, {"case": case_key, "as_of": as_of}).fetchall()
    found = (Happening(*row[:8]) for row in rows)
    return tuple(replace(one, kind=OWN_WORD.get(one.kind, one.kind)) for one in found)


def _stays(record: CaseRecord, happened: tuple[Happening, ...], desk: Desk) -> tuple[Stay, ...]:
    if record.created_at is None:
        return ()
    steps = [("new", record.created_at)]
    for one in happened:
        if one.kind == "status" and one.new is not None and not one.is_ignored:
            steps.append((one.new, max(one.moment, record.created_at)))
    ends = [*(start for _, start in steps[1:]), None]
    found = [
        Stay(status, start, end, status in desk.pause_statuses)
        for (status, start), end in zip(steps, ends, strict=True)
    ]
    return tuple(one for one in found if one.end != one.start)


def _clocks(con: duckdb.DuckDBPyConnection, case_key: int) -> dict[str, tuple[float | None, float | None]]:
    found = {}
    for name, column in COLUMNS.items():
        text = f"SELECT {column}_us, {column}_biz_us FROM {TABLES.get(name, 'fact_resolution')} WHERE case_key = ?"
        for elapsed, business in con.execute(text, [case_key]).fetchall():
            found[name] = (_minutes(elapsed), _minutes(business))
    return found


def _minutes(duration_us: int | None) -> float | None:
    return None if duration_us is None else duration_us / MINUTE_US
