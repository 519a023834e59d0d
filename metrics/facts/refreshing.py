"""Refreshing the facts: of touched cases only, or of everything; both ways give the same rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from duckdb import DuckDBPyConnection

from metrics import problems, slots
from metrics.facts import (
    cases,
    chains,
    complaints,
    days,
    fingerprint,
    gaps,
    links,
    members,
    parts,
    presence,
    sla,
    spans,
    surveys,
    turns,
    visits,
)
from metrics.facts.job import COLUMNS, Job
from metrics.facts.script import DIM_COLUMNS, FOLDER
from metrics.model import Desk

Later = Callable[[], None]
BY_CASE = (
    "fact_case",
    "fact_reply",
    "fact_waiting",
    "fact_turn",
    "fact_resolution",
    "fact_first_resolution",
    "fact_flow",
    "fact_span",
    "fact_sla",
    "fact_revisit",
    "fact_gap",
    "fact_complaint",
    "fact_act",
    "fact_agent_hour",
    "fact_linked",
)
BY_TICKET = ("fact_defect", "awaited")
BY_SURVEY = ("fact_survey", "fact_offer", "fact_answer", "awaited_survey")
ALL = (*BY_CASE, *BY_TICKET, *BY_SURVEY, "fact_issue", "backlog_day")
MANY = 100_000  # tickets whose facts are better not made inside a transaction
LARGE_SHARE = 0.2  # from here on a rebuild is quicker than a refresh


def create(con: DuckDBPyConnection, desk: Desk | None = None) -> None:
    """Create the derived tables and the member "(none)" of every dimension; does nothing when they are there.

    desk   whose tree of problem types is kept; None = no tree
    Tables of an older version go: the next refresh or ensure makes their rows anew.
    """
    if fingerprint.is_outgrown(con):
        con.execute("; ".join(f"DROP TABLE IF EXISTS {table}" for table in ALL))
    fingerprint.mark(con)
    con.execute((FOLDER / "schema.sql").read_text(encoding="utf-8").replace("{dims}", DIM_COLUMNS))
    con.execute(members.none_sql())
    problems.place(con, desk.problem_types if desk else {})


def refresh(con: DuckDBPyConnection, watermark: datetime | None, desk: Desk) -> Later | None:
    """Recompute what depends on temp tables touched_ticket and touched_survey, and what became visible.

    watermark   None = nothing dated was delivered; undated rows are visible (semantics 12.2)
    Runs inside the caller's transaction. Rebuilds instead when the facts are empty or of another desk,
    when the watermark went back, or when a large share was touched. Facts of many tickets that are made for the
    first time wait for the end of the transaction: then the work that is left is returned, to be done after the
    commit, and until then there are no figures, as there were none before.
    """
    job = Job(con, watermark, desk, whole=False)
    is_stale = fingerprint.is_stale(con, watermark, desk)
    if not is_stale and job.number("scope", "due") == 0:
        fingerprint.remember(con, watermark, desk)
        return None
    if is_stale and _is_first_of_many(con):
        fingerprint.forget(con)
        return partial(rebuild, con, watermark, desk)
    if is_stale or _is_large(con):
        rebuild(con, watermark, desk)
        return None
    links.find_scope(job)
    surveys.find_scope(job)
    con.execute(days.macro_sql(desk.tz))
    chains.remember(job)
    spans.remember(job)
    _forget(job)
    _make(job)
    fingerprint.remember(con, watermark, desk)
    return None


def rebuild(con: DuckDBPyConnection, watermark: datetime | None, desk: Desk, size: int | None = None) -> None:
    """Recompute every derived row from the canonical tables; member ids stay as they are.

    size   cases that are made at a time, which bounds the memory; None = as many as the engine's memory is made for
    Quickest where nobody reads and no transaction is open: a transaction keeps all that was ever worked out in it
    until its end, and the engine scans its new tables with one thread. Until then the facts are of no desk, so one
    that was interrupted is done again by `ensure`.
    """
    fingerprint.forget(con)
    job = Job(con, watermark, desk, whole=True)
    for table in (*ALL, "merge_edge", "case_link"):
        con.execute(f"DELETE FROM {table}")
    slots.clear(con)
    links.find_all(job)
    con.execute(days.macro_sql(desk.tz))
    found = parts.parts(job, size)
    if len(found) == 1:
        _make(job)
    else:
        of_scope = replace(job, whole=False)
        for _ in parts.entered(of_scope, found):
            _make(replace(of_scope))  # what a job holds is counted once, and every part holds something else
    fingerprint.remember(con, watermark, desk)


def ensure(con: DuckDBPyConnection, watermark: datetime | None, desk: Desk) -> bool:
    """Rebuild when the facts were made for another desk (semantics 12.6) or never; tell whether they were."""
    if not fingerprint.is_stale(con, watermark, desk):
        return False
    rebuild(con, watermark, desk)
    return True


def _is_first_of_many(con: DuckDBPyConnection) -> bool:
    row = con.execute(
        "SELECT (SELECT count(*) FROM fact_case) = 0 AND (SELECT count(*) FROM ticket) >= $many", {"many": MANY}
    ).fetchone()
    return row is not None and bool(row[0])


def _is_large(con: DuckDBPyConnection) -> bool:
    row = con.execute(
        "SELECT (SELECT count(*) FROM touched_ticket) > $share * (SELECT count(*) FROM ticket),"
        " (SELECT count(*) FROM fact_case) = 0",
        {"share": LARGE_SHARE},
    ).fetchone()
    return row is None or any(row)


def _forget(job: Job) -> None:
    """Take the stored rows of the scope away; of tickets that were no cases there are few sorts."""
    for table in (*(BY_CASE if job.held.old_cases else ()), *BY_TICKET):
        key = "case_key" if table in BY_CASE else "ticket_key"
        job.run("scope", "forget", table=table, key=key)


def _make(job: Job) -> None:
    members.number(job)
    cases.store(job)
    gaps.store(job)
    complaints.store(job)
    job.drop("new_brief")
    presence.store(job)
    if job.held.articles:
        job.run("knowledge", "store")
    chains.store(job)
    if job.cases.answered:
        job.run("replies", "store")
    if job.cases.unanswered:
        job.run("replies", "store_waiting")
    turns.store(job)
    _make_resolutions(job)
    spans.store(job)
    sla.store(job)
    if job.held.later or job.cases.odd:
        job.run("defects", "store")
    if job.held.later:
        job.run("scope", "await")
    visits.store(job)
    surveys.store(job)
    job.drop("new_case", "new_pause", "new_status", "new_edge", "tied", "scope", "scope_survey")
    job.drop("new_agent", "new_tier")
    job.drop(*(f"scoped_{table}" for table in COLUMNS))


def _make_resolutions(job: Job) -> None:
    is_interrupted = job.number("resolutions", "count") > 0
    for section in ("intervals", "pauses", "paused") if is_interrupted else ("no_pauses",):
        job.run("resolutions", section)
    stored = {"store_last": job.cases.resolved, "store_undated": job.held.given}
    stored |= dict.fromkeys(("store_first", "store_flow"), job.cases.resolved)
    for section in (section for section, rows in stored.items() if rows):
        job.run("resolutions", section)
    job.drop("new_interval", "new_paused")
