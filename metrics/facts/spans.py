"""Open intervals, and the backlog per local day as net changes (semantics 4.7)."""

from metrics.facts.job import Job

STORED = "(SELECT * FROM fact_span WHERE case_key IN (SELECT ticket_key FROM scope))"


def remember(job: Job) -> None:
    """Keep what the scope's stored spans contributed to backlog_day, taken back, in temp table old_change."""
    if not job.whole:
        job.run("spans", "remember", steps=_steps(job, "-1"))


def store(job: Job) -> None:
    """Write the spans of new_case; move backlog_day by the net change; zero cells vanish."""
    job.run("spans", "store")
    job.run("spans", "changes", steps=_steps(job, "1"), and_old="" if job.whole else " UNION ALL FROM old_change")
    job.run("spans", "store_days" if job.whole else "merge_days")
    job.drop("new_change", "new_cell", "old_change")


def _steps(job: Job, sign: str) -> str:
    return job.text("spans", "steps", spans="fact_span" if job.whole else STORED, sign=sign)
