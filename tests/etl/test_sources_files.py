"""Files as sources: what is found, what is read as which text, and when."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from etl.model import MappingError, Rows, SourceError
from etl.sources.csv_dialect import inspect
from etl.sources.file import FileTable, open_rows
from etl.sources.xlsx_file import XlsxRows
from tests.engine import fresh
from tests.etl.loading import NOW, desk, fates

TWO_TABLES = """
version: 1
tables:
  - name: tickets
    file: {pattern: "tickets*.csv"}
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: events
    file: {pattern: "events*.csv"}
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, to: {column: to, values: {done: resolved}}, at: moment, id: id}]
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return fresh()


def staged(con: duckdb.DuckDBPyConnection, rows: Rows) -> list[tuple[object, ...]]:
    assert rows.stage(con, "stage") == len(found := con.execute("SELECT * FROM stage ORDER BY row_no").fetchall())
    return found


def _open(path: Path, content: str | bytes, **form: Any) -> Rows:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_rows(path, FileTable("t", **form))


def test_csv_rows_keep_their_order_and_number(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.csv", "n\n" + "".join(f"{number}\n" for number in range(1, 200_001)))
    rows.stage(con, "stage")
    assert con.execute("SELECT count(*) FROM stage WHERE row_no::VARCHAR <> c1").fetchone() == (0,)


def test_csv_headers_are_kept_as_they_are(tmp_path: Path) -> None:
    assert _open(tmp_path / "a.csv", 'a,,"b\nc",a\n1,2,3,4\n').columns == ("a", "", "b\nc", "a")


def test_blank_lines_before_the_header_are_skipped(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.csv", "\n\na,b\n1,2\n")
    assert (rows.columns, staged(con, rows)) == (("a", "b"), [(1, "1", "2")])


@pytest.mark.parametrize(("separator", "suffix"), [(";", ".csv"), ("\t", ".tsv"), ("|", ".txt")])
def test_the_delimiter_is_found_by_counting(tmp_path: Path, separator: str, suffix: str) -> None:
    text = "a,b;c,d\n".replace(";", separator) + 'x;"1;2"\n'.replace(";", separator) * 5
    assert _open(tmp_path / f"a{suffix}", text).columns == ("a,b", "c,d")


def test_utf16_is_known_by_its_mark(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert staged(con, _open(tmp_path / "a.csv", "a,b\n1,é\n".encode("utf-16"))) == [(1, "1", "é")]


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    with pytest.raises(MappingError, match="unknown encoding 'klingon'"):
        inspect(tmp_path / "a.csv", "klingon", None)


def test_an_undecodable_byte_in_a_recoded_file_costs_its_row(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    content = "编号,主题\n1,退款\n".encode("gb18030") + b"2,\xff\xff\n3,x\n"
    rows = _open(tmp_path / "a.csv", content, encoding="gb18030")
    assert [row[1] for row in staged(con, rows)] == ["1", "3"]
    assert [reject.payload["line"] for reject in rows.malformed()] == ["3"]


def test_two_open_quotes_cost_two_rows(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.csv", 'a,b\n1,x\n2,"y\n3,z\n4,"q\n5,r\n')
    assert [row[1] for row in staged(con, rows)] == ["1", "3", "5"]
    assert [(reject.payload["line"], reject.payload["raw"]) for reject in rows.malformed()] == [
        ("3", '2,"y'),
        ("5", '4,"q'),
    ]


def test_malformed_rows_are_numbered_after_the_good_ones(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.csv", "a,b\n1\n2,x\n3\n")
    assert len(staged(con, rows)) == 1
    assert [reject.row_no for reject in rows.malformed()] == [2, 3]


def test_json_lines_have_nulls_for_absent_keys(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.jsonl", '{"a": 1, "b": "x"}\n\n{"c/d": {"k": [1]}, "a": true}\n')
    assert rows.columns == ("a", "b", "c/d.k")
    assert staged(con, rows) == [(1, "1", "x", None), (2, "true", None, "[1]")]


def test_a_bad_json_line_is_kept_raw(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = _open(tmp_path / "a.jsonl", b'{"a": 1}\n{"a": tru\n7\n{"a": "\xff"}\n{"a": 2}\n')
    assert [row[1] for row in staged(con, rows)] == ["1", "2"]
    raw = [reject.payload["raw"] for reject in rows.malformed()]
    assert raw[:2] == ['{"a": tru', "7"]
    assert "\\xff" in (raw[2] or "")


def test_a_json_array_is_read_like_lines(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert staged(con, _open(tmp_path / "a.json", '[{"a": 1},\n {"a": "é"}]')) == [(1, "1"), (2, "é")]


def test_a_truncated_json_array_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a whole JSON array"):
        _open(tmp_path / "a.json", '[{"a": 1},\n {"a":')


def _sheet(path: Path, rows: Sequence[Sequence[object]], merge: str | None = None) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    if merge is not None:
        sheet.merge_range(merge, "both")
    book.add_worksheet("Other").write_row(0, 0, ["z"])
    book.close()
    return path


def test_a_sheet_gives_whole_numbers_and_iso_instants(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    row: list[object] = [7, 2.5, datetime.fromisoformat("2026-01-02T03:04:05"), date(2026, 1, 2), True, "文", None]
    path = _sheet(tmp_path / "a.xlsx", [["a", "b", "c", "d", "e", "f", "g"], row])
    (found,) = staged(con, XlsxRows(path))
    assert found[1:3] == ("7", "2.5")
    assert found[3:] == ("2026-01-02 03:04:05", "2026-01-02", "true", "文", "")


def test_a_sheet_may_have_unnamed_and_repeated_columns(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = XlsxRows(_sheet(tmp_path / "a.xlsx", [["a", None, "a", 0], [1, 2, 3, 4], [], [5, 6, 7]]))
    assert rows.columns == ("a", "", "a", "0")
    assert staged(con, rows) == [(1, "1", "2", "3", "4"), (2, "5", "6", "7", "")]


def test_a_sheet_is_named_or_refused(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = _sheet(tmp_path / "a.xlsx", [["a"], [1]])
    assert XlsxRows(path, "Other").columns == ("z",)
    with pytest.raises(MappingError, match="no sheet 'Third'; there are 'Data', 'Other'"):
        XlsxRows(path, "Third")


def test_a_merged_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="merged cells"):
        XlsxRows(_sheet(tmp_path / "a.xlsx", [["a", "b", "c"], [1, 2, 3]], merge="B1:C1"))


def test_a_damaged_sheet_is_refused_whole(tmp_path: Path) -> None:
    content = _sheet(tmp_path / "a.xlsx", [["a"], [1]]).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="not a whole spreadsheet"):
        XlsxRows(tmp_path / "b.xlsx")


def test_many_rows_of_a_sheet_all_arrive(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    path = _sheet(tmp_path / "a.xlsx", [["n"], *([number] for number in range(45_000))])
    found = staged(con, XlsxRows(path))
    assert [row[1] for row in found] == [str(number) for number in range(45_000)]


def test_parquet_columns_become_text(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    table = pa.table(
        {"a": [1, None], "b": pa.array([datetime(2026, 1, 2, tzinfo=UTC), None], pa.timestamp("us", "UTC"))}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    rows = open_rows(tmp_path / "a.parquet", FileTable("t"))
    assert staged(con, rows) == [(1, "1", "2026-01-02 00:00:00+00"), (2, None, None)]


def test_an_unknown_suffix_asks_for_the_format(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"unknown suffix '\.dat'"):
        _open(tmp_path / "a.dat", "a\n1\n")


def _drop(folder: Path, name: str, text: str, age_s: float = 60) -> None:
    (folder / name).write_text(text)
    changed = (NOW - timedelta(seconds=age_s)).timestamp()
    os.utime(folder / name, (changed, changed))


def test_a_folder_gives_its_tables_together(tmp_path: Path) -> None:
    _drop(tmp_path, "tickets-1.csv", "id,created\n1,2026-01-01\n")
    _drop(tmp_path, "events-1.csv", "id,ticket,to,moment\n1,1,done,2026-01-02 00:00:00\n")
    _drop(tmp_path, "tickets-2.csv", "id,created\n2,2026-01-01\n")
    _drop(tmp_path, "notes.md", "not for us")
    at_work = desk(TWO_TABLES)
    assert [fates(report) for report in at_work.pull("folder", str(tmp_path))] == [(2, 0, 0, 0), (1, 0, 0, 0)]


def test_a_folder_gives_only_what_is_new(tmp_path: Path) -> None:
    at_work = desk(TWO_TABLES)
    _drop(tmp_path, "tickets-1.csv", "id,created\n1,2026-01-01\n")
    at_work.pull("folder", str(tmp_path))
    _drop(tmp_path, "tickets-2.csv", "id,created\n2,2026-01-01\n")
    assert [fates(report) for report in at_work.pull("folder", str(tmp_path))] == [(1, 0, 0, 0)]
    assert "already loaded" in (at_work.pull("folder", str(tmp_path))[0].message or "")


def test_a_file_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    at_work = desk(TWO_TABLES)
    _drop(tmp_path, "tickets-1.csv", "id,created\n1,2026-01-01\n", age_s=1)
    (report,) = at_work.pull("folder", str(tmp_path))
    assert report.n_read == 0
    assert fates(at_work.pull("folder", str(tmp_path), NOW + timedelta(seconds=30))[0]) == (1, 0, 0, 0)


def test_an_empty_folder_says_what_it_waits_for(tmp_path: Path) -> None:
    (report,) = desk(TWO_TABLES).pull("folder", str(tmp_path))
    assert "tickets*.csv" in (report.message or "")
