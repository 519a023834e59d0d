"""Hours in which agents acted on cases (semantics 4.18)."""

from metrics.facts.job import Job
from metrics.hours import hour_us_sql


def store(job: Job) -> None:
    """Write the hours in which each agent acted on the dated cases of new_case."""
    if not job.held.acts:
        return
    hours = {f"{name}_hour": hour_us_sql(f"{name[0]}.occurred_at", job.desk.tz) for name in ("message", "event")}
    job.run("presence", "hours", **hours)
    job.run("presence", "store")
    job.drop("new_hour")
