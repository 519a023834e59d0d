"""What is odd in the data, counted by rule (semantics 2.7)."""

import duckdb

DEFECTS = """
SELECT rule, sum(n) FROM (
    SELECT rule, count(*) AS n FROM fact_defect GROUP BY rule
    UNION ALL SELECT rule, count(*) FROM defect GROUP BY rule
) GROUP BY rule
"""


def defects(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return rule -> number of defects, those of import and those that the facts found."""
    return {rule: int(n) for rule, n in con.execute(DEFECTS).fetchall()}
