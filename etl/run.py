"""One pull of one source: read, load each delivery, report."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from data.warehouse import data_version, transaction, watermark
from etl import ledger
from etl.load import load
from etl.load.deferral import is_pending
from etl.mapping import Mapping
from etl.model import Delivery, LoadReport, MappingError, Origin, Refresh, Source, SourceError


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


def pull(con: duckdb.DuckDBPyConnection, intake: Intake, refresh: Refresh, now: datetime) -> Iterator[LoadReport]:
    """Load what a source has delivered since the last pull, one report per committed load.

    A load that was refused or failed stands in the ledger when its error (LoadRefused, SourceError,
    MappingError) comes out; what was committed before it stays, and the next pull goes on from there.
    """
    known = ledger.standing(con, intake.source_id)
    origin = replace(intake.origin, replace=intake.origin.replace or _is_remapped(intake, known))
    cursor = None if origin.replace else known.cursor
    try:
        for delivery in _followed(intake.source.read(cursor, now)):
            yield _load_one(con, intake, delivery, refresh, now, origin)
            if delivery.batches:
                origin = replace(origin, replace=False)
    except (SourceError, MappingError) as error:
        with transaction(con):
            ledger.write_failure(con, intake.source_id, str(error), now)
        raise


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
        if delivery.file_name is None or delivery.file_name in str(error):
            raise
        raise MappingError(f"{delivery.file_name}: {error}") from None


def _is_remapped(intake: Intake, known: ledger.Standing) -> bool:
    return intake.is_whole and known.mapping_hash not in (None, ledger.mapping_hash(intake.mapping))


def _load_one(
    con: duckdb.DuckDBPyConnection,
    intake: Intake,
    delivery: Delivery,
    refresh: Refresh,
    now: datetime,
    origin: Origin,
) -> LoadReport:
    if delivery.is_loadable or is_pending(con):
        with naming(delivery):
            return load(con, delivery, intake.mapping, refresh, now, origin)
    return LoadReport(
        run_id=0,
        source_id=intake.source_id,
        n_read=0,
        n_new=0,
        n_changed=0,
        n_same=0,
        n_rejected=0,
        watermark=watermark(con),
        data_version=data_version(con),
        message=delivery.note,
    )
