"""Visible events of cases as subqueries: merged tickets speak for their survivor, nothing is later than as_of."""

from metrics.visits import OF_CASE

CASE_FOLLOWUPS = (
    "(SELECT *, epoch_us(followup_at) - epoch_us(last_resolved_at) AS followup_us FROM fact_case"
    " WHERE is_closed AND last_resolved_at IS NOT NULL)"
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
UNASSIGNED_CASES = (
    "(SELECT *, created_at AS waits_since, epoch_us($as_of) - epoch_us(created_at) AS unowned_us FROM fact_case"
    " WHERE NOT is_closed AND created_at IS NOT NULL AND agent = 0 AND assigned_at IS NULL)"
)
CASE_OWNERS = "(SELECT * FROM fact_case WHERE is_closed AND last_resolved_at IS NOT NULL)"
