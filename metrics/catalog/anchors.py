"""The anchors: which rows, and the instant that puts a row into a window (semantics 1.6)."""

from dataclasses import replace

from metrics.catalog.events import (
    CASE_FOLLOWUPS,
    CASE_GAPS,
    CASE_OWNERS,
    UNASSIGNED_CASES,
)
from metrics.metric import Anchor
from metrics.model import DIMENSIONS

REPLY = Anchor("fact_reply", "reply_at", "reply_day")
RESOLUTION = Anchor("fact_resolution", "resolved_at", "resolved_day")
FIRST_RESOLUTION = Anchor("fact_first_resolution", "resolved_at", "resolved_day")
FLOW = Anchor("fact_flow", "occurred_at", "occurred_day", has_creation=False)
FLOW_OF_CASE = Anchor(
    "(SELECT f.*, c.created_at FROM fact_flow f JOIN fact_case c ON c.case_key = f.case_key)",
    "occurred_at",
    "occurred_day",
)
CREATED = Anchor("fact_case", "created_at", "created_day")
DATED = replace(CREATED, where="created_at IS NOT NULL")  # 12.2, decision 11
COHORT = Anchor(
    "fact_case",
    "created_at",
    "created_day",
    where="reason IN ('ok', 'open_unanswered', 'resolved_without_reply') AND created_at IS NOT NULL",
)
ANY_REPLY = Anchor("fact_case", "any_at", None, where="any_us IS NOT NULL")
WAITING = Anchor("fact_waiting", "start_at", None)
UNLINKABLE = Anchor("fact_case", "created_at", None)
ISSUE = Anchor("fact_issue", "resolved_at", "resolved_day")
SLA_FIRST_REPLY = Anchor("fact_sla", "decided_at", "decided_day", where="what = 'first_reply'")
SLA_RESOLUTION = Anchor("fact_sla", "decided_at", "decided_day", where="what = 'resolution'")
UNDATED_FIRST_REPLY = Anchor("fact_sla", "created_at", None, where="what = 'first_reply' AND decided_at IS NULL")
UNDATED_RESOLUTION = Anchor("fact_sla", "created_at", None, where="what = 'resolution' AND decided_at IS NULL")
SPAN = Anchor("fact_span", "opened_at", None)
SURVEY = Anchor("fact_survey", "submitted_at", "submitted_day", row_key="response_key")
VALID_SURVEY = Anchor(
    "fact_survey", "submitted_at", "submitted_day", where="dropped_by IS NULL", row_key="response_key"
)
# Joined by the instant too: so the engine reads the answers of the window only. Nothing equals an instant not given.
ANSWER_SET = (
    "SELECT s.*, coalesce(a.n_answers, 0) AS n_answers, a.n_scores FROM fact_survey s LEFT JOIN ("
    "SELECT response_key, submitted_at, count(*) AS n_answers, count(DISTINCT score_milli) AS n_scores"
    " FROM fact_answer GROUP BY response_key, submitted_at) a"
    " ON a.response_key = s.response_key AND {same} WHERE s.dropped_by IS NULL"
)
ANSWER_SETS = Anchor(
    f"({ANSWER_SET.format(same='a.submitted_at = s.submitted_at')} AND s.submitted_at IS NOT NULL"
    f" UNION ALL {ANSWER_SET.format(same='a.submitted_at IS NULL')} AND s.submitted_at IS NULL)",
    "submitted_at",
    "submitted_day",
    row_key="response_key",
)
SERVED = Anchor(
    "(SELECT f.*, c.created_at, c.customer_key FROM fact_flow f JOIN fact_case c ON c.case_key = f.case_key"
    " WHERE NOT f.is_reopen)",
    "occurred_at",
    "occurred_day",
)
OFFER = Anchor("fact_offer", "offered_at", "offered_day", row_key="offer_key")
VALID_CUSTOMER = Anchor(
    "(SELECT s.response_key, s.submitted_at, s.submitted_day, s.created_at, s.case_key,"
    f" {', '.join(f's.{name}' for name in DIMENSIONS)}, coalesce(s.customer_key, c.customer_key) AS customer_key"
    " FROM fact_survey s LEFT JOIN fact_case c ON c.case_key = s.case_key WHERE s.dropped_by IS NULL)",
    "submitted_at",
    "submitted_day",
    row_key="response_key",
)
ANSWER = Anchor(
    "fact_answer",
    "submitted_at",
    "submitted_day",
    extra=("dimension",),
    row_key="response_key",
    has_creation=False,
)
SCALED_ANSWER = Anchor(
    "(SELECT a.*, s.scale_min, s.scale_max FROM fact_answer a"
    " JOIN survey_answer s ON s.response_key = a.response_key AND s.dimension = a.dimension)",
    "submitted_at",
    "submitted_day",
    extra=("dimension",),
    row_key="response_key",
    has_creation=False,
)
SURVEY_ANSWER = Anchor(
    "(SELECT a.*, s.case_key, s.created_at FROM fact_answer a JOIN fact_survey s ON s.response_key = a.response_key)",
    "submitted_at",
    "submitted_day",
    row_key="response_key",
)
TICKET = Anchor(
    "(SELECT f.*, t.vendor AS vendor_json FROM fact_case f JOIN ticket t ON t.ticket_key = f.case_key)",
    "created_at",
    "created_day",
)
FOLLOWED_UP = Anchor(CASE_FOLLOWUPS, "last_resolved_at", None)
UPDATE_GAPS = Anchor(CASE_GAPS, "replied_at", None)
UNASSIGNED = Anchor(UNASSIGNED_CASES, "waits_since", None)
OWNED = Anchor(CASE_OWNERS, "last_resolved_at", None)
VISITED = Anchor("fact_case", "exited_at", None)  # the kind knows the rows: they follow from settings or parameter
