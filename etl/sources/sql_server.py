"""SQL Server: accepted by its dialect; unverified, no server was at hand."""

from datetime import UTC, datetime

import sqlalchemy as sa

from etl.sources.sql_dialect import Dialect
from etl.sources.sql_horizon import Horizon

CLOCK = "SELECT CONVERT(varchar(27), SYSUTCDATETIME(), 121)"
NOTE = "open transactions of SQL Server are not read, so that up to the overlap is left open"
MICROSECONDS = 26  # length of an instant with six of its seven digits


def horizon(connection: sa.Connection, ours: datetime) -> Horizon:
    """Return the server's clock; open transactions are not known."""
    text = str(connection.execute(sa.text(CLOCK)).scalar_one())
    return Horizon(datetime.fromisoformat(text[:MICROSECONDS]).replace(tzinfo=UTC), None, False, NOTE)


SQL_SERVER = Dialect("mssql+pyodbc", horizon, {}, start="1753-01-01T00:00:00")
