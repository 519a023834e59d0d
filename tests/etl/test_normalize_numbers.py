"""Numbers with decimal commas and thousands marks."""

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError
from etl.normalize.marks import Marks, fitting, remedy
from tests.etl.text_rows import Bench, TextRows, ticket_mapping


@pytest.fixture
def bench() -> Bench:
    return Bench()


def take(bench: Bench, cells: list[str], options: str = "", field: str = "{column: n, type: number}") -> list[object]:
    rows = [(str(number), cell) for number, cell in enumerate(cells, start=1)]
    more = f"    vendor: {{n: {field}}}\n" + "".join(f"    {line}\n" for line in options.split("; ") if line)
    bench.take(ticket_mapping("id: id", more), TextRows(("id", "n"), rows))
    return [row[0] for row in bench.all("SELECT (vendor->>'n')::DOUBLE FROM norm_ticket ORDER BY row_no")]


@pytest.mark.parametrize(
    ("options", "cell", "number"),
    [
        ('decimal: ","', "12,5", 12.5),
        ('decimal: ","', "-1234,25", -1234.25),
        ('decimal: ","', "12", 12),
        ('decimal: ","; thousands: "."', "1.234.567,5", 1234567.5),
        ('decimal: ","; thousands: " "', "1\u00a0234,5", 1234.5),
        ('decimal: ","; thousands: " "', "1 234", 1234),
        ('thousands: "\'"', "1’234.5", 1234.5),
        ('thousands: ","', "1,234.5", 1234.5),
        ('thousands: ","', "1234.5", 1234.5),
    ],
)
def test_numbers_are_read_by_the_marks_of_the_table(bench: Bench, options: str, cell: str, number: float) -> None:
    assert take(bench, [cell], options) == [number]


@pytest.mark.parametrize("cell", ["1.5", "12.34,5", "1,2,3"])
def test_a_number_by_other_marks_never_passes_in_silence(bench: Bench, cell: str) -> None:
    assert take(bench, ["1,5", "2,5", cell], 'decimal: ","; thousands: "."') == [1.5, 2.5, None]
    assert bench.all("SELECT row_no, value FROM norm_defect") == [(3, cell)]


def test_a_comma_is_a_defect_of_its_own_kind(bench: Bench) -> None:
    assert take(bench, ["1.5", "2", "12,5", "often"]) == [1.5, 2, None, None]
    assert bench.all("SELECT row_no, rule FROM norm_defect ORDER BY 1") == [(3, "number_marks"), (4, "unparsed_cell")]


def test_a_column_of_commas_is_a_wrong_mapping(bench: Bench) -> None:
    with pytest.raises(MappingError) as caught:
        take(bench, ["1,5", "2,25", "3"])
    told = str(caught.value)
    assert "column 'n': 2 of 3 values are numbers with other marks: row 1 '1,5', row 2 '2,25'" in told
    assert 'say in the table `decimal: ","`' in told


def test_durations_have_the_marks_of_the_table(bench: Bench) -> None:
    assert take(bench, ["1,5", "0:30"], 'decimal: ","', "{column: n, type: duration_min}") == [90, 1800]


def test_whole_numbers_have_thousands_marks(bench: Bench) -> None:
    assert take(bench, ["1.200", "7"], 'decimal: ","; thousands: "."', "{column: n, type: integer}") == [1200, 7]


def test_translated_words_keep_their_point(bench: Bench) -> None:
    field = '{column: n, type: number, values: {good: "4.5"}, default: "1.5"}'
    assert take(bench, ["good", "bad"], 'decimal: ","', field) == [4.5, 1.5]


def test_a_number_under_nulls_holds_for_other_spellings(bench: Bench) -> None:
    assert take(bench, ["6,0", "5"], 'decimal: ","', '{column: n, type: number, nulls: ["6"]}') == [None, 5]


def test_equal_marks_are_refused() -> None:
    with pytest.raises(MappingError, match="`decimal` and `thousands` are both ','"):
        parse_mapping(ticket_mapping("id: id", '    decimal: ","\n    thousands: ","'))


@pytest.mark.parametrize(
    ("texts", "marks"),
    [
        (["12,5", "7"], Marks(",")),
        (["1.234,5"], Marks(",", ".")),
        (["1,234.5", "2,000"], Marks(".", ",")),
        (["1.234.567"], Marks(",", ".")),
        (["1,234"], None),
        (["1,234", "7.5"], Marks(".", ",")),
        (["1.234", "7,5"], Marks(",", ".")),
        (["1.234"], Marks()),
        (["0,125"], Marks(",")),
        (["1,5", "1.5"], None),
        (["-1 234,5"], Marks(",", " ")),
    ],
)
def test_marks_are_told_from_examples(texts: list[str], marks: Marks | None) -> None:
    assert fitting(texts) == marks


def test_a_point_under_a_comma_says_to_leave_the_option_out() -> None:
    assert remedy(["1.5"]) == 'these have a decimal point: leave `decimal: ","` out'
