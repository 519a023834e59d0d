"""Rejected rows and changed columns while a real monitor runs: the verbs of the terminal go through it."""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault
SETTINGS = """
warehouse: {folder}/w.duckdb
sources:
  - {{id: desk, name: Desk, kind: file, path: {folder}/in, mapping: {folder}/mine.yaml, every_s: 0.5}}
  - {{id: base, name: Base, kind: sql, url: "sqlite:///{folder}/base.sqlite", mapping: {folder}/base.yaml,
     every_s: 1}}
"""
BASE = """
version: 1
tables: [{name: tickets, query: "SELECT * FROM t", rows: ticket, ticket: {id: id, created_at: created, agent: who}}]
"""
MAPPING = """
version: 1
tables:
  - name: tickets
    rows: ticket
    file: {pattern: "*.csv"}
    ticket: {id: id, created_at: created}
    events: [{kind: status, at: created, to: {column: state, values: {open: open}}}]
"""
ROWS = [f"{number},2025-03-10T10:00:00Z,{'parked' if number == 3 else 'open'}" for number in range(1, 41)]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    (tmp_path / "base.yaml").write_text(BASE)
    change(tmp_path, "CREATE TABLE t (id, created, who)")
    change(tmp_path, "INSERT INTO t VALUES (1, '2025-03-10T10:00:00Z', 'Li')")
    monitor = Serving(tmp_path, SETTINGS)
    (tmp_path / "mine.yaml").write_text(MAPPING)
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


def change(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "base.sqlite")) as source, source:
        source.execute(sql)


def data(serving: Serving) -> Any:
    with urllib.request.urlopen(f"{serving.address}/api/data", timeout=30) as answer:
        return json.load(answer)


def source(serving: Serving, source_id: str) -> Any:
    return next(one for one in data(serving)["sources"] if one["id"] == source_id)


def wait(until: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not until() and time.monotonic() < deadline:
        time.sleep(0.1)


def refused(serving: Serving, *words: str) -> str:
    verb = serving.start(*words)
    _, told = verb.communicate(timeout=120)
    assert verb.returncode == 1
    return told


def test_rejected_rows_are_taken_up_through_the_monitor(serving: Serving) -> None:
    serving.deliver("a.csv", "\n".join(["id,created,state", *ROWS, ""]))
    wait(lambda: source(serving, "desk")["rejected"])
    assert source(serving, "desk")["rejected"] == 1
    listed = serving.told("rejects", "--rule", "unknown_status")
    assert "parked" in listed and "parked" not in serving.told("rejects", "--rule", "missing_key")
    assert "  desk unknown_status: 1" in serving.told("status").splitlines()
    (serving.folder / "mine.yaml").write_text(MAPPING.replace("{open: open}", "{open: open, parked: on_hold}"))
    told = serving.told("redrive", "--source", "desk", "--rule", "unknown_status")
    assert told.startswith("1 rows read = 0 new + 1 changed + 0 same + 0 rejected")
    assert source(serving, "desk")["rejected"] == 0


def test_a_button_whose_order_fails_tells_it_among_the_last_runs(serving: Serving) -> None:
    serving.deliver("a.csv", "\n".join(["id,created,state", *ROWS, ""]))
    wait(lambda: source(serving, "desk")["rejected"])
    (serving.folder / "mine.yaml").write_text(MAPPING.replace("created_at: created", "created_at: state"))
    request = urllib.request.Request(f"{serving.address}/api/data/redrive", data=b'{"source": "desk"}')
    request.add_header("Content-Type", "application/json")
    request.add_header("Origin", serving.address)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["done"] == "redrive"
    wait(lambda: redriven(serving))
    [run] = redriven(serving)
    assert run["state"] == "failed" and "was loaded under another mapping" in run["message"]


def redriven(serving: Serving) -> list[Any]:
    return [run for run in source(serving, "desk")["runs"] if str(run["message"]).startswith("redrive: ")]


def test_what_the_monitor_cannot_take_up_says_what_to_do(serving: Serving) -> None:
    assert "'nobody' is not in the settings" in refused(serving, "redrive", "--source", "nobody")
    assert "nothing of it was ever loaded" in refused(serving, "redrive", "--source", "desk", "--vouch")


def test_a_lost_column_is_accepted_through_the_monitor_and_its_source_goes_on(serving: Serving) -> None:
    wait(lambda: source(serving, "base")["tickets"])
    change(serving.folder, "ALTER TABLE t DROP COLUMN who")
    wait(lambda: data(serving)["drift"])
    assert [one["column"] for one in data(serving)["drift"]] == ["who"]
    assert "STOPPED tickets: column 'who' is gone" in serving.told("drift")
    assert "nothing is open" in refused(serving, "drift", "--source", "base", "--accept", "other")
    change(serving.folder, "INSERT INTO t VALUES (2, '2025-03-11T10:00:00Z')")
    told = serving.told("drift", "--source", "base", "--accept", "who")
    assert told.startswith("accepted: tickets: column 'who' is gone")
    wait(lambda: source(serving, "base")["tickets"] == 2)
    assert source(serving, "base")["tickets"] == 2 and data(serving)["drift"] == []
    assert serving.told("drift") == "  no column changed\n"
