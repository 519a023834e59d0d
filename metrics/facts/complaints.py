"""Complaints, their chains and the first actions on them (semantics 4.16, 12.8).

Which tag and which staff count, the question tells.
"""

from metrics.facts import chains
from metrics.facts.job import Job


def store(job: Job) -> None:
    """Write the complaints of new_case, and the first action of every agent on those that are dated.

    Needs the rows among which chains were found.
    """
    if not (job.held.complaints or job.held.old_complaints):
        return
    job.run("complaints", "found")
    linkable = job.text("complaints", "linkable", linkable=chains.linkable(job))
    job.run("chains", "chains", chain="new_complaints", linkable=linkable)
    if not job.whole:
        job.run("complaints", "move")
    for section in ("store", "tickets", "store_acts"):
        job.run("complaints", section)
    job.drop("new_complaint", "new_complaints", "new_told")
