"""The verbs of the command line that keep loaded rows in order; app.py puts them beside its own."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.owner import OwnedElsewhere
from data.terminal import SettingsFile, StoreFile, say
from etl.drift import drift_lines
from etl.mapping import load_mapping
from etl.orders.loading import Backfill, Redrive
from etl.orders.through import Ways
from etl.orders.upkeeping import Accept, Erase, Forget, Rebuild, Reconcile
from etl.pull.backfill import Span
from etl.schedule.elsewhere import listed
from etl.verbs import told

Source = Annotated[str, typer.Option("--source", help="name of the source")]
Days = Annotated[int, typer.Option("--days", min=0, help="how long rejected rows are kept whole")]


UNCHANGED = "  no column changed"


def _span(first: date, end: date) -> Span:
    try:
        return Span(first, end)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


class UpkeepVerbs:
    """Redrive, backfill, drift, reconcile, erase, forget, rebuild."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways

    def register(self, cli: typer.Typer) -> None:
        """Add the verbs to the command line."""
        verbs: dict[str, Callable[..., None]] = {
            "redrive": self.redrive,
            "drift": self.drift,
            "backfill": self.backfill,
            "reconcile": self.reconcile,
            "erase": self.erase,
            "forget": self.forget,
            "rebuild": self.rebuild,
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
        if mapping is not None:
            load_mapping(mapping)  # what is wrong with it is told before anything is asked for
        named = None if mapping is None else mapping.absolute()
        order = Redrive(source=source, rule=rule, mapping=named, is_vouched=is_vouched)
        self._ways.done(order, settings, warehouse)

    def backfill(
        self,
        source: Annotated[str, typer.Argument(help="id of the source, as in the settings")],
        first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")],
        end: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="first day after the last one")],
        settings: SettingsFile = None,
    ) -> None:
        """Read a past span of a source again; what is the same changes nothing."""
        span = _span(first.date(), end.date())
        self._ways.done(Backfill(source=source, first=span.first, end=span.end), settings)

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
        if accept is not None and source is not None:
            self._ways.done(Accept(source=source, column=accept), settings, warehouse)
        try:
            with self._ways.house(settings, warehouse) as home:
                lines = drift_lines(home.store.cursor(), source)
        except OwnedElsewhere as elsewhere:
            lines = listed(elsewhere, "drift", source=source)
        for line in lines or [UNCHANGED]:
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
        self._ways.done(Reconcile(source=source, allow_mass=allow_mass), settings, warehouse)

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
        self._ways.done(Erase(source=source, person=person), settings, warehouse)

    def forget(self, days: Days = 90, warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
        """Empty rejected rows that were not delivered for so long; their counts stay."""
        self._ways.done(Forget(days=days), settings, warehouse)

    def rebuild(self, warehouse: StoreFile = None, settings: SettingsFile = None) -> None:
        """Work out all facts anew from the loaded rows."""
        self._ways.done(Rebuild(), settings, warehouse)
