"""Issue chains: found for the customers and categories of the scope, old and new (semantics 4.14)."""

from metrics.facts.job import Job


def find(job: Job) -> None:
    """Fill temp table new_chain for every issue group that the scope touches."""
    own = job.text("chains", "own")
    if job.whole:
        job.run("chains", "chains", linkable=f"({own})")
        return
    job.run("chains", "neighbours", own=own)
    job.run("chains", "chains", linkable="new_linkable")


def move(job: Job) -> None:
    """Forget the issues of the touched groups and renumber their cases outside the scope."""
    if not job.whole:
        job.run("chains", "move")


def store(job: Job) -> None:
    """Write one issue per chain whose first case was ever resolved."""
    job.run("chains", "store")
