"""A first mapping for a file nobody has mapped yet, with comments where it needs a decision."""

from dataclasses import replace
from pathlib import Path

from data.warehouse import Warehouse
from etl.guess.columns import look
from etl.guess.draft import draft
from etl.mapping import parse_mapping
from etl.model import MappingError
from etl.sources.csv_dialect import likely_encoding
from etl.sources.file import SUFFIXES, FileTable

__all__ = ["guess"]


def guess(path: Path, table: FileTable | None = None) -> str:
    """Return the text of a first mapping of a file: ids, dates and their order, statuses, priorities, scores.

    table  how the file is read where suffix and content do not say it (encoding, delimiter, sheet)
    Raises SourceError or MappingError when the file cannot be read.
    """
    form = _form(path, table)
    scratch = Warehouse(None)
    try:
        seen = look(scratch.cursor(), path, replace(table or FileTable(path.stem), encoding=form.get("encoding")))
    finally:
        scratch.close()
    text = draft(seen, form)
    parse_mapping(text, path.name)
    return text


def _form(path: Path, table: FileTable | None) -> dict[str, str]:
    """Return what a mapping has to say about the file: what was declared, and an encoding that is not UTF-8."""
    if path.is_dir():
        raise MappingError(f"{path}: is a folder; name one file of each kind and put the tables into one mapping")
    if not path.exists():
        raise MappingError(f"{path}: no such file")
    declared = {name: getattr(table, name, None) for name in ("format", "encoding", "delimiter", "sheet")}
    is_csv = (declared["format"] or SUFFIXES.get(path.suffix.lower())) == "csv"
    if is_csv and declared["encoding"] is None:
        declared["encoding"] = likely_encoding(path)
    return {name: value for name, value in declared.items() if value is not None}
