"""Issue chains: found for the customers and categories of the scope, old and new (semantics 4.14)."""

from metrics.facts.job import Job


def remember(job: Job) -> None:
    """Keep customers and categories of the scope's stored cases in temp table old_group."""
    if not job.whole:
        job.run("chains", "remember")


def find(job: Job) -> None:
    """Fill temp table new_chain for every issue group of new_case and old_group; renumber the stored neighbours."""
    own = job.text("chains", "own")
    if job.whole:
        job.run("chains", "chains", linkable=f"({own})")
        return
    job.run("chains", "neighbours", own=own)
    job.run("chains", "chains", linkable="new_linkable")
    job.run("chains", "move")


def store(job: Job) -> None:
    """Write one issue per chain whose first case was ever resolved; needs fact_case up to date."""
    job.run("chains", "store", cases="new_case" if job.whole else "fact_case")
    job.drop("new_chain", "new_linkable", "old_group")
