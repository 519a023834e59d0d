"""Rows of a JSON file, one object per line or one array of objects; absent keys are nulls, values are text."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from data.warehouse import Warehouse
from etl.model import Reject, SourceError
from etl.sources.csv_file import CsvRows
from etl.sources.text_rows import create_stage


class JsonRows:
    """The objects of one file in file order; see etl.model.Rows.

    Columns are the keys in order of first appearance. Nested values stay JSON text. A line that is no object
    is one rejected row.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._malformed: tuple[Reject, ...] = ()
        self._unreadable: Sequence[Reject] = ()
        scratch = Warehouse(None)
        try:
            self.columns: Sequence[str] = self._keys(scratch.cursor())
        finally:
            scratch.close()

    def _read(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create temp table json_line (number, line, is_object) in file order."""
        if self._starts_array():
            self._read_array(con)
        else:
            lines = CsvRows.of_lines(self._path)
            lines.stage(con, "json_text")
            self._unreadable = lines.malformed()
        con.execute(
            "CREATE OR REPLACE TEMP TABLE json_line AS SELECT row_no AS number, c1 AS line,"
            " CASE WHEN json_valid(c1) THEN json_type(c1) = 'OBJECT' ELSE false END AS is_object"
            " FROM json_text WHERE c1 IS NOT NULL AND trim(c1) <> ''"
        )
        con.execute("DROP TABLE json_text")

    def _read_array(self, con: duckdb.DuckDBPyConnection) -> None:
        try:
            con.execute(
                "CREATE OR REPLACE TEMP TABLE json_text AS SELECT row_number() OVER () AS row_no, json::VARCHAR AS c1"
                " FROM read_json_objects(?, format = 'array')",
                [str(self._path)],
            )
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise SourceError(f"{self._path}: not a whole JSON array: {error}", permanent=True) from error

    def _starts_array(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
        except OSError as error:
            raise SourceError(f"{self._path}: cannot be read ({error.strerror})", permanent=False) from error

    def _keys(self, con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
        self._read(con)
        rows = con.execute(
            "SELECT key FROM (SELECT unnest(json_keys(line)) AS key, number,"
            " generate_subscripts(json_keys(line), 1) AS place FROM json_line WHERE is_object)"
            " GROUP BY key ORDER BY min((number, place))"
        ).fetchall()
        return tuple(row[0] for row in rows)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        self._read(con)
        create_stage(con, table, len(self.columns))
        values = "".join(f", found[{place}]" for place in range(1, len(self.columns) + 1))
        pointers = [f"/{key.replace('~', '~0').replace('/', '~1')}" for key in self.columns]
        done = con.execute(
            f"INSERT INTO {table} SELECT row_number() OVER (ORDER BY number){values} FROM"
            " (SELECT number, json_extract_string(line, ?::VARCHAR[]) AS found FROM json_line WHERE is_object)",
            [pointers],
        ).fetchone()
        count = int(done[0]) if done else 0
        self._malformed = self._bad_lines(con, count)
        con.execute("DROP TABLE json_line")
        return count

    def _bad_lines(self, con: duckdb.DuckDBPyConnection, good: int) -> tuple[Reject, ...]:
        rows = con.execute("SELECT number, line FROM json_line WHERE NOT is_object ORDER BY number").fetchall()
        found = [(str(number), line) for number, line in rows]
        found += [(reject.payload["line"] or "", reject.payload["raw"] or "") for reject in self._unreadable]
        return tuple(
            Reject(
                row_no=good + place,
                payload={"line": number, "raw": line},
                rule="malformed",
                hint=f"record {number} of {self._path.name} is no JSON object in UTF-8; mend it, deliver it again",
            )
            for place, (number, line) in enumerate(found, start=1)
        )

    def malformed(self) -> Sequence[Reject]:
        """Return the lines that are no objects, numbered after the good rows."""
        return self._malformed
