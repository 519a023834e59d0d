"""One delivery becomes canonical rows in one transaction, together with its facts, ledger entry and cursor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb

from data.warehouse import bump_data_version, data_version, transaction, watermark
from etl import drift, ledger
from etl.drift import Finding, SchemaDrift, Watched
from etl.load import deferral
from etl.load.accounting import Counts, count, count_rejected
from etl.load.mend import is_mended
from etl.load.move import Moved, Stamp, compare, move
from etl.load.purge import purge
from etl.load.settle import settle
from etl.load.stopwatch import Stopwatch
from etl.mapping import Mapping
from etl.model import Batch, Delivery, Later, LoadRefused, LoadReport, MappingChanged, Origin, Refresh
from etl.normalize import clear, normalize

MIN_BAD = 20  # fewer rejected rows never refuse a load
NOTHING = Counts(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Staged:
    """What stands in the staging tables: rows read, latest instant, streams owned by ticket rows, rows left out.

    seen  the columns of each table
    """

    n_read: int
    until: datetime | None
    owned: tuple[int, ...]
    n_unused: int
    seen: tuple[Watched, ...] = ()

    def note(self, delivery: Delivery, found: Sequence[Finding]) -> str | None:
        """Return what a person should know of the delivery besides its account."""
        unused = f"{self.n_unused:,} more rows read and not used: no line of the mapping asks for them"
        notes = [delivery.note, unused if self.n_unused else None, *(finding.told() for finding in found)]
        return "; ".join(note for note in notes if note) or None


@dataclass(frozen=True)
class Job:
    """One load under way."""

    delivery: Delivery
    mapping: Mapping
    origin: Origin
    now: datetime
    known: ledger.Standing
    digest: str
    watch: Stopwatch

    @property
    def ended_at(self) -> datetime:
        """Return the start plus the time spent in the stages so far."""
        return self.now + timedelta(seconds=sum(self.watch.seconds.values()))

    @property
    def source_id(self) -> str:
        """Return the source's name."""
        return self.delivery.source_id


def load(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    mapping: Mapping,
    refresh: Refresh,
    now: datetime,
    origin: Origin | None = None,
) -> LoadReport:
    """Load a delivery whole or not at all; return what became of every row.

    now     start of the load; instants after it never move the watermark
    Raises LoadRefused (too many bad rows: a sample of rejects and the refusal stay in the ledger) and
    MappingError (rows loaded under another mapping, a mapping that does not fit, or a column that is gone).
    con needs its own cursor.
    """
    known = ledger.standing(con, delivery.source_id)
    origin = origin or Origin()
    delivery = replace(delivery, cursor=delivery.cursor_after(None if origin.replace else known.cursor))
    job = Job(delivery, mapping, origin, now, known, ledger.mapping_hash(mapping), Stopwatch())
    _check_mapping(job)
    before = ledger.loaded_before(con, delivery, job.digest) if delivery.file_hash else None
    if before is not None and not job.origin.replace:
        return _already(con, job, before)
    try:
        staged = _stage(con, job)
        _refuse_bad(con, job, staged)
        return _commit(con, job, staged, refresh)
    except SchemaDrift as stop:
        with transaction(con):
            drift.note(con, job.source_id, None, stop.findings, now)
        raise
    finally:
        if delivery.batches:
            clear(con)


def _check_mapping(job: Job) -> None:
    if job.origin.replace or job.known.mapping_hash in (None, job.digest) or job.origin.is_vouched:
        return
    if is_mended(job.known.mapping, job.mapping):
        return
    raise MappingChanged(
        f"source {job.source_id!r} was loaded under another mapping than {job.mapping.name}; load it anew"
        " (replace), which drops what the old one loaded, or give the new rows a source name of their own"
    )


def _already(con: duckdb.DuckDBPyConnection, job: Job, before: str) -> LoadReport:
    if job.delivery.cursor is not None:
        with transaction(con):
            ledger.move_source(con, job.known.source_no, job.delivery.cursor, None)
    message = f"{job.delivery.file_name or 'this content'} was already loaded in {before}; nothing changed"
    return _report(con, job, 0, NOTHING, message)


def _report(con: duckdb.DuckDBPyConnection, job: Job, run_id: int, counts: Counts, message: str | None) -> LoadReport:
    return LoadReport(
        run_id=run_id,
        source_id=job.source_id,
        n_read=counts.read,
        n_new=counts.new,
        n_changed=counts.changed,
        n_same=counts.same,
        n_rejected=counts.rejected,
        watermark=ledger.standing(con, job.source_id).watermark,
        data_version=data_version(con),
        rejects_by_rule=ledger.by_rule(con, "norm_reject") if counts.read else {},
        defects_by_rule=ledger.by_rule(con, f"defect WHERE run_id = {run_id}") if counts.read else {},
        seconds=job.watch.seconds,
        message=message,
    )


def _stage(con: duckdb.DuckDBPyConnection, job: Job) -> Staged:
    """Normalize outside the transaction: staging is temporary, and a refusal can still look at it."""
    if job.delivery.batches:
        clear(con)
    n_read, n_unused, owned = 0, 0, set[int]()
    found = [job.delivery.until]
    batches = [_watched(con, job, batch) for batch in job.delivery.batches]
    for batch in batches:
        with job.watch.lap("normalize"):
            done = normalize(con, batch, job.mapping, job.known.source_no, job.origin.salt)
        n_read += done.n_read
        n_unused += done.n_unused
        owned.update(done.owned)
        found.append(batch.until or (done.until if job.delivery.until is None else None))
    seen = tuple(batch.rows for batch in batches if isinstance(batch.rows, Watched))
    return Staged(n_read, _until(job, found), tuple(sorted(owned)), n_unused, seen)


def _until(job: Job, found: Sequence[datetime | None]) -> datetime | None:
    """Return how far the source has come; `found` are the instants it said itself and those of its rows."""
    if job.delivery.is_part:
        return job.delivery.until
    latest = max((instant for instant in found if instant is not None), default=None)
    until = job.mapping.delivered_until() or latest
    return min(until, job.now) if until is not None else None


def _watched(con: duckdb.DuckDBPyConnection, job: Job, batch: Batch) -> Batch:
    """Return the batch with an eye on its columns; those out of the quarantine are older ones."""
    table = next((table for table in job.mapping.tables if table.name == batch.table), None)
    if table is None or job.delivery.is_redrive:
        return batch
    return replace(batch, rows=drift.watched(con, job.source_id, batch.rows, table, job.origin.replace))


def _refuse_bad(con: duckdb.DuckDBPyConnection, job: Job, staged: Staged) -> None:
    bad = count_rejected(con) if staged.n_read else 0
    if bad < MIN_BAD or bad <= job.origin.max_bad_share * staged.n_read:
        return
    rules = ", ".join(f"{rule} {number}" for rule, number in ledger.by_rule(con, "norm_reject").items())
    message = f"refused: {bad} of {staged.n_read} rows are bad ({rules}); nothing of them was loaded"
    counts = Counts(staged.n_read, 0, 0, 0, bad)
    with transaction(con):
        run_id = ledger.next_run_id(con)
        report = _report(con, job, run_id, counts, message)
        times = ledger.Times("refused", job.now, job.ended_at, job.digest)
        if not ledger.repeats(con, job.source_id, "refused", message, times.ended_at):
            ledger.write_run(con, job.delivery, report, times)
            ledger.write_rejects(con, ledger.Seen(run_id, job.now), job.source_id, ledger.SAMPLE)
    raise LoadRefused(message, report)


def _commit(con: duckdb.DuckDBPyConnection, job: Job, staged: Staged, refresh: Refresh) -> LoadReport:
    later = None
    with transaction(con):
        marked_before = watermark(con)
        counts, run_id, is_noted, found = _write(con, job, staged)
        is_change = counts.new + counts.changed > 0 or job.origin.replace
        if job.delivery.more:
            ledger.move_source(con, job.known.source_no, job.delivery.cursor, None)
            deferral.defer(con, job.known.source_no, staged.until)
        else:
            ledger.move_source(con, job.known.source_no, job.delivery.cursor, staged.until)
            is_change, later = _follow(con, job, refresh, marked_before, is_change)
        if is_change:
            bump_data_version(con)
        report = _report(con, job, run_id if is_noted else 0, counts, staged.note(job.delivery, found))
        if is_noted:
            ledger.write_run(con, job.delivery, report, ledger.Times("done", job.now, job.ended_at, job.digest))
    return report if later is None else _finish(con, job, report, later)


def _finish(con: duckdb.DuckDBPyConnection, job: Job, report: LoadReport, later: Later) -> LoadReport:
    with job.watch.lap("refresh"):
        deferral.finish(con, later)
    return replace(report, data_version=data_version(con), seconds=job.watch.seconds)


def _follow(
    con: duckdb.DuckDBPyConnection, job: Job, refresh: Refresh, marked_before: datetime | None, is_change: bool
) -> tuple[bool, Later | None]:
    """Bring the facts up to the rows.

    Returns whether anything changed, by this delivery or one that waited, and what is left for after the commit.
    """
    later = None
    if deferral.is_pending(con, job.source_id):
        deferral.recall(con, job.known.source_no)
        is_change = True
    marked = watermark(con)
    with job.watch.lap("refresh"):
        if is_change or marked != marked_before:
            later = refresh(con, marked)
    return is_change, later


Written = tuple[Counts, int, bool, list[Finding]]


def _write(con: duckdb.DuckDBPyConnection, job: Job, staged: Staged) -> Written:
    """Move the staged rows; return their accounting, the run's number, whether to note it, and changed columns."""
    con.execute("CREATE OR REPLACE TEMP TABLE touched_ticket (ticket_key BIGINT)")
    con.execute("CREATE OR REPLACE TEMP TABLE touched_survey (response_key BIGINT)")
    run_id = ledger.next_run_id(con)
    origin = job.origin if job.delivery.more else job.origin.behind(staged.until, job.now)
    ledger.enter_source(con, job.source_id, job.known, origin, job.mapping)
    if job.origin.replace:
        purge(con, job.known.source_no, job.source_id, job.now)
        drift.forget(con, job.source_id, job.now)
    found = [each for table in staged.seen for each in drift.write(con, job.source_id, run_id, table, job.now)]
    is_noted = bool(found) or job.delivery.file_name is not None or job.origin.replace
    if staged.n_read == 0:
        seen = ledger.Seen(run_id, job.now, is_noted)
        settled = settle(con, seen, job.source_id) if job.delivery.is_redrive else 0
        return NOTHING, run_id, is_noted or settled > 0, found
    stamp = Stamp(run_id, job.now, job.known.source_no, staged.owned, _is_latest(job))
    with job.watch.lap("compare"):
        moved = compare(con, stamp)
        counts = count(con, staged.n_read, moved)
    with job.watch.lap("move"):
        move(con, stamp, moved)
    with job.watch.lap("ledger"):
        is_noted |= counts.new + counts.changed > 0
        noted = _settle(con, job, ledger.Seen(run_id, job.now, is_noted), moved)
        if moved.changed or moved.staged["norm_defect"]:
            ledger.write_defects(con, job.source_id, run_id)
    return counts, run_id, is_noted or noted > 0, found


def _is_latest(job: Job) -> bool:
    """Return whether tickets were read after those that are known, although their time of change may be earlier.

    So it is where that time is also what a database is pulled by: it may be the start of a transaction that was
    committed late, and the version of a row that is read again is never an older one.
    """
    tickets = [table for table in job.mapping.tables if table.rows in ("ticket", "update")]
    if not job.delivery.is_present or len(tickets) != 1 or tickets[0].rows != "ticket":
        return False
    fold, cursor = tickets[0].fold, tickets[0].cursor
    return fold is not None and cursor is not None and fold.sequence.columns() == (cursor.column,)


def _settle(con: duckdb.DuckDBPyConnection, job: Job, seen: ledger.Seen, moved: Moved) -> int:
    """Write the rejects of this load, or settle those it took up again; return how many entries changed."""
    if job.delivery.is_redrive:
        return settle(con, seen, job.source_id)
    ledger.settle_refused(con, job.source_id, job.delivery.file_name, seen.run_id, job.now)
    return ledger.write_rejects(con, seen, job.source_id) if moved.staged["norm_reject"] else 0
