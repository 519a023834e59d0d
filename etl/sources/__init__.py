"""Sources rows are pulled from: one file per kind, found by the kind that settings or the file's suffix name."""

from collections.abc import Sequence
from pathlib import Path

from etl.mapping import Mapping
from etl.mapping.model import TableMapping
from etl.model import MappingError, Source
from etl.sources.drop_folder import Drop, DropFolder
from etl.sources.file import FileReader, FileSource, FileTable
from etl.sources.heading import Heading
from etl.sources.sql_cursor import SqlCursor
from etl.sources.sql_database import SqlSource
from etl.sources.sql_table import SqlTable

KINDS = ("sql", "file", "folder")
SETTLE_S = 2.0  # a file written to so recently may still be growing


def open_source(source_id: str, kind: str, place: str | Sequence[Path], mapping: Mapping) -> Source:
    """Return the source of a kind: sql (place = URL), file or folder (place = paths, or one as text).

    A folder's files are taken once they have been left alone for two seconds. Raises MappingError for an
    unknown kind, a bad URL or a mapping that lacks what the kind needs.
    """
    if kind == "sql":
        return _sql(source_id, str(place), mapping)
    if kind in KINDS:
        paths = [Path(place)] if isinstance(place, str) else list(place)
        tables = [_file_table(table) for table in mapping.tables]
        return FileSource(source_id, paths, tables, settle_s=SETTLE_S if kind == "folder" else 0)
    raise MappingError(f"source {source_id}: unknown kind {kind!r}, use one of {', '.join(KINDS)}")


def open_drop_folder(source_id: str, inbox: Path, mapping: Mapping, drop: Drop) -> DropFolder:
    """Return the source of a folder whose files are moved once they were read."""
    return DropFolder(file_reader(source_id, mapping), inbox, drop)


def file_reader(source_id: str, mapping: Mapping) -> FileReader:
    """Return what opens files as the tables of a mapping."""
    return FileReader(source_id, [_file_table(table) for table in mapping.tables])


def _sql(source_id: str, url: str, mapping: Mapping) -> SqlSource:
    tables = [_sql_table(table) for table in mapping.tables]
    try:
        return SqlSource(source_id, url, tables, mapping.zone)
    except MappingError as error:
        raise MappingError(f"source {source_id}: {error}") from None


def _sql_table(table: TableMapping) -> SqlTable:
    if table.query is None:
        raise MappingError(f"table {table.name}: a source of kind sql needs `query: SELECT ...`")
    cursor = table.cursor
    found = None if cursor is None else SqlCursor(cursor.column, cursor.overlap_s, cursor.format, cursor.key)
    field = table.ticket.id if table.ticket is not None and table.rows in ("ticket", "update") else None
    ids = tuple(dict.fromkeys(field.columns())) if field is not None else ()
    return SqlTable(table.name, table.query, found, ids)


def _file_table(table: TableMapping) -> FileTable:
    form = table.file
    return FileTable(
        table.name,
        form.format,
        form.encoding,
        form.delimiter,
        form.sheet,
        form.pattern,
        form.only,
        form.gather,
        form.records,
        Heading(form.header.skip, form.header.rows, form.header.name),
    )
