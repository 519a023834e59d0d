"""What a process that owns a warehouse has for those who work in it; app.py makes it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import duckdb

from data.settings import Settings
from data.source_rules import SourceRule
from data.warehouse import Warehouse
from etl.model import Later, LoadReport, SourceError
from etl.pull.backfill import Span
from etl.pull.run import Intake, Turn


class Premises(Protocol):
    """Settings and open warehouse, and the ways to load into it."""

    @property
    def settings(self) -> Settings:
        """Return the settings."""

    @property
    def store(self) -> Warehouse:
        """Return the open warehouse."""

    @property
    def salt(self) -> str:
        """Return what is mixed into hashes of customers."""

    @property
    def turn(self) -> Turn:
        """Return what is held while something is written."""

    def intake(self, rule: SourceRule) -> Intake:
        """Return the intake of a source of the settings."""

    def spanned(self, rule: SourceRule, span: Span) -> Intake:
        """Return the intake that reads a past span of a source again; raises SourceError for one that cannot."""

    def total(self, source_id: str) -> int | None:
        """Return about how many rows the first load of a source has before it; None = not known, or it is over."""

    def pulled(self, con: duckdb.DuckDBPyConnection, intake: Intake) -> Iterator[LoadReport]:
        """Load what an intake has, facts and all, one report per committed load."""

    def refresh(self, con: duckdb.DuckDBPyConnection, mark: datetime | None) -> Later | None:
        """Bring the facts up to what was touched."""

    def rebuild(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Work out all facts anew; return whether there was anything to work them out from."""


def rule_of(home: Premises, source_id: str) -> SourceRule:
    """Return a source of the settings; raises SourceError where they have none of that id."""
    rule = home.settings.source(source_id)
    if rule is None:
        raise SourceError(f"source {source_id!r} is not in the settings, so it cannot be asked", permanent=True)
    return rule


# opens the warehouse of a settings file, or another one: (settings, warehouse)
OpenPremises = Callable[[Path | None, Path | None], AbstractContextManager[Premises]]
