"""What holds of every source, whatever its kind: resumable from any delivery, quiet when nothing is new.

A test hands in how its source is made (as settings would) and the mapping; what holds of its errors is `error_of`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import duckdb
import pytest

from etl import ledger
from etl.load import load
from etl.mapping import Mapping
from etl.model import Delivery, LoadReport, MappingError, Origin, Source, SourceError
from etl.pull.run import Intake, pull
from tests.engine import fresh

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TABLES = ("ticket", "ticket_event", "message", "survey_response", "survey_answer")
OF_THE_LOAD = {"run_id", "loaded_at", "version", "seq", "row_hash", "observed_at"}
Make = Callable[[], Source]


def check_source(make: Make, mapping: Mapping) -> None:
    """Check the whole contract; the source has to hold something, and nobody writes to it meanwhile."""
    whole = _Desk(make, mapping)
    whole.pull()
    assert sum(map(len, whole.held().values())) > 0
    _check_deliveries(list(make().read(None, NOW)))
    _check_quiet(whole)
    _check_resumable(make, mapping, whole.held())


def error_of(make: Make, cursor: str | None = None, secret: str = "s3cret") -> SourceError | MappingError:
    """Return the error of a source that cannot be read, and see that it tells no secret."""
    with pytest.raises((SourceError, MappingError)) as caught:
        list(make().read(cursor, NOW))
    assert secret not in "".join(map(str, (caught.value, caught.value.__cause__, caught.value.__context__)))
    found = caught.value
    assert isinstance(found, (SourceError, MappingError))
    return found


def _check_deliveries(deliveries: Sequence[Delivery]) -> None:
    """See that tables come once in each, and that what was delivered up to never goes back."""
    for delivery in deliveries:
        names = [batch.table for batch in delivery.batches]
        assert len(names) == len(set(names))
    told = [delivery.until for delivery in deliveries if delivery.until is not None]
    assert told == sorted(told)
    assert all(until <= NOW for until in told)


def _check_quiet(desk: "_Desk") -> None:
    """See that a second pull changes nothing, and leaves facts and data version alone."""
    held, reports = desk.held(), desk.pull()
    assert [report for report in reports if report.is_change] == []
    assert sum(report.n_rejected for report in reports) == 0
    assert desk.held() == held


def _check_resumable(make: Make, mapping: Mapping, held: dict[str, list[str]]) -> None:
    """See that pulls killed early, half way, late and after each delivery lead to the same rows."""
    n_deliveries = len(list(make().read(None, NOW)))
    assert n_deliveries > 1
    for stop in sorted({1, n_deliveries // 2, n_deliveries - 1}):
        desk = _Desk(make, mapping)
        desk.pull_and_die(stop)
        desk.pull()
        assert desk.held() == held
    limping = _Desk(make, mapping)
    for _ in range(n_deliveries):
        limping.pull_and_die(1)
    limping.pull()
    assert limping.held() == held


class _Desk:
    """A warehouse with one source."""

    def __init__(self, make: Make, mapping: Mapping) -> None:
        self.con = fresh()
        self._make = make
        self._mapping = mapping
        self._origin = Origin("test", salt="pepper")

    def pull(self) -> list[LoadReport]:
        intake = Intake("desk", self._make(), self._mapping, self._origin)
        return list(pull(self.con, intake, _no_facts, NOW))

    def pull_and_die(self, stop: int) -> None:
        """Load so many deliveries of a pull of which more follow."""
        known = ledger.standing(self.con, "desk").cursor
        for delivery in islice(self._make().read(known, NOW), stop):
            load(self.con, replace(delivery, more=True), self._mapping, _no_facts, NOW, self._origin)

    def held(self) -> dict[str, list[str]]:
        """Return the rows of the canonical tables as text, without what only tells of the load."""
        return {table: self._rows(table) for table in TABLES}

    def _rows(self, table: str) -> list[str]:
        columns = [row[0] for row in self.con.execute(f"DESCRIBE {table}").fetchall()]
        kept = ", ".join(f'"{name}"' for name in columns if name not in OF_THE_LOAD)
        return [str(row) for row in self.con.execute(f"SELECT {kept} FROM {table} ORDER BY ALL").fetchall()]


def _no_facts(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    """Leave the facts alone."""
