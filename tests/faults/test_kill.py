"""Killed a hundred times, at any step of any work: nothing committed is lost or doubled, facts equal a rebuild."""

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.settings import ROOT
from data.warehouse import Warehouse, data_version, watermark
from metrics import facts
from metrics.facts.refreshing import ALL
from tests.faults.loader import DESK
from tests.faults.mortal import Death, World, lay, make_ready, order

pytestmark = pytest.mark.fault
KILLS, SEEDS, FILES, ROWS, LATER = 100, (20, 21), 4, 16, 1
HEAD = "id,version,created,answered,changed,state,rated,team,person,agent,urgency,score"
STATES = ("done",) * 6 + ("open",) * 3 + ("parked",)
TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' ORDER BY 1"
OF_THE_RUN = "SELECT * EXCLUDE (loaded_at, run_id)"
CANONICAL = {
    "ticket": OF_THE_RUN,
    "survey_response": OF_THE_RUN,
    "survey_answer": "SELECT *",
    "ticket_event": "SELECT * EXCLUDE run_id",
    "message": "SELECT * EXCLUDE run_id",
    "customer": "SELECT *",
    "agent": "SELECT *",
    "reject": "SELECT source_id, table_name, payload, rule, value, resolved_at",
    "audit_log": "SELECT *",
}


def _line(chance: random.Random, number: int, file: int) -> str:
    created = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(minutes=number * 97)
    answered = created + timedelta(minutes=chance.randrange(1, 3000))
    changed = answered + timedelta(minutes=chance.randrange(1, 9000))
    state = chance.choice(STATES)
    rated = [(changed + timedelta(hours=2)).isoformat(), str(chance.randrange(1, 6))] if state == "done" else ["", ""]
    words = [f"team {number % 3}", f"p{chance.randrange(9)}", f"a{number % 5}", f"P{number % 2 + 1}"]
    instants = [instant.isoformat() for instant in (created, answered, changed)]
    return ",".join([str(number), str(file), *instants, state, rated[0], *words, rated[1]])


def _files() -> dict[str, str]:
    """Return files of which each repeats some tickets of the one before in a newer version."""
    chance = random.Random(SEEDS[0])
    return {
        f"{file}.csv": "\n".join(
            [HEAD, *(_line(chance, number, file) for number in range(max(0, file * ROWS - 5), (file + 1) * ROWS))]
        )
        + "\n"
        for file in range(FILES)
    }


TEXTS = _files()
CELLS = {name: [line.split(",") for line in text.splitlines()[1:]] for name, text in TEXTS.items()}


@dataclass
class Fate:
    """A process that forks others, the world they work in, and what was found in it."""

    root: Path
    forks: "subprocess.Popen[str]"
    world: World = field(init=False)
    worlds: int = 0
    checked: set[tuple[Any, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Go on in a new world."""
        self.worlds += 1
        self.world = World(str(self.root / f"world {self.worlds}"))
        lay(self.world, TEXTS, LATER)

    def live(self, death: Death) -> tuple[str, float]:
        """Let a process live until its death; return how it ended, and after how many seconds."""
        assert self.forks.stdin is not None and self.forks.stdout is not None
        self.forks.stdin.write(order(self.world, death))
        self.forks.stdin.flush()
        said, seconds = json.loads(self.forks.stdout.readline())
        return said, seconds

    def copied(self) -> Warehouse:
        """Return a copy of the warehouse as the kill left it; the next process finds it as it was."""
        copy = self.root / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in self.world.warehouse.parent.glob("w.duckdb*"):
            if path.is_file():
                shutil.copy(path, copy / path.name)
        return Warehouse(copy / "w.duckdb", threads=1)


@pytest.fixture
def fate(tmp_path: Path) -> Iterator[Fate]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.mortal"], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    ) as forks:
        yield Fate(tmp_path, forks)
        assert forks.stdin is not None
        forks.stdin.close()


def _all(con: Any, sql: str) -> list[Any]:
    return [row[0] if len(row) == 1 else row for row in con.execute(sql).fetchall()]


def _check_ledger(con: Any, world: World) -> list[str]:
    """See that every row of each committed file is accounted for, and that no file is lost; return those files."""
    wrong = "n_new + n_changed + n_same + n_rejected <> n_read"
    assert _all(con, f"SELECT run_id FROM load_run WHERE {wrong}") == []
    runs = _all(con, "SELECT file_name, n_read FROM load_run WHERE file_name IS NOT NULL ORDER BY run_id")
    assert runs == [(name, len(CELLS[name])) for name in sorted(TEXTS)[: len(runs)]]
    committed = [name for name, _ in runs]
    archived = world.files(world.archive)
    assert archived == committed[: len(archived)], "a file was moved before it was loaded"
    assert sorted([*archived, *world.files(world.inbox), *world.files(world.later)]) == sorted(TEXTS)
    return committed


def _check_rows(con: Any, committed: list[str]) -> None:
    """See that tickets, events and rejected rows are those of the committed files, each once."""
    rows = [cells for name in committed for cells in CELLS[name]]
    latest = {cells[0]: cells for cells in rows}
    tickets = {(key, int(cells[1])) for key, cells in latest.items()}
    assert Counter(_all(con, "SELECT src_ticket_id, version FROM ticket")) == Counter(tickets)
    parked = sum(cells[5] == "parked" for cells in rows)
    still = _all(con, "SELECT count(*) FILTER (resolved_at IS NULL) FROM reject")[0]
    assert _all(con, "SELECT count(*) FROM reject") == [parked] and still in (0, parked)
    hidden = sum(cells[5] == "parked" for cells in latest.values()) if still else 0
    assert _all(con, "SELECT count(*), count(DISTINCT event_key) FROM ticket_event") == [(len(latest) - hidden,) * 2]
    assert _all(con, "SELECT count(*), count(DISTINCT message_key) FROM message") == [(len(latest),) * 2]
    surveys = sum(bool(cells[6]) for cells in latest.values())
    assert _all(con, "SELECT count(*), count(DISTINCT response_key) FROM survey_response") == [(surveys,) * 2]


def _facts(con: Any) -> tuple[Any, ...]:
    """Return the number of rows of each table of facts, and a sum over their content."""
    return tuple(_sum(con, table) for table in ALL if table in _all(con, TABLES))


def _sum(con: Any, table: str, left_out: str = "") -> Any:
    rows = f"(SELECT * {left_out} FROM {table})"
    return (table, *_all(con, f"SELECT count(*), sum(hash(t)::HUGEINT) FROM {rows} AS t")[0])


def _content(con: Any) -> tuple[Any, ...]:
    """Return a sum over all that a warehouse holds but the time that its loads took."""
    times = {"load_run": "EXCLUDE ended_at", "meta": "REPLACE (if(name = 'data_version', '', value) AS value)"}
    return tuple(_sum(con, table, times.get(table, "")) for table in _all(con, TABLES))


def _check_facts(con: Any) -> None:
    """See that what a start makes of the facts is what working them out anew gives."""
    make_ready(con)
    made = _facts(con)
    if data_version(con):
        facts.rebuild(con, watermark(con), DESK)
        assert _facts(con) == made


def _check(fate: Fate) -> None:
    """Check what must hold after every kill; the facts of the very same content only once."""
    if not fate.world.warehouse.exists():
        return
    store = fate.copied()
    con = store.cursor()
    _check_rows(con, _check_ledger(con, fate.world))
    content = _content(con)
    if content not in fate.checked:
        _check_facts(con)
        fate.checked.add(content)
    store.close()


def _end(fate: Fate) -> dict[str, Counter[str]]:
    """Return what a world holds in the end, without what only tells of runs."""
    store = fate.copied()
    con = store.cursor()
    held = {table: Counter(map(repr, _all(con, f"{rows} FROM {table}"))) for table, rows in CANONICAL.items()}
    store.close()
    return held


def _death(chance: random.Random, steps: int, seconds: float) -> Death:
    """Return a death at a step, or for every third at an instant; nearer ones are likelier, as the work gets less."""
    if chance.random() < 1 / 3:
        return Death(after_s=chance.uniform(0, seconds / 2))
    return Death(at_step=1 + int(0.6 * steps * chance.random() ** 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hundred_kills_in_all_lose_and_double_nothing(fate: Fate, seed: int) -> None:
    said, seconds = fate.live(Death())
    assert said.startswith("done "), said
    _check(fate)
    calm, steps, chance, kills = _end(fate), int(said.split()[1]), random.Random(seed), 0
    fate.begin()
    while kills < KILLS // len(SEEDS):
        said, _ = fate.live(_death(chance, steps, seconds))
        _check(fate)
        if said == "killed":
            kills += 1
            continue
        assert said.startswith("done "), said
        assert _end(fate) == calm
        fate.begin()
    said, _ = fate.live(Death())
    assert said.startswith("done "), said
    _check(fate)
    assert _end(fate) == calm
