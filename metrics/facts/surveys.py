"""Survey facts (to come)."""

from metrics.facts.job import Job


def find_scope(job: Job) -> None:
    """Do nothing yet."""


def store(job: Job) -> None:
    """Do nothing yet."""
