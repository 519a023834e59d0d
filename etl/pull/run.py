"""One pull of one source: read, load each delivery, report."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

import duckdb

from data.warehouse import data_version, transaction
from etl import ledger
from etl.account import losses
from etl.drift import explained
from etl.load import load
from etl.load.deferral import is_pending
from etl.load.mend import is_mended
from etl.mapping import Mapping
from etl.model import (
    Delivery,
    LoadRefused,
    LoadReport,
    MappingChanged,
    MappingError,
    Origin,
    Refresh,
    Source,
    SourceError,
)
from etl.pull.ahead import ahead


@dataclass(frozen=True)
class Intake:
    """Everything needed to pull a source again and again.

    is_whole  the source still has all it ever had (a database): a changed mapping then loads it anew by itself
    """

    source_id: str
    source: Source
    mapping: Mapping
    origin: Origin
    is_whole: bool = False


Turn = Callable[[duckdb.DuckDBPyConnection], AbstractContextManager[object]]


def pull(
    con: duckdb.DuckDBPyConnection,
    intake: Intake,
    refresh: Refresh,
    now: datetime,
    turn: Turn = nullcontext,
    clock: Callable[[], datetime] | None = None,
) -> Iterator[LoadReport]:
    """Load what a source has delivered since the last pull, one report per committed load.

    turn   held while something is written, not while the source is read, so that sources are read beside each other
    clock  tells when a load begins, once it has its turn; None = all of them at `now`, when the pull began

    A load that was refused or failed stands in the ledger when its error (LoadRefused, SourceError,
    MappingError) comes out; what was committed before it stays, and the next pull goes on from there. A file
    that cannot be loaded does not keep those behind it: its error comes out when they are done.
    """
    known = ledger.standing(con, intake.source_id)
    origin = replace(intake.origin, replace=intake.origin.replace or _is_remapped(intake, known))
    cursor = None if origin.replace else known.cursor
    tally, clock = Tally(), clock or (lambda: now)
    try:
        for delivery in _followed(ahead(intake.source.read(cursor, now))):
            try:
                with turn(con):
                    report = _load_one(con, intake, delivery, refresh, clock(), origin)
            except FAULTS as error:
                if delivery.file_name is None or isinstance(error, MappingChanged):
                    raise
                with turn(con):
                    _set_aside(con, intake.source_id, (delivery.file_name, error), clock())
                tally.missed(delivery, delivery.file_name, error, _held(con, intake, error))
                continue
            tally.loaded(delivery)
            yield report
            if delivery.batches:
                origin = replace(origin, replace=False)
    except (SourceError, MappingError) as error:
        _fail(con, intake, error, clock(), turn)
    if tally.faults and is_pending(con, intake.source_id):
        with turn(con):
            load(
                con, Delivery(intake.source_id, ()), intake.mapping, refresh, clock(), replace(origin, replace=False)
            )
    _tell(con, intake, tally, clock(), turn)


@dataclass
class Tally:
    """What became of the deliveries of one pull so far.

    undone  what could not be done after a load, such as moving its file
    """

    faults: list["Fault"] = field(default_factory=list)
    n_files: int = 0
    undone: list[SourceError] = field(default_factory=list)

    def loaded(self, delivery: Delivery) -> None:
        """Note a delivery that is committed."""
        self.n_files += delivery.file_name is not None
        self._settle(delivery, None, ())

    def missed(self, delivery: Delivery, name: str, error: "Faulty", held: Sequence[str]) -> None:
        """Note a file that did not load, why, and what was held against its rows."""
        self.faults.append((name, error))
        self._settle(delivery, error, held)

    def _settle(self, delivery: Delivery, error: Exception | None, held: Sequence[str]) -> None:
        if delivery.settle is None:
            return
        try:
            delivery.settle(error, held)
        except SourceError as undone:
            self.undone.append(undone)

    def unfinished(self) -> SourceError:
        """Return one error for what could not be done after loads, and for the files that did not load."""
        faults = [str(together(self.faults, self.n_files))] if self.faults else []
        return SourceError("\n".join([*map(str, self.undone), *faults]), permanent=False)


def _tell(con: duckdb.DuckDBPyConnection, intake: Intake, tally: Tally, now: datetime, turn: Turn) -> None:
    """Raise what a pull that came to its end has left for people to see to, if anything."""
    if tally.undone:
        _fail(con, intake, tally.unfinished(), now, turn)
    if tally.faults:
        raise together(tally.faults, tally.n_files)


def _held(con: duckdb.DuckDBPyConnection, intake: Intake, error: Exception) -> list[str]:
    """Return what is held against the rows of a refused load, in lines for people."""
    return list(losses(con, error.report, intake.mapping)) if isinstance(error, LoadRefused) else []


def _fail(
    con: duckdb.DuckDBPyConnection, intake: Intake, error: SourceError | MappingError, now: datetime, turn: Turn
) -> NoReturn:
    """Write down that a pull failed, and raise its error with what it means to the KPIs."""
    told = explained(con, intake.source_id, intake.mapping, error)
    with turn(con), transaction(con):
        ledger.write_failure(con, intake.source_id, str(told), now)
    if told is error:
        raise error
    raise told from error


FAULTS = (SourceError, MappingError, LoadRefused)
Faulty = SourceError | MappingError | LoadRefused
Fault = tuple[str, Faulty]  # name of the file, and what is wrong with it
MOST = 5


def _set_aside(con: duckdb.DuckDBPyConnection, source_id: str, fault: Fault, now: datetime) -> None:
    """Write down a file that was not loaded; a refused one stands in the ledger already."""
    name, error = fault
    if not isinstance(error, LoadRefused):
        with transaction(con):
            ledger.set_file_aside(con, source_id, name, str(error), now)


def together(faults: Sequence[Fault], n_loaded: int) -> Exception:
    """Return one error for files that could not be loaded while `n_loaded` others were."""
    name, first = faults[0]
    if len(faults) == 1 and not n_loaded:
        return first
    total = f"{len(faults)} of {len(faults) + n_loaded} files {'was' if len(faults) == 1 else 'were'} not loaded"
    lines = [f"  {_named(*fault)}" for fault in faults[:MOST]]
    lines += [f"  and {len(faults) - MOST} more"] if len(faults) > MOST else []
    rest = "the rest was; mend what is named and load again" if n_loaded else "none was loaded"
    message = "\n".join([f"{total}, {rest}:", *lines])
    if len(faults) == 1 and isinstance(first, LoadRefused):
        return LoadRefused(message, first.report)
    is_permanent = all(not isinstance(error, SourceError) or error.permanent for _, error in faults)
    return SourceError(message, permanent=is_permanent)


def _named(name: str, error: Exception) -> str:
    return str(error) if name in str(error) else f"{name}: {error}"


def _followed(deliveries: Iterator[Delivery]) -> Iterator[Delivery]:
    """Yield each delivery with its `more`; an error of the source comes out after what was delivered before it."""
    held = next(deliveries, None)
    while held is not None:
        try:
            following = next(deliveries, None)
        except (SourceError, MappingError):
            yield held
            raise
        yield replace(held, more=following is not None and following.is_loadable)
        held = following


@contextmanager
def naming(delivery: Delivery) -> Iterator[None]:
    """Put the name of the file in front of what a mapping has against its rows."""
    try:
        yield
    except MappingError as error:
        if delivery.file_name is None or delivery.file_name in str(error) or isinstance(error, MappingChanged):
            raise
        raise MappingError(f"{delivery.file_name}: {error}") from None


def _is_remapped(intake: Intake, known: ledger.Standing) -> bool:
    """Return whether a source has to be loaded anew: its mapping reads rows differently, not only more of them."""
    is_changed = known.mapping_hash not in (None, ledger.mapping_hash(intake.mapping))
    return intake.is_whole and is_changed and not is_mended(known.mapping, intake.mapping)


def _load_one(
    con: duckdb.DuckDBPyConnection,
    intake: Intake,
    delivery: Delivery,
    refresh: Refresh,
    now: datetime,
    origin: Origin,
) -> LoadReport:
    if delivery.error is not None:
        raise delivery.error
    if delivery.is_loadable or is_pending(con, intake.source_id):
        with naming(delivery):
            report = load(con, delivery, intake.mapping, refresh, now, origin)
        if delivery.file_name is not None:
            ledger.settle_file(con, intake.source_id, delivery.file_name, now)
        notice = report.notice if report.run_id else delivery.note
        return replace(report, notice=notice, share=delivery.share)
    until = ledger.standing(con, intake.source_id).watermark
    return LoadReport.of_no_rows(intake.source_id, 0, until, data_version(con), delivery.note)
