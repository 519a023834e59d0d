"""What was kept whole for a while is emptied; what it was counted as stays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from data.warehouse import transaction


@dataclass(frozen=True)
class Forgotten:
    """How many rejected rows and noted cells were emptied."""

    rows: int
    cells: int

    def told(self) -> str:
        """Return it in one line."""
        return f"emptied: {self.rows:,} rejected rows, {self.cells:,} noted cells"


def forget_old(con: duckdb.DuckDBPyConnection, keep_days: int, now: datetime) -> Forgotten:
    """Empty rejected rows and cells noted as defects that were last delivered more than `keep_days` days ago.

    Rule, field, place, run and number stay, so every count stays; an emptied row cannot be re-driven any more.
    """
    before = now - timedelta(days=keep_days)
    run_end = "(SELECT max(l.ended_at) FROM load_run AS l WHERE l.run_id = {table}.run_id)"
    with transaction(con):
        rows = con.execute(
            "UPDATE reject SET payload = NULL, value = NULL WHERE payload IS NOT NULL"
            f" AND coalesce(seen_at, {run_end.format(table='reject')}) < ? AND rule <> 'bad_file'",
            [before],
        ).fetchone()
        cells = con.execute(
            f"UPDATE defect SET value = NULL WHERE value IS NOT NULL AND {run_end.format(table='defect')} < ?",
            [before],
        ).fetchone()
    return Forgotten(int(rows[0]) if rows else 0, int(cells[0]) if cells else 0)
