"""Nightly reconcile: tickets that their source has no more are marked as deleted, those that came back are not.

A cursor never shows what was deleted in the source. All keys are read and held against the warehouse (decision 23).
"""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import duckdb

from data.warehouse import bump_data_version, data_version, transaction, watermark
from etl import ledger
from etl.load.deferral import finish
from etl.mapping import Mapping, TicketFields
from etl.model import Batch, Delivery, Keyed, Later, LoadReport, MappingError, Refresh, Source, SourceError
from etl.normalize import clear, normalize
from etl.pull.run import Intake, Turn

MOST_GONE = 0.05  # a larger share of a source's tickets never goes without a person saying so
GRAINS = ("ticket", "update")


class ReconcileRefused(SourceError):
    """So many tickets are gone that the source, its permissions or the query are more likely to be at fault."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True)
class Reconciled:
    """What a reconcile found and did.

    n_known    tickets of the source that were here and not deleted
    n_present  tickets that the source has
    n_gone     marked as deleted now
    n_back     were marked so, and are there again
    n_missing  the source has them and the warehouse does not: refused rows, or not delivered yet
    """

    n_known: int
    n_present: int
    n_gone: int
    n_back: int
    n_missing: int

    def told(self) -> str:
        """Return it in one line."""
        missing = f", {self.n_missing:,} are not here (refused or not delivered yet)" if self.n_missing else ""
        return (
            f"reconciled: the source has {self.n_present:,} tickets, {self.n_gone:,} of {self.n_known:,} are gone,"
            f" {self.n_back:,} came back{missing}"
        )


def reconcile(
    con: duckdb.DuckDBPyConnection,
    intake: Intake,
    refresh: Refresh,
    now: datetime,
    allow_mass: bool = False,
    turn: Turn = nullcontext,
) -> Reconciled:
    """Mark the tickets of a source that are gone from it, and unmark those that came back, in one transaction.

    allow_mass  a person says that so many are gone, or all of them
    turn        held while something is written, as for a pull
    Raises SourceError or MappingError when the keys could not be read, and ReconcileRefused when too many are
    gone; all stand in the ledger, and nothing was marked. con needs its own cursor.
    """
    known = ledger.standing(con, intake.source_id)
    try:
        _know(con, known.source_no)
        _gather(con, intake, known.source_no, now)
        found = _compare(con, known.source_no)
        _guard(found, allow_mass)
    except (SourceError, MappingError) as error:
        with turn(con), transaction(con):
            ledger.write_failure(con, intake.source_id, f"reconcile: {error}", now)
        raise
    with turn(con), transaction(con):
        later = _mark(con, known.source_no, found, refresh, now)
        _note(con, intake, known, found, now)
    finish(con, later)
    return found


def _know(con: duckdb.DuckDBPyConnection, source_no: int) -> None:
    """List what is here before the source is asked: a ticket that arrives meanwhile is not in its keys."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known_key AS SELECT ticket_key FROM ticket"
        " WHERE source_no = ? AND NOT coalesce(is_deleted, false)",
        [source_no],
    )


def _gather(con: duckdb.DuckDBPyConnection, intake: Intake, source_no: int, now: datetime) -> None:
    """Create temp table present_key (ticket_key) of what the source has; read as a load reads it."""
    ids = ids_only(intake.mapping)
    names = {table.name for table in ids.tables}
    con.execute("CREATE OR REPLACE TEMP TABLE present_key (ticket_key BIGINT)")
    try:
        for batch in _batches(intake.source, now):
            if batch.table in names:
                clear(con)
                normalize(con, batch, ids, source_no, intake.origin.salt)
                con.execute("INSERT INTO present_key SELECT ticket_key FROM norm_ticket")
    finally:
        clear(con)


def _batches(source: Source, now: datetime) -> Iterator[Batch]:
    if isinstance(source, Keyed):
        yield from source.keys(now)
        return
    for delivery in source.read(None, now):
        if delivery.error is not None:
            raise delivery.error
        yield from delivery.batches


def ids_only(mapping: Mapping) -> Mapping:
    """Return a mapping that reads nothing but the ids of tickets; raises SourceError for one without tickets."""
    tables = [
        table.model_copy(
            update={
                "rows": "ticket",
                "ticket": TicketFields(id=table.ticket.id),
                **dict.fromkeys(("events", "messages"), ()),
                **{section: {} for section in ("due", "vendor", "custom")},
                **dict.fromkeys(("fold", "survey")),
            }
        )
        for table in mapping.tables
        if table.rows in GRAINS and table.ticket is not None
    ]
    if not tables:
        raise SourceError(f"{mapping.name}: no table of tickets, so nothing to reconcile", permanent=True)
    return mapping.model_copy(update={"tables": tuple(tables)})


def _compare(con: duckdb.DuckDBPyConnection, source_no: int) -> Reconciled:
    """Create temp tables gone_key and back_key; return the counts."""
    con.execute("CREATE OR REPLACE TEMP TABLE gone_key AS FROM known_key ANTI JOIN present_key USING (ticket_key)")
    # A ticket that was delivered again has its hash, and stands as the source says
    con.execute(
        "CREATE OR REPLACE TEMP TABLE back_key AS SELECT t.ticket_key FROM ticket AS t SEMI JOIN gone_ticket AS g"
        " ON g.ticket_key = t.ticket_key SEMI JOIN present_key AS p ON p.ticket_key = t.ticket_key"
        " WHERE t.source_no = ? AND t.is_deleted AND t.row_hash IS NULL",
        [source_no],
    )
    counted = (
        "SELECT count(*) FROM known_key",
        "SELECT count(DISTINCT ticket_key) FROM present_key",
        "SELECT count(*) FROM gone_key",
        "SELECT count(*) FROM back_key",
        "SELECT count(DISTINCT ticket_key) FROM present_key ANTI JOIN ticket USING (ticket_key)",
    )
    return Reconciled(*(int((con.execute(sql).fetchone() or (0,))[0]) for sql in counted))


def _guard(found: Reconciled, allow_mass: bool) -> None:
    if allow_mass or not found.n_gone:
        return
    if not found.n_present:
        raise ReconcileRefused(
            f"the source has no ticket at all where {found.n_known:,} were before; look at its permissions and the"
            " query. If they are really gone, allow it"
        )
    if found.n_gone > MOST_GONE * found.n_known:
        raise ReconcileRefused(
            f"{found.n_gone:,} of {found.n_known:,} tickets are gone from the source, more than {MOST_GONE:.0%};"
            " look at its permissions and the query. If they are really gone, allow it"
        )


def _mark(
    con: duckdb.DuckDBPyConnection, source_no: int, found: Reconciled, refresh: Refresh, now: datetime
) -> Later | None:
    if not found.n_gone and not found.n_back:
        return None
    con.execute("CREATE OR REPLACE TEMP TABLE touched_ticket AS FROM gone_key UNION FROM back_key")
    con.execute("CREATE OR REPLACE TEMP TABLE touched_survey (response_key BIGINT)")
    con.execute("DELETE FROM gone_ticket USING touched_ticket AS t WHERE gone_ticket.ticket_key = t.ticket_key")
    con.execute(
        "INSERT INTO gone_ticket SELECT ticket_key, ?, ?, ? FROM gone_key", [source_no, ledger.next_run_id(con), now]
    )
    con.execute(
        "UPDATE ticket SET is_deleted = true, row_hash = NULL FROM gone_key WHERE ticket.ticket_key ="
        " gone_key.ticket_key"
    )
    con.execute("UPDATE ticket SET is_deleted = false FROM back_key WHERE ticket.ticket_key = back_key.ticket_key")
    later = refresh(con, watermark(con))
    bump_data_version(con)
    return later


def _note(
    con: duckdb.DuckDBPyConnection, intake: Intake, known: ledger.Standing, found: Reconciled, now: datetime
) -> None:
    """Write the run: no row was loaded, so its account is all zero."""
    run_id = ledger.next_run_id(con)
    until = ledger.standing(con, intake.source_id).watermark
    report = LoadReport.of_no_rows(intake.source_id, run_id, until, data_version(con), found.told())
    times = ledger.Times("done", now, now, known.mapping_hash or "")
    ledger.write_run(con, Delivery(intake.source_id, ()), report, times)
