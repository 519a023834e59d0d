"""Problem types 问题类型: categories placed in the settings' tree, and what share each type has (R-058)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from metrics.model import Reading
from metrics.text_key import text_key

PREFIX = "problem"


def level_of(dimension: str) -> int | None:
    """Return the level of the tree that a dimension names: problem 1, problem.2 the next; None = none."""
    name, _, level = dimension.partition(".")
    if name != PREFIX:
        return None
    if dimension != PREFIX and not (level.isdecimal() and int(level) > 1):
        raise ValueError(
            f"unknown level {dimension!r} of the problem types; known: problem, problem.2, problem.3, ..."
        )
    return int(level or 1)


def place(con: DuckDBPyConnection, tree: Mapping[str, tuple[str, ...]]) -> None:
    """Write where categories stand in the tree; questions are asked of it, no fact depends on it."""
    con.execute("CREATE TABLE IF NOT EXISTS problem_type (category VARCHAR, path VARCHAR[])")
    con.execute("DELETE FROM problem_type")
    if tree:
        columns = {"categories": [text_key(name) for name in tree], "paths": [list(way) for way in tree.values()]}
        con.execute("INSERT INTO problem_type SELECT unnest($categories), unnest($paths)", columns)


@dataclass(frozen=True, slots=True)
class Part:
    """A member and its share of all, in percent."""

    member: str
    n: int
    share: float


def shares(readings: Sequence[Reading]) -> tuple[Part, ...]:
    """Return the shares of a count split by any dimension, the largest first; of tags they may exceed 100 (5.11)."""
    total = sum(one.n for one in readings)
    parts = [Part(one.member or "", one.n, 100.0 * one.n / total) for one in readings if one.n]
    return tuple(sorted(parts, key=lambda part: (-part.n, part.member)))
