"""Member ids of dimension values: facts hold small numbers, people read labels (semantics 1.11)."""

from collections import defaultdict

import duckdb

from metrics.model import NONE_LABEL


class Members:
    """The labels of every dimension at one data_version; reads the table on first use."""

    def __init__(self) -> None:
        self._labels: dict[str, dict[int, str]] | None = None
        self._ids: dict[str, dict[str, int]] = {}

    def id_of(self, con: duckdb.DuckDBPyConnection, dimension: str, label: str) -> int | None:
        """Return the id of a label; None for a value that no row has (an honest empty reading)."""
        self._read(con)
        return self._ids[dimension].get(label)

    def labels(self, con: duckdb.DuckDBPyConnection, dimension: str) -> dict[int, str]:
        """Return id -> label of a dimension; the missing value is labelled (none)."""
        return self._read(con)[dimension]

    def _read(self, con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, str]]:
        if self._labels is None:
            labels: dict[str, dict[int, str]] = defaultdict(dict)
            ids: dict[str, dict[str, int]] = defaultdict(dict)
            rows = con.execute("SELECT dimension, member_id, label FROM member").fetchall()
            for dimension, member_id, label in rows:
                text = NONE_LABEL if label is None else label
                labels[dimension][member_id] = text
                ids[dimension][text] = member_id
            self._ids, self._labels = ids, labels
        return self._labels
