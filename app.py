"""Wires the rooms into one process: settings, warehouse, loads, answers, pages. The only reader of the clock."""

import functools
import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import waitress
from waitress import wasyncore

from dashboard.model import Loading, Schedule, Site
from dashboard.model import Loads as Offered
from dashboard.server import create_app, warm
from dashboard.sources.terminal import remarked, said
from data import demo
from data.command_line import Verbs
from data.inbox import Inbox, inbox_of
from data.log import set_up_log
from data.owner import Owner
from data.salt import salt_beside, token_beside
from data.settings import OWN, ROOT, Settings, UnfitSetting, load_calendars, load_settings, rooted, settings_file
from data.source_rules import SourceRule
from data.stop import Stop, leave
from data.strict_yaml import StrictYamlError
from data.terminal import SettingsFile, progress, say
from data.tongue import VOICE
from data.warehouse import Warehouse, bump_data_version, data_version, opened, transaction, watermark
from etl.lists import lists
from etl.load import deferral
from etl.model import Later, LoadReport
from etl.orders.book import Book
from etl.orders.counter import Counter
from etl.orders.order import Place
from etl.orders.through import Ways
from etl.premises import rule_of
from etl.pull import intakes
from etl.pull.backfill import Span
from etl.pull.run import Intake, Turn, pull
from etl.pull.span_intakes import spanned
from etl.pull.totals import first_total
from etl.push.inlet import Inlet
from etl.schedule.freshness import max_age_s
from etl.schedule.gate import Gate
from etl.schedule.loads import Loads
from etl.schedule.progress import FirstLoad
from etl.schedule.puller import Work
from etl.schedule.rhythm import rhythm_of
from etl.schedule.status import SourceStatus
from etl.schedule.teller import Teller
from etl.schedule.verbs import SourceVerbs
from etl.upkeep.night import Night
from etl.upkeep.upkeep import Upkeep
from etl.upkeep.verbs import UpkeepVerbs
from etl.verbs import LoadVerbs, told
from metrics import facts
from metrics.answers import Answers
from metrics.catalog import CATALOG
from metrics.consistency.settings import flagged
from metrics.desk import desk_from, targets_from
from metrics.model import Desk, Target

GOLDEN = ROOT.parent / "shared/spec/golden/golden.yaml"
DEMO_TICKETS = 64_000
DEMO_SEED = 7
DEMO_STEP_S = 2
WARM, LIVING = "warm answers", "living demo desk"  # alarms; no ids of sources, which would take their places
THREADS = 16
MOST_BODY = 16 * 2**20  # of a request; nobody sends that much
ORDER_GRACE_S = 0.5  # so long again for an order that reads; there is nothing of it to finish
GRACE_S = 10.0  # a stop waits so long for a load to finish before it is rolled back

VOICE.learn(said, remarked)
HELP = "Live KPIs of a service desk, on the web. KPI_LANG=zh-CN or en sets the language, else the locale does."
cli = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)


def now() -> datetime:
    """Return the instant; nothing else in the house reads a clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """What stands while this process owns a warehouse."""

    settings: Settings
    desk: Desk
    targets: tuple[Target, ...]
    store: Warehouse
    owner: Owner
    inbox: Inbox | None = None
    gate: Gate = field(default_factory=Gate)

    @property
    def salt(self) -> str:
        """Return what is mixed into hashes of customers."""
        return salt_beside(self.owner.warehouse)

    def pulled(self, con: Any, intake: Intake) -> Iterator[LoadReport]:
        """Load what the intake has, facts and all, one report per committed load."""
        return pull(con, intake, self.refresh, now(), self.turn, now)

    @property
    def turn(self) -> Turn:
        """Return what is held while something is written."""
        return self.gate.entered

    def intake(self, rule: SourceRule) -> Intake:
        """Return the intake of a source of the settings, as settings, secrets and mapping are now."""
        return intakes.scheduled(rule, self.salt, os.environ, self.limit(rule), self.gate.wait, self.inbox)

    def spanned(self, rule: SourceRule, span: Span) -> Intake:
        """Return the intake that reads a past span of a source again."""
        return spanned(rule, span, self.intake, lambda: intakes.address(rule, os.environ))

    def total(self, source_id: str) -> int | None:
        """Return about how many rows the first load of a source has before it; None = not known, or it is over."""
        rule = rule_of(self, source_id)
        return first_total(self.store.cursor(), rule, lambda: intakes.address(rule, os.environ))

    def limit(self, rule: SourceRule) -> int | None:
        """Return the seconds after which a source counts as stale; None = never."""
        return max_age_s(rule, rhythm_of(rule, self.settings.timezone), now())

    def refresh(self, con: Any, mark: datetime | None) -> Later | None:
        """Bring the facts up to what a load touched."""
        return facts.refresh(con, mark, self.desk)

    def rebuild(self, con: Any) -> bool:
        """Work out all facts anew; return whether anything is loaded to work them out from."""
        if data_version(con) == 0:
            return False
        facts.rebuild(con, watermark(con), self.desk)
        bump_data_version(con)
        return True


@contextmanager
def house(file: Path | None, warehouse: Path | None = None) -> Iterator[House]:
    """Own and open the warehouse of the settings, or the one named."""
    file = settings_file(file)
    settings = load_settings(file)
    try:
        desk, targets = desk_from(settings, load_calendars(settings)), targets_from(settings, CATALOG)
    except UnfitSetting as error:
        raise StrictYamlError(error.in_file(file)) from None
    for one in flagged(settings):
        say(f"{file}: {one.text[VOICE.language]}")
    path = rooted(settings.warehouse) if warehouse is None else warehouse
    with Owner(path, now()) as owner:
        store, inbox = opened(path, settings.memory_mb), inbox_of(settings, path)
        try:
            make_ready(store, desk)
            yield House(settings, desk, targets, store, owner, inbox)
        finally:
            store.close()
            if inbox is not None:
                inbox.close()


def make_ready(store: Warehouse, desk: Desk) -> None:
    """Create the facts, or work them out anew when they were made under other settings."""
    con = store.cursor()
    with transaction(con):
        facts.create(con, desk)
    if deferral.settle(con, lambda con, mark: facts.refresh(con, mark, desk)):
        say("Facts of loads that were broken off were made good.")
    if data_version(con) and facts.ensure(con, watermark(con), desk):
        bump_data_version(con)
        say("The settings changed; all facts were worked out anew.")


class Monitor:
    """The running monitor: the pages, and the loads beside them."""

    def __init__(self, home: House, living: demo.Living | None) -> None:
        self._home, self._living = home, living
        self._teller = Teller(now, home.settings.zone, home.total, self._warm)
        work = Work(home.store.cursor, home.intake, home.pulled, home.limit, now)
        signature = functools.partial(intakes.signature, environment=os.environ)
        self._loads = Loads(home.settings, work, home.gate, self._teller, signature, home.salt)
        self._book = Book(Place(home, now, say), home.gate, self._loads, self._teller)
        answers = Answers(home.store.cursor, home.desk, home.targets, now)
        build_id = f"{now():%Y%m%d%H%M%S}"
        self._app = create_app(answers, site_of(home.settings), now, build_id, self._first_load, self._offered())

    def run(self, host: str, port: int, is_opening: bool, grace_s: float) -> None:
        """Serve until SIGTERM or SIGINT; then finish the load under way, or roll it back after a grace."""
        server = self._listening(host, port)
        address, stop = f"http://{host}:{server.effective_port}", Stop()
        try:
            stop.hold()  # a half-started scheduler cannot be stopped
            self._home.owner.tell(address.replace("//0.0.0.0:", "//127.0.0.1:"))
            say(f"The monitor is at {address} (wall screen: {address}/wall). Stop it with Ctrl-C.")
            self._start()
            stop.let()
            if is_opening and has_display():
                webbrowser.open(address)
            server.run()  # comes back on KeyboardInterrupt
        except KeyboardInterrupt:
            pass
        finally:
            self._stop(grace_s)

    def _listening(self, host: str, port: int) -> Any:
        """Return the server, bound to its address; OSError when that cannot be had."""
        channels: dict[int, Any] = {}
        ways = {"host": host, "port": port, "threads": THREADS, "ident": "", "max_request_body_size": MOST_BODY}
        try:
            return waitress.create_server(self._app.server, map=channels, **ways)
        except OSError as error:
            wasyncore.close_all(channels)  # half a server keeps its pipe open
            raise OSError(
                f"no pages can be served at {host}:{port} ({error.strerror}); name another port with --port, or"
                " another server in the settings"
            ) from None

    def _offered(self) -> Offered:
        """Return what people may do to the sources from the pages."""
        schedule, rules = self._loads.schedule, {rule.id: rule for rule in self._home.settings.sources}
        counter = Counter(self._book, self._home, now)
        return Offered(
            schedules=lambda: [
                planned(one, rules[one.source_id], self._teller.progress.of(one.source_id))
                for one in schedule.statuses()
            ],
            run_now=schedule.run_now,
            pause=schedule.pause,
            resume=schedule.resume,
            redrive=counter.redrive,
            backfill=counter.backfill,
            accept=counter.accept,
            lists=lists(self._home.store.cursor, now, self._home.settings.zone),
            orders=counter,
            token=token_beside(self._home.owner.warehouse),
            inlet=self._inlet(),
        )

    def _inlet(self) -> Inlet | None:
        home = self._home
        return None if home.inbox is None else Inlet(home.settings.sources, home.inbox, os.environ, now)

    def _start(self) -> None:
        self._loads.clockwork.at(WARM, now(), self._warm)
        if (living := self._living) is not None:
            self._loads.clockwork.every(LIVING, DEMO_STEP_S, lambda: living.advance(now()), now())
        Night(
            self._home.settings, Upkeep(self._home, now), self._loads.clockwork, now, self._teller.failed
        ).await_next()
        self._loads.start()

    def _warm(self) -> None:
        """Make answers ready; a stop may take the warehouse away meanwhile."""
        try:
            warm(self._app)
        except Exception:
            if not self._home.gate.is_closed:
                raise

    def _first_load(self) -> Loading | None:
        """Return the first loads that are under way as one; None = none."""
        return told_of(self._teller.progress.together() or self._book.first_load())

    def _stop(self, grace_s: float) -> None:
        say("Stopping; a load under way is finished first.")
        if self._loads.stop(grace_s):
            say("The load took too long and was rolled back; nothing committed is lost.")
        self._book.stop(ORDER_GRACE_S)
        if self._living is not None:
            self._living.close()
        say("Stopped.")


def told_of(load: FirstLoad | None) -> Loading | None:
    """Return what the pages tell of a first load."""
    return None if load is None else Loading(load.since, load.rows, load.total, load.per_s, load.left_s(now()))


def planned(status: SourceStatus, rule: SourceRule, first_load: FirstLoad | None) -> Schedule:
    """Return what the pages tell of a source's plan."""
    return Schedule(
        source_id=rule.id,
        name=rule.name,
        kind=rule.kind,
        every_s=None if rule.cron else rule.interval_s,
        rhythm=rule.cron,
        next_at=status.next_at,
        is_paused=status.paused_at is not None,
        running=status.running_since,
        failures=status.failures,
        pulled_at=status.pulled_at,
        circuit=status.circuit,
        first_load=told_of(first_load),
    )


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


@cli.command()
@told
def serve(
    settings: SettingsFile = None,
    port: Annotated[int | None, typer.Option(help="default from the settings")] = None,
    is_opening: Annotated[bool, typer.Option("--open", help="open a browser where there is a display")] = False,
    grace: Annotated[float, typer.Option(min=0, help="seconds a stop waits for a load to finish")] = GRACE_S,
) -> None:
    """Run the monitor: pull the sources, serve the pages; a demo desk as long as there are no own settings."""
    set_up_log()
    is_demo = settings is None and not OWN.exists()
    with house(settings) as home:
        server = home.settings.server
        living = living_demo(home.settings) if is_demo else None
        Monitor(home, living).run(server.host, server.port if port is None else port, is_opening, grace)
    leave()


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


WAYS = Ways(house, lambda named: load_settings(settings_file(named)), now)
for verbs in (LoadVerbs(WAYS), UpkeepVerbs(WAYS), SourceVerbs(WAYS)):
    verbs.register(cli)

if __name__ == "__main__":
    cli()
