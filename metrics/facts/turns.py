"""Turns of customers and the replies to them (semantics 4.2)."""

from metrics.facts import members
from metrics.facts.job import Job
from metrics.facts.script import dims_of

AUTHOR = "CASE WHEN t.is_answered THEN coalesce(a.member_id, 0) ELSE t.agent END"


def store(job: Job) -> None:
    """Write the turns of new_case: answered, closed without a reply, or waiting; needs new_status."""
    for section in ("walked", "steps", "turns"):
        job.run("turns", section)
    members.number_repliers(job)
    job.run("turns", "store", **_words(job))
    job.drop("new_walked", "new_step", "new_turn")


def _words(job: Job) -> dict[str, str]:
    return {
        "turn_dims": dims_of("t").replace("t.agent", AUTHOR),
        "turn_start_pos": job.position("n.calendar_no", "n.start_at"),
        "turn_end_pos": job.position("n.calendar_no", "n.ended_at"),
    }
