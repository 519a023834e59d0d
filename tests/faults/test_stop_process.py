"""A monitor that is stopped in the middle of a long load: finished or rolled back, told, and gone on with."""

import json
import signal
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.warehouse import Warehouse
from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault
ROWS, PER_LOAD = 300_000, 250_000  # two loads of a database
SETTINGS = """
warehouse: {folder}/w.duckdb
sources: [{{id: desk, name: Desk, kind: sql, url: "sqlite:///{folder}/s.sqlite", mapping: {folder}/sql.yaml,
           every_s: 1}}]
"""
SQL = """
version: 1
tables:
  - name: tickets
    rows: ticket
    query: "SELECT id, created, updated FROM t WHERE updated >= :since ORDER BY updated, id"
    cursor: {column: updated, key: id, overlap_s: 0}
    ticket: {id: id, created_at: created}
"""


class Long(Serving):
    """A monitor whose first load takes seconds, in two transactions; stopped with a grace of its own."""

    def __init__(self, folder: Path) -> None:
        (folder / "sql.yaml").write_text(SQL)
        self.grace = "60"
        with sqlite3.connect(folder / "s.sqlite") as source:
            source.execute("CREATE TABLE t (id INTEGER, created TEXT, updated TEXT)")
            rows = ((n, "2025-03-10T10:00:00Z", f"2025-03-{1 + n // 20_000:02} 08:00:00") for n in range(ROWS))
            source.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        super().__init__(folder, SETTINGS)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a verb; the monitor with its grace."""
        return super().start(*words, *(("--grace", self.grace) if words[0] == "serve" else ()))

    def wait_for_a_load(self) -> None:
        """Wait until something of the first load is committed, and more is to come."""
        deadline = time.monotonic() + 120
        while not self._loading() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _loading(self) -> int:
        with urllib.request.urlopen(f"{self.address}/api/pulse", timeout=30) as answer:
            loading: dict[str, Any] | None = json.load(answer)["loading"]
        return loading["rows"] if loading else 0

    def stop(self, sign: signal.Signals) -> str:
        """Stop the monitor and return what it said."""
        self.process.send_signal(sign)
        out, err = self.process.communicate(timeout=180)
        assert self.process.returncode == 0 and "Traceback" not in err, err
        return out

    def all(self, sql: str) -> list[Any]:
        """Return the rows of a query on the warehouse, which nobody owns now."""
        store = Warehouse(self.folder / "w.duckdb")
        try:
            return store.cursor().execute(sql).fetchall()
        finally:
            store.close()

    def goes_on(self) -> None:
        """Start again, wait until all is loaded, and check that nothing is lost or doubled."""
        self.grace = "60"
        self.serve()
        deadline = time.monotonic() + 120
        while (self._tickets() < ROWS or self._loading()) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.stop(signal.SIGTERM)
        assert self.all("SELECT count(*), count(DISTINCT ticket_key) FROM ticket") == [(ROWS, ROWS)]
        assert self.all("SELECT count(*) FROM fact_case") == [(ROWS,)]

    def _tickets(self) -> int:
        with urllib.request.urlopen(f"{self.address}/api/data", timeout=60) as answer:
            return int(json.load(answer)["sources"][0]["tickets"])


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Long]:
    monitor = Long(tmp_path)
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_load_under_way_is_finished_in_its_grace_and_the_next_start_goes_on(
    long: Long, sign: signal.Signals
) -> None:
    long.wait_for_a_load()
    out = long.stop(sign)
    assert "rolled back" not in out and out.endswith("Stopped.\n")
    committed = long.all("SELECT count(*) FROM ticket")[0][0]
    assert committed in (PER_LOAD, ROWS)
    states = long.all("SELECT state, n_read FROM load_run ORDER BY run_id")
    assert states[0] == ("done", PER_LOAD) and states[-1][0] == ("done" if committed == ROWS else "interrupted")
    long.goes_on()


def test_a_load_that_takes_too_long_is_rolled_back_and_the_next_start_goes_on(long: Long) -> None:
    long.stop(signal.SIGTERM)
    (long.folder / "w.duckdb").unlink()
    long.grace = "0"
    long.serve()
    assert long.line() == "desk: reading what is new ...\n"
    out = long.stop(signal.SIGTERM)
    assert out.endswith("Stopped.\n")
    assert long.all("SELECT count(*) FROM ticket")[0][0] in (0, PER_LOAD)
    assert long.all("SELECT DISTINCT source_id, state FROM load_run WHERE state <> 'done'") == [
        ("desk", "interrupted")
    ]
    long.goes_on()


def test_a_second_monitor_is_refused_in_the_middle_of_a_load_and_the_load_goes_on(long: Long) -> None:
    second = long.start("serve", "--port", "0")
    out, told = second.communicate(timeout=120)
    assert second.returncode == 1 and out == ""
    assert f"is in use by process {long.process.pid} since " in told
    long.stop(signal.SIGTERM)
    long.goes_on()
