"""Survey answers: a row of their own, or inside a ticket row (semantics 5.2: scores are kept as given)."""

from etl.mapping import Field, SurveyFields
from etl.normalize.forms import GIVEN, KEY, NUMBER, SURVEY_FORMS, TEXT, free_form, typed_form
from etl.normalize.sqltext import listing, literal
from etl.normalize.tickets import insert_agents, insert_customers
from etl.normalize.work import Work

_NUMBERS = {
    "seconds": "DOUBLE",
    "overall": "DOUBLE",
    "nps": "INTEGER",
    "effort": "DOUBLE",
    "solved_first": "BOOLEAN",
    "resolved_confirmed": "BOOLEAN",
    "submitted_at": "TIMESTAMPTZ",
    "offered_at": "TIMESTAMPTZ",
}
_ANSWERS = ("overall", "nps", "effort", "solved_first", "resolved_confirmed")


def plan_surveys(work: Work) -> None:
    """Lay out the slots of the survey section."""
    survey = work.table.survey
    if survey is None:
        return
    work.add("survey.id", survey.id, KEY if work.table.rows == "survey" else TEXT)
    for name, form in SURVEY_FORMS.items():
        field: Field | None = getattr(survey, name)
        work.add(f"survey.{name}", field, typed_form(field, form))
    for name, field in survey.dimensions.items():
        work.add(f"survey.dimensions.{name}", field, NUMBER)
        work.add(_raw(name), _as_given(field), GIVEN)
    for name, field in survey.custom.items():
        work.add(f"survey.custom.{name}", field, free_form(field))


def _raw(name: str) -> str:
    return f"survey.raw.{name}"


def _as_given(field: Field) -> Field:
    return field.model_copy(update={"values": None, "aliases": None, "default": None, "equals": None, "type": None})


def insert_surveys(work: Work) -> None:
    """Append survey answers and invitations with their customers and agents; a ticket row without any gives none."""
    survey = work.table.survey
    if survey is None:
        return
    is_own = work.table.rows == "survey"
    answered = "true" if is_own else _is_answered(work, survey)
    columns = _columns(work, survey, is_own)
    # A ticket row that was not rated has an invitation at most, whatever stands for the instant of the answer.
    columns["submitted_at"] = f"CASE WHEN {answered} THEN {columns['submitted_at']} END"
    work.insert("norm_survey", columns, work.folded, f"WHERE {answered} OR {columns['offered_at']} IS NOT NULL")
    for name, field in survey.dimensions.items():
        _insert_answers(work, survey, name, field)
    insert_customers(work, "survey.customer")
    insert_agents(work, "survey.agent", "false", work.folded)


def _is_answered(work: Work, survey: SurveyFields) -> str:
    answers = [work.value(f"survey.{name}") for name in _ANSWERS if f"survey.{name}" in work.slots]
    answers += [work.value(_raw(name)) for name in survey.dimensions]
    return f"coalesce({', '.join(f'{answer}::VARCHAR' for answer in answers)}) IS NOT NULL" if answers else "false"


def _columns(work: Work, survey: SurveyFields, is_own: bool) -> dict[str, str]:
    ticket = "t.ticket_key" if not is_own else work.ticket_key(work.value("survey.ticket"))
    prefix = "survey.customer" if "survey.customer" in work.slots else "ticket.customer"
    whose = {
        name: f"coalesce({work.value(f'survey.{name}')}, {work.value(f'ticket.{name}')})"
        for name in ("agent", "team")
    }
    low, high = (survey.overall and survey.overall.scale) or survey.scale
    effort_low, effort_high = (survey.effort and survey.effort.scale) or survey.scale
    return {
        "response_key": "t.response_key",
        "source_no": str(work.source_no),
        "src_response_id": work.value("survey.id" if survey.id is not None else "ticket.id"),
        "template": f"{literal(survey.template)}::VARCHAR",
        "ticket_key": ticket,
        "customer_key": work.customer_key(work.value(prefix)),
        **whose,
        **{name: f"{work.value(f'survey.{name}', kind)}" for name, kind in _NUMBERS.items() if name != "nps"},
        "nps": f"TRY_CAST({work.value('survey.nps', 'BIGINT')} AS INTEGER)",
        "scale_min": f"{low!r}::DOUBLE",
        "scale_max": f"{high!r}::DOUBLE",
        "effort_min": f"{effort_low!r}::DOUBLE",
        "effort_max": f"{effort_high!r}::DOUBLE",
        "mode": work.value("survey.mode"),
        "source_tag": work.value("survey.source_tag"),
        "weight": f"TRY_CAST({work.value('survey.weight', 'DOUBLE')} AS DECIMAL(18, 10))",
        "rules": f"{_rules(work)}::VARCHAR[]",
        "custom": work.document("survey.custom", survey.custom),
        "version": "t.version",
        "row_hash": "t.row_hash",
        "row_no": "t.row_no",
        "table_name": work.name,
    }


def _rules(work: Work) -> str:
    rules = work.mapping.rules(work.table)
    return "list_value" + listing(rules) if rules else "[]"


def _insert_answers(work: Work, survey: SurveyFields, name: str, field: Field) -> None:
    low, high = field.scale or survey.scale
    raw = work.value(_raw(name))
    columns = {
        "response_key": "t.response_key",
        "dimension": literal(name),
        "raw": raw,
        "score": work.value(f"survey.dimensions.{name}", "DOUBLE"),
        "scale_min": f"{low!r}::DOUBLE",
        "scale_max": f"{high!r}::DOUBLE",
        "row_no": "t.row_no",
        "table_name": work.name,
    }
    work.insert("norm_answer", columns, work.folded, f"WHERE {raw} IS NOT NULL")
