"""What the columns of a file hold, judged over all their values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.guess.words import BLANKS, TIMES, meaning
from etl.sources.file import FileTable, open_rows

FEW = 40  # distinct values of a field with a closed set of words
SLASHED = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(.*)$"
ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?$"


@dataclass(frozen=True)
class Dates:
    """How instants are written: ISO or with slashes; counts are of values."""

    iso: int
    slashed: int
    first_over_12: int
    second_over_12: int
    example: str

    @property
    def order(self) -> str:
        """Return iso, day (first), month (first), mixed or open (every value reads both ways)."""
        if not self.slashed:
            return "iso"
        if self.iso or (self.first_over_12 and self.second_over_12):
            return "mixed"
        if self.first_over_12:
            return "day"
        return "month" if self.second_over_12 else "open"


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
    names = _mappable(rows.columns)
    columns = [_judge(con, f"c{place}", name) for place, name in enumerate(names, start=1)]
    return Look(path, count, tuple(columns))


def _mappable(headers: Sequence[str]) -> list[str]:
    """Return headers as a mapping names them: the second of equal ones is `name#2`."""
    seen: dict[str, int] = {}
    names = []
    for header in headers:
        seen[header] = seen.get(header, 0) + 1
        names.append(header if seen[header] == 1 else f"{header}#{seen[header]}")
    return names


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
    dates = _dates(con, column, real, number)
    field = meaning(name)
    if (field in TIMES) != (dates is not None):
        field = "moment" if dates is not None else None
    return Column(name, field, number, distinct, tuple(v[0] for v in values), tuple(sorted(marks or ())), dates)


def _dates(con: duckdb.DuckDBPyConnection, column: str, real: str, filled: int) -> Dates | None:
    """Return how a column writes its instants; None = most of its values are none."""
    part = "TRY_CAST(regexp_extract(v, '{0}', {1}) AS INTEGER)"
    row = con.execute(
        "SELECT count(*) FILTER (iso), count(*) FILTER (slashed),"
        f" count(*) FILTER (slashed AND {part.format(SLASHED, 1)} > 12),"
        f" count(*) FILTER (slashed AND {part.format(SLASHED, 2)} > 12), any_value(v) FILTER (slashed OR iso)"
        f" FROM (SELECT trim({column}) AS v, regexp_matches(v, '{ISO}') AS iso,"
        f" regexp_matches(v, '{SLASHED}') AS slashed FROM guessed_rows WHERE {real})"
    ).fetchone()
    if row is None or not filled or row[0] + row[1] < 0.8 * filled:
        return None
    return Dates(*row)
