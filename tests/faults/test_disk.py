"""A full disk, and places that must not be written: a clear error, nothing half done, reading goes on."""

import ctypes
import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import disk
from data.disk import NoRoom, NotWritable
from data.settings import ROOT
from data.warehouse import Warehouse, data_version, transaction, watermark
from etl.load import load
from etl.mapping import parse_mapping
from etl.model import Batch, Delivery, LoadReport
from etl.sources.text_rows import TextRows
from metrics import facts
from tests.etl.loading import COLUMNS, NOW, TICKETS
from tests.etl.test_schedule_puller import World
from tests.faults import loader

pytestmark = pytest.mark.fault
FEW, MANY = 50, 12_000
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Warehouse]:
    made = loader.opened(tmp_path / "w.duckdb")
    _load(made, 0, FEW)
    made.checkpoint()
    yield made
    made.close()


def _delivery(first: int, number: int) -> Delivery:
    rows = [
        (f"t{(first + n) * 7919}", "2026-01-01 08:00:00", "1", f"2026-01-0{1 + n % 9} 08:00") for n in range(number)
    ]
    return Delivery("desk", [Batch("tickets", TextRows.of(COLUMNS, rows))], cursor=str(first))


def _load(store: Warehouse, first: int, number: int) -> LoadReport:
    return load(store.cursor(), _delivery(first, number), parse_mapping(TICKETS), loader.refresh, NOW)


def _size(store: Warehouse) -> int:
    assert store.path is not None
    return store.path.stat().st_size


def _state(store: Warehouse) -> tuple[object, ...]:
    con = store.cursor()
    counts = [
        con.execute(f"SELECT count(*) FROM {table}").fetchall() for table in ("ticket", "fact_case", "load_run")
    ]
    return *counts, data_version(con), watermark(con), con.execute("SELECT cursor FROM source").fetchall()


@pytest.mark.parametrize("spare", [0, 500_000])
def test_a_load_that_the_disk_does_not_hold_leaves_nothing_and_reading_goes_on(store: Warehouse, spare: int) -> None:
    before = _state(store)
    with file_limit(_size(store) + spare):
        for _ in range(2):
            with pytest.raises(
                NoRoom, match=r"no room to write the warehouse .*w\.duckdb.*: nothing of this was kept"
            ):
                _load(store, FEW, MANY)
            assert _state(store) == before


def test_with_room_again_the_same_process_goes_on(store: Warehouse) -> None:
    with file_limit(_size(store)), pytest.raises(NoRoom):
        _load(store, FEW, MANY)
    assert _load(store, FEW, MANY).n_new == MANY
    con = store.cursor()
    found = con.execute("SELECT * FROM fact_case ORDER BY ALL").fetchall()
    facts.rebuild(con, watermark(con), loader.DESK)
    assert con.execute("SELECT * FROM fact_case ORDER BY ALL").fetchall() == found


def test_a_start_with_a_full_disk_reads_what_is_there(store: Warehouse, tmp_path: Path) -> None:
    before = _state(store)
    with file_limit(_size(store)):
        with pytest.raises(NoRoom):
            _load(store, FEW, MANY)
        store.close()
        again = loader.opened(tmp_path / "w.duckdb")
        assert _state(again) == before
        again.close()
    with_room = loader.opened(tmp_path / "w.duckdb")
    assert _load(with_room, FEW, MANY).n_new == MANY
    with_room.close()


def test_a_log_that_cannot_be_folded_in_is_kept(store: Warehouse, tmp_path: Path) -> None:
    assert _load(store, FEW, FEW).n_new == FEW
    with file_limit(_size(store)):
        loaded = _state(store)
        with pytest.raises(NoRoom, match="still takes its space"):
            store.checkpoint()
        store.close()
        again = loader.opened(tmp_path / "w.duckdb")
        assert _state(again) == loaded
        again.close()
    last = loader.opened(tmp_path / "w.duckdb")
    assert _state(last) == loaded
    last.close()


class Full(World):
    """A scheduled source whose load the disk does not hold."""

    def pulled(self, con: Any, intake: Any) -> Iterator[LoadReport]:
        """Load more than there is room for."""
        yield load(con, _delivery(FEW, MANY), parse_mapping(TICKETS), loader.refresh, NOW)


@pytest.mark.parametrize("is_all_full", [False, True], ids=["the failure can be noted", "nothing can be written"])
def test_a_scheduled_source_is_told_of_a_full_disk_and_tried_again(store: Warehouse, is_all_full: bool) -> None:
    with file_limit(0 if is_all_full else _size(store)):
        world = Full(store.cursor())
        outcome = world.puller.pull("desk")
    assert outcome.error is not None and outcome.error.startswith("there is no room to write the warehouse")
    assert not outcome.is_final
    failed = store.cursor().execute("SELECT count(*) FROM load_run WHERE state = 'failed'").fetchall()
    assert failed == [(0 if is_all_full else 1,)]
    assert world.puller.pull("desk").error is None
    assert _state(store)[0] == [(FEW + MANY,)]


def test_room_for_a_second_file_of_that_size_and_a_gigabyte_is_enough(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.write_bytes(b"")
    with file_limit(disk.LEAST_SPARE - 1):
        assert disk.is_short(small)
    with file_limit(disk.LEAST_SPARE):
        assert not disk.is_short(small)
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, 2 * disk.LEAST_SPARE)
    with file_limit(4 * disk.LEAST_SPARE - 1):
        assert disk.is_short(large)


def _as_a_user_without_powers() -> None:
    """Take from root what lets it write whatever the rights of a file say."""
    if os.geteuid() == 0:
        for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, power, 0, 0, 0)


IMPORTS = """
import sys
from typer.testing import CliRunner
from app import cli
for place in sys.argv[3:]:
    done = CliRunner().invoke(cli, ["import", sys.argv[1], "--mapping", sys.argv[2], "--warehouse", place])
    print(done.exit_code, *done.output.splitlines(), sep="|")
"""


def _imports(folder: Path, *warehouses: Path) -> list[str]:
    """Import a file into each warehouse; return exit code and output of each, parted by bars."""
    (folder / "t.csv").write_text("id,created,prio,resolved\n1,2025-03-10T10:00:00Z,1,\n")
    (folder / "m.yaml").write_text(TICKETS)
    command = [sys.executable, "-c", IMPORTS, str(folder / "t.csv"), str(folder / "m.yaml"), *map(str, warehouses)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, preexec_fn=_as_a_user_without_powers, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_warehouse_that_must_not_be_written_is_one_line(tmp_path: Path) -> None:
    file, folder, free = (tmp_path / name / "w.duckdb" for name in ("file", "folder", "free"))
    for place in (file, folder):
        Warehouse(place).close()
    file.chmod(0o444)
    folder.parent.chmod(0o555)
    of_file, of_folder, of_none, of_free = _imports(tmp_path, file, folder, folder.parent / "deeper/w.duckdb", free)
    folder.parent.chmod(0o755)
    for told, place in ((of_file, file), (of_folder, folder.parent), (of_none, folder.parent)):
        assert told.startswith("1|") and told.count("|") == 1
        assert f"cannot be written, {place} is read-only for us; give this user the right" in told
    assert of_free.startswith("0|")


class Failing:
    """A connection whose commit fails."""

    def __init__(self, told: str) -> None:
        self.told = told

    def execute(self, sql: str) -> None:
        if sql == "COMMIT":
            raise duckdb.IOException(self.told)
        if sql == "ROLLBACK":
            raise duckdb.TransactionException("no transaction is active")


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (f"Could not write file: {os.strerror(errno.ENOSPC)}", NoRoom),
        (f"Could not write file: {os.strerror(errno.EDQUOT)}", NoRoom),
        (f"Cannot open file: {os.strerror(errno.EROFS)}", NotWritable),
        (f"Cannot open file: {os.strerror(errno.EACCES)}", NotWritable),
        ("Table with name nowhere does not exist", duckdb.IOException),
    ],
)
def test_a_commit_that_fails_says_why(told: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=told), transaction(Failing(told)):  # type: ignore[arg-type]
        pass
