"""MySQL and MariaDB: values as the server writes them, and the oldest open transaction of InnoDB."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from etl.sources.sql_dialect import CONNECT_S, STATEMENT_S, Dialect
from etl.sources.sql_horizon import Horizon

READ_S = 600
SESSION = {
    # no decoders: zero dates, times of 800 hours and unsigned numbers stay the text they are sent as
    "conv": {kind: encode for kind, encode in conversions.items() if not isinstance(kind, int)},
    "connect_timeout": CONNECT_S,
    "read_timeout": READ_S,
    "write_timeout": READ_S,
}
CLOCK = "SELECT UTC_TIMESTAMP(6)"
# trx_started is written in the zone of the server's host, in whole seconds
HORIZON = """
SELECT UTC_TIMESTAMP(6),
       (SELECT MAX(TIMESTAMPDIFF(SECOND, trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')))
        FROM information_schema.innodb_trx
        WHERE trx_mysql_thread_id <> CONNECTION_ID() AND trx_is_read_only = 0)
"""
DENIED = 1227
HIDDEN = (
    "open transactions are hidden, so that up to the overlap is left open; GRANT PROCESS ON *.* to the user"
    " of this source"
)


def horizon(connection: sa.Connection, ours: datetime) -> Horizon:
    """Return the server's clock and the start of the oldest open transaction that may write."""
    try:
        now, age = connection.execute(sa.text(HORIZON)).one()
    except sa.exc.DBAPIError as error:
        if error.orig is None or error.orig.args[0] != DENIED:
            raise
        return Horizon(_utc(connection.execute(sa.text(CLOCK)).scalar_one()), None, False, HIDDEN)
    oldest = None if age is None else _utc(now) - timedelta(seconds=max(int(age), 0) + 1)
    return Horizon(_utc(now), oldest)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def settle(connection: Any) -> None:
    """Have a fresh connection read only, in UTC, with patience for a reader that loads between two pages."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET time_zone = '+00:00', net_write_timeout = {READ_S}")
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        if "MariaDB" in connection.get_server_info():
            cursor.execute(f"SET max_statement_time = {STATEMENT_S}")
        else:
            cursor.execute(f"SET max_execution_time = {STATEMENT_S * 1000}")


def server_cursor(connection: Any) -> Any:
    """Return a cursor whose rows stay at the server until they are fetched."""
    return connection.cursor(SSCursor)


def give_up(cursor: Any) -> None:
    """End a cursor of a dropped connection; the driver would go on reading rows from it otherwise."""
    if cursor._result is not None:
        cursor._result.unbuffered_active = False


MYSQL = Dialect("mysql+pymysql", horizon, SESSION, server_cursor, give_up, settle)
