"""What the columns of a file hold, judged over all their values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from pathlib import Path

import duckdb

from etl.guess.dates import MOST, Dates, dates_of
from etl.guess.words import BLANKS, CODES, FRESHDESK, TIMES, UNITS, meaning
from etl.normalize.header import Header
from etl.normalize.marks import PLAIN
from etl.normalize.readings import spoken
from etl.sources.file import FileTable, open_rows

FEW = 40  # distinct values of a field with a closed set of words


@dataclass(frozen=True)
class Column:
    """One column: header as a mapping names it, its meaning by header, and what its values are.

    field   None = the header says nothing that is known
    duration  type of a duration by which the values are read
    marked  numbers with a comma, a blank or an apostrophe in them
    codes   canonical words of values that are codes of a known system
    values  the distinct values, most frequent first, when there are few; else three examples
    """

    name: str
    field: str | None
    filled: int
    distinct: int
    values: tuple[str, ...]
    blanks: tuple[str, ...]
    dates: Dates | None
    duration: str | None = None
    marked: tuple[str, ...] = ()
    codes: Mapping[str, str] = dataclass_field(default_factory=dict)

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
        """Return the filled column of a meaning: the surest of a person, one of exactly that name, else the first."""
        found = [column for column in self.columns if column.field == field and column.filled]
        if field == "customer":
            return min(found, key=_sureness, default=None)
        return min(found, key=lambda column: column.name.lower() != field, default=None)


def _with_begin(columns: list[Column]) -> list[Column]:
    """Return the columns with the only instant of the file as the creation, where its header tells nothing."""
    dated = [column for column in columns if column.dates is not None and column.filled]
    if len(dated) != 1 or meaning(dated[0].name) is not None:
        return columns
    return [replace(column, field="created") if column is dated[0] else column for column in columns]


def _sureness(column: Column) -> int:
    """Return how well a column tells one person from another: ids, then addresses, then names."""
    name = column.name.lower()
    ranks = (r"(?<![a-z])id$|编号$", r"mail|phone|电话|手机|号码")
    return next((rank for rank, pattern in enumerate(ranks) if re.search(pattern, name)), len(ranks))


def look(con: duckdb.DuckDBPyConnection, path: Path, table: FileTable) -> Look:
    """Read a file and judge each of its columns; raises SourceError or MappingError when it cannot be read."""
    rows = open_rows(path, table)
    count = rows.stage(con, "guessed_rows")
    names = Header(rows.columns).names
    columns = [_judge(con, f"c{place}", name) for place, name in enumerate(names, start=1)]
    columns = _with_begin(columns)
    if set(FRESHDESK) <= set(names):
        columns = [replace(column, codes=CODES.get(column.field or "", {})) for column in columns]
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
    examples, blank = tuple(v[0] for v in values), tuple(sorted(marks or ()))
    unit = None if dates is not None else _duration(con, texts, number, name)
    return Column(name, field, number, distinct, examples, blank, dates, unit, _marked(con, texts))


def _duration(con: duckdb.DuckDBPyConnection, values: str, filled: int, name: str) -> str | None:
    """Return the type of a column of durations: told by its values, or numbers with a unit in the header."""
    row = con.execute(
        f"SELECT count(*) FILTER ({spoken('v')} IS NOT NULL),"
        f" count(*) FILTER (TRY_CAST(v AS DOUBLE) IS NOT NULL OR {PLAIN.misses('v')}) FROM {values}"
    ).fetchone()
    in_words, in_numbers = row or (0, 0)
    unit = next((unit for unit, pattern in UNITS if pattern.search(name.lower())), None)
    if in_words + in_numbers < MOST * filled or not filled:
        return None
    return unit or ("duration_s" if in_words >= MOST * filled else None)


def _marked(con: duckdb.DuckDBPyConnection, values: str) -> tuple[str, ...]:
    """Return numbers with marks where some have others than a point; with a few points that tell what a comma is."""
    rows = con.execute(f"SELECT DISTINCT v FROM {values} WHERE {PLAIN.misses('v')} ORDER BY v LIMIT 200").fetchall()
    if not rows:
        return ()
    points = "TRY_CAST(v AS DOUBLE) IS NOT NULL AND contains(v, '.')"
    rows += con.execute(f"SELECT DISTINCT v FROM {values} WHERE {points} ORDER BY v LIMIT 20").fetchall()
    return tuple(row[0] for row in rows)
