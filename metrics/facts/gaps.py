"""Gaps between the replies to a case (semantics 4.12)."""

from metrics.facts.job import Job


def find(job: Job) -> bool:
    """Fill temp table new_updated for the cases of several replies: the last one, and the longest gap before it.

    Needs new_brief. Of a case without a row there, its first reply is the only one, if it counts. Tell whether
    there are any.
    """
    job.run("gaps", "walked")
    are_there = _are_there(job)
    for section in ("replies", "updated") if are_there else ("no_updated",):
        job.run("gaps", section)
    return are_there


def store(job: Job) -> None:
    """Write the gaps between replies."""
    if _are_there(job):
        job.run("gaps", "store")
    job.drop("new_kept", "new_reply")


def _are_there(job: Job) -> bool:
    return job.number("gaps", "count") > 0
