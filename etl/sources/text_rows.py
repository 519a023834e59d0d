"""Rows as text in Arrow: what sources without a reader inside DuckDB hand over."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.model import Reject

EXACT_FLOAT = 2.0**53


def as_text(value: object) -> str | None:
    """Return a driver's or sheet's value as the text a mapping sees; None stays None.

    Whole floats lose their ".0", instants become ISO 8601, durations seconds, bytes UTF-8 or hex.
    """
    if value is None or isinstance(value, str):
        return value if value is None or value.isascii() else _without_surrogates(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_FLOAT else repr(value)
    if isinstance(value, (date, time, timedelta)):
        return _clock_text(value)
    if isinstance(value, (bytes, memoryview)):
        return _bytes_text(bytes(value))
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _clock_text(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        return as_text(value.total_seconds()) or "0"
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()


def _without_surrogates(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8")


def text_column(values: Sequence[object]) -> pa.Array:
    """Return one column as Arrow text; columns of text or of whole numbers are taken over whole."""
    kinds = set(map(type, values))
    if kinds <= {int, type(None)}:
        values = _whole_numbers(values)
    elif not kinds <= {str, type(None)}:
        values = [as_text(value) for value in values]
    try:
        return without_nul(pa.array(values, pa.string()))
    except UnicodeEncodeError:
        return without_nul(pa.array([as_text(value) for value in values], pa.string()))


def without_nul(texts: pa.Array) -> pa.Array:
    """Return texts with every NUL character replaced: it would end them early in many a tool behind us."""
    if not pc.any(pc.match_substring(texts, "\0")).as_py():
        return texts
    return pc.replace_substring(texts, "\0", "\ufffd")


def _whole_numbers(values: Sequence[object]) -> Sequence[object]:
    try:
        return pa.array(values, pa.int64()).cast(pa.string())  # type: ignore[no-any-return]
    except (OverflowError, pa.ArrowInvalid):
        return [as_text(value) for value in values]


def text_batch(rows: Sequence[Sequence[object]], width: int) -> pa.RecordBatch:
    """Return rows of equal width as one Arrow batch with columns c1..cn."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * width
    return pa.RecordBatch.from_arrays(
        [text_column(column) for column in columns], [f"c{i + 1}" for i in range(width)]
    )


def create_stage(con: duckdb.DuckDBPyConnection, table: str, width: int) -> None:
    """Create the empty temp table (row_no, c1..cn)."""
    columns = "".join(f", c{i + 1} VARCHAR" for i in range(width))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} (row_no BIGINT{columns})")


class TextRows:
    """Rows held as Arrow batches of text; see etl.model.Rows."""

    def __init__(
        self, columns: Sequence[str], batches: Iterable[pa.RecordBatch], malformed: Sequence[Reject] = ()
    ) -> None:
        self.columns = tuple(columns)
        self._batches = batches
        self._malformed = malformed

    @classmethod
    def of(cls, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> "TextRows":
        """Return rows given as Python values, turned into text."""
        return cls(columns, [text_batch(rows, len(columns))])

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        batches = list(self._batches)
        if not batches:
            create_stage(con, table, len(self.columns))
            return 0
        arriving = pa.Table.from_batches(batches)
        numbers = pa.array(np.arange(1, arriving.num_rows + 1))
        con.register("arriving_rows", arriving.add_column(0, "row_no", numbers))
        try:
            con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM arriving_rows")
        finally:
            con.unregister("arriving_rows")
        return int(arriving.num_rows)

    def malformed(self) -> Sequence[Reject]:
        """Return the rows that could not be read as rows."""
        return self._malformed
