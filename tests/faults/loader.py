"""A process that loads a folder of files, made to be killed: `loader WAREHOUSE FOLDER JOURNAL`."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.warehouse import Warehouse, transaction, watermark
from etl import ledger
from etl.load import load
from etl.mapping import parse_mapping
from etl.model import Later
from etl.sources.file import FileSource, FileTable
from metrics import facts
from metrics.model import Calendar, Desk, SlaTier

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SOURCE = "desk"
MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    rows: ticket
    fold: {sequence: version}
    ticket: {id: id, created_at: created, team: team, category: topic, customer: person, priority: urgency}
    events:
      - {kind: status, to: resolved, at: solved}
    messages:
      - {author_kind: agent, at: answered, by: agent}
    survey: {submitted_at: rated, overall: score, dimensions: {attitude: attitude}}
"""
HOURS = Calendar("office", "Asia/Shanghai", (((540, 1080),),) * 5 + ((), ()))
DESK = Desk(
    calendars={"office": HOURS},
    calendar="office",
    sla={"P1": SlaTier(5, 120), "P2": SlaTier(15, 1440)},
    csi_weights={"attitude": 1.0},
)


def opened(path: Path) -> Warehouse:
    """Return the warehouse with its facts created."""
    store = Warehouse(path, threads=1)
    con = store.cursor()
    with transaction(con):
        facts.create(con)
        mark = watermark(con)
        if mark is not None:
            facts.ensure(con, mark, DESK)
    return store


def refresh(con: Any, mark: datetime | None) -> Later | None:
    """Bring the facts up to date."""
    return None if mark is None else facts.refresh(con, mark, DESK)


def main(warehouse: Path, folder: Path, journal: Path) -> None:
    """Load every file not loaded yet, and note each commit in the journal once it is known here."""
    con = opened(warehouse).cursor()
    source = FileSource(SOURCE, [folder], [FileTable("tickets")])
    with journal.open("a") as notes:
        print("ready", flush=True)
        for delivery in source.read(ledger.standing(con, SOURCE).cursor, NOW):
            report = load(con, delivery, parse_mapping(MAPPING), refresh, NOW)
            notes.write(f"{delivery.file_name} {report.n_read}\n")
            notes.flush()
            os.fsync(notes.fileno())
            print(delivery.file_name, flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
