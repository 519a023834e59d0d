"""The verbs of the command line that keep loaded rows in order; app.py puts them beside its own."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.owner import OwnedElsewhere
from data.terminal import SettingsFile, StoreFile, say
from etl import account
from etl.mapping import load_mapping
from etl.premises import OpenPremises
from etl.pull.backfill import Span
from etl.schedule.elsewhere import asked, listed
from etl.upkeep.upkeep import Upkeep
from etl.verbs import told

Source = Annotated[str, typer.Option("--source", help="name of the source")]
Days = Annotated[int, typer.Option("--days", min=0, help="how long rejected rows are kept whole")]


UNCHANGED = "  no column changed"


def _through(elsewhere: OwnedElsewhere, source: str | None, accept: str | None) -> list[str]:
    if accept is None:
        return listed(elsewhere, "drift", source=source) or [UNCHANGED]
    return [str(asked(elsewhere, "/api/drift?lang=en", {"source": source, "column": accept}).get("message", "begun"))]


def _span(first: date, end: date) -> Span:
    try:
        return Span(first, end)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


class UpkeepVerbs:
    """Redrive, backfill, drift, reconcile, erase, forget.

    house  opens the warehouse of a settings file, or another one: (settings, warehouse)
    """

    def __init__(self, house: OpenPremises, clock: Callable[[], datetime]) -> None:
        self._house, self._clock = house, clock

    def register(self, cli: typer.Typer) -> None:
        """Add the verbs to the command line."""
        verbs: dict[str, Callable[..., None]] = {
            "redrive": self.redrive,
            "drift": self.drift,
            "backfill": self.backfill,
            "reconcile": self.reconcile,
            "erase": self.erase,
            "forget": self.forget,
        }
        for name, verb in verbs.items():
            cli.command(name)(told(verb))

    def redrive(
        self,
        source: Source,
        rule: Annotated[str | None, typer.Option(help="only rows rejected for this reason")] = None,
        mapping: Annotated[Path | None, typer.Option("--mapping", "-m", help="default the settings' one")] = None,
        is_vouched: Annotated[
            bool, typer.Option("--vouch", help="you say that the mapping reads the loaded rows as it did before")
        ] = False,
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
    ) -> None:
        """Load rejected rows again, with the mapping mended; what still does not fit stays."""
        rules = load_mapping(mapping) if mapping is not None else None
        try:
            with self._house(settings, warehouse) as home:
                report = Upkeep(home, self._clock).redrive(source, rule, rules, is_vouched)
                for line in account.told(home.store.cursor(), [report], rules):
                    say(line)
        except OwnedElsewhere as elsewhere:
            if rules is not None or is_vouched:
                raise OSError(f"{elsewhere}; --mapping and --vouch work only while it is stopped") from None
            answer = asked(elsewhere, "/api/data/redrive?lang=en", {"source": source, "rule": rule})
            say(f"{answer.get('message', 'begun')} How it went: {elsewhere.address}/data, or app.py status")

    def backfill(
        self,
        source: Annotated[str, typer.Argument(help="id of the source, as in the settings")],
        first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")],
        end: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="first day after the last one")],
        settings: SettingsFile = None,
    ) -> None:
        """Read a past span of a source again; what is the same changes nothing."""
        span = _span(first.date(), end.date())
        try:
            with self._house(settings, None) as home:
                for line in account.told(home.store.cursor(), Upkeep(home, self._clock).backfill(source, span)):
                    say(line)
        except OwnedElsewhere as elsewhere:
            order = {"source": source, "from": str(span.first), "until": str(span.end)}
            say(str(asked(elsewhere, "/api/backfill?lang=en", order).get("message", "done")))

    def drift(
        self,
        source: Annotated[str | None, typer.Option("--source", help="name of the source; default all")] = None,
        accept: Annotated[str | None, typer.Option(help="take note of what changed about this column")] = None,
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
    ) -> None:
        """Tell which columns of the sources changed, and what that costs which KPI."""
        if accept is not None and source is None:
            raise typer.BadParameter("--accept needs --source")
        try:
            with self._house(settings, warehouse) as home:
                upkeep = Upkeep(home, self._clock)
                if accept is not None and source is not None:
                    for line in upkeep.accept(source, accept):
                        say(f"accepted: {line}")
                for line in upkeep.drift(source) or [UNCHANGED]:
                    say(line)
        except OwnedElsewhere as elsewhere:
            for line in _through(elsewhere, source, accept):
                say(line)

    def reconcile(
        self,
        source: Source,
        allow_mass: Annotated[
            bool, typer.Option("--allow-mass-delete", help="even if more than 5 % are gone")
        ] = False,
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
    ) -> None:
        """Mark the tickets that a database has no more, and unmark those that came back."""
        with self._house(settings, warehouse) as home:
            say(Upkeep(home, self._clock).reconcile(source, allow_mass).told())

    def erase(
        self,
        source: Source,
        person: Annotated[
            str,
            typer.Option(
                prompt="id of the customer in the source", help="left out: asked, so that no shell keeps it"
            ),
        ],
        warehouse: StoreFile = None,
        settings: SettingsFile = None,
    ) -> None:
        """Erase a person; every count stays."""
        with self._house(settings, warehouse) as home:
            say(Upkeep(home, self._clock).erase(source, person).told())

    def forget(self, days: Days = 90, warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
        """Empty rejected rows that were not delivered for so long; their counts stay."""
        with self._house(settings, warehouse) as home:
            say(Upkeep(home, self._clock).forget(days).told())
