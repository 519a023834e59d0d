"""Backlog per local day as net changes: old contribution out, new one in (semantics 4.7)."""

from metrics.facts.job import Job

OLD_SPANS = "(SELECT * FROM fact_span WHERE case_key IN (SELECT ticket_key FROM scope))"


def change_days(job: Job) -> None:
    """Move backlog_day from the stored spans of the scope to temp table new_span; zero cells vanish."""
    added = job.text("spans", "change_of", spans="new_span", plus="1")
    if job.whole:
        job.run("spans", "changes", changes=added)
        job.run("spans", "store_days")
        return
    removed = job.text("spans", "change_of", spans=OLD_SPANS, plus="-1")
    job.run("spans", "changes", changes=f"{added} UNION ALL {removed}")
    job.run("spans", "merge_days")
