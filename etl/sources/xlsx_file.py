"""Rows of one sheet of a spreadsheet (xlsx, xlsm, xlsb, xls, ods), values as text."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from etl.model import MappingError, Reject, SourceError
from etl.sources.heading import Heading
from etl.sources.text_rows import TextRows, as_text, text_batch

CHUNK = 20_000
LOOKED_THROUGH = 20  # rows that tell where the header is
PLAIN = Heading()


class XlsxRows:
    """The rows below the header of a sheet, which is its first filled row unless said otherwise; see etl.model.Rows.

    Whole numbers stay whole, dates are ISO text, wholly empty rows are left out.
    """

    def __init__(self, path: Path, sheet: str | None = None, heading: Heading = PLAIN) -> None:
        self._path = path
        self._sheet = _open(path, sheet)
        self.columns: Sequence[str]
        self._cells = _filled(self._sheet)
        texts = ((place, [as_text(cell) or "" for cell in row]) for place, row in self._cells)
        place, self.columns = heading.read(path, texts)
        if heading.rows == 1:
            self._refuse_merged_header(place)

    def _refuse_merged_header(self, place: int) -> None:
        for first, last in self._sheet.merged_cell_ranges or ():
            if first[0] < place <= last[0] + 1 and last[1] > first[1]:
                columns = f"columns {first[1] + 1} to {last[1] + 1}"
                raise MappingError(
                    f"{self._path}: the header row {place} has merged cells ({columns}); give every column a name"
                    " of its own, or say of how many rows it is, as in `file: {header: {rows: 2}}`;"
                    " a title above the header is left out with `file: {header: {skip: 1}}`"
                )

    def _batches(self) -> Iterator[pa.RecordBatch]:
        width = len(self.columns)
        while chunk := list(islice(self._cells, CHUNK)):
            yield text_batch([_fit(row, width) for _, row in chunk], width)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no, c1..cn) and return the number of rows."""
        return TextRows(self.columns, self._batches()).stage(con, table)

    def malformed(self) -> Sequence[Reject]:
        """Return nothing: a sheet has no malformed rows."""
        return ()


def titles_above(path: Path, sheet: str | None) -> int:
    """Return how many filled rows with few cells, such as a title, stand above the header of a sheet; 0 = none.

    Raises as XlsxRows does for a sheet that cannot be opened.
    """
    widths = [sum(cell != "" for cell in row) for _, row in islice(_filled(_open(path, sheet)), LOOKED_THROUGH)]
    return next((place for place, width in enumerate(widths) if 2 * width >= max(widths)), 0)


def _open(path: Path, name: str | None) -> CalamineSheet:
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise SourceError(f"{path}: not a whole spreadsheet ({error})", permanent=True) from error
    if name is not None and name not in book.sheet_names:
        raise MappingError(f"{path}: no sheet {name!r}; there are {', '.join(map(repr, book.sheet_names))}")
    return book.get_sheet_by_name(name) if name is not None else book.get_sheet_by_index(0)


def _filled(sheet: CalamineSheet) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Yield the rows with anything in them, with their numbers as a spreadsheet shows them."""
    for place, row in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in row):
            yield place, tuple(row)


def _fit(row: tuple[object, ...], width: int) -> tuple[str | None, ...]:
    padded = chain(row[:width], [""] * (width - len(row)))
    return tuple(as_text(cell) for cell in padded)
