"""Turns of customers and the replies to them (semantics 4.2)."""

from metrics.facts.job import Job
from metrics.facts.script import dims_of

AUTHOR = "CASE WHEN t.is_answered THEN coalesce(a.member_id, 0) ELSE t.agent END"


def store(job: Job) -> None:
    """Write the turns of new_case: answered, closed without a reply, or waiting; needs new_status."""
    for section in ("walked", "steps" if job.cases.manifold else "no_steps", "turns"):
        job.run("turns", section)
    placed = job.placed(f"({job.text('turns', 'ended')})", "start", "ended")
    job.run("turns", "store", placed=placed, turn_dims=dims_of("t").replace("t.agent", AUTHOR))
    job.drop("new_walked", "new_step", "new_turn")
