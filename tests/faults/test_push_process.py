"""Pushed events and a monitor that is killed between its answer and the load: none lost, none doubled."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.warehouse import Warehouse
from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault
TOKEN = "a-token-of-the-helpdesk"
SETTINGS = """
warehouse: {folder}/w.duckdb
sources:
  - {{id: hook, name: Hook, kind: push, token: "${{file:{folder}/token}}", event_id: event,
     mapping: {folder}/mine.yaml, every_s: EVERY}}
"""
MAPPING = """
version: 1
tables: [{name: tickets, rows: ticket, ticket: {id: id, created_at: created}}]
"""


class Hooked(Serving):
    """A monitor that events are pushed to; it looks into its inbox every so many seconds."""

    def __init__(self, folder: Path, every_s: float) -> None:
        (folder / "token").write_text(TOKEN)
        super().__init__(folder, SETTINGS.replace("EVERY", str(every_s)))

    def serve(self) -> None:
        """Start with the mapping of events."""
        (self.folder / "mine.yaml").write_text(MAPPING)
        super().serve()

    def look(self, every_s: float) -> None:
        """Write another interval into the settings."""
        text = SETTINGS.replace("EVERY", str(every_s)).format(folder=self.folder)
        (self.folder / "settings.yaml").write_text(text)

    def send(self, first: int, number: int) -> dict[str, Any]:
        """Push events and return the answer."""
        body = [{"event": one, "id": one, "created": "2025-03-10T10:00:00Z"} for one in range(first, first + number)]
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/events", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def tickets(self) -> int:
        """Return how many tickets the monitor has loaded."""
        with urllib.request.urlopen(f"{self.address}/api/data", timeout=30) as answer:
            return int(json.load(answer)["sources"][0]["tickets"])

    def wait_until(self, tickets: int) -> None:
        """Wait until so many tickets are loaded, at most half a minute."""
        deadline = time.monotonic() + 30
        while self.tickets() < tickets and time.monotonic() < deadline:
            time.sleep(0.2)

    def kill(self) -> None:
        """End the monitor as a power cut does."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def monitors() -> Iterator[list[Hooked]]:
    started: list[Hooked] = []
    yield started
    for one in started:
        one.kill()


def _rows(folder: Path) -> tuple[int, int]:
    store = Warehouse(folder / "w.duckdb")
    try:
        found = store.cursor().execute("SELECT count(*), count(DISTINCT src_ticket_id) FROM ticket").fetchone()
    finally:
        store.close()
    assert found is not None
    return int(found[0]), int(found[1])


def test_a_kill_between_answer_and_load_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monitors: list[Hooked]
) -> None:
    hook = Hooked(tmp_path, 3600)  # looks once at the start, and not again while this test runs
    monitors.append(hook)
    hook.line()
    assert hook.send(0, 50)["new"] == 50
    hook.kill()
    assert _rows(tmp_path) == (0, 0)
    hook.look(0.2)
    hook.serve()
    hook.wait_until(50)
    again = hook.send(0, 60)
    assert (again["same"], again["new"]) == (50, 10)
    hook.wait_until(60)
    hook.kill()
    assert _rows(tmp_path) == (60, 60)


def test_kills_while_events_come_and_load_lose_nothing_that_was_answered(
    tmp_path: Path, monitors: list[Hooked]
) -> None:
    hook = Hooked(tmp_path, 0.2)
    monitors.append(hook)
    answered = 0
    for _ in range(2):
        for _ in range(5):
            answered += hook.send(answered, 20)["new"]
        hook.kill()
        hook.serve()
    hook.send(answered, 1)
    hook.wait_until(answered + 1)
    hook.kill()
    assert _rows(tmp_path) == (answered + 1, answered + 1)
