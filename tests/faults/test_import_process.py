"""Commands beside a real monitor: it does them, and they print and end as they would alone; stops, kills, Ctrl-C."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from data.salt import token_beside
from data.warehouse import Warehouse
from etl.orders.book import BROKEN_OFF
from etl.orders.counter import OTHER_SETTINGS
from etl.orders.through import GOES_ON, LEFT, STOPPED
from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault
SETTINGS = "warehouse: {folder}/w.duckdb\ntimezone: UTC\n"
MAPPING = """
version: 1
timezone: UTC
tables: [{name: tickets, rows: ticket, ticket: {id: id, created_at: created, customer: who}}]
"""
HEADER = "id,created,who\n"
GOOD = HEADER + "".join(f"{number},2025-03-10T10:00:00Z,person-{number}\n" for number in range(60)) + "x,never,y\n"
BAD = HEADER + "".join(f",2025-03-10T10:00:00Z,person-{number}\n" for number in range(60))


class Beside(Serving):
    """A monitor, and a second warehouse that is not its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SETTINGS)
        (folder / "mine.yaml").write_text(MAPPING)
        (folder / "good.csv").write_text(GOOD)
        (folder / "bad.csv").write_text(BAD)

    def hanging(self) -> "subprocess.Popen[str]":
        """Begin to import a file that nobody writes to its end, and wait until the monitor reads it."""
        os.mkfifo(self.folder / "slow.csv")
        command = self.start("import", str(self.folder / "slow.csv"), "--mapping", str(self.folder / "mine.yaml"))
        self.wait_for_order(1, "running")
        return command

    def order(self, number: int) -> Any:
        """Return how an order stands; None = there is none."""
        request = urllib.request.Request(f"{self.address}/api/orders/{number}")
        request.add_header("Authorization", f"Bearer {token_beside(self.folder / 'w.duckdb')}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            return None

    def wait_for_order(self, number: int, *states: str) -> Any:
        """Return an order once it is in one of the states, at most after a minute."""
        deadline = time.monotonic() + 60
        while (found := self.order(number)) is None or found["state"] not in states:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found

    def counts(self) -> tuple[Any, list[Any]]:
        """Return tickets and cases, and the runs of the ledger, once the monitor is gone."""
        store = Warehouse(self.folder / "w.duckdb")
        try:
            sql = "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM fact_case)"
            runs = "SELECT source_id, state, kind FROM load_run ORDER BY run_id"
            return store.cursor().execute(sql).fetchall()[0], store.cursor().execute(runs).fetchall()
        finally:
            store.close()

    def end(self) -> str:
        """Stop the monitor in good order, and return all that it printed and logged."""
        self.process.send_signal(signal.SIGINT)
        return "".join(self.process.communicate(timeout=60))


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monitor = Beside(tmp_path)
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


def printed(settings: Path, *words: str) -> tuple[int, str, str]:
    """Return exit code, what was printed, and what went to stderr of a command in this process."""
    done = CliRunner().invoke(cli, [*words, "--settings", str(settings)])
    return done.exit_code, done.stdout, done.stderr


def commands(folder: Path) -> list[list[str]]:
    """Return commands, each after the ones before it."""
    mapping = ["--mapping", str(folder / "mine.yaml")]
    return [
        ["import", str(folder / "good.csv"), *mapping],
        ["import", "good.csv", "--mapping", "mine.yaml"],
        ["import", str(folder / "bad.csv"), *mapping, "--source", "other"],
        ["import", str(folder / "none.csv"), *mapping],
        ["import", str(folder / "good.csv"), "--mapping", str(folder / "none.yaml")],
        ["import", str(folder / "good.csv"), *mapping, "--replace"],
        ["redrive", "--source", "mine"],
        ["redrive", "--source", "mine", *mapping],
        ["reconcile", "--source", "mine"],
        ["backfill", "mine", "--from", "2025-01-01", "--until", "2025-01-02"],
        ["erase", "--source", "mine", "--person", "person-7"],
        ["erase", "--source", "mine", "--person", "person-7"],
        ["forget", "--days", "0"],
        ["rebuild"],
    ]


def test_commands_print_and_end_through_the_monitor_as_they_do_alone(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(beside.folder)  # where names of files begin that are not whole
    (beside.folder / "alone.yaml").write_text(SETTINGS.format(folder=beside.folder).replace("w.duckdb", "a.duckdb"))
    for words in commands(beside.folder):
        alone = printed(beside.folder / "alone.yaml", *words)
        assert printed(beside.folder / "settings.yaml", *words) == alone, words
    logged = beside.end()
    assert "Stopped." in logged and "no customer of that id" in logged and "person-7" not in logged
    assert beside.counts() == (
        (60, 60),
        [
            ("mine", "done", None),
            ("other", "refused", None),
            ("mine", "failed", None),
            ("mine", "done", None),
        ],
    )


def again(beside: Beside) -> None:
    """Import the good file where no monitor runs; what was begun before is neither lost nor doubled."""
    done = printed(beside.folder / "settings.yaml", *commands(beside.folder)[0])
    assert done[0] == 0 and "61 rows read = 60 new" in done[1], done


def test_a_monitor_killed_while_it_imports_is_told_in_one_line(beside: Beside) -> None:
    command = beside.hanging()
    beside.process.kill()
    out, err = command.communicate(timeout=60)
    assert (command.returncode, out, err.strip()) == (1, "", STOPPED)
    again(beside)
    assert beside.counts() == ((60, 60), [("mine", "done", None)])


def test_a_monitor_stopped_while_it_imports_says_so_in_the_ledger_too(beside: Beside) -> None:
    command = beside.hanging()
    beside.end()
    out, err = command.communicate(timeout=60)
    assert (command.returncode, out, err.strip()) == (1, "", STOPPED)
    told = printed(beside.folder / "settings.yaml", "status")[1]
    assert f"mine interrupted: 0 read = 0 new + 0 changed + 0 same + 0 rejected (import: {BROKEN_OFF})" in told
    again(beside)
    assert beside.counts()[1] == [("mine", "interrupted", "import"), ("mine", "done", None)]


def test_ctrl_c_leaves_the_order_to_the_monitor(beside: Beside) -> None:
    command = beside.hanging()
    command.send_signal(signal.SIGINT)
    out, _ = command.communicate(timeout=60)
    assert command.returncode == LEFT and GOES_ON in out
    assert beside.order(1)["state"] == "running"


def test_who_reads_other_settings_is_told_and_who_has_another_token_is_refused(beside: Beside) -> None:
    (beside.folder / "settings.yaml").write_text(SETTINGS.format(folder=beside.folder) + "merge_clock: own\n")
    code, out, _ = printed(beside.folder / "settings.yaml", "rebuild")
    assert (code, out.splitlines()) == (0, [OTHER_SETTINGS, "Nothing is loaded yet."])
    (beside.folder / "w.duckdb.token").write_text("another")
    code, out, err = printed(beside.folder / "settings.yaml", *commands(beside.folder)[0])
    assert (code, out) == (1, "") and "This needs the token" in err
    beside.end()
    assert beside.counts() == ((0, 0), [])
