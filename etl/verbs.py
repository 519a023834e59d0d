"""The verbs of the command line that load rows and tell of loads; app.py puts them beside its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from data.owner import OwnedElsewhere
from data.strict_yaml import StrictYamlError
from data.terminal import MappingFile, SettingsFile, SourceName, StoreFile, say, show, telling
from data.tongue import VOICE
from data.warehouse import Warehouse
from etl.check import check as trial
from etl.guess import guess
from etl.lists import lists
from etl.mapping import load_mapping
from etl.model import LoadRefused, MappingError, Origin, SourceError
from etl.orders.loading import Import
from etl.orders.through import OrderFailed, Ways
from etl.pull import intakes
from etl.schedule.elsewhere import listed
from etl.schedule.schedule import UnknownSource

EXPECTED = (
    *(StrictYamlError, OwnedElsewhere, OrderFailed, UnknownSource),
    *(SourceError, MappingError, LoadRefused, OSError),
)
told = telling(*EXPECTED)


class LoadVerbs:
    """Import, check, map, status, rejects."""

    def __init__(self, ways: Ways) -> None:
        self._ways, self._clock = ways, ways.clock

    def register(self, cli: typer.Typer) -> None:
        """Add the verbs to the command line."""
        verbs: dict[str, Callable[..., None]] = {
            "import": self.import_files,
            "check": self.check,
            "map": self.guess_mapping,
            "status": self.status,
            "rejects": self.rejects,
        }
        for name, verb in verbs.items():
            cli.command(name)(told(verb))

    def import_files(
        self,
        files: Annotated[list[Path], typer.Argument(help="files, or folders of them")],
        mapping: MappingFile,
        source: SourceName = None,
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
        is_replacing: Annotated[bool, typer.Option("--replace", help="drop what the source loaded before")] = False,
    ) -> None:
        """Load files; ends with an account of every row, and of what did not load."""
        load_mapping(mapping)  # what is wrong with it is told before anything is asked for
        order = Import(
            source=source or mapping.stem,
            files=tuple(file.absolute() for file in files),
            mapping=mapping.absolute(),
            is_replacing=is_replacing,
        )
        self._ways.done(order, settings, warehouse)

    def check(self, files: Annotated[list[Path], typer.Argument()], mapping: MappingFile) -> None:
        """Try a mapping on files without loading anything: what would load, what would not, and why."""
        store = Warehouse(None)
        try:
            intake = intakes.imported(mapping.stem, files, load_mapping(mapping), Origin())
            for line in trial(store.cursor(), intake, self._clock()):
                say(line)
            say("Nothing was loaded; this was a trial.")
        finally:
            store.close()

    def guess_mapping(
        self,
        file: Annotated[Path, typer.Option("--guess", help="file to look at")],
        out: Annotated[Path | None, typer.Option("--out", "-o", help="where to write; default the terminal")] = None,
    ) -> None:
        """Write a first mapping for a file, with comments where it is unsure."""
        text = VOICE.remarked(guess(file))
        if out is None:
            show(text)
        else:
            _write_new(out, text)
            say(f"{out} is written. Look through it, then: app.py check {file} --mapping {out}")

    def status(self, warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
        """Tell the sources and how fresh they are, the last loads, and rejected rows by rule."""
        self._list("status", settings, warehouse)

    def rejects(
        self,
        limit: Annotated[int, typer.Option(help="how many")] = 50,
        source: SourceName = None,
        rule: Annotated[str | None, typer.Option(help="only of this rule")] = None,
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
    ) -> None:
        """List rows that did not load, whole, with what would do."""
        self._list("rejects", settings, warehouse, limit, source, rule)

    def _list(self, verb: str, settings: Path | None, warehouse: Path | None, *asked: Any) -> None:
        limit, source, rule = asked or (0, None, None)
        try:
            with self._ways.house(settings, warehouse) as home:
                lines = lists(home.store.cursor, self._clock, home.settings.zone)[verb](limit, source, rule)
        except OwnedElsewhere as elsewhere:
            lines = listed(elsewhere, verb, limit, source, rule)
        for line in lines:
            say(line)


def _write_new(out: Path, text: str) -> None:
    """Write a file that is not there yet: never over somebody's work."""
    try:
        with out.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise FileExistsError(f"{out}: is there already and stays as it is; name another file with -o") from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{out}: its folder is not there; make it, or name another file with -o") from None
