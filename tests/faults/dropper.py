"""A process that loads a drop folder and kills itself at a step: `dropper WAREHOUSE FOLDER STEP`."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data.warehouse import Warehouse
from etl.mapping import parse_mapping
from etl.model import LoadReport, Origin
from etl.pull.run import FAULTS, Intake, pull
from etl.sources import open_drop_folder, shelf
from etl.sources.drop_folder import Drop

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MAPPING = parse_mapping("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id, created_at: created}}]")


class Fuse:
    """Counts steps and kills the process at the chosen one."""

    def __init__(self, step: int) -> None:
        self.left = step

    def burn(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same work with a step before and a step after it."""

        def done(*given: Any, **named: Any) -> Any:
            self.burn()
            found = work(*given, **named)
            self.burn()
            return found

        return done


def load(con: duckdb.DuckDBPyConnection, folder: Path) -> tuple[list[LoadReport], Exception | None]:
    """Load every file of the inbox once and move it; return the reports and what went wrong."""
    source = open_drop_folder("desk", folder / "inbox", MAPPING, Drop(folder / "done", folder / "bad"))
    found: list[LoadReport] = []
    try:
        found.extend(pull(con, Intake("desk", source, MAPPING, Origin()), _no_facts, NOW))
    except FAULTS as error:
        return found, error
    return found, None


def _no_facts(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    """Leave the facts alone."""


def main(warehouse: Path, folder: Path, step: int) -> None:
    """Load the folder with a fuse at what moves its files."""
    fuse = Fuse(step)
    for owner, name in ((shelf.Shelf, "_place"), (shelf, "_move")):
        setattr(owner, name, fuse.around(getattr(owner, name)))
    load(Warehouse(warehouse, threads=1).cursor(), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
