"""What becomes of quarantined rows that were taken up again; `redriven` lists them (etl/upkeep/quarantine.py)."""

import duckdb

from etl.ledger import Seen

# The open entries of a row: it may stand there for several reasons.
_ITS = "r.source_id = $source AND r.resolved_at IS NULL AND r.table_name = d.table_name AND r.payload = d.payload"
_AGAIN = "norm_reject AS n JOIN redriven AS d ON d.table_name = n.table_name AND d.row_no = n.row_no"
_SAME = "r.rule = n.rule AND r.field IS NOT DISTINCT FROM n.field"


def settle(con: duckdb.DuckDBPyConnection, seen: Seen, source_id: str) -> int:
    """Resolve the entries of rows that load now; the rest stay open, under their new reason where it is another one.

    An entry whose reason is no longer true is resolved, not rewritten: what was once wrong stays readable.
    Returns how many entries were resolved or written.
    """
    given: dict[str, object] = {"source": source_id}
    at_run = {"now": seen.now, "run": seen.run_id}
    still = f"SELECT 1 FROM norm_reject AS n WHERE n.table_name = d.table_name AND n.row_no = d.row_no AND {_SAME}"
    written = con.execute(
        "INSERT INTO reject BY NAME SELECT $run::BIGINT AS run_id, $source AS source_id, n.table_name,"
        " d.source_row AS row_no, d.payload, n.rule, n.field, n.value, n.hint, d.seen_at, d.seen_run"
        f" FROM {_AGAIN} WHERE NOT EXISTS (SELECT 1 FROM reject AS r WHERE {_ITS} AND {_SAME})",
        given | {"run": seen.run_id},
    ).fetchone()
    resolved = con.execute(
        "UPDATE reject AS r SET resolved_at = $now, resolved_run = $run FROM redriven AS d"
        f" WHERE {_ITS} AND NOT EXISTS ({still})",
        given | at_run,
    ).fetchone()
    number = sum(int(row[0]) for row in (written, resolved) if row)
    partly = "SELECT 1 FROM norm_row AS p WHERE p.table_name = d.table_name AND p.row_no = d.row_no"
    con.execute(  # the rest of the row is loaded as of now, and does not overtake what stays behind
        "UPDATE reject AS r SET seen_at = $now, seen_run = $run FROM redriven AS d"
        f" WHERE {_ITS} AND EXISTS ({partly})",
        given | at_run | {"run": seen.last_run(number > 0)},
    )
    return number
