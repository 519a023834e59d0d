"""Rows of a Parquet file, every column cast to text."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from etl.model import Reject, SourceError


class ParquetRows:
    """The rows of one Parquet file in file order; see etl.model.Rows. A damaged file is refused whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self.columns: Sequence[str] = tuple(pq.read_schema(path).names)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> SourceError:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"{self._path}: not a whole Parquet file ({first}); nothing of it was loaded, deliver it again"
        return SourceError(message, permanent=True)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        names = [f"c{i + 1}" for i in range(len(self.columns))]
        texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in names)
        query = (
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT file_row_number + 1 AS row_no, {texts}"
            f" FROM read_parquet(?) AS file({', '.join(names)})"
        )
        try:
            con.execute(query, [str(self._path)])
        except (duckdb.InvalidInputException, duckdb.IOException, duckdb.SerializationException) as error:
            raise self._damaged(error) from error
        found = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(found[0]) if found else 0

    def malformed(self) -> Sequence[Reject]:
        """Return nothing: a damaged file is refused whole."""
        return ()
