"""Reading a past span of a source again, from the command line and through the monitor."""

import json
import os
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app import cli
from data.warehouse import Warehouse
from etl.pull.backfill import Span
from etl.schedule import progress
from etl.sources import sql_table

QUERY = "SELECT * FROM tickets WHERE updated >= :since ORDER BY updated, id"
MAPPING = """
version: 1
tables:
  - name: tickets
    query: "QUERY"
    cursor: {column: updated, key: id, overlap_s: 60}
    rows: ticket
    ticket: {id: id, created_at: created, team: team}
"""
FILES = """
version: 1
tables: [{name: tickets, rows: ticket, ticket: {id: id, created_at: created, team: team}}]
"""
SETTINGS = """
timezone: Asia/Shanghai
warehouse: {folder}/w.duckdb
sources:
  - {{id: desk, name: Desk, kind: sql, url: "sqlite:///{folder}/desk.sqlite", mapping: {folder}/mine.yaml}}
  - {{id: drop, name: Drop, kind: file, path: {folder}/in, archive: {folder}/done, mapping: {folder}/files.yaml}}
  - {{id: hook, name: Hook, kind: push, token: "a-token-of-the-helpdesk", mapping: {folder}/files.yaml}}
"""
DAYS = 60


class Desk:
    """A database of a ticket a day from 1 January on, loaded once as source `desk`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "settings.yaml").write_text(SETTINGS.format(folder=folder))
        (folder / "files.yaml").write_text(FILES)
        (folder / "in").mkdir()
        self.map(QUERY)
        days = [date.fromordinal(date(2025, 1, 1).toordinal() + day) for day in range(DAYS)]
        rows = [(number, f"{day}T01:00:00Z", "A", f"{day} 01:00:00") for number, day in enumerate(days, start=1)]
        self.change("CREATE TABLE tickets (id, created, team, updated)")
        with sqlite3.connect(folder / "desk.sqlite") as source:
            source.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?)", rows)
        loaded = self.run("source", "run", "desk")
        assert loaded.exit_code == 0, loaded.output

    def map(self, query: str) -> None:
        (self.folder / "mine.yaml").write_text(MAPPING.replace("QUERY", query))

    def change(self, sql: str) -> None:
        with sqlite3.connect(self.folder / "desk.sqlite") as source:
            source.execute(sql)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, [*words, "--settings", str(self.folder / "settings.yaml")])

    def backfill(self, source: str = "desk", first: str = "2025-01-10", end: str = "2025-01-20") -> Result:
        return self.run("backfill", source, "--from", first, "--until", end)

    def all(self, sql: str) -> list[Any]:
        store = Warehouse(self.folder / "w.duckdb")
        try:
            return store.cursor().execute(sql).fetchall()
        finally:
            store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_rows_of_the_span_are_read_again_and_no_others_change(desk: Desk) -> None:
    desk.change("UPDATE tickets SET team = 'B'")  # behind the back of the change column
    done = desk.backfill()
    assert done.exit_code == 0, done.output
    changed = {number for (number,) in desk.all("SELECT src_ticket_id::INTEGER FROM ticket WHERE team = 'B'")}
    assert set(range(10, 20)) <= changed and 1 not in changed


def test_it_is_told_how_far_it_is_and_how_long_it_still_takes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SPEAKS_AFTER_S", 0)
    for limit in ("PAGE", "ROWS_PER_DELIVERY"):
        monkeypatch.setattr(sql_table, limit, 4)
    told = [line for line in desk.backfill().output.splitlines() if "rows/s" in line]
    assert len(told) > 2
    assert all(" of about " in line and line.endswith(" left") for line in told[:-1])
    assert " left" not in told[-1]


def test_a_query_with_until_reads_no_further_than_a_day_behind_the_span(desk: Desk) -> None:
    desk.map(QUERY.replace("ORDER", "AND updated < :until ORDER"))
    assert desk.run("source", "run", "desk").exit_code == 0  # without a span it is the end of time
    desk.change("UPDATE tickets SET team = 'B'")
    assert desk.backfill().exit_code == 0
    changed = desk.all("SELECT max(src_ticket_id::INTEGER), count(*) FROM ticket WHERE team = 'B'")
    assert changed == [(20, 12)]
    assert desk.all("SELECT count(*) FROM ticket") == [(DAYS,)]


def test_cursor_and_watermark_stay(desk: Desk) -> None:
    before = desk.all("SELECT cursor, watermark FROM source")
    desk.change("UPDATE tickets SET team = 'B'")
    desk.backfill()
    assert desk.all("SELECT cursor, watermark FROM source") == before


def test_facts_follow_and_doing_it_again_changes_nothing(desk: Desk) -> None:
    desk.change("UPDATE tickets SET team = 'B'")
    desk.backfill()
    again = desk.backfill()
    assert " 0 new + 0 changed + " in again.output
    sizes = "SELECT count(*) FROM {} GROUP BY team ORDER BY 1"
    counted = [desk.all(sizes.format(table)) for table in ("ticket", "fact_case")]
    assert counted[0] == counted[1] and len(counted[0]) == 2


def test_the_ledger_has_it_as_a_backfill_also_when_nothing_changed(desk: Desk) -> None:
    desk.backfill()
    runs = desk.all("SELECT kind, state, message, n_read > 0, n_read = n_same FROM load_run ORDER BY run_id")
    assert runs[0][:2] == (None, "done")
    assert runs[1:] == [("backfill", "done", "backfill of 2025-01-10 to 2025-01-20", True, True)]


def test_another_mapping_is_refused_and_drops_nothing(desk: Desk) -> None:
    text = (desk.folder / "mine.yaml").read_text()
    (desk.folder / "mine.yaml").write_text(text.replace("team: team", "category: team"))
    refused = desk.backfill()
    assert refused.exit_code == 1 and "loaded under another mapping" in refused.output
    assert desk.all("SELECT count(*) FROM ticket") == [(DAYS,)]


def test_files_are_read_again_those_of_the_archive_too(desk: Desk) -> None:
    (desk.folder / "in" / "a.csv").write_text("id,created,team\n1,2025-01-10T10:00:00Z,A\n")
    os.utime(desk.folder / "in" / "a.csv", (0, 0))
    assert desk.run("source", "run", "drop").exit_code == 0
    assert not (desk.folder / "in" / "a.csv").exists()
    done = desk.backfill("drop")
    assert done.exit_code == 0 and "1 rows read = 0 new + 0 changed + 1 same" in done.output, done.output


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("hook", "is not kept once it is loaded; have it send the span again"),
        ("drop", "nothing of it was loaded yet; its first pull reads all there is"),
        ("none", "is not in the settings"),
    ],
)
def test_what_cannot_be_read_again_says_what_would_do(desk: Desk, source: str, told: str) -> None:
    refused = desk.backfill(source)
    assert refused.exit_code == 1 and told in refused.output, refused.output


def test_a_span_without_a_day_is_refused(desk: Desk) -> None:
    refused = desk.backfill(end="2025-01-10")
    assert refused.exit_code == 2 and "no day in it" in " ".join(refused.output.split())
    with pytest.raises(ValueError, match="no day in it"):
        Span(date(2025, 1, 2), date(2025, 1, 1))


def test_a_query_by_epoch_is_read_again_too(desk: Desk) -> None:
    desk.change("UPDATE tickets SET updated = unixepoch(updated)")
    text = (desk.folder / "mine.yaml").read_text().replace("overlap_s: 60", "overlap_s: 60, format: epoch_s")
    (desk.folder / "mine.yaml").write_text(text)
    assert desk.run("source", "run", "desk").exit_code == 0
    cursor = json.loads(desk.all("SELECT cursor FROM source")[0][0])
    assert int(cursor["tickets"]["value"]) > 1_700_000_000
    desk.change("UPDATE tickets SET team = 'B'")
    assert desk.backfill().exit_code == 0
    assert ("10",) in desk.all("SELECT src_ticket_id FROM ticket WHERE team = 'B'")
