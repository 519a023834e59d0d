"""Members of the dimensions: new labels get the next ids; ids are never given up, so a rebuild keeps them."""

from metrics.facts.job import Job
from metrics.facts.script import quoted
from metrics.model import DIMENSIONS, NONE_LABEL

SURVEY_DIMENSIONS = ("team", "agent")


def none_sql() -> str:
    """Return SQL that makes member 0, the value "(none)", of every dimension."""
    values = ", ".join(f"('{name}', 0, {quoted(NONE_LABEL)})" for name in DIMENSIONS)
    return f"INSERT INTO member SELECT * FROM (VALUES {values}) WHERE NOT EXISTS (SELECT 1 FROM member)"


def number_tickets(job: Job) -> None:
    """Give ids to the labels of the tickets in scope."""
    rows, events, tiers = (job.words[word] for word in ("ticket_rows", "ticket_event_rows", "tier_names"))
    changes = f"FROM {events} WHERE kind = 'priority' AND old IN {tiers}"
    before = f"SELECT DISTINCT 'priority' AS dimension, old AS label {changes}"
    own = [f"SELECT DISTINCT '{name}' AS dimension, {name} AS label FROM {rows}" for name in DIMENSIONS]
    _number(job, [*own, before])


def number_authors(job: Job) -> None:
    """Give ids to the authors of first replies (temp table new_credit); all agents stand in new_agent then."""
    _number(job, ["SELECT 'agent' AS dimension, reply_by AS label FROM new_credit"])
    job.run("members", "agents")


def number_repliers(job: Job) -> None:
    """Give ids to the authors of all replies that end a turn (new_turn); all agents stand in new_agent then."""
    _number(job, ["SELECT 'agent' AS dimension, author AS label FROM new_turn WHERE next_kind = 2"])
    job.run("members", "agents")


def number_actors(job: Job) -> None:
    """Give ids to everybody who acted on a case (new_hour); all agents stand in new_agent then."""
    _number(job, ["SELECT DISTINCT 'agent' AS dimension, actor AS label FROM new_hour"])
    job.run("members", "agents")


def number_surveys(job: Job) -> None:
    """Give ids to the teams and agents that surveys name themselves."""
    rows = job.words["survey_response_rows"]
    _number(
        job, [f"SELECT DISTINCT '{name}' AS dimension, {name} AS label FROM {rows}" for name in SURVEY_DIMENSIONS]
    )


def _number(job: Job, labels: list[str]) -> None:
    job.run("members", "number", labels=" UNION ALL ".join(labels))
