"""What a person does to a source between its loads: take rejects up again, reconcile, accept drift, erase, empty."""

from collections.abc import Callable
from datetime import datetime

import duckdb

from data.salt import stand_in
from data.warehouse import transaction
from etl import drift, ledger
from etl.mapping import Mapping
from etl.model import LoadReport, MappingError, Origin, SourceError
from etl.people.erase import Erased, Person, erase
from etl.people.retention import Forgotten, forget_old
from etl.premises import Premises
from etl.quarantine import Lot, redrive
from etl.reconcile import Reconciled, reconcile


class Upkeep:
    """Each act is one transaction, and waits for its turn to write."""

    def __init__(self, home: Premises, clock: Callable[[], datetime]) -> None:
        self._home, self._clock = home, clock

    def redrive(
        self, source_id: str, rule: str | None = None, mapping: Mapping | None = None, is_vouched: bool = False
    ) -> LoadReport:
        """Take the rejected rows of a source up again, with its mapping of now or another one (etl/quarantine.py).

        Raises MappingError for a source that is neither in the settings nor loaded with a mapping given.
        """
        con = self._home.store.cursor()
        found, origin = self._known(con, source_id)
        mapping = mapping or found
        if mapping is None:
            raise MappingError(f"source {source_id!r} is not in the settings: name its mapping with --mapping")
        origin = Origin(
            origin.kind, origin.name, origin.is_live, origin.max_age_s, self._home.salt, is_vouched=is_vouched
        )
        with self._home.turn(con):
            return redrive(con, Lot(source_id, mapping, origin, rule), self._home.refresh, self._clock())

    def _known(self, con: duckdb.DuckDBPyConnection, source_id: str) -> tuple[Mapping | None, Origin]:
        for rule in self._home.settings.sources:
            if rule.id == source_id:
                intake = self._home.intake(rule)
                return intake.mapping, intake.origin
        return None, ledger.origin_of(con, source_id, self._home.salt) or Origin(salt=self._home.salt)

    def reconcile(self, source_id: str, allow_mass: bool = False) -> Reconciled:
        """Mark the tickets that a source has no more (etl/reconcile.py).

        Raises SourceError for a source that does not have all it ever had.
        """
        rule = next((rule for rule in self._home.settings.sources if rule.id == source_id), None)
        if rule is None:
            raise SourceError(f"source {source_id!r} is not in the settings, so it cannot be asked", permanent=True)
        intake = self._home.intake(rule)
        if not intake.is_whole:
            raise SourceError(f"source {source_id!r} is made of files, which never tell what is gone", permanent=True)
        con = self._home.store.cursor()
        return reconcile(con, intake, self._home.refresh, self._clock(), allow_mass, self._home.turn)

    def accept(self, source_id: str, column: str) -> list[str]:
        """Take note of what changed about a column (etl/drift); return it in words."""
        con = self._home.store.cursor()
        with self._home.turn(con), transaction(con):
            return drift.accept(con, source_id, column, self._clock())

    def drift(self, source_id: str | None) -> list[str]:
        """Return what is open about the columns of one source or all."""
        return drift.drift_lines(self._home.store.cursor(), source_id)

    def erase(self, source_id: str, person: str) -> Erased:
        """Erase a customer (etl/people/erase.py), and give the space back that their data took."""
        con = self._home.store.cursor()
        with self._home.turn(con):
            whom = Person(source_id, person, self._home.salt, stand_in())
            erased = erase(con, whom, self._home.refresh, self._clock())
        self._home.store.checkpoint()
        return erased

    def forget(self, keep_days: int) -> Forgotten:
        """Empty rejected rows that were not delivered for so many days (etl/people/retention.py)."""
        con = self._home.store.cursor()
        with self._home.turn(con):
            return forget_old(con, keep_days, self._clock())
