"""A first mapping for a file nobody has mapped yet, with comments where it needs a decision."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from data.warehouse import Warehouse
from etl.guess.columns import look
from etl.guess.draft import draft
from etl.mapping import parse_mapping
from etl.model import MappingError
from etl.sources import csv_dialect, xlsx_file
from etl.sources.file import SUFFIXES, FileTable
from etl.sources.heading import Heading

__all__ = ["guess"]


def guess(path: Path, table: FileTable | None = None) -> str:
    """Return the text of a first mapping of a file: ids, dates and their order, statuses, priorities, scores.

    table  how the file is read where suffix and content do not say it (encoding, delimiter, sheet)
    Raises SourceError or MappingError when the file cannot be read.
    """
    form = _form(path, table)
    scratch = Warehouse(None)
    try:
        heading = Heading(skip=_titles(path, form))
        asked = replace(table or FileTable(path.stem), encoding=form.get("encoding"), heading=heading)
        seen = look(scratch.cursor(), path, asked)
    finally:
        scratch.close()
    text = draft(seen, form, heading.skip)
    parse_mapping(text, path.name)
    return text


def _titles(path: Path, form: Mapping[str, str]) -> int:
    """Return how many rows stand above the header of a CSV file or sheet; other files have none."""
    kind = form.get("format") or SUFFIXES.get(path.suffix.lower())
    if kind == "csv":
        return csv_dialect.titles_above(path, form.get("encoding"), form.get("delimiter"))
    return xlsx_file.titles_above(path, form.get("sheet")) if kind == "xlsx" else 0


def _form(path: Path, table: FileTable | None) -> dict[str, str]:
    """Return what a mapping has to say about the file: what was declared, and an encoding that is not UTF-8."""
    if path.is_dir():
        raise MappingError(f"{path}: is a folder; name one file of each kind and put the tables into one mapping")
    if not path.exists():
        raise MappingError(f"{path}: no such file")
    declared = {name: getattr(table, name, None) for name in ("format", "encoding", "delimiter", "sheet")}
    is_csv = (declared["format"] or SUFFIXES.get(path.suffix.lower())) == "csv"
    if is_csv and declared["encoding"] is None:
        declared["encoding"] = csv_dialect.likely_encoding(path)
    return {name: value for name, value in declared.items() if value is not None}
