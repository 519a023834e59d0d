"""Text keys (semantics 1.11): NFKC, trimmed, blanks collapsed, case kept.

DuckDB has no NFKC; columns are looked through once, and only values that are not tidy already go to Python.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import duckdb

_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u200b\ufeff]+")
_TIDY = "(?:[!-~]+(?: [!-~]+)*)?"


def tidy(text: str) -> str:
    """Return the text as a key: NFKC, control characters and runs of blanks as one blank, trimmed."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def untidy_columns(con: duckdb.DuckDBPyConnection, stage: str, columns: Sequence[str]) -> list[str]:
    """Return those of the staged columns that hold a value which may not be tidy."""
    if not columns:
        return []
    tests = ", ".join(f"bool_or(NOT regexp_full_match({column}, '{_TIDY}'))" for column in columns)
    row = con.execute(f"SELECT {tests} FROM {stage}").fetchone()
    return [column for column, found in zip(columns, row or (), strict=True) if found]


def tidy_table(con: duckdb.DuckDBPyConnection, stage: str, column: str, table: str) -> bool:
    """Create temp table `table`(raw, tidy) of the values of a column that change; return whether there are any."""
    cursor = con.execute(f"SELECT DISTINCT {column} FROM {stage} WHERE NOT regexp_full_match({column}, '{_TIDY}')")
    changed = [(raw, clean) for raw, clean in _tidied(row[0] for row in cursor.fetchall()) if raw != clean]
    if not changed:
        return False
    raws, cleans = zip(*changed, strict=True)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT unnest(?::VARCHAR[]) AS raw, unnest(?::VARCHAR[]) AS tidy",
        [list(raws), list(cleans)],
    )
    return True


def _tidied(values: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((value, tidy(value)) for value in values)
