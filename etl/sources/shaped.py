"""Rows of a file made into rows of a table: some of them only, or several gathered into one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from etl.mapping.file_form import Gather
from etl.model import MappingError, Reject, Rows
from etl.normalize.header import Header
from etl.normalize.sqltext import listing

MOST = 300  # names gathered into columns


class ShapedRows:
    """Rows of a file, filtered and gathered; `columns` are complete once `stage` has returned.

    only    column -> values: rows with other values are not rows of this table, and not counted as read
    gather  one row per `by`: its columns from the first row that has them, and one column per value of `name`
    """

    def __init__(
        self, path: Path, rows: Rows, only: Mapping[str, Sequence[str]], gather: Gather | None = None
    ) -> None:
        self._path = path
        self._rows = rows
        self._only = only
        self._gather = gather
        self.columns: Sequence[str] = rows.columns

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` and return its number of rows; row_no stays that of the (first) row in the file.

        Raises MappingError for columns the file does not have, or names too many to be columns.
        """
        count = self._rows.stage(con, table)
        header = Header(self._rows.columns)
        if self._only:
            count = self._keep(con, table, header)
        return self._widen(con, table, header, self._gather) if self._gather else count

    def malformed(self) -> Sequence[Reject]:
        """Return the rows that could not be read as rows."""
        return self._rows.malformed()

    def _column(self, header: Header, option: str, name: str) -> str:
        return header.column(name, f"{self._path}: file.{option}")

    def _keep(self, con: duckdb.DuckDBPyConnection, table: str, header: Header) -> int:
        tests = [
            f"coalesce(trim({self._column(header, 'only', name)}) IN {listing(tuple(values))}, false)"
            for name, values in self._only.items()
        ]
        con.execute(f"DELETE FROM {table} WHERE NOT ({' AND '.join(tests)})")
        return _count(con, table)

    def _widen(self, con: duckdb.DuckDBPyConnection, table: str, header: Header, gather: Gather) -> int:
        by, name, value = (
            self._column(header, f"gather.{part}", given)
            for part, given in (("by", gather.by), ("name", gather.name), ("value", gather.value))
        )
        asked = [row[0] for row in con.execute(_names(table, name)).fetchall()]
        if len(asked) > MOST:
            raise MappingError(
                f"{self._path}: file.gather.name: column {gather.name!r} has more than {MOST} values, such as"
                f" {', '.join(map(repr, asked[:3]))}; name the column that tells the question"
            )
        kept = [f"c{place}" for place in range(1, len(header.names) + 1)]
        firsts = [f"arg_min({column}, row_no) FILTER ({column} IS NOT NULL)" for column in kept]
        answers = [f"arg_max({value}, row_no) FILTER (trim({name}) = ${place})" for place in range(1, len(asked) + 1)]
        cells = [f"{sql} AS c{place}" for place, sql in enumerate([*firsts, *answers], start=1)]
        parameters = {str(place): one for place, one in enumerate(asked, start=1)}
        con.execute(f"ALTER TABLE {table} RENAME TO gathered_rows")
        con.execute(
            f"CREATE TEMP TABLE {table} AS SELECT min(row_no) AS row_no, {', '.join(cells)}"
            f" FROM gathered_rows GROUP BY coalesce({by}, 'row ' || row_no) ORDER BY 1",
            parameters,
        )
        con.execute("DROP TABLE gathered_rows")
        self.columns = [*self._rows.columns, *asked]
        return _count(con, table)


def _names(table: str, name: str) -> str:
    """Return SQL for the names in the order they first come."""
    return (
        f"SELECT trim({name}) FROM {table} WHERE trim({name}) <> '' GROUP BY 1 ORDER BY min(row_no) LIMIT {MOST + 1}"
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
