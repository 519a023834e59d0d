"""One case, looked up: why it has the figures it has (semantics 4.1, 4.9)."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

FOUND = """
SELECT f.case_key, f.created_at, f.start_at, f.reason::VARCHAR, f.reply_at, f.reply_by, f.calendar_no, t.priority
FROM ticket s
LEFT JOIN case_link l ON l.ticket_key = s.ticket_key
JOIN fact_case f ON f.case_key = coalesce(l.case_key, s.ticket_key)
JOIN ticket t ON t.ticket_key = f.case_key
WHERE s.src_ticket_id = $ticket AND ($source_no IS NULL OR s.source_no = $source_no)
"""
CLOCKS = """
SELECT what::VARCHAR, CASE WHEN outcome = 'open' THEN CASE WHEN due_at < $as_of THEN 'breached' ELSE 'undecided' END
                           ELSE outcome::VARCHAR END, due_at, decided_at
FROM fact_sla WHERE case_key = $case_key
"""


@dataclass(frozen=True, slots=True)
class SlaClock:
    """One service level clock of a case: met, breached, undecided or na, and when it is due."""

    outcome: str
    due_at: datetime | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What is known of one case; a merged ticket leads to its survivor (semantics 2.6)."""

    case_key: int
    created_at: datetime | None
    start_at: datetime | None
    reason: str
    reply_at: datetime | None
    reply_by: str | None
    calendar_no: int | None
    priority: str | None
    sla: dict[str, SlaClock]


def look_up(
    con: duckdb.DuckDBPyConnection, ticket: str, as_of: datetime, source_no: int | None = None
) -> CaseRecord | None:
    """Return the case of a source's ticket id; None when it is not in the population."""
    row = con.execute(FOUND, {"ticket": ticket, "source_no": source_no}).fetchone()
    if row is None:
        return None
    clocks = con.execute(CLOCKS, {"case_key": row[0], "as_of": as_of}).fetchall()
    key, created, start, reason, replied, by, calendar_no, priority = row
    sla = {what: SlaClock(*clock) for what, *clock in clocks}
    return CaseRecord(key, created, start, reason, replied, by, calendar_no, priority, sla)
