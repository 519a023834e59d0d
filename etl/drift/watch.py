"""Rows whose columns are held against those of the last load while they are staged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from etl.drift.findings import Finding, Known, SchemaDrift, known_columns, meaning
from etl.drift.reading import readers
from etl.mapping import TableMapping
from etl.model import Reject, Rows
from etl.normalize.header import Header

EMPTY = (0,)
SAMPLE = 1_000
LIKELY = 0.95  # a column is of a kind when so large a share of its values is
KINDS = (("boolean", "BOOLEAN"), ("integer", "BIGINT"), ("number", "DOUBLE"), ("instant", "TIMESTAMP"))


@dataclass(frozen=True)
class Expected:
    """What is known of a table: its columns with their kinds, and those whose loss a person accepted."""

    source_id: str
    table: TableMapping
    known: Mapping[str, Known]


class Watched:
    """Rows with an eye on their columns; see etl.model.Rows.

    A column that is gone and that a person accepted as gone is staged without a value.
    """

    def __init__(self, rows: Rows, expected: Expected) -> None:
        self._rows = rows
        self._expected = expected
        self._added: tuple[str, ...] = ()
        self.kinds: Mapping[str, str] = {}

    @property
    def table(self) -> TableMapping:
        """Return the mapped table."""
        return self._expected.table

    @property
    def known(self) -> Mapping[str, Known]:
        """Return the columns as the loads before saw them; empty = nothing is known of the table."""
        return self._expected.known

    @property
    def columns(self) -> Sequence[str]:
        """Return the header, with the columns that were accepted as gone at its end."""
        return (*self._rows.columns, *self._added)

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Stage the rows; raises SchemaDrift when a column that the mapping reads is gone."""
        count = self._rows.stage(con, table)
        names = Header(self._rows.columns).names
        self._look_for_gone(names)
        for place in range(len(names) + 1, len(names) + len(self._added) + 1):
            con.execute(f"ALTER TABLE {table} ADD COLUMN c{place} VARCHAR")
        self.kinds = _kinds(con, table, names)
        return count

    def _look_for_gone(self, names: Sequence[str]) -> None:
        known = self._expected.known
        read = readers(self.table, tuple(known))
        missing = [name for name in known if name not in names and name in read]
        gone = [name for name in missing if not known[name].is_accepted]
        if gone:
            fresh = [name for name in names if name not in known]
            findings = [
                Finding(self.table.name, name, "dropped", meaning(name, read[name], fresh, gone), read[name], True)
                for name in gone
            ]
            raise SchemaDrift(self._expected.source_id, findings)
        self._added = tuple(missing)

    def malformed(self) -> Sequence[Reject]:
        """Return the rows that could not be read as rows."""
        return self._rows.malformed()


def watched(
    con: duckdb.DuckDBPyConnection, source_id: str, rows: Rows, table: TableMapping, is_anew: bool
) -> Watched:
    """Return rows that are watched; where nothing is known of the table, or is to be, nothing can be gone."""
    known = {} if is_anew else known_columns(con, source_id, table.name)
    return Watched(rows, Expected(source_id, table, known))


def _kinds(con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> dict[str, str]:
    """Return column -> boolean, integer, number, instant, text, or empty, by the first rows."""
    if not names:
        return {}
    cells = ", ".join(f"c{place}" for place in range(1, len(names) + 1))
    fitting = ", ".join(f"count({fits})" for fits in _fits("cell"))
    # a row for each cell: one set of casts is quicker to plan than one for each column
    unpivoted = (
        f"SELECT unnest([{cells}]) AS cell, unnest(range({len(names)})) AS place FROM (FROM {table} LIMIT {SAMPLE})"
    )
    rows = con.execute(
        f"SELECT place, count(*), {fitting} FROM ({unpivoted}) WHERE cell <> '' GROUP BY place"
    ).fetchall()
    found = {place: counts for place, *counts in rows}
    return {name: _kind(found.get(place, EMPTY)) for place, name in enumerate(names)}


def _fits(cell: str) -> list[str]:
    """Return SQL that has a value where a cell is of a kind; a cast to whole numbers would round 5.5."""
    whole = f"CASE WHEN NOT contains({cell}, '.') THEN {cell} END"
    return [f"TRY_CAST({whole if name == 'integer' else cell} AS {sql_type})" for name, sql_type in KINDS]


def _kind(counts: Sequence[int]) -> str:
    given, *fitting = counts
    if not given:
        return "empty"
    # 0 and 1 are whole numbers as well, and a boolean that turns into numbers is no drift
    order = ("integer", "number", "boolean", "instant")
    by_name = dict(zip((name for name, _ in KINDS), fitting, strict=True))
    return next((name for name in order if by_name[name] >= LIKELY * given), "text")
