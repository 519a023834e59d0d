"""Processes that live to be killed: each is forked from one that has imported all, and opens the warehouse itself.

`mortal` reads orders, one JSON line each (a World and a Death), forks a process that does the world's work, and
answers how it ended: "killed", "done", or what went wrong.
"""

import json
import os
import signal
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from data.warehouse import Warehouse, data_version, transaction, watermark
from etl.load import deferral
from etl.mapping import parse_mapping
from etl.model import Origin
from etl.people.erase import Person, UnknownPerson, erase
from etl.pull.run import Intake, pull
from etl.sources import open_drop_folder, shelf
from etl.sources.drop_folder import Drop
from etl.upkeep.quarantine import Lot, redrive
from metrics import facts
from metrics.facts import refreshing
from tests.faults.loader import DESK, NOW, SOURCE, refresh

SALT, SOMEBODY, STAND_IN = "pepper", "p3", "nobody in particular"
MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    rows: ticket
    fold: {sequence: version}
    ticket: {id: id, created_at: created, team: team, customer: person, agent: agent, priority: urgency}
    events:
      - {kind: status, at: changed, to: {column: state, values: {open: open, done: resolved}}}
    messages:
      - {author_kind: agent, at: answered, by: agent}
    survey: {submitted_at: rated, overall: score}
"""
MENDED = MAPPING.replace("{open: open,", "{open: open, parked: on_hold,")
MANY = 30  # tickets from which on the first facts wait for the end of the transaction, here and not in the product


@dataclass(frozen=True)
class World:
    """A warehouse, the folder its files are laid into, and the one they are moved to."""

    folder: str

    @property
    def warehouse(self) -> Path:
        """Return the path of the warehouse."""
        return Path(self.folder) / "w.duckdb"

    @property
    def inbox(self) -> Path:
        """Return the drop folder."""
        return Path(self.folder) / "in"

    @property
    def archive(self) -> Path:
        """Return where files go once they are loaded."""
        return Path(self.folder) / "done"

    @property
    def later(self) -> Path:
        """Return where files are that come when those before them are loaded."""
        return Path(self.folder) / "later"

    def files(self, place: Path) -> list[str]:
        """Return the names of the files in the inbox or the archive; a name that is only held does not count."""
        return sorted(path.name for path in place.rglob("*.csv") if path.stat().st_size)


@dataclass(frozen=True)
class Death:
    """When a process dies: before so many statements and moves of files, or after so many seconds. None = not so."""

    at_step: int | None = None
    after_s: float | None = None


class Life:
    """The steps a process has done."""

    def __init__(self, death: Death) -> None:
        self._death, self.steps = death, 0

    def step(self) -> None:
        """Count a step, or die."""
        self.steps += 1
        if self.steps == self._death.at_step:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A connection of which each statement is a step."""

    def __init__(self, con: Any, life: Life) -> None:
        self._con, self._life = con, life

    def execute(self, *given: Any) -> Any:
        """Count and execute."""
        self._life.step()
        return self._con.execute(*given)

    def __getattr__(self, name: str) -> Any:
        """Return what the connection has."""
        return getattr(self._con, name)


def make_ready(con: Any) -> None:
    """Do what the product does when it starts."""
    with transaction(con):
        facts.create(con, DESK)
    deferral.settle(con, refresh)
    if data_version(con):
        facts.ensure(con, watermark(con), DESK)


def work(con: Any, world: World) -> None:
    """Load the files and move them, then take up the quarantine, then erase a person; what is done is left alone."""
    make_ready(con)
    origin = Origin(kind="file", salt=SALT)
    _load(con, world, origin)
    for path in sorted(world.later.iterdir()):
        path.replace(world.inbox / path.name)
    _load(con, world, origin)
    redrive(con, Lot(SOURCE, parse_mapping(MENDED), origin), refresh, NOW + timedelta(hours=1))
    try:
        erase(con, Person(SOURCE, SOMEBODY, SALT, STAND_IN), refresh, NOW + timedelta(hours=2))
    except UnknownPerson:
        if not con.execute("SELECT 1 FROM audit_log").fetchall():
            raise


def _load(con: Any, world: World, origin: Origin) -> None:
    if not world.files(world.inbox):
        return
    mapping = parse_mapping(MAPPING)
    source = open_drop_folder(SOURCE, world.inbox, mapping, Drop(archive=world.archive))
    for _ in pull(con, Intake(SOURCE, source, mapping, origin), refresh, NOW):
        pass


def live(world: World, death: Death) -> int:
    """Do the work in this process; return the number of steps it took."""
    refreshing.MANY = MANY
    life, move = Life(death), shelf._move

    def moved(path: Path, target: Path) -> None:
        life.step()
        move(path, target)
        life.step()

    shelf._move = moved
    store = Warehouse(world.warehouse, threads=1)
    work(Mortal(store.cursor(), life), world)
    store.close()
    return life.steps


def _fork(world: World, death: Death) -> str:
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = f"done {live(world, death)}"
        except BaseException:
            said = traceback.format_exc()
        os.write(telling, said.encode())
        os._exit(0)
    os.close(telling)
    if death.after_s is not None:
        time.sleep(death.after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(told) as answer:
        said = answer.read()
    return said or ("killed" if os.WIFSIGNALED(status) else f"ended with {status}")


def order(world: World, death: Death) -> str:
    """Return the line that orders a life."""
    return json.dumps([asdict(world), asdict(death)]) + "\n"


def main() -> None:
    """Fork a process for each line of orders."""
    for name in ("pandas", "pytz"):  # the engine imports them with its first statement; once, and not in each process
        import_module(name)
    for line in sys.stdin:
        world, death = json.loads(line)
        start = time.monotonic()
        said = _fork(World(**world), Death(**death))
        print(json.dumps([said, time.monotonic() - start]), flush=True)


def lay(world: World, files: dict[str, str], later: int) -> None:
    """Lay files into an empty world, the last so many for later; they have come to rest an hour ago."""
    world.inbox.mkdir(parents=True)
    world.later.mkdir()
    for number, (name, text) in enumerate(files.items()):
        path = (world.inbox if number < len(files) - later else world.later) / name
        path.write_text(text)
        os.utime(path, (NOW.timestamp() - 3600,) * 2)


if __name__ == "__main__":
    main()
