"""The cases: who, when, first replies, resolutions, durations on both clocks (semantics 4.1-4.4)."""

from metrics import slots
from metrics.facts import chains, gaps, members, sla, visits
from metrics.facts.job import PLACED, Job

# What is joined to every case, and what stands in its place where there is none of it: a join costs planning.
SIDES = {
    "followed": ("new_followup u ON u.case_key = b.dated_key", "NULL::TIMESTAMPTZ AS followup_at"),
    "assigned": (
        "new_assigned a ON a.case_key = b.case_key",
        "NULL::TIMESTAMPTZ AS assigned_at, NULL::TIMESTAMPTZ AS last_assigned_at, NULL::VARCHAR AS owner,"
        " NULL::VARCHAR AS dept, NULL::TIMESTAMPTZ AS dept_at, false AS is_handed, 0::BIGINT AS n_transfers",
    ),
    "surveyed": (
        "new_surveyed v ON v.case_key = b.dated_key",
        "NULL::TIMESTAMPTZ AS surveyed_at, NULL::TIMESTAMPTZ AS last_surveyed_at",
    ),
    "chained": (
        "new_chain n ON n.case_key = b.dated_key",
        "NULL::BIGINT AS chain_key, NULL::INTEGER AS chain_position, NULL::INTEGER AS n_cases",
    ),
    "updated": (
        "new_updated g ON g.case_key = b.dated_key",
        "NULL::TIMESTAMPTZ AS updated_at, NULL::BIGINT AS longest_gap_us",
    ),
}


def store(job: Job) -> None:
    """Write fact_case and fill the tables that other facts are made from: new_case, new_status, new_assigned, ..."""
    _find_assigned(job)
    job.run("cases", "base", **members.joined(job))
    for section in ("touch", "status", "life", "credit"):
        job.run("cases", section)
    job.run("cases", "followup" if job.held.followups else "no_followup")
    job.run("cases", "surveyed" if job.held.surveys else "no_surveyed")
    _cover(job)
    job.run("cases", "brief")
    has_chains, has_gaps = chains.find(job), gaps.find(job)
    told = job.text("cases", "told", visits=visits.digits_sql(job.desk), **_sides(job, has_chains, has_gaps))
    joined = job.text("cases", "joined", placed=job.placed(f"({told})", *PLACED))
    job.run("cases", "store" if job.whole else "store_new", joined=joined)
    job.drop("new_updated", "new_base", "new_touch", "new_life", "new_credit", "new_followup", "new_surveyed")


def _find_assigned(job: Job) -> None:
    if not job.held.assigns:
        job.run("cases", "no_assigns")
        return
    assigns = job.text("cases", "assigns")
    for section in ("counted", "handed"):
        job.run("cases", section, assigns=assigns)
    job.run("cases", "assigned")
    job.drop("new_counted")


def _cover(job: Job) -> None:
    low, high = job.rows("cases", "range")[0] if job.desk.calendars else (None, None)
    if low is not None:  # nothing dated, nothing to place on an axis
        slots.cover(job.con, job.desk, low, sla.horizon_us(job.desk, high))


def _sides(job: Job, has_chains: bool, has_gaps: bool) -> dict[str, str]:
    is_there = {
        "followed": job.held.followups > 0,
        "assigned": job.held.assigns > 0,
        "surveyed": job.held.surveys > 0,
        "chained": has_chains,
        "updated": has_gaps,
    }
    return {name: _side(*SIDES[name], is_there[name]) for name in SIDES}


def _side(table: str, columns: str, is_there: bool) -> str:
    return f"LEFT JOIN {table}" if is_there else f"CROSS JOIN (SELECT {columns}) {table.split()[1]}"
