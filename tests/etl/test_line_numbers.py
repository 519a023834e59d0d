"""The line that is told for a damaged row of a file is the one an editor shows."""

import re
from pathlib import Path

import duckdb
import pytest

from etl.sources.csv_file import CsvRows
from etl.sources.heading import Heading
from etl.sources.json_lines import JsonRows
from tests.engine import fresh

CSV = {
    "plain": "id,a,b\n1,x,y\nBAD,x\n3,x,y\n",
    "mark": "\ufeffid,a,b\n1,x,y\nBAD,x\n3,x,y\n",
    "blank lines": "\n\nid,a,b\n1,x,y\n\n\n2,x,y\nBAD,x\n3,x,y\n",
    "quoted line breaks": 'id,a,b\n1,"x\nmore\n\nmore",y\nBAD,x\n3,"p\nq",y\nBAD\n',
    "quoted line breaks in the header": 'id,"a\nlong name",b\n1,x,y\nBAD,x\n3,x,y\n',
    "an open quote": 'id,a,b\n1,"x\nmore",y\n2,"BAD,y\n3,x,y\n4,BAD\n5,x,y\n',
    "two open quotes": 'id,a,b\n1,"x\nz",y\n2,"BAD,y\n3,x,y\n4,"BAD,y\n5,x,y\n6,BAD\n',
    "long": "id,a,b\n" + '1,"a\nb",y\n' * 9_000 + "BAD\n" + "2,x,y\n" * 9_000 + "BAD\n",
}
JSON = {
    "plain": b'{"id":1}\n{"id":2 BAD\n{"id":3}\n',
    "mark": b'\xef\xbb\xbf{"id":1}\n{"id":2 BAD\n{"id":3}\n',
    "blank lines": b'\n\n{"id":1}\n\n\n{"id":2 BAD\n{"id":3}\n[1,"BAD"]\n',
    "CRLF": b'{"id":1}\r\n\r\n{"id":2 BAD\r\n{"id":3}\r\n',
    "lines that are no UTF-8": b'{"id":1}\n\n{"id":2,"a":"BAD\xff"}\n{"id":3}\nBAD\n{"id":"BAD\xfe"}\n{"BAD\n',
}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return fresh()


def lines_of_an_editor(text: str) -> list[int]:
    return [number for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1) if "BAD" in line]


def told(con: duckdb.DuckDBPyConnection, rows: CsvRows | JsonRows) -> list[int]:
    rows.stage(con, "staged")
    assert all("BAD" in (reject.payload["raw"] or "") for reject in rows.malformed())
    return [int(reject.payload["line"] or 0) for reject in rows.malformed()]


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "a.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("kind", CSV)
def test_a_damaged_line_of_csv(con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str, break_: str) -> None:
    text = CSV[kind].replace("\n", break_)
    assert told(con, CsvRows.of(csv_file(tmp_path, text))) == lines_of_an_editor(text)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_damaged_line_of_a_file_that_is_recoded(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str
) -> None:
    text = 'id,a,b\r\n1,中文,"多\r\n行"\r\n\r\nBAD,文\r\n3,x,y\r\n'
    assert told(con, CsvRows.of(csv_file(tmp_path, text, encoding), encoding)) == [5]


def test_a_damaged_line_below_a_title_and_a_header_of_two_rows(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = '"Ex\nport",,\n\nid,a,b\nq,r,s\n1,"x\nz",y\n\nBAD,x\n3,x,y\n'
    assert told(con, CsvRows.of(csv_file(tmp_path, text), heading=Heading(skip=1, rows=2))) == [9]


def test_a_line_that_is_no_utf8(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b'id,a,b\n1,x,"y\ny"\n2,x,y\nBAD,\xff\xfe,y\n3,x,y\n')
    assert told(con, CsvRows.of(file)) == [5]


@pytest.mark.parametrize("kind", JSON)
def test_a_damaged_line_of_json(con: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(JSON[kind])
    assert told(con, JsonRows(file, is_lines=True)) == lines_of_an_editor(JSON[kind].decode("utf-8", "replace"))
