"""Databases as sources: cursors, overlap, writers at work, and errors a person can act on."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from etl.mapping import parse_mapping
from etl.model import Delivery, MappingError, SourceError
from etl.sources import open_source, sql_table
from etl.sources.sql_cursor import Position, SqlCursor
from etl.sources.sql_database import SqlSource
from etl.sources.sql_table import SqlTable
from etl.sources.text_rows import as_text, text_batch
from tests.etl.loading import NOW, Desk, desk, fates

QUERY = "SELECT * FROM ticket WHERE changed >= :since ORDER BY changed, id"
MAPPING = f"""
version: 1
tables:
  - name: tickets
    query: "{QUERY}"
    cursor: {{column: changed, key: id, overlap_s: 600}}
    rows: ticket
    fold: {{sequence: changed}}
    ticket: {{id: id, created_at: created, category: topic}}
"""


class Helpdesk:
    """A SQLite file somebody else writes to."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self.con = sqlite3.connect(path)
        self.con.execute("PRAGMA journal_mode = wal")
        self.con.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, created TEXT, changed TEXT, topic TEXT)")
        self.con.commit()

    def write(self, key: int, changed: str, topic: str = "a") -> None:
        self.con.execute("REPLACE INTO ticket VALUES (?, '2026-01-01 00:00:00', ?, ?)", (key, changed, topic))
        self.con.commit()


@pytest.fixture
def helpdesk(tmp_path: Path) -> Helpdesk:
    return Helpdesk(tmp_path / "desk.sqlite")


def _live() -> Desk:
    return desk(MAPPING, kind="sql", is_live=True)


def _source(helpdesk: Helpdesk, query: str = QUERY) -> SqlSource:
    return SqlSource("desk", helpdesk.url, [SqlTable("tickets", query, SqlCursor("changed"))])


def _rows(delivery: Delivery) -> int:
    return sum(batch.rows.stage(_live().con, "stage") for batch in delivery.batches)


def test_a_pull_loads_what_changed_since_the_last(helpdesk: Helpdesk) -> None:
    at_work = _live()
    helpdesk.write(1, "2026-01-01 10:00:00")
    assert fates(at_work.pull("sql", helpdesk.url)[0]) == (1, 0, 0, 0)
    helpdesk.write(2, "2026-01-01 11:00:00")
    helpdesk.write(1, "2026-01-01 12:00:00", "b")
    assert fates(at_work.pull("sql", helpdesk.url)[0]) == (1, 1, 0, 0)
    assert at_work.all("SELECT category FROM ticket ORDER BY src_ticket_id") == ["b", "a"]


def test_the_watermark_is_the_start_of_the_pull(helpdesk: Helpdesk) -> None:
    helpdesk.write(1, "2026-01-01 10:00:00")
    assert _live().pull("sql", helpdesk.url)[0].watermark == NOW


def test_an_idle_pull_reads_the_overlap_and_loads_nothing(helpdesk: Helpdesk) -> None:
    at_work = _live()
    helpdesk.write(1, "2026-01-01 10:00:00")
    at_work.pull("sql", helpdesk.url)
    at_work.pull("sql", helpdesk.url)
    (report,) = at_work.pull("sql", helpdesk.url, NOW + timedelta(seconds=5))
    assert (report.n_read, report.watermark) == (0, NOW + timedelta(seconds=5))
    assert at_work.all("SELECT count(*) FROM load_run") == [1]


def test_a_row_committed_late_is_found_by_the_overlap(helpdesk: Helpdesk) -> None:
    at_work = _live()
    helpdesk.write(1, "2026-01-01 10:00:00")
    at_work.pull("sql", helpdesk.url)
    helpdesk.write(2, "2026-01-01 09:55:00")
    assert fates(at_work.pull("sql", helpdesk.url)[0]) == (1, 0, 1, 0)


def test_a_row_from_the_future_does_not_hide_the_next_ones(helpdesk: Helpdesk) -> None:
    at_work = _live()
    helpdesk.write(1, "2099-01-01 00:00:00")
    at_work.pull("sql", helpdesk.url)
    helpdesk.write(2, "2026-06-01 00:00:05")
    (report,) = at_work.pull("sql", helpdesk.url, NOW + timedelta(seconds=10))
    assert report.n_new == 1


def test_a_source_is_read_beside_an_open_write(helpdesk: Helpdesk) -> None:
    helpdesk.write(1, "2026-01-01 10:00:00")
    helpdesk.con.execute("UPDATE ticket SET topic = 'not yet'")
    at_work = _live()
    assert fates(at_work.pull("sql", helpdesk.url)[0]) == (1, 0, 0, 0)
    helpdesk.con.rollback()


def test_a_source_is_never_written_to(helpdesk: Helpdesk) -> None:
    source = SqlSource("desk", helpdesk.url, [SqlTable("t", "DELETE FROM ticket RETURNING id")])
    helpdesk.write(1, "2026-01-01 10:00:00")
    with pytest.raises(SourceError, match="readonly"):
        list(source.read(None, NOW))


def test_a_first_load_comes_in_several_deliveries(helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_table, "ROWS_PER_DELIVERY", 50_000)
    many = (
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 60000)"
        " SELECT id, strftime('%Y-%m-%d %H:%M:%S', 1700000000 + id, 'unixepoch') AS changed FROM n"
    )
    first, last = _source(helpdesk, many).read(None, NOW)
    assert (first.until, last.until) == (None, NOW)
    assert (_rows(first), _rows(last)) == (50_000, 10_000)
    assert json.loads(first.cursor or "")["tickets"]["value"] == "2023-11-15 12:06:40"


def test_pages_out_of_order_are_refused(helpdesk: Helpdesk) -> None:
    falling = (
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 60000)"
        " SELECT id, strftime('%Y-%m-%d %H:%M:%S', 1700000000 - id, 'unixepoch') AS changed FROM n"
    )
    with pytest.raises(MappingError, match="ORDER BY changed"):
        list(_source(helpdesk, falling).read(None, NOW))


def test_a_changed_mapping_loads_a_database_anew(helpdesk: Helpdesk) -> None:
    at_work = _live()
    helpdesk.write(1, "2026-01-01 10:00:00", "words")
    at_work.pull("sql", helpdesk.url)
    at_work.mapping = parse_mapping(MAPPING.replace(", category: topic", ", product: topic"))
    assert fates(at_work.pull("sql", helpdesk.url)[0]) == (1, 0, 0, 0)
    assert at_work.all("SELECT category, product FROM ticket") == [(None, "words")]


@pytest.mark.parametrize("query", ["SELECT nothing FROM ticket", "SELECT * FROM nowhere", "SELEKT"])
def test_a_bad_query_is_the_mapping_s_fault(helpdesk: Helpdesk, query: str) -> None:
    with pytest.raises(MappingError, match="mend the query"):
        list(_source(helpdesk, query).read(None, NOW))


def test_a_missing_cursor_column_is_told(helpdesk: Helpdesk) -> None:
    helpdesk.write(1, "2026-01-01 10:00:00")
    with pytest.raises(MappingError, match="no cursor column 'changed'"):
        list(_source(helpdesk, "SELECT id FROM ticket").read(None, NOW))


def test_a_missing_database_is_told_and_noted_once() -> None:
    at_work = _live()
    for _ in range(2):
        with pytest.raises(SourceError, match="no such database file"):
            at_work.pull("sql", "sqlite:////nowhere/desk.sqlite")
    assert at_work.all("SELECT state FROM load_run") == ["failed"]


def test_a_password_is_not_told() -> None:
    source = SqlSource("desk", "sqlite://me:secret@/nowhere/desk.sqlite", [])
    with pytest.raises(SourceError) as told:
        list(source.read(None, NOW))
    assert "secret" not in str(told.value)


def test_a_bad_url_is_the_settings_fault() -> None:
    with pytest.raises(MappingError, match="URL"):
        open_source("desk", "sql", "no url at all", parse_mapping(MAPPING))


def test_a_table_without_query_cannot_be_pulled() -> None:
    mapping = parse_mapping("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id}}]\n")
    with pytest.raises(MappingError, match="needs `query"):
        open_source("desk", "sql", "sqlite://", mapping)


@pytest.mark.parametrize(
    ("value", "since"),
    [
        ("2026-01-01 10:00:00.5", "2026-01-01 09:50:00"),
        ("2026-01-01T10:00:00+08:00", "2026-01-01T09:50:00"),
        ("2026-01-01", "2025-12-31"),
    ],
)
def test_the_overlap_is_written_as_the_column_writes(value: str, since: str) -> None:
    assert SqlCursor("changed").since(Position(value)) == since


@pytest.mark.parametrize(("form", "since"), [("epoch_s", 1_000_000 - 600), ("epoch_ms", 1_000_000 - 600_000)])
def test_epochs_overlap_in_their_own_unit(form: str, since: int) -> None:
    assert SqlCursor("changed", format=form).since(Position("1000000")) == since  # type: ignore[arg-type]


def test_an_epoch_cursor_is_compared_as_a_number() -> None:
    cursor = SqlCursor("changed", format="epoch_s")
    moved = cursor.moved(Position("999"), pa.array(["1000", "5"]), NOW)
    assert moved.value == "1000"


def test_a_cursor_that_is_no_instant_asks_for_its_format() -> None:
    with pytest.raises(MappingError, match="epoch_s"):
        SqlCursor("changed").moved(Position(), pa.array(["1700000000"]), NOW)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (4.0, "4"),
        (2.5, "2.5"),
        (True, "true"),
        (Decimal("1.10"), "1.10"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02 03:00:00+00:00"),
        (timedelta(seconds=90), "90"),
        (b"\xc3\xa9", "é"),
        (b"\xff\x00", "ff00"),
        ({"k": "é"}, '{"k": "é"}'),
        ("a\ud800b", "a?b"),
    ],
)
def test_values_become_text(value: object, text: str | None) -> None:
    assert as_text(value) == text
    assert text_batch([(value,)], 1).column(0).to_pylist() == [text]
