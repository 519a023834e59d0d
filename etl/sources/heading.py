"""Headers of more than one row: which rows of a sheet or CSV file name its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from etl.model import MappingError

JOINT = " / "


@dataclass(frozen=True)
class Heading:
    """Where the header is; only rows with anything in them count.

    skip  rows above it that are none of it, such as a title
    rows  rows it has
    name  which of them names the columns, from 1; None = all, joined from top to bottom
    """

    skip: int = 0
    rows: int = 1
    name: int | None = None

    def read(self, path: Path, filled: Iterator[tuple[int, Sequence[str]]]) -> tuple[int, tuple[str, ...]]:
        """Return the place of the header's last row and the columns' names; `filled` are rows with their places.

        A file without any row gives (0, ()). Raises MappingError for one that ends inside of its header.
        """
        found = list(islice(filled, self.skip + self.rows))
        if not found:
            return 0, ()
        if len(found) < self.skip + self.rows:
            raise MappingError(
                f"{path}: ends inside of its header: file.header asks for {self.skip + self.rows} rows"
                f" ({self.skip} left out, {self.rows} of the header), the file has {len(found)}"
            )
        cells = [row for _, row in found[self.skip :]]
        return found[-1][0], tuple(cells[self.name - 1]) if self.name else _joined(cells)


def _joined(cells: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max(map(len, cells))
    even = [[*row, *[""] * (width - len(row))] for row in cells]
    for number, row in enumerate(even[:-1]):
        _spread(row, even[number + 1 :])
    return tuple(
        JOINT.join(dict.fromkeys(text for text in column if text.strip())) for column in zip(*even, strict=True)
    )


def _spread(row: list[str], below: Sequence[Sequence[str]]) -> None:
    """Let a question name the columns to its right as well, as long as these have a name of their own below."""
    for place in range(1, len(row)):
        if not row[place].strip() and any(under[place].strip() for under in below):
            row[place] = row[place - 1]
