"""Who was assigned and who assigned, and the scale of a survey's overall rating (semantics 2.5, 5.2)."""

import pytest

from tests.etl.text_rows import Bench, TextRows

LINE = """
version: 1
tables:
  - name: log
    rows: event
    ticket: {id: ticket}
    events:
      - {kind: assign, to: {column: owner}, dept: dept, at: at, by: author}
"""
SURVEY = """
version: 1
tables:
  - name: answers
    rows: survey
    survey: {id: id, scale: [1, 5], overall: {column: overall, scale: [0, 10]}, dimensions: {speed: speed}}
"""


@pytest.mark.parametrize(("owner", "author"), [("ann", "boss"), ("", "boss"), ("ann", "")])
def test_where_the_owner_has_a_column_the_author_is_never_the_owner(owner: str, author: str) -> None:
    bench = Bench()
    bench.take(LINE, TextRows(("ticket", "owner", "dept", "at", "author"), [
        ("5", owner, "tech", "2024-01-02 03:00:00", author),
    ]))  # fmt: skip
    assert bench.all('SELECT "new", dept, actor FROM norm_event') == [(owner or None, "tech", author or None)]


def test_an_overall_rating_may_have_a_scale_of_its_own() -> None:
    bench = Bench()
    bench.take(SURVEY, TextRows(("id", "overall", "speed"), [("1", "9", "4")]))
    assert bench.all("SELECT overall, scale_min, scale_max FROM norm_survey") == [(9.0, 0.0, 10.0)]
    assert bench.all("SELECT score, scale_min, scale_max FROM norm_answer") == [(4.0, 1.0, 5.0)]
