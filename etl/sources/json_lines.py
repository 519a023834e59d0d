"""Rows of a JSON file; absent keys are nulls, members of objects are columns of their own, values are text."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from data.warehouse import Warehouse
from etl.model import Reject
from etl.sources.json_records import Records, escaped
from etl.sources.text_rows import create_stage

DEPTH = 5  # objects inside of objects that become columns
WIDTH = 100  # members of one object; more are a table of values and stay JSON text


class JsonRows:
    """The objects of one file in file order; see etl.model.Rows.

    Columns are the keys in order of first appearance; an object inside gives a column for each of its members,
    `requester.id`. Lists, and what is an object in some rows only, stay JSON text. What is no object is one
    rejected row.
    """

    def __init__(self, path: Path, records: str | None = None, *, is_lines: bool = False) -> None:
        self._path = path
        self._records = Records(path, records, is_lines)
        self._malformed: tuple[Reject, ...] = ()
        self._unreadable: Sequence[Reject] = ()
        scratch = Warehouse(None)
        try:
            self._places = dict(self._found(scratch.cursor()))
        finally:
            scratch.close()
        self.columns: Sequence[str] = tuple(self._places.values())

    def _read(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create temp table json_line (number, line, is_object) in file order.

        Lines that are no text at all are counted with the others.
        """
        self._unreadable = self._records.read(con)
        number, lines = "row_no", "json_text"
        if self._unreadable:
            _note_gaps(con, self._gaps())
            number, lines = (
                "row_no + coalesce(missing, 0)::BIGINT",
                "json_text ASOF LEFT JOIN json_gap ON row_no > above",
            )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE json_line AS SELECT {number} AS number, c1 AS line,"
            " CASE WHEN json_valid(c1) THEN json_type(c1) = 'OBJECT' ELSE false END AS is_object"
            f" FROM {lines} WHERE c1 IS NOT NULL AND trim(c1) <> ''"
        )
        con.execute("DROP TABLE json_text")

    def _gaps(self) -> list[int]:
        """Return for each line that is no text how many others stand above it that are."""
        lines = sorted(int(reject.payload["line"] or 0) for reject in self._unreadable)
        return [line - place for place, line in enumerate(lines, start=1)]

    def _found(self, con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
        """Yield JSON pointer and name of every column."""
        self._read(con)
        rows = con.execute(
            "SELECT key FROM (SELECT unnest(json_keys(line)) AS key, number,"
            " generate_subscripts(json_keys(line), 1) AS place FROM json_line WHERE is_object)"
            " GROUP BY key ORDER BY min((number, place))"
        ).fetchall()
        inside = _inside(con)
        for (key,) in rows:
            yield from _columns(key, escaped(key), inside.get(key), DEPTH)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        self._read(con)
        create_stage(con, table, len(self.columns))
        values = "".join(f", found[{place}]" for place in range(1, len(self.columns) + 1))
        done = con.execute(
            f"INSERT INTO {table} SELECT row_number() OVER (ORDER BY number){values} FROM"
            " (SELECT number, json_extract_string(line, ?::VARCHAR[]) AS found FROM json_line WHERE is_object)",
            [list(self._places)],
        ).fetchone()
        count = int(done[0]) if done else 0
        self._malformed = self._bad_lines(con, count)
        con.execute("DROP TABLE json_line")
        return count

    def _bad_lines(self, con: duckdb.DuckDBPyConnection, good: int) -> tuple[Reject, ...]:
        rows = con.execute("SELECT number, line FROM json_line WHERE NOT is_object ORDER BY number").fetchall()
        found = [(str(number), line) for number, line in rows]
        found += [(reject.payload["line"] or "", reject.payload["raw"] or "") for reject in self._unreadable]
        found.sort(key=lambda each: int(each[0]))
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


def _note_gaps(con: duckdb.DuckDBPyConnection, gaps: Sequence[int]) -> None:
    """Create temp table json_gap: below `above` lines of text so many are missing."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE json_gap AS SELECT above, sum(count(*)) OVER (ORDER BY above) AS missing"
        " FROM (SELECT unnest(?::BIGINT[]) AS above) GROUP BY above",
        [list(gaps)],
    )


def _inside(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return what all records together hold, objects as dictionaries; empty without an object in any record."""
    nested = con.execute(
        "SELECT coalesce(bool_or(contains(substr(line, 2), '{')), false) FROM json_line WHERE is_object"
    )
    if nested.fetchone() != (True,):
        return {}
    held = con.execute(
        "SELECT json_group_structure(CASE WHEN is_object THEN line::JSON END) FROM json_line"
    ).fetchone()
    found = json.loads(held[0]) if held and held[0] else {}
    return found if isinstance(found, dict) else {}


def _columns(name: str, pointer: str, structure: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield pointer and name of a member: its own column, or those of its members where it is an object."""
    if not isinstance(structure, dict) or not 0 < len(structure) <= WIDTH or not depth:
        yield pointer, name
        return
    for key in sorted(structure):
        yield from _columns(f"{name}.{key}", pointer + escaped(key), structure[key], depth - 1)
