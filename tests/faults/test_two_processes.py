"""One process owns a warehouse; a second is told who does, and the first stops in good order."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.owner import Owner
from data.settings import ROOT
from data.warehouse import Warehouse
from tests.faults.loader import NOW

pytestmark = pytest.mark.fault
SETTINGS = """
warehouse: {folder}/w.duckdb
sources: [{{id: desk, name: Desk, kind: file, path: {folder}/in, mapping: {folder}/mine.yaml, every_s: 0.5}}]
"""
MAPPING = """
version: 1
tables: [{name: tickets, rows: ticket, file: {pattern: "*.csv"}, ticket: {id: id, created_at: created}}]
"""


def _as_by_hand() -> None:
    """Heed the signals that nohup, and a shell that starts the tests in the background, have processes ignore."""
    for each in (signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)


class Serving:
    """A monitor in a process of its own, on a free port."""

    def __init__(self, folder: Path, settings: str = SETTINGS) -> None:
        (folder / "in").mkdir()
        (folder / "mine.yaml").write_text(MAPPING)
        (folder / "settings.yaml").write_text(settings.format(folder=folder))
        self.folder = folder
        self.serve()

    def serve(self) -> None:
        """Start the monitor, again if need be, and wait until it says where it is."""
        self.process = self.start("serve", "--port", "0")
        self.said = self.line()
        found = re.search(r"http://[\d.:]+", self.said)
        assert found is not None, self.said
        self.address = found[0]

    def told(self, *words: str) -> str:
        """Return what a verb of the command line says beside the running monitor."""
        verb = self.start(*words)
        out, err = verb.communicate(timeout=120)
        assert verb.returncode == 0, err
        return out

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "app.py", *words, "--settings", str(self.folder / "settings.yaml")]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, preexec_fn=_as_by_hand)

    def line(self) -> str:
        """Return the next line that the monitor prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def deliver(self, name: str, text: str) -> None:
        """Put a file into the folder in one step."""
        (self.folder / name).write_text(text)
        (self.folder / name).rename(self.folder / "in" / name)

    def wait_for(self, version: int) -> None:
        """Wait until a version of the data is there, at most two minutes."""
        deadline = time.monotonic() + 120
        while self.version() < version and time.monotonic() < deadline:
            time.sleep(0.2)

    def version(self) -> int:
        with urllib.request.urlopen(f"{self.address}/api/pulse", timeout=30) as answer:
            return int(json.load(answer)["version"])


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    monitor = Serving(tmp_path)
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


def test_a_second_process_is_refused_with_the_owners_pid_until_the_owner_is_killed(serving: Serving) -> None:
    assert serving.said.startswith("The monitor is at http://127.0.0.1:")
    second = serving.start("serve", "--port", "0")
    out, told = second.communicate(timeout=120)
    assert (second.returncode, out) == (1, "")
    assert f"is in use by process {serving.process.pid} since " in told and serving.address in told
    assert len(told.strip().splitlines()) == 1
    serving.process.kill()
    serving.process.communicate()
    assert serving.told("status").startswith("sources")


def test_a_delivered_file_is_loaded_by_itself_and_a_stop_frees_the_warehouse(serving: Serving) -> None:
    assert serving.line() == "desk: reading what is new ...\n"
    serving.line()  # the first pull found nothing
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n")
    serving.wait_for(1)
    assert serving.version() == 1
    serving.process.send_signal(signal.SIGINT)
    out, err = serving.process.communicate(timeout=60)
    assert serving.process.returncode == 0, err
    assert out.endswith("Stopped.\n")
    with Owner(serving.folder / "w.duckdb", NOW):
        Warehouse(serving.folder / "w.duckdb").close()
