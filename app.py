"""Wires the rooms into one process: settings, warehouse, loads, answers, pages. The only reader of the clock."""

import functools
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, ParamSpec, TypeVar

import structlog
import typer
import waitress
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from dashboard.model import Loading, Site
from dashboard.server import create_app, warm
from data import demo
from data.log import set_up_log
from data.owner import OwnedElsewhere, Owner
from data.salt import salt_beside
from data.settings import ROOT, Settings, UnfitSetting, load_calendars, load_settings, rooted
from data.source_rules import SourceRule
from data.strict_yaml import StrictYamlError
from data.warehouse import Warehouse, bump_data_version, data_version, transaction, watermark
from etl import account, intakes
from etl.check import check as trial
from etl.guess import guess
from etl.mapping import load_mapping
from etl.model import LoadRefused, LoadReport, MappingError, Origin, SourceError
from etl.run import Intake, pull
from metrics import facts
from metrics.answers import Answers
from metrics.catalog import CATALOG
from metrics.consistency.settings import flagged
from metrics.desk import desk_from, targets_from
from metrics.model import Desk, Target

DEMO = ROOT / "data/demo.yaml"
OWN = ROOT / "data/settings.yaml"
GOLDEN = ROOT.parent / "shared/spec/golden/golden.yaml"
DEMO_TICKETS = 64_000
DEMO_SEED = 7
DEMO_STEP_S = 2
THREADS = 16
GRACE_S = 10.0  # a stop waits so long for a load to finish before it is rolled back
EXPECTED = (StrictYamlError, OwnedElsewhere, SourceError, MappingError, LoadRefused, OSError)

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
log = structlog.get_logger("monitor")
P = ParamSpec("P")
R = TypeVar("R")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="settings file; default data/settings.yaml")]
MappingFile = Annotated[Path, typer.Option("--mapping", "-m", help="mapping file, see docs/mapping.md")]
StoreFile = Annotated[Path | None, typer.Option("--warehouse", help="warehouse file; default from the settings")]
SourceName = Annotated[str | None, typer.Option("--source", help="name of the source; default the mapping's name")]


def now() -> datetime:
    """Return the instant; nothing else in the house reads a clock."""
    return datetime.now(UTC)


def say(line: str) -> None:
    """Print a line for the person at the terminal, at once."""
    print(line, flush=True)


def told(verb: Callable[P, R]) -> Callable[P, R]:
    """Return the verb with expected errors told in one line and exit code 1; a traceback means a fault of ours."""

    @functools.wraps(verb)
    def telling(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except EXPECTED as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None

    return telling


@dataclass(frozen=True)
class House:
    """What stands while this process owns a warehouse."""

    settings: Settings
    desk: Desk
    targets: tuple[Target, ...]
    store: Warehouse
    salt: str

    def pulled(self, con: Any, intake: Intake) -> Iterator[LoadReport]:
        """Load what the intake has, facts and all, one report per committed load."""
        return pull(con, intake, self._refresh, now())

    def _refresh(self, con: Any, mark: datetime | None) -> None:
        facts.refresh(con, mark, self.desk)


@contextmanager
def house(file: Path | None, warehouse: Path | None = None) -> Iterator[House]:
    """Own and open the warehouse of the settings: the file named, else people's own, else the demo's."""
    file = file or (OWN if OWN.exists() else DEMO)
    settings = load_settings(file)
    try:
        desk, targets = desk_from(settings, load_calendars(settings)), targets_from(settings, CATALOG)
    except UnfitSetting as error:
        raise StrictYamlError(error.in_file(file)) from None
    for one in flagged(settings):
        say(f"{file}: {one.text['en']}")
    path = rooted(settings.warehouse) if warehouse is None else warehouse
    with Owner(path, now()):
        store = Warehouse(path)
        try:
            make_ready(store, desk)
            yield House(settings, desk, targets, store, salt_beside(path))
        finally:
            store.close()


def make_ready(store: Warehouse, desk: Desk) -> None:
    """Create the facts, or work them out anew when they were made under other settings."""
    con = store.cursor()
    with transaction(con):
        facts.create(con, desk)
    if data_version(con) and facts.ensure(con, watermark(con), desk):
        bump_data_version(con)
        say("The settings changed; all facts were worked out anew.")


class Monitor:
    """The running monitor: loads on a schedule, one after another, and the pages beside them."""

    def __init__(self, home: House, living: demo.Living | None) -> None:
        self._home = home
        self._living = living
        self._con: Any = None
        self._loading: Loading | None = None
        self._is_rolled_back = False
        self._seen: set[str] = set()
        self._scheduler = BackgroundScheduler(
            executors={"loads": ThreadPoolExecutor(1), "demo": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        answers = Answers(home.store.cursor, home.desk, home.targets, now)
        build_id = f"{now():%Y%m%d%H%M%S}"
        self._app = create_app(answers, site_of(home.settings), now, build_id, lambda: self._loading)

    def run(self, host: str, port: int, is_opening: bool) -> None:
        """Serve until SIGTERM or SIGINT; then finish the load under way, or roll it back after a grace."""
        server = waitress.create_server(self._app.server, host=host, port=port, threads=THREADS, ident="")
        address = f"http://{host}:{server.effective_port}"
        try:
            signal.signal(signal.SIGTERM, _interrupt)
            signal.signal(signal.SIGINT, _interrupt)  # a shell that starts us in the background has it ignored
            say(f"The monitor is at {address} (wall screen: {address}/wall). Stop it with Ctrl-C.")
            self._start()
            if is_opening and has_display():
                webbrowser.open(address)
            server.run()  # comes back on KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        finally:
            self._stop()

    def _start(self) -> None:
        self._scheduler.add_job(warm, args=[self._app], executor="demo", next_run_time=now())
        for rule in self._home.settings.sources:
            self._every(rule.every_s, functools.partial(self._load, rule), "loads")
        if (living := self._living) is not None:
            self._every(DEMO_STEP_S, lambda: living.advance(now()), "demo")
        self._scheduler.start()

    def _every(self, seconds: float, work: Callable[[], object], executor: str) -> None:
        self._scheduler.add_job(work, "interval", seconds=seconds, executor=executor, next_run_time=now())

    def _load(self, rule: SourceRule) -> None:
        is_first = rule.id not in self._seen
        if is_first:
            say(f"{rule.id}: reading what is new ...")
            self._seen.add(rule.id)
        self._con = self._home.store.cursor()
        self._loading = Loading(now()) if is_first else None
        try:
            intake = intakes.scheduled(rule, self._home.salt, os.environ)
            if self._loaded(self._home.pulled(self._con, intake)):
                warm(self._app)
        except EXPECTED as error:
            log.error("load failed", source=rule.id, error=str(error))
        except Exception:
            if not self._is_rolled_back:  # an interrupted load ends in an error of the engine
                raise
        finally:
            self._con = self._loading = None

    def _loaded(self, reports: Iterator[LoadReport]) -> bool:
        """Return whether the loads changed anything; of a first one, screens and terminal hear how far it is."""
        is_change = False
        for report in reports:
            is_change |= report.is_change
            if self._loading is not None:
                self._loading = replace(self._loading, rows=self._loading.rows + report.n_read)
                say(f"{report.source_id}: {account.account(report)}")
        return is_change

    def _stop(self) -> None:
        say("Stopping; a load under way is finished first.")
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if self._scheduler.running:  # else stopped before the first load
            self._end_loads()
        if self._living is not None:
            self._living.close()
        say("Stopped.")

    def _end_loads(self) -> None:
        self._scheduler.remove_all_jobs()
        ending = threading.Thread(target=self._scheduler.shutdown)
        ending.start()
        ending.join(GRACE_S)
        con = self._con
        if ending.is_alive() and con is not None:
            say("The load takes too long and is rolled back; nothing committed is lost.")
            self._is_rolled_back = True
            con.interrupt()
        ending.join()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def site_of(settings: Settings) -> Site:
    """Return what the pages need of the settings."""
    return Site(
        name={str(language): name for language, name in settings.name.items()},
        language=settings.language,
        tz=settings.timezone,
        palette=settings.palette,
        clock=settings.clocks[0],
        business_clock=settings.has_hours,
        repeat_days=settings.repeat_days,
    )


def has_display() -> bool:
    """Return whether a browser could show itself here."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def living_demo(settings: Settings) -> demo.Living:
    """Return the demo desk in the SQLite file that its settings name, made now when it is not there yet."""
    file = Path(intakes.address(settings.sources[0], os.environ).removeprefix("sqlite:///"))
    if not file.exists():
        write_demo(file, DEMO_TICKETS)
    return demo.Living(file, DEMO_SEED)


def progress(done: int, total: int) -> None:
    """Show how far a long work is; a terminal gets one line that renews itself."""
    if sys.stdout.isatty():
        print(f"\r  {done:,} of {total:,}", end="\n" if done >= total else "", flush=True)
    elif done >= total:
        say(f"  {done:,} of {total:,}")


@cli.command()
@told
def serve(
    settings: SettingsFile = None,
    port: Annotated[int | None, typer.Option(help="default from the settings")] = None,
    is_opening: Annotated[bool, typer.Option("--open", help="open a browser where there is a display")] = False,
) -> None:
    """Run the monitor: pull the sources, serve the pages; a demo desk as long as there are no own settings."""
    set_up_log()
    is_demo = settings is None and not OWN.exists()
    with house(settings) as home:
        server = home.settings.server
        living = living_demo(home.settings) if is_demo else None
        Monitor(home, living).run(server.host, server.port if port is None else port, is_opening)


@cli.command("import")
@told
def import_files(
    files: Annotated[list[Path], typer.Argument(help="files, or folders of them")],
    mapping: MappingFile,
    source: SourceName = None,
    warehouse: StoreFile = None,
    settings: SettingsFile = None,
    is_replacing: Annotated[bool, typer.Option("--replace", help="drop what the source loaded before")] = False,
) -> None:
    """Load files; ends with an account of every row, and of what did not load."""
    rules = load_mapping(mapping)
    with house(settings, warehouse) as home:
        origin = Origin(salt=home.salt, replace=is_replacing)
        con = home.store.cursor()
        intake = intakes.imported(source or mapping.stem, files, rules, origin)
        for line in account.told(con, home.pulled(con, intake), rules):
            say(line)


@cli.command()
@told
def check(files: Annotated[list[Path], typer.Argument()], mapping: MappingFile) -> None:
    """Try a mapping on files without loading anything: what would load, what would not, and why."""
    store = Warehouse(None)
    try:
        intake = intakes.imported(mapping.stem, files, load_mapping(mapping), Origin())
        for line in trial(store.cursor(), intake, now()):
            say(line)
        say("Nothing was loaded; this was a trial.")
    finally:
        store.close()


@cli.command("map")
@told
def guess_mapping(
    file: Annotated[Path, typer.Option("--guess", help="file to look at")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="where to write; default the terminal")] = None,
) -> None:
    """Write a first mapping for a file, with comments where it is unsure."""
    text = guess(file)
    if out is None:
        say(text)
    else:
        with out.open("x", encoding="utf-8") as written:  # never over somebody's work
            written.write(text)
        say(f"{out} is written. Look through it, then: app.py check {file} --mapping {out}")


@cli.command()
@told
def rebuild(warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
    """Work out all facts anew from the loaded rows."""
    with house(settings, warehouse) as home:
        con = home.store.cursor()
        is_loaded = data_version(con) > 0
        if is_loaded:
            facts.rebuild(con, watermark(con), home.desk)
            bump_data_version(con)
        say("All facts were worked out anew." if is_loaded else "Nothing is loaded yet.")


@cli.command()
@told
def status(warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
    """Tell the sources and how fresh they are, the last loads, and rejected rows by rule."""
    with house(settings, warehouse) as home:
        for line in account.status(home.store.cursor(), now()):
            say(line)


@cli.command()
@told
def rejects(
    limit: Annotated[int, typer.Option(help="how many")] = 50,
    source: SourceName = None,
    rule: Annotated[str | None, typer.Option(help="only of this rule")] = None,
    warehouse: StoreFile = None,
    settings: SettingsFile = None,
) -> None:
    """List rows that did not load, whole, with what would do."""
    with house(settings, warehouse) as home:
        for line in account.reject_lines(account.rejects(home.store.cursor(), limit, source, rule)):
            say(line)


@cli.command()
@told
def golden(file: Annotated[Path, typer.Argument(help="cases, see golden/README")] = GOLDEN) -> None:
    """Run cases worked out by hand through the product's own path."""
    from tests.golden.__main__ import main

    raise typer.Exit(main([str(file)]))


@cli.command("demo")
@told
def write_demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="SQLite file to write")] = ROOT / "data/run/demo.sqlite",
    tickets: Annotated[int, typer.Option(help="how many tickets")] = DEMO_TICKETS,
) -> None:
    """Write the SQLite file of the demo desk."""
    say(f"Making the demo desk: {tickets:,} tickets in {out}")
    demo.create(out, tickets, now(), DEMO_SEED, progress)


if __name__ == "__main__":
    cli()
