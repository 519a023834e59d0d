"""Visible events of cases as subqueries: merged tickets speak for their survivor, nothing is later than as_of."""

from metrics.model import DIMENSIONS

ALL = ", ".join(DIMENSIONS)
CASE_FOLLOWUPS = (
    "(SELECT *, epoch_us(followup_at) - epoch_us(last_resolved_at) AS followup_us FROM fact_case"
    " WHERE is_closed AND last_resolved_at IS NOT NULL)"
)
# What follows the last reply grows while a case is open; the gaps before it are stored.
LAST_GAP = "epoch_us(CASE WHEN is_closed THEN last_resolved_at ELSE $as_of END) - epoch_us(updated_at)"
CASE_GAPS = (
    f"(SELECT case_key, replied_at, created_at, {ALL}, gap_us FROM fact_gap"
    f" UNION ALL SELECT case_key, updated_at, created_at, {ALL}, {LAST_GAP} FROM fact_case"
    " WHERE updated_at IS NOT NULL)"
)
UNASSIGNED_CASES = (
    "(SELECT *, created_at AS waits_since, epoch_us($as_of) - epoch_us(created_at) AS unowned_us FROM fact_case"
    " WHERE NOT is_closed AND created_at IS NOT NULL AND agent = 0 AND assigned_at IS NULL)"
)
CASE_OWNERS = "(SELECT * FROM fact_case WHERE is_closed AND last_resolved_at IS NOT NULL)"
