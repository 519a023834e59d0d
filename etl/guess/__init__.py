"""A first mapping for a file nobody has mapped yet, with comments where it needs a decision."""

from pathlib import Path

from data.warehouse import Warehouse
from etl.guess.columns import look
from etl.guess.draft import draft
from etl.mapping import parse_mapping
from etl.sources.file import SUFFIXES, FileTable

__all__ = ["guess"]


def guess(path: Path, table: FileTable | None = None) -> str:
    """Return the text of a first mapping of a file: ids, dates and their order, statuses, priorities, scores.

    table  how the file is read where suffix and content do not say it (encoding, delimiter, sheet)
    Raises SourceError or MappingError when the file cannot be read.
    """
    scratch = Warehouse(None)
    try:
        seen = look(scratch.cursor(), path, table or FileTable(path.stem))
    finally:
        scratch.close()
    kind = SUFFIXES.get(path.suffix.lower())
    text = draft(seen, None if kind else (table.format if table else None))
    parse_mapping(text, path.name)
    return text
