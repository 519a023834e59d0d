"""Figures as of an earlier instant: what was known then, recomputed from the events (semantics 1.2)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from metrics import facts
from metrics.measure import Answers, measure
from metrics.model import Desk, Question


def measure_as_of(
    con: duckdb.DuckDBPyConnection, desk: Desk, questions: Iterable[Question], as_of: datetime
) -> Answers:
    """Return the readings as they would have come out at `as_of`, an instant before the watermark.

    The facts are rebuilt aside in memory, so this takes as long as a rebuild; con needs its own cursor.
    """
    with standing(con, desk, as_of) as then:
        return measure(then, desk, questions, as_of)


@contextmanager
def standing(con: duckdb.DuckDBPyConnection, desk: Desk, as_of: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the cursor with facts as of an instant in front of the real ones, which stay untouched."""
    home, number = _one(con, "SELECT current_database() || '.' || current_schema(), txid_current()")
    aside = f"memory.past_{number}"
    con.execute(f"CREATE SCHEMA {aside}")
    try:
        con.execute(f"CREATE TABLE {aside}.meta AS SELECT * FROM {home}.meta")
        con.execute(f"SET search_path = '{aside},{home}'")
        facts.create(con)
        facts.rebuild(con, as_of, desk)
        yield con
    finally:
        con.execute(f"USE {home}")
        con.execute(f"DROP SCHEMA {aside} CASCADE")


def _one(con: duckdb.DuckDBPyConnection, text: str) -> tuple[str, int]:
    row = con.execute(text).fetchone()
    if row is None:
        raise RuntimeError(f"no row: {text}")
    return row[0], row[1]
