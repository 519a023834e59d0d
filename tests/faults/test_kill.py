"""Killed at any instant of a load: nothing committed is lost, nothing is doubled, facts equal a rebuild."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.settings import ROOT
from data.warehouse import Warehouse, watermark
from metrics import facts
from metrics.facts.refreshing import ALL
from tests.faults import loader

pytestmark = pytest.mark.fault
FILES, ROWS, KILLS, SEED = 24, 1200, 20, 20
CANONICAL = ("ticket", "ticket_event", "message", "survey_response", "survey_answer", "customer")
HEAD = "id,version,created,answered,solved,rated,team,topic,person,agent,urgency,score,attitude"
Rows = Counter[str]


def _line(chance: random.Random, number: int, file: int) -> str:
    created = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(seconds=number * 97)
    answered = created + timedelta(seconds=chance.randrange(30, 90_000))
    solved = answered + timedelta(seconds=chance.randrange(60, 200_000)) if chance.random() < 0.8 else None
    rated = solved + timedelta(hours=2) if solved and chance.random() < 0.4 else None
    instants = [instant.isoformat() if instant else "" for instant in (created, answered, solved, rated)]
    words = [f"team {number % 5}", f"topic {number % 7}", f"p{chance.randrange(4000)}", f"a{number % 11}"]
    scores = [str(chance.randrange(1, 6)), str(chance.randrange(1, 6))] if rated else ["", ""]
    return ",".join([str(number), str(file), *instants, *words, f"P{number % 2 + 1}", *scores])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files; each repeats a third of the one before in a newer version."""
    place = tmp_path_factory.mktemp("files")
    chance = random.Random(SEED)
    for file in range(FILES):
        first = file * ROWS - (ROWS // 3 if file else 0)
        lines = [_line(chance, number, file) for number in range(first, (file + 1) * ROWS)]
        (place / f"{file:02}.csv").write_text("\n".join([HEAD, *lines]) + "\n")
    return place


def _start(warehouse: Path, folder: Path, journal: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.loader", str(warehouse), str(folder), str(journal)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _rows(store: Warehouse, table: str, without: str = "") -> Rows:
    con = store.cursor()
    return Counter(map(repr, con.execute(f"SELECT * {without} FROM {table}").fetchall()))


def _committed(store: Warehouse) -> list[str]:
    found = store.cursor().execute("SELECT file_name FROM load_run WHERE state = 'done' ORDER BY run_id").fetchall()
    return [name for (name,) in found]


def _check(store: Warehouse, journal: Path) -> None:
    """Check what must hold after every kill; note a commit that the kill kept the loader from noting."""
    committed = _committed(store)
    noted = [line.split()[0] for line in journal.read_text().splitlines()] if journal.exists() else []
    assert len(set(committed)) == len(committed)
    assert committed[: len(noted)] == noted, "a commit that the loader knew of is gone"
    assert len(committed) <= len(noted) + 1, "more was committed than was loaded"
    journal.write_text("".join(f"{name}\n" for name in committed))
    con = store.cursor()
    tickets = con.execute("SELECT count(*), count(DISTINCT ticket_key) FROM ticket").fetchone()
    assert tickets == (len(committed) * ROWS,) * 2


def _facts(store: Warehouse) -> dict[str, Rows]:
    return {table: _rows(store, table) for table in ALL}


def _rebuilt(store: Warehouse) -> dict[str, Rows]:
    con = store.cursor()
    mark = watermark(con)
    assert mark is not None
    con.execute("BEGIN")
    facts.rebuild(con, mark, loader.DESK)
    con.execute("COMMIT")
    return _facts(store)


def _canonical(store: Warehouse) -> dict[str, Rows]:
    stamped = dict.fromkeys(("ticket_event", "message"), "EXCLUDE run_id")
    stamped |= dict.fromkeys(("ticket", "survey_response"), "EXCLUDE (loaded_at, run_id)")
    return {table: _rows(store, table, stamped.get(table, "")) for table in CANONICAL}


def _kill(process: "subprocess.Popen[str]", chance: random.Random) -> bool:
    """Kill the loader at a random instant of a load; tell whether it was still at work."""
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    took_s = 0.3
    for _ in range(chance.randrange(2)):
        start = time.monotonic()
        process.stdout.readline()
        took_s = time.monotonic() - start
    time.sleep(chance.uniform(0, took_s))
    is_at_work = process.poll() is None
    process.kill()
    process.communicate()
    return is_at_work


def _kill_and_check(place: Path, folder: Path, chance: random.Random) -> bool:
    hit = _kill(_start(place / "w.duckdb", folder, place / "journal"), chance)
    store = loader.opened(place / "w.duckdb")
    _check(store, place / "journal")
    store.close()
    return hit


def _survivor(root: Path, folder: Path, chance: random.Random) -> Path:
    """Return the last warehouse after so many kills at work; one that was done too early gives way to a new one."""
    hits = misses = 0
    while hits < KILLS:
        place = root / f"killed {misses}"
        place.mkdir(exist_ok=True)
        is_hit = _kill_and_check(place, folder, chance)
        hits, misses = hits + is_hit, misses + (not is_hit)
    return place


def _load_all(place: Path, folder: Path) -> Warehouse:
    place.mkdir(exist_ok=True)
    process = _start(place / "w.duckdb", folder, place / "journal")
    _, told = process.communicate()
    assert process.returncode == 0, told
    return loader.opened(place / "w.duckdb")


def test_twenty_kills_lose_and_double_nothing(tmp_path: Path, folder: Path) -> None:
    chance = random.Random(SEED)
    place = _survivor(tmp_path, folder, chance)
    killed, calm = _load_all(place, folder), _load_all(tmp_path / "calm", folder)
    assert _committed(killed) == _committed(calm) == [f"{file:02}.csv" for file in range(FILES)]
    assert _canonical(killed) == _canonical(calm)
    assert _facts(killed) == _rebuilt(killed)
    assert {table: len(rows) for table, rows in _facts(killed).items()} == {
        table: len(rows) for table, rows in _facts(calm).items()
    }
