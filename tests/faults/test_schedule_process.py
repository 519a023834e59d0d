"""The schedule of a real monitor: a hanging source, orders from the terminal, a pause over a restart, a stop."""

import json
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.warehouse import Warehouse
from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault
SETTINGS = """
warehouse: {folder}/w.duckdb
sources:
  - {{id: dead, name: Dead, kind: sql, url: "postgresql+psycopg://reader@127.0.0.1:PORT/desk",
     mapping: {folder}/sql.yaml, every_s: 1}}
  - {{id: desk, name: Desk, kind: file, path: {folder}/in, mapping: {folder}/mine.yaml, every_s: 0.5}}
"""
SQL = """
version: 1
tables: [{name: tickets, rows: ticket, query: "SELECT id, created FROM t", ticket: {id: id, created_at: created}}]
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def serving(tmp_path: Path, silent: int) -> Iterator[Serving]:
    (tmp_path / "sql.yaml").write_text(SQL)
    monitor = Serving(tmp_path, SETTINGS.replace("PORT", str(silent)))
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


def _plan(serving: Serving, source_id: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{serving.address}/api/data", timeout=30) as answer:
        sources = json.load(answer)["sources"]
    found: dict[str, Any] = next(one["schedule"] for one in sources if one["id"] == source_id)
    return found


def _wait_until_hanging(serving: Serving) -> None:
    deadline = time.monotonic() + 60
    while _plan(serving, "dead")["running_since"] is None and time.monotonic() < deadline:
        time.sleep(0.1)


def _states(folder: Path) -> set[tuple[str, str]]:
    store = Warehouse(folder / "w.duckdb")
    try:
        return set(store.cursor().execute("SELECT source_id, state FROM load_run").fetchall())
    finally:
        store.close()


def test_a_source_that_hangs_delays_no_other_and_no_stop(serving: Serving) -> None:
    _wait_until_hanging(serving)
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    serving.wait_for(1)
    assert serving.version() == 1
    assert _plan(serving, "dead")["running_since"] is not None
    serving.process.send_signal(signal.SIGTERM)
    out, err = serving.process.communicate(timeout=60)
    assert serving.process.returncode == 0, err
    assert out.endswith("Stopped.\n") and "Traceback" not in err
    assert ("dead", "interrupted") in _states(serving.folder) and ("desk", "done") in _states(serving.folder)


def test_orders_from_the_terminal_go_through_the_monitor_and_a_pause_outlives_it(serving: Serving) -> None:
    assert "Desk is paused" in serving.told("source", "pause", "desk")
    assert _plan(serving, "desk")["paused"]
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    serving.process.send_signal(signal.SIGTERM)
    serving.process.communicate(timeout=60)
    serving.serve()
    assert _plan(serving, "desk")["paused"] and "paused" in serving.told("source", "list")
    assert serving.version() == 0
    serving.told("source", "resume", "desk")
    serving.wait_for(1)
    assert serving.version() == 1


def test_run_now_reaches_the_monitor(serving: Serving) -> None:
    serving.told("source", "pause", "desk")
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    deadline = time.monotonic() + 60
    told = ""
    while serving.version() == 0 and time.monotonic() < deadline:  # a file is taken once it has come to rest
        told = serving.told("source", "run", "desk")
    assert told.startswith("1 rows read = 1 new")
    assert serving.version() == 1 and _plan(serving, "desk")["paused"]


def test_a_past_span_is_read_again_through_the_monitor(serving: Serving) -> None:
    span = ("--from", "2025-03-01", "--until", "2025-04-01")
    refused = serving.start("backfill", "desk", *span)
    _, told = refused.communicate(timeout=120)
    assert refused.returncode == 1 and "nothing of it was loaded yet" in told
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    serving.wait_for(1)
    read = "1 rows read = 0 new + 0 changed + 1 same + 0 rejected"
    assert serving.told("backfill", "desk", *span).startswith(read)
    run = _last_run(serving, "desk")
    assert (run["read"], run["same"]) == (1, 1) and run["message"] == "backfill of 2025-03-01 to 2025-04-01"


def _last_run(serving: Serving, source_id: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{serving.address}/api/data", timeout=30) as answer:
        sources = json.load(answer)["sources"]
    found: dict[str, Any] = next(one["runs"][-1] for one in sources if one["id"] == source_id)
    return found
