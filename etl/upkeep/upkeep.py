"""What a person does to a source between its loads: re-drive rejects, backfill, reconcile, drift, erase, empty."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import duckdb

from data.salt import stand_in
from data.warehouse import data_version, transaction
from etl import drift, ledger
from etl.mapping import Mapping
from etl.model import Delivery, Keyed, LoadReport, MappingError, Origin, SourceError
from etl.people.erase import Erased, Person, erase
from etl.people.retention import Forgotten, forget_old
from etl.premises import Premises, rule_of
from etl.pull.backfill import KIND, Span
from etl.pull.run import Intake
from etl.upkeep.quarantine import Lot, redrive
from etl.upkeep.reconcile import Reconciled, reconcile


class Upkeep:
    """Each act is one transaction, and waits for its turn to write."""

    def __init__(self, home: Premises, clock: Callable[[], datetime]) -> None:
        self._home, self._clock = home, clock

    def redrive(
        self, source_id: str, rule: str | None = None, mapping: Mapping | None = None, is_vouched: bool = False
    ) -> LoadReport:
        """Take the rejected rows of a source up again, with its mapping of now or another one.

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
        rule = self._home.settings.source(source_id)
        if rule is not None:
            intake = self._home.intake(rule)
            return intake.mapping, intake.origin
        return None, ledger.origin_of(con, source_id, self._home.salt) or Origin(salt=self._home.salt)

    def reconcile(self, source_id: str, allow_mass: bool = False) -> Reconciled:
        """Mark the tickets that a source has no more (etl/upkeep/reconcile.py).

        Raises SourceError for a source that can neither tell its keys nor give all it ever had.
        """
        intake = self._home.intake(rule_of(self._home, source_id))
        if not (intake.is_whole or isinstance(intake.source, Keyed)):
            raise SourceError(f"source {source_id!r} is made of files, which never tell what is gone", permanent=True)
        con = self._home.store.cursor()
        return reconcile(con, intake, self._home.refresh, self._clock(), allow_mass, self._home.turn)

    def backfill(self, source_id: str, span: Span) -> Iterator[LoadReport]:
        """Read a past span of a source again (etl/pull/backfill.py), one report per committed load; facts at the end.

        Its watermark stays, and the ledger has it as a backfill, also when nothing changed. Raises SourceError for a
        source that cannot give its past again, or of which nothing was loaded yet.
        """
        con = self._home.store.cursor()
        intake = self._home.spanned(rule_of(self._home, source_id), span)
        if ledger.standing(con, source_id).mapping_hash is None:
            told = "nothing of it was loaded yet; its first pull reads all there is"
            raise SourceError(f"source {source_id!r}: {told}", permanent=True)
        return self._backfilled(con, intake, span)

    def _backfilled(self, con: duckdb.DuckDBPyConnection, intake: Intake, span: Span) -> Iterator[LoadReport]:
        started, reports = self._clock(), list[LoadReport]()
        for report in self._home.pulled(con, intake):
            reports.append(report)
            yield report
        if not any(report.run_id for report in reports):
            with self._home.turn(con), transaction(con):
                self._note(con, intake, span, reports, started)

    def _note(
        self, con: duckdb.DuckDBPyConnection, intake: Intake, span: Span, reports: Sequence[LoadReport], at: datetime
    ) -> None:
        """Write that a backfill found everything as it was."""
        run_id, read = ledger.next_run_id(con), sum(one.n_read for one in reports)
        message = f"backfill of {span}"
        nothing = LoadReport.of_no_rows(intake.source_id, run_id, None, data_version(con), message)
        report = replace(nothing, n_read=read, n_same=read)
        times = ledger.Times("done", at, self._clock(), ledger.mapping_hash(intake.mapping))
        ledger.write_run(con, Delivery(intake.source_id, (), kind=KIND), report, times)

    def acceptable(self, source_id: str, column: str) -> list[str]:
        """Return what accept would take note of, in words; raises MappingError when that is nothing, or cannot be."""
        return drift.acceptable(self._home.store.cursor(), source_id, column)

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
            is_folded = self._home.store.checkpoint()
        return replace(erased, is_folded=is_folded)

    def forget(self, keep_days: int) -> Forgotten:
        """Empty rejected rows that were not delivered for so many days (etl/people/retention.py)."""
        con = self._home.store.cursor()
        with self._home.turn(con):
            return forget_old(con, keep_days, self._clock())
