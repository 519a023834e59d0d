"""Surveys: which to recompute, then linked, cleaned and stored (semantics 5.2)."""

from metrics.facts.job import SURVEY_TABLES, Job
from metrics.model import DIMENSIONS
from metrics.survey import FIVE

RULES = ("speeder", "contradictory", "duplicate")
OWN = ("team", "agent")  # what a survey without a case says of itself


def find_scope(job: Job) -> None:
    """Fill temp table scope_survey: touched, newly visible, linked to the scope, and their possible duplicates.

    Their rows are gathered in temp tables scoped_survey_response and scoped_survey_answer.
    """
    job.run("surveys", "scope")
    job.gather("scope_survey", "gather", *SURVEY_TABLES)


def store(job: Job) -> None:
    """Write the surveys of the scope and the in-scale answers of the valid ones; needs fact_case up to date."""
    if not job.whole and job.number("surveys", "count") > 0:
        job.run("surveys", "forget")
    if not job.held.surveys:
        return
    words = {"survey_dims": _dims_sql(), "five": str(FIVE), **{f"{rule}_on": _is_on(rule) for rule in RULES}}
    for section in ("answers", "judged", "found", "cleaned", "store", "store_offers", "store_answers", "await"):
        job.run("surveys", section, **words)
    job.drop("new_answer", "new_judged", "new_survey", "new_cleaned")


def _dims_sql() -> str:
    columns = {name: f"coalesce(c.{name}, 0)" for name in DIMENSIONS}
    columns.update({name: f"coalesce(c.{name}, m_{name}.member_id, 0)" for name in OWN})
    return ", ".join(f"{column} AS {name}" for name, column in columns.items())


def _is_on(rule: str) -> str:
    return f"(rules IS NULL OR list_contains(rules, '{rule}'))"
