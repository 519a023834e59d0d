"""Members of the dimensions: new labels get the next ids; ids are never given up, so a rebuild keeps them."""

from metrics.facts.job import INITIAL, Job
from metrics.facts.script import quoted
from metrics.model import DIMENSIONS, NONE_LABEL

SURVEY_DIMENSIONS = ("team", "agent")


def none_sql() -> str:
    """Return SQL that makes member 0, the value "(none)", of every dimension."""
    values = ", ".join(f"('{name}', 0, {quoted(NONE_LABEL)})" for name in DIMENSIONS)
    return f"INSERT INTO member SELECT * FROM (VALUES {values}) WHERE NOT EXISTS (SELECT 1 FROM member)"


def number(job: Job) -> None:
    """Give ids to the labels of the rows in scope; all agents stand in new_agent then.

    Agents are also all who acted or wrote: among them are the authors of replies.
    """
    rows, events, surveys, tiers = (
        job.words[word] for word in ("ticket_rows", "ticket_event_rows", "survey_response_rows", "tier_names")
    )
    labels = [f"SELECT DISTINCT '{name}' AS dimension, {name} AS label FROM {rows}" for name in DIMENSIONS]
    if job.held.priorities:
        labels.append(f"SELECT DISTINCT 'priority', old FROM {events} WHERE kind = 'priority' AND old IN {tiers}")
    if job.held.surveys:
        labels += [f"SELECT DISTINCT '{name}', {name} FROM {surveys}" for name in SURVEY_DIMENSIONS]
    if job.held.acts:
        labels.append(f"SELECT 'agent', actor FROM ({job.text('members', 'actors')})")
    job.run("members", "number", labels=" UNION ALL ".join(labels))
    job.run("members", "agents")


def joined(job: Job) -> dict[str, str]:
    """Return the words that look the members of tickets t up; dimensions without any need no look."""
    known = {dimension for (dimension,) in job.rows("members", "known")}
    ids = (f"coalesce(m_{name}.member_id, 0) AS {name}" if name in known else f"0 AS {name}" for name in DIMENSIONS)
    joins = (
        f"LEFT JOIN member m_{name} ON m_{name}.dimension = '{name}' AND m_{name}.label = "
        + (INITIAL if name == "priority" else f"t.{name}")
        for name in DIMENSIONS
        if name in known
    )
    return {"member_ids": ", ".join(ids), "member_joins": "\n".join(joins)}
