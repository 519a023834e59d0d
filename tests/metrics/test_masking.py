"""Nothing that is shown of a rejected row names or reaches a person."""

import json

import pytest

from metrics.masking import HIDDEN, masked, masked_cell, masked_row, plain


@pytest.mark.parametrize(
    "secret",
    [
        *("ann.lee+1@mail.example.org", "13812345678", "138 1234 5678", "+86 138-1234-5678", "010-12345678"),
        *("(415) 555-0100", "415-555-0100", "11010519491231002X", "6222 0212 3456 7890 123"),
    ],
)
def test_what_reaches_a_person_is_hidden(secret: str) -> None:
    assert masked(f"got {secret}.") == f"got {HIDDEN}."


@pytest.mark.parametrize(
    "plain",
    [
        "2026-11-18 14:40:12",
        "2026-11-18T14:40:12.345+08:00",
        "1794984009000",
        "17",
        "P2",
        "T-2026-000123",
        "3.14",
        "0000-00-00 00:00:00",
    ],
)
def test_instants_numbers_and_ids_stay_readable(plain: str) -> None:
    assert masked(plain) == plain


@pytest.mark.parametrize(
    "column",
    ["customer", "Customer Name", "requester_email", "phone", "客户姓名", "联系电话", "actor", "opened_by", "处理人"],
)
def test_columns_of_people_are_hidden(column: str) -> None:
    assert masked_cell(column, "Li Lei") == HIDDEN


@pytest.mark.parametrize(
    "column", ["customer_id", "status", "ship", "channel", "renamed", "工单状态", "contact_type"]
)
def test_other_columns_are_shown(column: str) -> None:
    assert masked_cell(column, "Opne") == "Opne"


def test_free_text_is_cut() -> None:
    assert masked_cell("note", "x" * 200) == f"{'x' * 24}… (200)"


def test_a_row_is_told_column_by_column_without_what_is_empty() -> None:
    assert masked_row(json.dumps({"id": 7, "b": None, "c": "", "d": "x"})) == {"id": "7", "d": "x"}


def test_a_payload_that_is_no_object_is_shown_as_one_text() -> None:
    assert masked_row('["a", "13812345678"]') == {"": f'["a", "{HIDDEN}"]'}


def test_of_a_very_wide_row_forty_columns_are_shown() -> None:
    assert len(masked_row(json.dumps({f"c{n}": "x" for n in range(100)}))) == 40


@pytest.mark.parametrize("code", ["in_review", "17", "P2", "2026-11-18 14:31:07", "T-2026-000123", "-0.5", "agent"])
def test_anybody_may_read_codes_numbers_and_instants(code: str) -> None:
    assert plain({"column": code}) == {"column": code}


@pytest.mark.parametrize("text", ["Li Lei", "发票", "周娟", "Anna", "my number is 4", "Ann 4"])
def test_nobody_else_reads_words(text: str) -> None:
    assert plain({"column": text}) == {"column": HIDDEN}


def test_no_value_stays_no_value() -> None:
    assert masked(None) is None
    assert masked_row(None) == {}
