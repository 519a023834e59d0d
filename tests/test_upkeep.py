"""The verbs that keep loaded rows in order, from the command line."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app import cli
from data.warehouse import Warehouse

MAPPING = """
version: 1
tables:
  - name: tickets
    query: "SELECT * FROM tickets"
    rows: ticket
    ticket: {id: id, created_at: created, customer: who, agent: agent}
    events:
      - {kind: status, at: changed, to: {column: state, values: {open: open, done: resolved}}}
"""
MENDED = MAPPING.replace("{open: open,", "{open: open, parked: on_hold,")
SETTINGS = """
timezone: Asia/Shanghai
warehouse: {folder}/w.duckdb
sources: [{{id: desk, name: Desk, kind: sql, url: "sqlite:///{folder}/desk.sqlite", mapping: {folder}/mine.yaml}}]
"""
HEADER = "id,created,who,agent,changed,state"
LINES = [
    f"{number},2025-03-10T10:00:00Z,{'ann' if number == 1 else 'bob'},Li,2025-03-10T11:00:00Z,"
    f"{'parked' if number == 3 else 'open'}"
    for number in range(1, 41)
]


class Desk:
    """A folder with settings, a database and a file of the same rows, loaded as source `desk`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "settings.yaml").write_text(SETTINGS.format(folder=folder))
        (folder / "mine.yaml").write_text(MAPPING)
        self.write(LINES)
        with sqlite3.connect(folder / "desk.sqlite") as source:
            source.execute("CREATE TABLE tickets (id, created, who, agent, changed, state)")
            source.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?)", [line.split(",") for line in LINES])
        self.run("import", str(folder / "t.csv"), "--mapping", str(folder / "mine.yaml"), "--source", "desk")

    def write(self, lines: list[str], header: str = HEADER) -> None:
        (self.folder / "t.csv").write_text("\n".join([header, *lines]) + "\n")

    def run(self, *words: str, answer: str | None = None) -> Result:
        settings = ["--settings", str(self.folder / "settings.yaml")]
        return CliRunner().invoke(cli, [*words, *settings], input=answer)

    def all(self, sql: str) -> list[tuple[object, ...]]:
        store = Warehouse(self.folder / "w.duckdb")
        try:
            return store.cursor().execute(sql).fetchall()
        finally:
            store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_rejected_rows_are_taken_up_with_the_mended_mapping_of_the_settings(desk: Desk) -> None:
    (desk.folder / "mine.yaml").write_text(MENDED)
    told = desk.run("redrive", "--source", "desk")
    assert told.exit_code == 0, told.output
    assert "1 rows read = 0 new + 1 changed + 0 same + 0 rejected" in told.output
    assert desk.all("SELECT count(*) FROM ticket_event WHERE new = 'on_hold'") == [(1,)]
    assert desk.all("SELECT count(*) FROM fact_case") == [(40,)]


def test_what_still_does_not_fit_is_told(desk: Desk) -> None:
    told = desk.run("redrive", "--source", "desk")
    assert "1 rejected: unknown_status" in told.output
    assert desk.all("SELECT count(*) FROM reject WHERE resolved_at IS NULL") == [(1,)]


def test_another_mapping_is_told_to_be_loaded_anew(desk: Desk) -> None:
    (desk.folder / "mine.yaml").write_text(MENDED.replace("agent: agent", "team: agent"))
    told = desk.run("redrive", "--source", "desk")
    assert told.exit_code == 1
    assert "loaded under another mapping" in told.output
    assert desk.run("redrive", "--source", "desk", "--vouch").exit_code == 0


def test_a_source_that_is_not_in_the_settings_needs_its_mapping(desk: Desk) -> None:
    assert "name its mapping with --mapping" in desk.run("redrive", "--source", "other").output


def test_gone_tickets_of_a_database_are_marked(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "desk.sqlite") as source:
        source.execute("DELETE FROM tickets WHERE id = '7'")
    assert "1 of 40 are gone" in desk.run("reconcile", "--source", "desk").output
    assert desk.all("SELECT src_ticket_id FROM ticket WHERE is_deleted") == [("7",)]


def test_mass_deletes_have_to_be_allowed(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "desk.sqlite") as source:
        source.execute("DELETE FROM tickets WHERE id < '3'")
    refused = desk.run("reconcile", "--source", "desk")
    assert refused.exit_code == 1 and "are gone from the source, more than 5%" in refused.output
    assert desk.run("reconcile", "--source", "desk", "--allow-mass-delete").exit_code == 0


def test_a_source_nobody_knows_cannot_be_reconciled(desk: Desk) -> None:
    assert "is not in the settings" in desk.run("reconcile", "--source", "other").output


def test_a_person_is_erased_and_never_told(desk: Desk) -> None:
    told = desk.run("erase", "--source", "desk", answer="ann\n")
    assert "1 tickets and 0 surveys are nobody's now" in told.output
    assert desk.all("SELECT count(DISTINCT customer_key) FROM ticket") == [(2,)]
    assert desk.run("erase", "--source", "desk", "--person", "ann").exit_code == 1


def test_old_rejects_are_emptied(desk: Desk) -> None:
    assert "0 rejected rows" in desk.run("forget").output
    assert desk.all("SELECT count(payload) FROM reject") == [(1,)]
    assert "1 rejected rows" in desk.run("forget", "--days", "0").output
    assert desk.all("SELECT count(*), count(payload) FROM reject") == [(1, 0)]
    assert desk.run("rejects").exit_code == 0


def test_changed_columns_are_told_and_accepted(desk: Desk) -> None:
    assert "no column changed" in desk.run("drift").output
    desk.write([line.replace(",Li,", ",") for line in LINES], HEADER.replace("agent,", ""))
    stopped = desk.run(
        "import", str(desk.folder / "t.csv"), "--mapping", str(desk.folder / "mine.yaml"), "--source", "desk"
    )
    assert stopped.exit_code == 1 and "tickets_per_agent" in stopped.output
    assert "STOPPED" in desk.run("drift").output
    assert (
        "accepted: tickets: column 'agent' is gone"
        in desk.run("drift", "--source", "desk", "--accept", "agent").output
    )
    assert "no column changed" in desk.run("drift").output


def test_accepting_needs_a_source(desk: Desk) -> None:
    assert desk.run("drift", "--accept", "agent").exit_code == 2
