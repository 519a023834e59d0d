"""A drop folder killed at every step between commit and move: nothing is lost, doubled or moved to a wrong place."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.settings import ROOT
from data.warehouse import Warehouse
from tests.faults import dropper

pytestmark = pytest.mark.fault
GOOD = {f"{number}.csv": f"id,created\n{number},2025-03-01T10:00:00Z\n" for number in (1, 2)}
BAD = {"3.csv": "nr\n1\n"}
STEPS = 12  # four at each of the three files
KILLED = -9


def _lay(folder: Path) -> None:
    (folder / "inbox").mkdir()
    for name, text in {**GOOD, **BAD}.items():
        (folder / "inbox" / name).write_text(text)
        os.utime(folder / "inbox" / name, (1_740_000_000, 1_740_000_000))


def _load_and_die(folder: Path, step: int) -> int:
    command = [sys.executable, "-m", "tests.faults.dropper", str(folder / "w.duckdb"), str(folder), str(step)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120).returncode


def _check_folders(folder: Path) -> None:
    """See that each file is where it belongs, once; a name held for a move that never came is an empty file."""
    assert {path.name: path.read_text() for path in (folder / "done").rglob("*.csv")} == GOOD
    assert [path.read_text() for path in (folder / "bad").rglob("3*.csv") if path.stat().st_size] == [BAD["3.csv"]]
    assert list((folder / "inbox").iterdir()) == []


def _check_warehouse(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT src_ticket_id FROM ticket ORDER BY 1").fetchall() == [("1",), ("2",)]
    assert con.execute("SELECT sum(n_new), sum(n_changed) FROM load_run").fetchone() == (2, 0)
    assert con.execute("SELECT value FROM reject WHERE rule = 'bad_file'").fetchall() == [("3.csv",)]


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_kill_at_any_step_of_moving_neither_loses_nor_doubles(tmp_path: Path, step: int) -> None:
    _lay(tmp_path)
    assert _load_and_die(tmp_path, step) == KILLED
    store = Warehouse(tmp_path / "w.duckdb", threads=1)
    try:
        dropper.load(store.cursor(), tmp_path)
        _check_folders(tmp_path)
        _check_warehouse(store.cursor())
    finally:
        store.close()
