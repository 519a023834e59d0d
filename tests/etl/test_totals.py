"""How many rows a source has before it, as far as it can tell."""

import json
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.source_rules import SourceRule
from etl import ledger
from etl.mapping import parse_mapping
from etl.model import SourceError
from etl.pull.totals import first_total, of_files, total
from tests.etl.loading import TICKETS, desk

QUERY = """
version: 1
tables:
  - name: tickets
    query: "SELECT * FROM t WHERE updated >= :since AND updated < :until ORDER BY updated, id"
    cursor: {column: updated, key: id, overlap_s: 60}
    rows: ticket
    ticket: {id: id, created_at: updated}
  - name: all
    query: "SELECT * FROM t"
    rows: ticket
    ticket: {id: id, created_at: updated}
"""


def rule(kind: str = "sql", **more: str) -> SourceRule:
    place = {"url": "sqlite://"} if kind == "sql" else {"path": "in"}
    return SourceRule.model_validate({"id": "desk", "name": "D", "kind": kind, "mapping": "m.yaml", **place, **more})


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "t.sqlite") as source:
        source.execute("CREATE TABLE t (id, updated)")
        source.executemany(
            "INSERT INTO t VALUES (?, ?)", [(day, f"2025-01-{day:02} 08:00:00") for day in range(1, 31)]
        )
    return f"sqlite:///{tmp_path}/t.sqlite"


def test_a_database_counts_the_rows_of_every_query(url: str) -> None:
    assert total(rule(), parse_mapping(QUERY), None, lambda: url) == 60


def test_from_a_cursor_on_only_the_rest_is_counted(url: str) -> None:
    cursor = json.dumps({"tickets": {"value": "2025-01-21 08:00:00"}})
    assert total(rule(), parse_mapping(QUERY), cursor, lambda: url) == 10 + 30


def test_a_database_that_cannot_count_says_so(url: str) -> None:
    with pytest.raises(SourceError, match="cannot be counted"):
        total(rule(), parse_mapping(QUERY.replace("FROM t", "FROM other")), None, lambda: url)


def test_files_of_lines_are_estimated_by_their_first_megabyte(tmp_path: Path) -> None:
    line = "1,2025-01-01T00:00:00Z,1,\n"
    (tmp_path / "a.csv").write_text(line * 100_000)
    (tmp_path / "b.csv").write_text(line * 10)
    found = total(rule("file", path=str(tmp_path)), parse_mapping(TICKETS), None, str)
    assert found == pytest.approx(100_010, rel=0.001)


def test_files_that_were_loaded_are_not_before_it_any_more(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n2\n")
    (tmp_path / "b.csv").write_text("1\n")
    cursor = json.dumps({str(tmp_path / "a.csv"): [4, 0, "x"]})
    assert total(rule("file", path=str(tmp_path)), parse_mapping(TICKETS), cursor, str) == 1


def test_files_named_by_hand_are_estimated_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n2\n")
    assert of_files([tmp_path, tmp_path / "a.csv"], parse_mapping(TICKETS)) == 4


def test_parquet_says_how_many_rows_it_has(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": list(range(77))}), tmp_path / "a.parquet")
    assert total(rule("file", path=str(tmp_path)), parse_mapping(TICKETS), None, str) == 77


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "broken.parquet"])
def test_one_file_that_cannot_tell_leaves_the_total_open(tmp_path: Path, name: str) -> None:
    (tmp_path / "b.csv").write_text("1\n")
    (tmp_path / name).write_text("?")
    assert total(rule("file", path=str(tmp_path)), parse_mapping(TICKETS), None, str) is None


def test_a_source_over_the_web_does_not_tell(tmp_path: Path) -> None:
    web = SourceRule.model_validate(
        {"id": "z", "name": "Z", "kind": "zendesk", "url": "https://z", "token": "t", "mapping": "m.yaml"}
    )
    assert total(web, parse_mapping(TICKETS), None, str) is None


def test_only_a_first_load_is_counted(tmp_path: Path, url: str) -> None:
    (tmp_path / "m.yaml").write_text(QUERY)
    loaded = desk()
    first = rule(mapping=str(tmp_path / "m.yaml"))
    assert first_total(loaded.con, first, lambda: url) == 60
    loaded.load([("1", "2025-01-01T00:00:00Z", "1", None)], cursor='{"tickets": {}}')
    assert ledger.standing(loaded.con, "desk").cursor is not None
    assert first_total(loaded.con, first, lambda: url) is None
