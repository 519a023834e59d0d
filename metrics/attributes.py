"""What slices find outside the stored dimensions: declared attributes, mode, handler, tags (semantics 5.11, 5.12)."""

from dataclasses import dataclass

from metrics.metric import Anchor
from metrics.model import check_dimension
from metrics.problems import level_of

SURVEYS = {"response_key": "fact_survey", "offer_key": "fact_offer"}  # by the key of the rows: who knows their case
ISSUE = "CASE t.is_common WHEN TRUE THEN 'common' WHEN FALSE THEN 'other' END"
HANDLER = "CASE WHEN h.reply_at IS NOT NULL THEN 'human' WHEN h.any_at IS NOT NULL THEN 'bot' END"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A value looked up row by row.

    value   SQL of the value, or of the list of values; NULL = none
    joined  FROM part: the anchor's rows as f, with what `value` is read from
    """

    value: str
    joined: str
    is_list: bool = False

    @property
    def member(self) -> str:
        """Return SQL of the member a row falls into; a row with a list is told once for each value of it."""
        if not self.is_list:
            return self.value
        return f"unnest(CASE WHEN {self.absent} THEN [NULL] ELSE list_distinct({self.value}) END)"

    @property
    def absent(self) -> str:
        """Return the predicate of rows without a value."""
        return f"coalesce(len(list_distinct({self.value})), 0) = 0" if self.is_list else f"{self.value} IS NULL"

    def is_one_of(self, names: str) -> str:
        """Return the predicate of rows with any of the named parameters as value."""
        return f"list_has_any({self.value}, [{names}])" if self.is_list else f"{self.value} IN ({names})"


def attribute(dimension: str, anchor: Anchor) -> Attribute:
    """Return how a looked-up dimension is found for the rows of an anchor.

    Raises ValueError for an unknown dimension, and for the survey mode of rows that are no surveys.
    """
    check_dimension(dimension)
    is_survey = anchor.row_key in SURVEYS
    case = "s.case_key" if is_survey else f"f.{anchor.case_key}"
    if dimension == "mode":
        return _mode(anchor, is_survey)
    if dimension == "handler":
        return Attribute(HANDLER, f"{_cases(anchor, is_survey)} LEFT JOIN fact_case h ON h.case_key = {case}")
    if dimension == "tag":
        return Attribute("t.tags", f"{_cases(anchor, is_survey)} LEFT JOIN ticket t ON t.ticket_key = {case}", True)
    if dimension == "issue":
        return Attribute(ISSUE, f"{_cases(anchor, is_survey)} LEFT JOIN ticket t ON t.ticket_key = {case}")
    if level := level_of(dimension):
        return _problem(level, anchor, is_survey)
    return _declared(dimension, anchor, is_survey)


def _problem(level: int, anchor: Anchor, is_survey: bool) -> Attribute:
    """Return the problem type at a level of the tree; a branch that ends above it tells its last name."""
    category = "s.category" if is_survey else "f.category"
    joined = (
        f"{_cases(anchor, is_survey)} LEFT JOIN (SELECT m.member_id, p.path FROM member m JOIN problem_type p"
        f" ON p.category = m.label WHERE m.dimension = 'category') q ON q.member_id = {category}"
    )
    return Attribute(f"list_extract(q.path, least({level}, len(q.path)))", joined)


def _mode(anchor: Anchor, is_survey: bool) -> Attribute:
    if not is_survey:
        raise ValueError("mode tells how a survey was taken; only survey KPIs can be sliced by it")
    return Attribute("r.mode", f"{anchor.table} f LEFT JOIN survey_response r ON r.response_key = f.{anchor.row_key}")


def _cases(anchor: Anchor, is_survey: bool) -> str:
    """Return the anchor's rows; those of surveys with the survey that knows its case (merged ones: the survivor)."""
    rows = f"{anchor.table} f"
    key = anchor.row_key
    return f"{rows} LEFT JOIN {SURVEYS[key]} s ON s.{key} = f.{key}" if is_survey else rows


def _declared(dimension: str, anchor: Anchor, is_survey: bool) -> Attribute:
    kind, _, name = dimension.partition(".")
    path = name.replace("\\", "\\\\").replace('"', '\\"').replace("'", "''")
    of_ticket = f"json_extract_string(t.{kind}, '$.\"{path}\"')"
    if not is_survey:
        return Attribute(of_ticket, f"{anchor.table} f LEFT JOIN ticket t ON t.ticket_key = f.{anchor.case_key}")
    joined = (
        f"{_cases(anchor, is_survey)} LEFT JOIN survey_response r ON r.response_key = f.{anchor.row_key}"
        " LEFT JOIN ticket t ON t.ticket_key = s.case_key"
    )
    if kind != "custom":
        return Attribute(of_ticket, joined)
    return Attribute(f"coalesce({of_ticket}, json_extract_string(r.custom, '$.\"{path}\"'))", joined)
