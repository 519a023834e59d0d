"""The contract of sources, held by databases and files; sources over the web hold it in tests of their own."""

import sqlite3
from pathlib import Path

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError, SourceError
from etl.sources import open_source, sql_table
from tests.etl.contract import check_source, error_of

SQL = parse_mapping("""
version: 1
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE changed >= :since ORDER BY changed, id"
    cursor: {column: changed, key: id, overlap_s: 600}
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: posts
    query: "SELECT * FROM post WHERE sent >= :since ORDER BY sent, id"
    cursor: {column: sent, key: id, overlap_s: 600}
    rows: message
    ticket: {id: ticket}
    messages: [{author_kind: agent, at: sent, id: id}]
""")
FILES = parse_mapping("""
version: 1
tables:
  - name: tickets
    file: {pattern: "tickets*.csv"}
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: ratings
    file: {pattern: "ratings*.csv"}
    rows: survey
    survey: {id: id, ticket: ticket, submitted_at: at, overall: score}
""")


def _database(place: Path) -> str:
    with sqlite3.connect(place) as con:
        con.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, created TEXT, changed TEXT)")
        con.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, ticket INTEGER, sent TEXT)")
        days = [(number, f"2026-03-01 10:{number:02}:00") for number in range(1, 9)]
        con.executemany("INSERT INTO ticket VALUES (?, '2026-03-01 09:00:00', ?)", days)
        con.executemany("INSERT INTO post VALUES (?, ?, ?)", [(number, number, at) for number, at in days])
    con.close()
    return f"sqlite:///{place}"


def test_a_database_holds_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = _database(tmp_path / "desk.sqlite")
    monkeypatch.setattr(sql_table, "PAGE", 3)
    monkeypatch.setattr(sql_table, "ROWS_PER_DELIVERY", 3)
    check_source(lambda: open_source("desk", "sql", url, SQL), SQL)


def test_a_folder_holds_the_contract(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"tickets{number}.csv").write_text(f"id,created\n{number},2026-03-01T10:00:00Z\n")
    for number in (1, 2):
        (tmp_path / f"ratings{number}.csv").write_text(
            f"id,ticket,at,score\n{number},{number},2026-03-01T11:00:00Z,4\n"
        )
    check_source(lambda: open_source("desk", "file", [tmp_path], FILES), FILES)


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    url = "postgresql://reader:s3cret@127.0.0.1:1/desk"
    error = error_of(lambda: open_source("desk", "sql", url, SQL))
    assert isinstance(error, SourceError)
    assert not error.permanent


def test_a_query_that_does_not_fit_is_the_mapping_s_fault(tmp_path: Path) -> None:
    url = _database(tmp_path / "desk.sqlite")
    bad = parse_mapping(
        "version: 1\ntables:\n  - {name: t, query: SELECT nothing FROM ticket, rows: ticket, ticket: {id: id}}"
    )
    assert isinstance(error_of(lambda: open_source("desk", "sql", url, bad)), MappingError)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    error = error_of(lambda: open_source("desk", "file", [tmp_path / "gone.csv"], FILES))
    assert "gone.csv: no such file" in str(error)
