"""What the columns of a file hold, judged over all their values."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.guess.dates import Dates, dates_of
from etl.guess.words import BLANKS, TIMES, meaning
from etl.normalize.header import Header
from etl.sources.file import FileTable, open_rows

FEW = 40  # distinct values of a field with a closed set of words


@dataclass(frozen=True)
class Column:
    """One column: header as a mapping names it, its meaning by header, and what its values are.

    field   None = the header says nothing that is known
    values  the distinct values, most frequent first, when there are few; else three examples
    """

    name: str
    field: str | None
    filled: int
    distinct: int
    values: tuple[str, ...]
    blanks: tuple[str, ...]
    dates: Dates | None

    @property
    def has_few_values(self) -> bool:
        """Return whether `values` are all of them."""
        return 0 < self.distinct <= FEW


@dataclass(frozen=True)
class Look:
    """A file looked at: its name, number of rows and columns."""

    path: Path
    rows: int
    columns: tuple[Column, ...]

    def first(self, field: str) -> Column | None:
        """Return the filled column of a meaning: one of exactly that name, else the first."""
        found = [column for column in self.columns if column.field == field and column.filled]
        return min(found, key=lambda column: column.name.lower() != field, default=None)


def look(con: duckdb.DuckDBPyConnection, path: Path, table: FileTable) -> Look:
    """Read a file and judge each of its columns; raises SourceError or MappingError when it cannot be read."""
    rows = open_rows(path, table)
    count = rows.stage(con, "guessed_rows")
    names = Header(rows.columns).names
    columns = [_judge(con, f"c{place}", name) for place, name in enumerate(names, start=1)]
    return Look(path, count, tuple(columns))


def _judge(con: duckdb.DuckDBPyConnection, column: str, name: str) -> Column:
    blanks = ", ".join("'" + word.replace("'", "''") + "'" for word in BLANKS)
    filled = f"nullif(trim({column}), '') IS NOT NULL"
    real = f"{filled} AND lower(trim({column})) NOT IN ({blanks})"
    row = con.execute(
        f"SELECT count(*) FILTER ({real}), count(DISTINCT trim({column})) FILTER ({real}),"
        f" list(DISTINCT trim({column})) FILTER ({filled} AND NOT ({real})) FROM guessed_rows"
    ).fetchone()
    number, distinct, marks = row if row else (0, 0, None)
    limit = FEW if distinct <= FEW else 3
    values = con.execute(
        f"SELECT trim({column}) FROM guessed_rows WHERE {real} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {limit}"
    ).fetchall()
    field = meaning(re.sub(r"#\d+$", "", name))
    texts = f"(SELECT trim({column}) AS v FROM guessed_rows WHERE {real})"
    dates = dates_of(con, texts, number, field in TIMES)
    if (field in TIMES) != (dates is not None):
        field = "moment" if dates is not None else None
    return Column(name, field, number, distinct, tuple(v[0] for v in values), tuple(sorted(marks or ())), dates)
