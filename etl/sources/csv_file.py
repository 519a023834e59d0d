"""Rows of a CSV file, read by DuckDB as text; a malformed line is one rejected row, never a lost file."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from etl.model import Reject, SourceError
from etl.sources.csv_dialect import PLAIN, Dialect, inspect
from etl.sources.file_lines import CHUNK, Line, lines_at
from etl.sources.heading import Heading
from etl.sources.text_rows import create_stage

CELL_BYTES = 33_554_432  # longest line; DuckDB reads in buffers of twice that
MAX_MENDS = 100
HINTS = {
    "MISSING COLUMNS": "add the missing fields",
    "TOO MANY COLUMNS": "quote the value that contains the delimiter",
    "UNQUOTED VALUE": "close the quote, or double quotes inside a quoted value",
    "INVALID ENCODING": "save the file in its declared encoding",
    "LINE SIZE OVER MAXIMUM": f"lines may have {CELL_BYTES:,} bytes",
}


@dataclass(frozen=True)
class Fault:
    """One record DuckDB could not read: its byte position, kind, message and first 10,000 characters."""

    position: int
    kind: str
    message: str
    text: str

    @property
    def swallows(self) -> bool:
        """Return whether an open quote took following lines along."""
        is_open = self.kind in ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM")
        return is_open and not {"\r", "\n"}.isdisjoint(self.text.rstrip("\r\n"))


class CsvRows:
    """The rows below the header of one CSV file in file order; see etl.model.Rows."""

    def __init__(self, path: Path, dialect: Dialect, quote: str = '"') -> None:
        self._path = path
        self._quote = quote
        self._dialect = dialect
        self.columns: Sequence[str] = dialect.header
        self._malformed: list[Reject] = []
        self._room = path.parent  # of temporary copies while staging

    @classmethod
    def of(
        cls, path: Path, encoding: str | None = None, delimiter: str | None = None, heading: Heading = PLAIN
    ) -> "CsvRows":
        """Return the rows of a file whose encoding and delimiter are declared or detected."""
        try:
            return cls(path, inspect(path, encoding, delimiter, heading))
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror})", permanent=False) from error

    @classmethod
    def of_lines(cls, path: Path) -> "CsvRows":
        """Return the lines of a UTF-8 text file, each a row of one column."""
        return cls(path, Dialect("utf-8", "\x1e", ("line",), 0), quote="")

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        self._malformed.clear()
        if not self.columns:
            create_stage(con, table, 0)
            return 0
        with TemporaryDirectory(prefix="csv-") as room:
            self._room = Path(room)
            self._stage_mended(con, table, self._as_utf8())
        found = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        rows = int(found[0]) if found else 0
        self._malformed = _numbered(self._malformed, rows)
        return rows

    def malformed(self) -> Sequence[Reject]:
        """Return the lines that are no rows, with line number and raw text, numbered after the good rows."""
        return tuple(self._malformed)

    def _as_utf8(self) -> Path:
        if self._dialect.encoding == "utf-8":
            return self._path
        return _recode(self._path, self._dialect.encoding, self._room / "utf8.csv")

    def _stage_mended(self, con: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
        """Stage; when an open quote swallowed lines, take out the line that opened it and read again."""
        faults, path = self._scan_any_newline(con, table, path)
        if any(fault.swallows for fault in faults):
            path = _unify_newlines(path, self._room / "newlines.csv")
            faults = self._scan(con, table, path)
        removed: list[int] = []
        while (swallowing := [fault for fault in faults if fault.swallows]) and len(removed) < MAX_MENDS:
            mended = self._room / f"mended-{len(removed)}.csv"
            position = swallowing[0].position
            self._malformed.append(self._reject(swallowing[0], lines_at(path, [position])[position], removed))
            _cut_line(path, position, mended)
            removed.append(self._malformed[-1].row_no)
            faults, path = self._scan(con, table, mended), mended
        lines = lines_at(path, (fault.position for fault in faults))
        self._malformed.extend(self._reject(fault, lines[fault.position], removed) for fault in faults)

    def _reject(self, fault: Fault, line: Line, removed: Sequence[int]) -> Reject:
        """Return the reject of a line; `removed` are the lines that were taken out before it was counted."""
        number = line.number
        for gone in sorted(removed):
            number += gone <= number
        mend = f"{fault.message} {HINTS.get(fault.kind, 'mend the line')}, then deliver the row again"
        hint = f"line {number}: {mend}"
        payload = {"line": str(number), "raw": line.text}
        return Reject(row_no=number, payload=payload, rule="malformed", hint=hint)

    def _scan_any_newline(self, con: duckdb.DuckDBPyConnection, table: str, path: Path) -> tuple[list[Fault], Path]:
        try:
            return self._scan(con, table, path), path
        except duckdb.InvalidInputException as error:
            if "invalid state" not in str(error):
                raise SourceError(f"{self._path}: cannot be read as CSV: {error}", permanent=True) from error
        path = _unify_newlines(path, self._room / "newlines.csv")
        return self._scan(con, table, path), path

    def _scan(self, con: duckdb.DuckDBPyConnection, table: str, path: Path) -> list[Fault]:
        for name in ("csv_fault", "csv_scan"):
            con.execute(f"DROP TABLE IF EXISTS {name}")
        con.execute(self._read_sql(table, path), [str(path)])
        rows = con.execute(
            "SELECT line_byte_position - 1, error_type::VARCHAR, error_message, csv_line FROM csv_fault"
            " QUALIFY row_number() OVER (PARTITION BY line_byte_position ORDER BY column_idx) = 1 ORDER BY 1"
        ).fetchall()
        return [Fault(position, kind, message, text or "") for position, kind, message, text in rows]

    def _read_sql(self, table: str, path: Path) -> str:
        names = ", ".join(f"'c{i + 1}': 'VARCHAR'" for i in range(len(self.columns)))
        cell = min(CELL_BYTES, max(2_097_152, path.stat().st_size))
        quote = self._quote.replace("'", "''")
        return (
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT row_number() OVER () AS row_no, * FROM read_csv(?,"
            f" auto_detect = false, header = false, skip = {self._dialect.skip}, columns = {{{names}}},"
            f" delim = '{self._dialect.delimiter}', quote = '{quote}', escape = '{quote}', max_line_size = {cell},"
            f" buffer_size = {2 * cell}, store_rejects = true,"
            " rejects_table = 'csv_fault', rejects_scan = 'csv_scan')"
        )


def _numbered(rejects: list[Reject], rows: int) -> list[Reject]:
    ordered = sorted(rejects, key=lambda reject: reject.row_no)
    return [replace(reject, row_no=rows + place) for place, reject in enumerate(ordered, start=1)]


def _recode(source: Path, encoding: str, target: Path) -> Path:
    """Write `source` as UTF-8; bytes that do not decode stay invalid, so that their rows are rejected."""
    with (
        source.open("r", encoding=encoding, errors="surrogateescape", newline="") as old,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as new,
    ):
        shutil.copyfileobj(old, new, CHUNK)
    return target


def _unify_newlines(source: Path, target: Path) -> Path:
    with source.open("rb") as old, target.open("wb") as new:
        while chunk := old.read(CHUNK):
            chunk += old.read(1) if chunk.endswith(b"\r") else b""
            new.write(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return target


def _cut_line(source: Path, position: int, target: Path) -> None:
    """Copy `source` without the physical line at a byte position."""
    with source.open("rb") as old, target.open("wb") as new:
        while (left := position - old.tell()) > 0:
            new.write(old.read(min(left, CHUNK)))
        old.readline()
        shutil.copyfileobj(old, new, CHUNK)
