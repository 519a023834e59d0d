"""Headers of files: titles above them, several rows of them, and which one names the columns."""

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from etl.mapping import parse_mapping
from etl.model import MappingError, Rows
from etl.sources.csv_dialect import inspect
from etl.sources.file import FileTable, open_rows
from etl.sources.heading import Heading
from tests.engine import fresh

TWO_ROWS = "id,How was it?,,,Else\n,Speed,Manner,,\n"
MAPPING = """
version: 1
tables:
  - name: t
    file: {header: %s}
    rows: survey
    survey: {id: id, submitted_at: at, %s}
"""


def opened(path: Path, text: str | bytes, heading: Heading) -> Rows:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_rows(path, FileTable("t", heading=heading))


def staged(rows: Rows) -> list[tuple[object, ...]]:
    con = fresh()
    rows.stage(con, "stage")
    return con.execute("FROM stage ORDER BY row_no").fetchall()


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        (Heading(rows=2), ("id", "How was it? / Speed", "How was it? / Manner", "", "Else")),
        (Heading(rows=2, name=1), ("id", "How was it?", "", "", "Else")),
        (Heading(rows=2, name=2), ("", "Speed", "Manner", "", "")),
        (Heading(skip=1), ("", "Speed", "Manner", "", "")),
    ],
)
def test_the_rows_of_a_header_name_the_columns(tmp_path: Path, heading: Heading, names: tuple[str, ...]) -> None:
    rows = opened(tmp_path / "a.csv", TWO_ROWS + "1,5,4,x,y\n", heading)
    assert rows.columns == names
    assert staged(rows) == [(1, "1", "5", "4", "x", "y")]


def test_a_text_that_repeats_itself_below_is_told_once(tmp_path: Path) -> None:
    assert opened(tmp_path / "a.csv", "id,Score\nid,Score\n1,5\n", Heading(rows=2)).columns == ("id", "Score")


def test_a_title_with_commas_above_the_header_tells_nothing_about_the_delimiter(tmp_path: Path) -> None:
    text = "Report, as of May, by us\n\nprinted,,\nid;score\n1;5\n2;4\n3;1,5\n"
    rows = opened(tmp_path / "a.csv", text, Heading(skip=2))
    assert rows.columns == ("id", "score")
    assert staged(rows) == [(1, "1", "5"), (2, "2", "4"), (3, "3", "1,5")]


def test_questions_over_several_lines_are_one_row_of_the_header(tmp_path: Path) -> None:
    text = 'id,Q1\nid,"How was\nit, ""all"" in all?"\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\n7,5\n'
    rows = opened(tmp_path / "a.csv", text, Heading(rows=3, name=1))
    assert (rows.columns, staged(rows)) == (("id", "Q1"), [(1, "7", "5")])


def test_a_header_longer_than_a_page_is_read_whole(tmp_path: Path) -> None:
    questions = ",".join(f"Q{number}" + "?" * 300 for number in range(300))
    rows = opened(tmp_path / "a.csv", f"{questions}\n{questions}\n" + ",".join(["1"] * 300) + "\n", Heading(rows=2))
    assert len(rows.columns) == 300
    assert len(staged(rows)) == 1


def test_a_recoded_file_has_its_header_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("标题\n编号,评分\n1,5\n".encode("gb18030"))
    rows = open_rows(tmp_path / "a.csv", FileTable("t", encoding="gb18030", heading=Heading(skip=1)))
    assert (rows.columns, staged(rows)) == (("编号", "评分"), [(1, "1", "5")])


def test_a_byte_order_mark_wins_over_the_declared_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "a.csv").write_bytes("编号,评分\n1,好\n".encode(encoding))
        assert inspect(tmp_path / "a.csv", "gb18030", None).header == ("编号", "评分")


def test_a_file_that_ends_inside_of_its_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"file.header asks for 3 rows \(1 left out, 2 of the header\).* has 2"):
        opened(tmp_path / "a.csv", "a,b\n\n1,2\n", Heading(skip=1, rows=2))


def test_a_file_without_any_row_has_no_columns(tmp_path: Path) -> None:
    assert opened(tmp_path / "a.csv", "\n \n", Heading(rows=3, name=1)).columns == ()


def test_a_sheet_has_its_header_below_a_title(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.merge_range("A2:C2", "Results of May")
    page.write_row("A4", ["id", "How was it?"])
    page.merge_range("B4:C4", "How was it?")
    page.write_row("B5", ["Speed", "Manner"])
    page.write_row("A6", [1, 5, 4])
    book.close()
    rows = open_rows(tmp_path / "a.xlsx", FileTable("t", heading=Heading(skip=1, rows=2)))
    assert rows.columns == ("id", "How was it? / Speed", "How was it? / Manner")
    assert staged(rows) == [(1, "1", "5", "4")]
    with pytest.raises(
        MappingError, match=r"header row 4 has merged cells \(columns 2 to 3\).*\{rows: 2\}.*\{skip: 1\}"
    ):
        open_rows(tmp_path / "a.xlsx", FileTable("t", heading=Heading(skip=1)))


def test_a_format_that_names_its_columns_takes_no_header(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="file.header is for CSV files and sheets; jsonl names its columns itself"):
        opened(tmp_path / "a.jsonl", '{"a": 1}\n', Heading(rows=2))


def test_the_naming_row_is_one_of_the_header() -> None:
    with pytest.raises(MappingError, match="name is row 3 of the header, which has 2"):
        parse_mapping(MAPPING % ("{rows: 2, name: 3}", "overall: a"))


def test_values_of_a_survey_hold_where_a_field_has_none_of_its_own() -> None:
    text = MAPPING % ("{}", "values: {good: 5}, overall: a, dimensions: {x: b, y: {column: c, values: {ok: 3}}}")
    survey = parse_mapping(text).tables[0].survey
    assert survey is not None and survey.overall is not None
    assert [survey.overall.values, *(field.values for field in survey.dimensions.values())] == [
        {"good": "5"},
        {"good": "5"},
        {"ok": "3"},
    ]
