"""SLA facts (to come)."""

from metrics.facts.job import Job
from metrics.model import Desk


def horizon_us(desk: Desk, high_us: int) -> int:
    """Return the last instant that slots must cover."""
    return high_us


def find(job: Job) -> None:
    """Do nothing yet."""


def store(job: Job) -> None:
    """Do nothing yet."""
