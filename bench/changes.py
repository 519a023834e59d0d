"""A thousand tickets that change after the first load: a reply and a status change each, told as files."""

from datetime import datetime
from pathlib import Path

import duckdb

from data.warehouse import Warehouse

LATER_MS = 60_000  # the changes happen in the minutes after the history ends


def write(folder: Path, changed: Path, count: int, until: datetime) -> None:
    """Write `count` changed tickets, spread over the whole history but mostly recent, as Parquet beside `folder`."""
    changed.mkdir(exist_ok=True)
    con = Warehouse(None).cursor()
    con.execute(
        f"""CREATE TEMP TABLE picked AS
        SELECT * REPLACE ({int(until.timestamp() * 1000) - LATER_MS} AS updated_at)
        FROM '{folder}/tickets-*.parquet' ORDER BY id > (SELECT max(id) * 0.97 FROM '{folder}/tickets-*.parquet')
            AND hash(id) % 3 > 0 DESC, hash(id) LIMIT {count}"""
    )
    last_log, last_post = (
        con.execute(f"SELECT max(id) FROM '{folder}/{name}-*.parquet'").fetchone() for name in ("log", "posts")
    )
    assert last_log is not None and last_post is not None
    _copy(con, "SELECT * FROM picked", changed / "tickets-9999.parquet")
    _copy(
        con,
        f"""SELECT * REPLACE ({last_log[0]} + row_number() OVER () AS id, picked.updated_at AS logged_at,
            'working' AS new_value, 'state' AS action)
        FROM (SELECT DISTINCT ON (case_id) log.* FROM '{folder}/log-*.parquet' AS log
            SEMI JOIN picked ON log.case_id = picked.id) AS log JOIN (SELECT id AS picked_id, updated_at FROM picked)
            AS picked ON picked_id = case_id""",
        changed / "log-9999.parquet",
        without=("picked_id", "updated_at"),
    )
    _copy(
        con,
        f"""SELECT * REPLACE ({last_post[0]} + row_number() OVER () AS id, {int(until.timestamp() * 1000) - LATER_MS}
            AS sent_at, 'agent' AS author_kind, 0 AS is_internal)
        FROM (SELECT DISTINCT ON (case_id) posts.* FROM '{folder}/posts-*.parquet' AS posts
            SEMI JOIN picked ON posts.case_id = picked.id)""",
        changed / "posts-9999.parquet",
    )


def _copy(con: duckdb.DuckDBPyConnection, sql: str, target: Path, without: tuple[str, ...] = ()) -> None:
    columns = f"* EXCLUDE ({', '.join(without)})" if without else "*"
    con.execute(f"COPY (SELECT {columns} FROM ({sql})) TO '{target}'")
