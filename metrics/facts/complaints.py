"""Complaints and the first actions on them (semantics 12.8); which tag and which staff count, the question tells."""

from metrics.facts.job import Job


def store(job: Job) -> None:
    """Write the complaints of new_case, and the first action of every agent on those that are dated."""
    for section in ("found", "store", "store_acts"):
        job.run("complaints", section)
    job.drop("new_complaint")
