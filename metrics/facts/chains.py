"""Issue chains: found for the customers and categories of the scope, old and new (semantics 4.14)."""

from metrics.facts.job import Job


def remember(job: Job) -> None:
    """Keep customers and categories of the scope's stored cases in temp table old_group."""
    if not job.whole:
        job.run("chains", "remember")


def find(job: Job) -> bool:
    """Fill temp table new_chain for every issue group of new_brief and old_group; renumber the stored neighbours.

    Tell whether there may be any.
    """
    if not _are_there(job):
        job.run("chains", "none")
        return False
    if not job.whole:
        job.run("chains", "neighbours", own=job.text("chains", "own"))
    job.run("chains", "chains", chain="new_chain", linkable=linkable(job))
    if not job.whole:
        job.run("chains", "move")
    return True


def linkable(job: Job) -> str:
    """Return the rows among which chains are to be found: all of a rebuild, or the groups of a refresh."""
    return f"({job.text('chains', 'own')})" if job.whole else "new_linkable"


def store(job: Job) -> None:
    """Write one issue per chain whose first case was ever resolved; needs fact_case up to date."""
    if _are_there(job):
        job.run("chains", "store")
    job.drop("new_chain", "new_linkable", "old_group")


def _are_there(job: Job) -> bool:
    """Tell whether a customer is known of any case that a chain could have won or lost."""
    return job.held.customers > 0 or (not job.whole and job.number("chains", "count") > 0)
