"""Where the records of a JSON file are: lines, an array, or a list inside of one object."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from etl.model import MappingError, Reject, SourceError
from etl.sources.csv_file import CsvRows

OBJECT_BYTES = 16_777_216  # what DuckDB takes for one object unless told otherwise
_SAMPLE = 50
_IDS = ("id", "number", "key", "ticket_id", "ticketid", "case_id")


@dataclass
class Records:
    """The records of one file, read as texts.

    place     name of the list that holds the records, dotted for a list further in; None = found by itself
    is_lines  the file was said to be one object per line
    """

    path: Path
    place: str | None = None
    is_lines: bool = False

    def read(self, con: duckdb.DuckDBPyConnection) -> tuple[Reject, ...]:
        """Create temp table json_text (row_no, c1) of the records; return lines that are no UTF-8 text."""
        start = self._start()
        if start.startswith(b"["):
            self._objects(con, "array")
            return ()
        if start.startswith(b"{") and not self._is_line_wise():
            self._objects(con, "unstructured")
            self._unwrap(con)
            return ()
        lines = CsvRows.of_lines(self.path)
        lines.stage(con, "json_text")
        return tuple(lines.malformed())

    def _start(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read ({error.strerror})", permanent=False) from error

    def _is_line_wise(self) -> bool:
        """Return whether a file that starts with an object has one per line, bad ones among them."""
        if self.place is None and self.is_lines:
            return True
        with self.path.open("rb") as file:
            lines = [line.strip() for line in islice(file, _SAMPLE)]
        lines = [line.removeprefix(b"\xef\xbb\xbf") for line in lines if line]
        whole = [line.startswith(b"{") and line.endswith(b"}") for line in lines]
        return len(lines) > 1 and (whole[0] or 2 * sum(whole) > len(whole))

    def _objects(self, con: duckdb.DuckDBPyConnection, form: str) -> None:
        size = max(OBJECT_BYTES, self.path.stat().st_size + 1) if form == "unstructured" else OBJECT_BYTES
        try:
            con.execute(
                "CREATE OR REPLACE TEMP TABLE json_text AS SELECT row_number() OVER () AS row_no, json::VARCHAR AS c1"
                f" FROM read_json_objects(?, format = '{form}', maximum_object_size = {size})",
                [str(self.path)],
            )
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            what = "JSON array" if form == "array" else "JSON object"
            raise SourceError(f"{self.path}: not a whole {what}: {error}", permanent=True) from error

    def _unwrap(self, con: duckdb.DuckDBPyConnection) -> None:
        """Put the records of the list in place of the one object that holds it."""
        found = con.execute("SELECT count(*) FROM json_text").fetchone()
        if found != (1,):
            return
        pointer = self._pointer(con)
        if pointer is not None:
            con.execute("CREATE OR REPLACE TEMP TABLE json_whole AS SELECT c1 FROM json_text")
            con.execute(
                "CREATE OR REPLACE TEMP TABLE json_text AS SELECT row_number() OVER () AS row_no, c1::VARCHAR AS c1"
                " FROM (SELECT unnest(json_extract(c1, ?)::JSON[]) AS c1 FROM json_whole)",
                [pointer],
            )
            con.execute("DROP TABLE json_whole")

    def _pointer(self, con: duckdb.DuckDBPyConnection) -> str | None:
        """Return where the list of records is; None = the object is a record itself. Raises MappingError."""
        lists = dict(_lists(con, ""))
        names = ", ".join(lists) or "none"
        if self.place is not None:
            if self.place not in lists:
                raise MappingError(f"{self.path}: file.records: no list {self.place!r} in it; lists in it: {names}")
            return lists[self.place]
        if not lists or _is_record(con):
            return None
        if len(lists) > 1:
            first = next(iter(lists))
            raise MappingError(
                f"{self.path}: one object with several lists ({names}); say which holds the rows,"
                f" for instance `file: {{records: {json.dumps(first, ensure_ascii=False)}}}`"
            )
        return next(iter(lists.values()))


def escaped(key: str) -> str:
    """Return a key as a step of a JSON pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _is_record(con: duckdb.DuckDBPyConnection) -> bool:
    return any(key.lower() in _IDS for key, _ in _members(con, ""))


def _members(con: duckdb.DuckDBPyConnection, pointer: str) -> list[tuple[str, str]]:
    """Return key and type of the members of an object; of a list the type says whether it holds objects."""
    keys = con.execute("SELECT json_keys(c1, ?) FROM json_text", [pointer]).fetchone()
    found = []
    for key in keys[0] if keys and keys[0] else []:
        inner = pointer + escaped(key)
        row = con.execute(
            "SELECT json_type(c1, ?), json_type(c1, ?), json_array_length(c1, ?) FROM json_text",
            [inner, f"{inner}/0", inner],
        ).fetchone()
        kind, first, length = row or (None, None, None)
        is_list = kind == "ARRAY" and (first == "OBJECT" or length == 0)
        found.append((key, "LIST" if is_list else str(kind)))
    return found


def _lists(con: duckdb.DuckDBPyConnection, pointer: str, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and pointer of the lists of objects, those of the object itself and of objects in it."""
    for key, kind in _members(con, pointer):
        if kind == "LIST":
            yield name + key, pointer + escaped(key)
        elif kind == "OBJECT" and not name:
            yield from _lists(con, pointer + escaped(key), f"{key}.")
