"""Visible events of cases as subqueries: merged tickets speak for their survivor, nothing is later than as_of."""

from metrics.visits import ASSIGNS, DEPARTMENTS, OF_CASE, TRANSFERS, events

FIRST_ASSIGNS = (
    "(SELECT f.*, a.assigned_at, CASE WHEN epoch_us(a.assigned_at) - epoch_us(f.created_at) >= -60000000"
    " THEN greatest(0, epoch_us(a.assigned_at) - epoch_us(f.created_at)) END AS assign_us"
    f" FROM fact_case f JOIN (SELECT case_key, min(moment) AS assigned_at FROM ({ASSIGNS}) GROUP BY case_key) a"
    " ON a.case_key = f.case_key)"
)
CASE_TRANSFERS = (
    "(SELECT f.*, coalesce(x.n_transfers, 0) > 0 AS is_transferred, coalesce(x.n_transfers, 0) AS n_transfers"
    " FROM fact_case f LEFT JOIN ("
    f"SELECT case_key, count(*) AS n_transfers FROM ({TRANSFERS}) GROUP BY case_key) x ON x.case_key = f.case_key)"
)
CASE_REACHES = (
    "(SELECT f.*, x.assigned_us FROM fact_case f LEFT JOIN ("
    "SELECT case_key, map_from_entries(list((dept, us))) AS assigned_us FROM ("
    "SELECT a.case_key, a.dept, min(epoch_us(a.moment) - epoch_us(c.created_at)) AS us"
    f" FROM ({DEPARTMENTS}) a JOIN fact_case c ON c.case_key = a.case_key"
    " GROUP BY a.case_key, a.dept) GROUP BY case_key) x ON x.case_key = f.case_key WHERE f.created_at IS NOT NULL)"
)
CASE_FOLLOWUPS = (
    "(SELECT f.*, x.followup_us FROM fact_case f LEFT JOIN ("
    "SELECT c.case_key, min(epoch_us(e.occurred_at) - epoch_us(c.last_resolved_at)) AS followup_us"
    f" FROM ticket_event e {OF_CASE.format(e='e')} JOIN fact_case c"
    " ON c.case_key = coalesce(l.case_key, e.ticket_key) WHERE e.kind = 'followup' AND e.occurred_at <= $as_of"
    " AND e.occurred_at >= c.last_resolved_at GROUP BY c.case_key) x ON x.case_key = f.case_key"
    " WHERE f.is_closed AND f.last_resolved_at IS NOT NULL)"
)
CASE_GAPS = (
    "(SELECT f.*, r.occurred_at AS replied_at, epoch_us(coalesce(lead(r.occurred_at) OVER ("
    "PARTITION BY f.case_key ORDER BY r.occurred_at), CASE WHEN f.is_closed THEN f.last_resolved_at ELSE $as_of END))"
    " - epoch_us(r.occurred_at) AS gap_us"
    f" FROM message r {OF_CASE.format(e='r')} JOIN fact_case f ON f.case_key = coalesce(l.case_key, r.ticket_key)"
    " WHERE r.author_kind = 'agent' AND r.is_public IS NOT FALSE AND r.is_auto IS NOT TRUE"
    " AND f.created_at IS NOT NULL"
    " AND r.occurred_at <= CASE WHEN f.is_closed THEN f.last_resolved_at ELSE $as_of END)"
)
OWNERLESS = "NOT f.is_closed AND f.created_at IS NOT NULL AND f.agent = 0"
UNASSIGNED_CASES = (
    "(SELECT f.*, f.created_at AS waits_since, epoch_us($as_of) - epoch_us(f.created_at) AS unowned_us"
    f" FROM fact_case f WHERE {OWNERLESS} AND f.case_key NOT IN (SELECT a.case_key FROM ({ASSIGNS}) a"
    f" WHERE a.case_key IN (SELECT f.case_key FROM fact_case f WHERE {OWNERLESS})))"
)
OWNED = events("e.kind = 'assign' AND e.new IS NOT NULL", ", e.new AS owner")
FIRST_OWNERS = (
    f"SELECT case_key, arg_min(owner, ROW(moment, seq, stream, row_key)) AS owner FROM ({OWNED}) GROUP BY case_key"
)
RESOLVERS = (
    "SELECT c.case_key, arg_min_null(e.actor, ROW(e.seq, e.stream, e.event_key)) AS resolver"
    " FROM ticket_event e JOIN fact_case c ON c.case_key = e.ticket_key AND c.last_resolved_at = e.occurred_at"
    " WHERE c.is_closed AND e.kind = 'status' AND e.new IN ('resolved', 'closed') GROUP BY c.case_key"
)
CASE_OWNERS = (
    f"(SELECT f.*, o.owner, r.resolver FROM fact_case f LEFT JOIN ({FIRST_OWNERS}) o ON o.case_key = f.case_key"
    f" LEFT JOIN ({RESOLVERS}) r ON r.case_key = f.case_key WHERE f.is_closed AND f.last_resolved_at IS NOT NULL)"
)
