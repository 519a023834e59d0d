from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.etl.text_rows import Bench, TextRows, ticket_mapping

SURVEY = """
version: 1
tables:
  - name: answers
    rows: survey
    survey:
      id: "*NR"
      submitted_at: {template: "2017-05-{DAY}", format: "%Y-%m-%d"}
      overall: {column: ALL, nulls: ["0", "6", Blank]}
      dimensions: {art: {column: ART, nulls: ["0", "6"]}, food: {column: FOOD, scale: [0, 10]}}
      nps: {column: NPS, nulls: ["11"]}
      weight: W
      seconds: TIME
      mode: {constant: phone}
      custom: {area: AREA}
    cleaning: {contradictory: false}
"""
HEADER = ("*NR", "DAY", "ALL", "ART", "FOOD", "NPS", "W", "TIME", "AREA")


def answer(number: str, **cells: str) -> tuple[str, ...]:
    known = {"*NR": number, "DAY": "13", **cells}
    return tuple(known.get(name, "") for name in HEADER)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_questionnaire_is_read_whole(bench: Bench) -> None:
    row = answer("1", ALL="4", ART="5", FOOD="3", NPS="9", W="0.2847177143", TIME="29.5", AREA="G")
    bench.take(SURVEY, TextRows(HEADER, [row]))
    (found,) = bench.all(
        "SELECT submitted_at, overall, nps, weight, seconds, mode, rules, custom->>'area', scale_max FROM norm_survey"
    )
    assert found[:4] == (datetime(2017, 5, 13, tzinfo=UTC), 4.0, 9, Decimal("0.2847177143"))
    assert found[4:] == (29.5, "phone", ["speeder", "duplicate"], "G", 5.0)
    assert bench.all("SELECT dimension, raw, score, scale_min, scale_max FROM norm_answer ORDER BY 1") == [
        ("art", "5", 5.0, 1.0, 5.0),
        ("food", "3", 3.0, 0.0, 10.0),
    ]


@pytest.mark.parametrize("blank", ["0", "6", "Blank", "", "6.0", "0.00"])
def test_blank_codes_are_no_answer(bench: Bench, blank: str) -> None:
    bench.take(SURVEY, TextRows(HEADER, [answer("1", ALL=blank, ART=blank if blank != "Blank" else "", NPS="11")]))
    assert bench.all("SELECT overall, nps FROM norm_survey") == [(None, None)]
    assert bench.all("SELECT count(*) FROM norm_answer") == [(0,)]
    assert bench.all("SELECT count(*) FROM norm_defect") == [(0,)]


def test_a_score_out_of_scale_is_kept_as_given(bench: Bench) -> None:
    bench.take(SURVEY, TextRows(HEADER, [answer("1", ALL="7", ART="-1")]))
    assert bench.all("SELECT overall FROM norm_survey") == [(7.0,)]
    assert bench.all("SELECT score FROM norm_answer") == [(-1.0,)]


@pytest.mark.parametrize("word", ["NaN", "inf", "-Infinity", "good", "1e999"])
def test_a_score_that_is_no_number_is_a_defect(bench: Bench, word: str) -> None:
    bench.take(SURVEY, TextRows(HEADER, [answer("1", ALL="4", ART=word)]))
    assert bench.all("SELECT rule, field, value FROM norm_defect") == [
        ("unparsed_cell", "survey.dimensions.art", word)
    ]
    assert bench.all("SELECT raw, score FROM norm_answer") == [(word, None)]


def test_words_can_be_scores(bench: Bench) -> None:
    mapping = (
        "version: 1\ntables:\n  - {name: a, rows: survey, survey: {id: {row_number: true},"
        " overall: {column: x, values: {非常满意: 5, 满意: 4}}}}"
    )
    bench.take(mapping, TextRows(("x",), [("非常满意",), ("满意",), ("3",)]))
    assert [row[0] for row in bench.all("SELECT overall FROM norm_survey ORDER BY row_no")] == [5.0, 4.0, 3.0]


def test_an_answer_without_id_or_with_a_bad_day_is_set_aside(bench: Bench) -> None:
    rows = [answer(""), answer("2", DAY="32"), answer("3"), answer("4"), answer("5")]
    found = bench.take(SURVEY, TextRows(HEADER, rows))
    assert bench.all("SELECT row_no, rule, field, value FROM norm_reject ORDER BY row_no") == [
        (1, "missing_key", "survey.id", None),
        (2, "unparsed_cell", "survey.submitted_at", "2017-05-32"),
    ]
    assert (found.n_rejected, bench.all("SELECT count(*) FROM norm_row WHERE kind = 'survey'")) == (2, [(3,)])


def test_a_survey_inside_a_ticket_belongs_to_it(bench: Bench) -> None:
    more = "    survey: {overall: {column: stars, nulls: [not rated]}, submitted_at: done}"
    rows = TextRows(
        ("id", "agent", "who", "stars", "done"),
        [("1", "ann", "c1", "5", "2024-01-02"), ("2", "bob", "c2", "not rated", "2024-01-02")],
    )
    bench.take(ticket_mapping("id: id, agent: agent, customer: who", more), rows)
    assert bench.all(
        "SELECT s.ticket_key = t.ticket_key, s.customer_key = t.customer_key, s.agent, s.src_response_id, s.overall"
        " FROM norm_survey s JOIN norm_ticket t USING (row_no)"
    ) == [(True, True, "ann", "1", 5.0)]


def test_a_survey_names_its_ticket(bench: Bench) -> None:
    mapping = "version: 1\ntables:\n  - {name: a, rows: survey, survey: {id: nr, ticket: case, overall: x}}"
    bench.take(mapping, TextRows(("nr", "case", "x"), [("1", "42", "5"), ("2", "", "4")]))
    found = [
        row[0]
        for row in bench.all("SELECT ticket_key - 64::BIGINT * 281474976710656 FROM norm_survey ORDER BY row_no")
    ]
    assert found == [42, None]


def test_the_last_of_one_answer_id_wins(bench: Bench) -> None:
    bench.take(SURVEY, TextRows(HEADER, [answer("1", ALL="1"), answer("1", ALL="5")]))
    assert bench.all("SELECT overall FROM norm_survey") == [(5.0,)]
    assert bench.all("SELECT rule, field FROM norm_defect") == [("duplicate_id", "survey.id")]


def test_an_invitation_is_kept_and_an_unrated_ticket_has_no_answer(bench: Bench) -> None:
    more = "    survey: {overall: stars, submitted_at: done, offered_at: sent, effort: {column: ease, scale: [1, 7]}}"
    rows = TextRows(
        ("id", "stars", "ease", "done", "sent"),
        [
            ("1", "5", "7", "2024-01-02", "2024-01-01"),
            ("2", "", "", "2024-01-02", "2024-01-01"),
            ("3", "", "", "", ""),
        ],
    )
    bench.take(ticket_mapping("id: id", more), rows)
    sent, done = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    assert bench.all("SELECT offered_at, submitted_at, effort_min, effort_max FROM norm_survey ORDER BY row_no") == [
        (sent, done, 1.0, 7.0),
        (sent, None, 1.0, 7.0),
    ]


def test_a_row_of_its_own_may_be_an_invitation_only(bench: Bench) -> None:
    mapping = (
        "version: 1\ntables:\n"
        "  - {name: a, rows: survey, survey: {id: nr, customer: who, offered_at: sent, submitted_at: done}}"
    )
    bench.take(mapping, TextRows(("nr", "who", "sent", "done"), [("1", "c", "2024-01-01", "")]))
    assert bench.all("SELECT offered_at IS NOT NULL, submitted_at, overall, customer_key <> 0 FROM norm_survey") == [
        (True, None, None, True)
    ]
