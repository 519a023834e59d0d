"""A source of kind file: one file, several, or a folder they are dropped into."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

import duckdb

from etl.mapping.file_form import Gather
from etl.model import Batch, Delivery, MappingError, Reject, Rows, SourceError
from etl.sources.csv_file import CsvRows
from etl.sources.heading import Heading
from etl.sources.json_lines import JsonRows
from etl.sources.parquet_file import ParquetRows
from etl.sources.shaped import ShapedRows
from etl.sources.xlsx_file import XlsxRows


@dataclass(frozen=True)
class FileTable:
    """How the files of one mapped table are found and read; None = by suffix or content."""

    name: str
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    pattern: str | None = None
    only: Mapping[str, Sequence[str]] | None = None
    gather: Gather | None = None
    records: str | None = None
    heading: Heading = Heading()


FORMATS: Mapping[str, Callable[[Path, FileTable], Rows]] = {
    "csv": lambda path, table: CsvRows.of(path, table.encoding, table.delimiter, table.heading),
    "xlsx": lambda path, table: XlsxRows(path, table.sheet, table.heading),
    "parquet": lambda path, table: ParquetRows(path),
    "jsonl": lambda path, table: JsonRows(path, table.records, is_lines=True),
    "json": lambda path, table: JsonRows(path, table.records),
}
HEADED = ("csv", "xlsx")
SUFFIXES = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "xlsx"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    ".json": "json",
}
UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp")


def open_rows(path: Path, table: FileTable) -> Rows:
    """Return the rows of one file by declared format or suffix; raises MappingError for an unknown one."""
    kind = table.format or SUFFIXES.get(path.suffix.lower(), "")
    if kind not in FORMATS:
        raise MappingError(f"{path}: unknown suffix {path.suffix!r}; say `file: {{format: csv}}` (or {_formats()})")
    if kind not in HEADED and table.heading != Heading():
        raise MappingError(f"{path}: file.header is for CSV files and sheets; {kind} names its columns itself")
    rows = FORMATS[kind](path, table)
    if not rows.columns or not (table.only or table.gather):
        return rows
    return ShapedRows(path, rows, table.only or {}, table.gather)


def _formats() -> str:
    return ", ".join(name for name in FORMATS if name != "csv")


@dataclass(frozen=True)
class Content:
    """What identifies the content of a file: size in bytes, change time in ns, sha256."""

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "Content":
        """Return the content as it is now; raises SourceError when the file cannot be read."""
        try:
            before = path.stat()
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror})", permanent=False) from error
        return cls(before.st_size, before.st_mtime_ns, digest)

    def looks_unchanged(self, path: Path) -> bool:
        """Return whether size and change time are still the same."""
        now = path.stat()
        return (now.st_size, now.st_mtime_ns) == (self.size, self.mtime_ns)


class SteadyRows:
    """Rows of a file that must be the same file after reading as before."""

    def __init__(self, path: Path, content: Content, rows: Rows) -> None:
        self._path = path
        self._content = content
        self._rows = rows

    @property
    def columns(self) -> Sequence[str]:
        """Return the header; of gathered rows it is complete once they are staged."""
        return self._rows.columns

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Stage the rows; raises SourceError when the file was replaced or grew meanwhile."""
        count = self._rows.stage(con, table)
        if Content.of(self._path) != self._content:
            raise SourceError(
                f"{self._path}: the file changed while it was read; nothing was loaded."
                " Deliver files by renaming them into place",
                permanent=False,
            )
        return count

    def malformed(self) -> Sequence[Reject]:
        """Return the rows that could not be read as rows."""
        return self._rows.malformed()


class FileReader:
    """Opens files as the tables of one source; what is wrong with a file is inside its delivery."""

    def __init__(self, source_id: str, tables: Sequence[FileTable]) -> None:
        self.source_id = source_id
        self.tables = tables

    def opened(self, files: Mapping[str, Path]) -> Delivery:
        """Return the delivery of files by table; the error is inside, so that those behind them are still read."""
        try:
            for path in files.values():
                _check_name(path)
            return self._delivery(files)
        except (SourceError, MappingError) as error:
            names = ", ".join(dict.fromkeys(readable(path.name) for path in files.values()))
            return Delivery(self.source_id, (), file_name=names, error=error)

    def _delivery(self, files: Mapping[str, Path]) -> Delivery:
        contents = {path: Content.of(path) for path in dict.fromkeys(files.values())}
        opened = {name: open_rows(path, self._table(name)) for name, path in files.items()}
        batches = [
            Batch(name, SteadyRows(files[name], contents[files[name]], rows))
            for name, rows in opened.items()
            if rows.columns
        ]
        empty = [files[name].name for name, rows in opened.items() if not rows.columns]
        return Delivery(
            self.source_id,
            batches,
            seen={str(path): (each.size, each.mtime_ns, each.sha256) for path, each in contents.items()},
            file_name=", ".join(path.name for path in contents),
            file_hash=_combined([content.sha256 for content in contents.values()]),
            note=f"{', '.join(empty)}: empty, without even a header" if empty else None,
        )

    def _table(self, name: str) -> FileTable:
        return next(table for table in self.tables if table.name == name)


class FileSource:
    """Files that are each loaded once; a changed file is loaded again, an unchanged one is not even read.

    settle_s  files changed more recently are left for the next pull (0 = take them as they are)
    """

    def __init__(
        self, source_id: str, paths: Sequence[Path], tables: Sequence[FileTable], *, settle_s: float = 0
    ) -> None:
        self._source_id = source_id
        self._reader = FileReader(source_id, tables)
        self._paths = paths
        self._tables = tables
        self._settle_s = settle_s

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield one delivery for each set of pending files, the k-th files of all tables together."""
        seen = contents(cursor)
        pending = {table.name: self._pending(table, seen, now) for table in self._tables}
        number = max((len(files) for files in pending.values()), default=0)
        for place in range(number):
            group = {table.name: pending[table.name][place : place + 1] for table in self._tables}
            delivery = self._reader.opened({name: files[0] for name, files in group.items() if files})
            yield replace(delivery, share=(place + 1) / number)
        if not any(pending.values()):
            yield self._nothing_new(seen)

    def _pending(self, table: FileTable, seen: Mapping[str, Content], now: datetime) -> list[Path]:
        return [
            path
            for path in self._found(table)
            if not (str(path) in seen and seen[str(path)].looks_unchanged(path)) and self._is_settled(path, now)
        ]

    def _is_settled(self, path: Path, now: datetime) -> bool:
        return self._settle_s == 0 or now.timestamp() - path.stat().st_mtime >= self._settle_s

    def _found(self, table: FileTable) -> list[Path]:
        found: list[Path] = []
        for path in self._paths:
            if path.is_dir():
                found.extend(sorted(file for file in path.iterdir() if file.is_file() and fits(file, table)))
            elif not path.exists():
                raise SourceError(f"{path}: no such file", permanent=False)
            elif table.pattern is None or path.match(table.pattern):
                found.append(path)
        return found

    def _nothing_new(self, seen: Mapping[str, Content]) -> Delivery:
        asked = dict.fromkeys(path for table in self._tables for path in self._found(table))
        known = [path.name for path in asked if str(path) in seen]
        if known:
            note = f"already loaded: {', '.join(known)}; nothing changed"
            return Delivery(self._source_id, (), note=note)
        where = ", ".join(map(str, self._paths))
        return Delivery(self._source_id, (), note=f"no file in {where} fits {patterns(self._tables)}")


def contents(cursor: str | None) -> dict[str, Content]:
    """Return what a cursor of files knows, path -> content."""
    return {name: Content(*entry) for name, entry in json.loads(cursor or "{}").items()}


def patterns(tables: Sequence[FileTable]) -> str:
    """Return for people which names of files are asked for."""
    return ", ".join(table.pattern or "*" for table in tables)


def readable(name: str) -> str:
    """Return a file's name as people can read it; one that is no UTF-8 is taken for Chinese."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return raw.decode("utf-8", "backslashreplace")


def _check_name(path: Path) -> None:
    name = readable(path.name)
    if name != path.name:
        raise SourceError(
            f"{name}: the name of the file is not written in UTF-8, so it cannot be opened; name it anew",
            permanent=True,
        )


def is_unfinished(name: str) -> bool:
    """Return whether a file is called as programs call what they are still writing, or hidden."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def fits(path: Path, table: FileTable) -> bool:
    """Return whether a file of a folder is one of a table's."""
    if is_unfinished(path.name):
        return False
    return path.match(table.pattern) if table.pattern is not None else path.suffix.lower() in SUFFIXES


def _combined(hashes: Sequence[str]) -> str:
    return hashes[0] if len(hashes) == 1 else sha256("".join(hashes).encode()).hexdigest()
