"""What of pushed events would be rejected, told to the sender before anything is loaded."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from data.warehouse import Warehouse
from etl.normalize import clear, normalize
from etl.push.events import Sorted

PATIENCE_S = 1.0
# of each row the first reason, and whether something of it would load all the same
FOUND = """
SELECT j.table_name, j.row_no, first(j.rule), first(j.field), first(j.value), first(j.hint), count(r.row_no) > 0
FROM norm_reject AS j LEFT JOIN norm_row AS r ON r.table_name = j.table_name AND r.row_no = j.row_no
GROUP BY ALL ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Fault:
    """Why an event would not load; is_partial: a part of it would all the same."""

    rule: str
    field: str | None = None
    value: str | None = None
    hint: str | None = None
    is_partial: bool = False


class Judge:
    """Reads events on trial, one request after another, in an empty warehouse of its own."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._lock = threading.Lock()
        self._patience_s = patience_s
        self._con: duckdb.DuckDBPyConnection | None = None

    def faults(self, found: Sorted) -> Mapping[int, Fault] | None:
        """Return number of event -> fault; None = too many wait to be judged, so that these are not.

        Raises MappingError when the mapping does not fit.
        """
        if not self._lock.acquire(timeout=self._patience_s):
            return None
        try:
            self._con = self._con or Warehouse(None, threads=1).cursor()
            return _judged(self._con, found)
        finally:
            self._lock.release()


def _judged(con: duckdb.DuckDBPyConnection, found: Sorted) -> Mapping[int, Fault]:
    clear(con)
    for batch in found.batches():
        normalize(con, batch, found.mapping, 1, "")
    told = con.execute(FOUND).fetchall()
    clear(con)  # it is people's data
    bad = {(table, row): Fault(*fault) for table, row, *fault in told}
    faults, loads = dict[int, Fault](), set[int]()
    for table, row, number in found.placed():
        fault = bad.get((table, row))
        if fault is None or fault.is_partial:
            loads.add(number)
        if fault is not None:
            faults.setdefault(number, fault)
    return {number: replace(fault, is_partial=number in loads) for number, fault in faults.items()}
