"""Files whose rows are not yet rows of a table: some left out, several put together."""

from pathlib import Path

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError
from tests.etl.loading import desk, fates

HISTORY = "ticket,field,value,time\n1,status,open,2026-01-02\n1,colour,red,2026-01-02\n1,status,closed,2026-01-03\n"
EVENTS = """
version: 1
tables:
  - name: history
    file: {only: {%s: status}}
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, at: time, to: {column: value, values: {open: open, closed: closed}}}]
"""
ANSWERS = "who,question,answer\nann,overall,5\nbob,overall,2\nann,speed,4\nann,speed,3\n,overall,1\n"
SURVEY = """
version: 1
tables:
  - name: answers
    file: {gather: {by: who, name: %s, value: answer}}
    rows: survey
    survey: {id: {row_number: true}, customer: who, overall: overall, dimensions: {speed: speed}}
"""


def test_rows_that_are_not_of_the_table_are_not_read(tmp_path: Path) -> None:
    report = desk(EVENTS % "field").import_text(tmp_path / "a.csv", HISTORY)
    assert fates(report) == (2, 0, 0, 0)


def test_a_filter_on_an_unknown_column_names_file_and_option(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"a\.csv: file\.only: column 'feld' is not in the header, did you mean"):
        desk(EVENTS % "feld").import_text(tmp_path / "a.csv", HISTORY)


def test_answers_of_one_questionnaire_are_gathered(tmp_path: Path) -> None:
    at_work = desk(SURVEY % "question")
    assert fates(at_work.import_text(tmp_path / "a.csv", ANSWERS)) == (3, 0, 0, 0)
    assert at_work.all("SELECT overall FROM survey_response ORDER BY 1") == [1.0, 2.0, 5.0]


def test_the_last_answer_to_a_question_counts(tmp_path: Path) -> None:
    at_work = desk(SURVEY % "question")
    at_work.import_text(tmp_path / "a.csv", ANSWERS)
    assert at_work.all("SELECT score FROM survey_answer") == [3.0]


def test_too_many_questions_are_refused(tmp_path: Path) -> None:
    rows = "who,question,answer\n" + "".join(f"a,q{number},1\n" for number in range(301))
    with pytest.raises(MappingError, match="more than 300 values, such as 'q0', 'q1', 'q2'"):
        desk(SURVEY % "question").import_text(tmp_path / "a.csv", rows)


def test_gather_needs_all_its_parts() -> None:
    with pytest.raises(MappingError, match="gather"):
        parse_mapping((SURVEY % "question").replace(", value: answer", ""))
