"""A data set of ../shared/data imported through the product, and its KPIs asked for in the usual way."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.settings import ROOT
from data.warehouse import Warehouse, data_version, transaction, watermark
from etl.load import load
from etl.mapping import load_mapping
from etl.model import Later, LoadReport, Origin
from etl.pull.intakes import imported
from etl.pull.run import pull
from metrics import facts
from metrics.defects import defects
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Case, Desk, Question, Reading, Slice, Window

SHARED = ROOT.parent / "shared" / "data"
DESK = Desk(tz="UTC")  # as the README asks: reporting zone UTC, elapsed clock
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANY_TIME = Window(None, None, "UTC")
FACTS = (
    "fact_case",
    "fact_reply",
    "fact_waiting",
    "fact_resolution",
    "fact_first_resolution",
    "fact_flow",
    "fact_span",
    "fact_sla",
    "fact_survey",
    "fact_answer",
    "fact_defect",
    "backlog_day",
)


def shared(name: str) -> Path:
    """Return a file of the shared data; skips the test where it is not there."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: reference values cannot be reproduced")
    return path


def printed(text: str) -> Any:
    """Return what equals a printed figure: within half a unit of its last digit."""
    digits = len(text.partition(".")[2])
    return pytest.approx(float(text), rel=0, abs=0.5 * 10.0**-digits + 1e-9)


def share(text: str) -> Any:
    """Return what equals a printed share 0..1 as the percentage the product gives, to 1e-6 of the share."""
    return pytest.approx(100 * float(text), rel=0, abs=1e-4)


def percent(text: str) -> Any:
    """Return what equals a printed percentage, to 1e-5."""
    return pytest.approx(float(text), rel=0, abs=1e-5)


def between(start: str | None, end: str | None) -> Window:
    """Return the window of two ISO dates in UTC."""
    return Window(start and date.fromisoformat(start), end and date.fromisoformat(end), "UTC")  # type: ignore[arg-type]


def within(**values: str | tuple[str, ...]) -> Slice:
    """Return a slice; `custom__x` and `vendor__x` stand for custom.x and vendor.x."""
    sides = ((name.replace("__", "."), (one,) if isinstance(one, str) else one) for name, one in values.items())
    return Slice(tuple(sorted(sides)))


class Book:
    """One file under one mapping in a fresh warehouse of its own."""

    def __init__(self, mapping: str, file: str) -> None:
        self.path = shared(file)
        self.mapping = load_mapping(ROOT / "data" / "mappings" / f"{mapping}.yaml")
        self.intake = imported(mapping, [self.path], self.mapping, Origin(salt="reference"))
        self.con: duckdb.DuckDBPyConnection = Warehouse(None).cursor()
        with transaction(self.con):
            facts.create(self.con)
        (self.report,) = self.pull()

    def pull(self) -> list[LoadReport]:
        """Import the file as the product does."""
        return list(pull(self.con, self.intake, self._refresh, NOW))

    @staticmethod
    def _refresh(con: duckdb.DuckDBPyConnection, mark: datetime | None) -> Later | None:
        return facts.refresh(con, mark, DESK)

    def read_again(self) -> LoadReport:
        """Load the same rows once more, as if it were not known that the file is the same."""
        (delivery,) = self.intake.source.read(None, NOW)
        unknown = replace(delivery, file_hash=None)
        return load(self.con, unknown, self.mapping, self._refresh, NOW, self.intake.origin)

    def state(self) -> tuple[Any, ...]:
        """Return data_version, watermark and a fingerprint of every derived table."""
        prints = [
            self.con.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)) FROM {table} t").fetchall()[0]
            for table in FACTS
        ]
        return data_version(self.con), watermark(self.con), *prints

    def all(self, metric: str, *, as_of: datetime | None = None, **more: Any) -> tuple[Reading, ...]:
        """Return all readings of a question; the window is all time unless given."""
        question = Question(metric, **{"window": ANY_TIME, **more})
        return measure(self.con, DESK, [question], as_of or watermark(self.con))[question]

    def one(self, metric: str, **more: Any) -> Reading:
        """Return the reading of a question without grain or split."""
        (reading,) = self.all(metric, **more)
        return reading

    def by(self, split: str, metric: str, **more: Any) -> dict[str, Reading]:
        """Return the readings by member."""
        return {reading.member or "": reading for reading in self.all(metric, split=split, **more)}

    def months(self, metric: str, **more: Any) -> dict[str, Reading]:
        """Return the readings by month, labelled 2016-03."""
        return {(one.bucket or "")[:7]: one for one in self.all(metric, grain="month", **more)}

    def cases(self, metric: str, **more: Any) -> list[Case]:
        """Return the drill list of a question."""
        return drill(self.con, DESK, Question(metric, **{"window": ANY_TIME, **more}), watermark(self.con))

    def backlog(self, day: str, **more: Any) -> int:
        """Return the open cases at 00:00 of a day."""
        return self.one("backlog", window=between(None, day), **more).n

    def defects(self) -> dict[str, int]:
        """Return defects by rule."""
        return defects(self.con)


def values(readings: dict[str, Reading], members: Iterable[str]) -> list[float | None]:
    """Return the values of some members, in that order."""
    return [readings[member].value for member in members]


def counts(readings: dict[str, Reading], members: Iterable[str]) -> list[int]:
    """Return n of some members, in that order."""
    return [readings[member].n for member in members]


def changes_nothing(book: Book) -> None:
    """Assert that the file, pulled again or read again row by row, leaves everything as it was."""
    before = book.state()
    (known,) = book.pull()
    assert (known.n_read, known.is_change) == (0, False)
    assert "already loaded" in (known.message or "")
    again = book.read_again()
    assert (again.n_read, again.n_same) == (book.report.n_read, book.report.n_read - again.n_rejected)
    assert (again.n_new, again.n_changed, again.n_rejected) == (0, 0, book.report.n_rejected)
    assert book.state() == before


def accounts_for_every_row(report: LoadReport, n_read: int) -> None:
    """Assert the row accounting (semantics 2.4)."""
    assert report.n_read == n_read
    assert report.n_new + report.n_changed + report.n_same + report.n_rejected == n_read
