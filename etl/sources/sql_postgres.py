"""PostgreSQL: values as the server writes them, and its oldest open transaction."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg.adapt import Buffer, Loader
from psycopg.postgres import types
from psycopg.types.string import TextLoader

from etl.sources.sql_dialect import APPLICATION, CONNECT_S, STATEMENT_S, Dialect
from etl.sources.sql_horizon import Horizon

SETTINGS = {
    "timezone": "UTC",
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_S}s",
    "idle_in_transaction_session_timeout": "0",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
SESSION = {
    "options": " ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
    "application_name": APPLICATION,
    "connect_timeout": CONNECT_S,
    "client_encoding": "UTF8",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# a standby shows what it has replayed, and not which transactions are open where it comes from
HORIZON = f"""
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE statement_timestamp() END,
       (SELECT min(xact_start) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND application_name <> '{APPLICATION}' AND backend_type <> 'autovacuum worker'),
       (SELECT min(prepared) FROM pg_prepared_xacts WHERE database = current_database()),
       EXISTS (SELECT FROM pg_stat_activity
               WHERE datname = current_database() AND query = '<insufficient privilege>'),
       pg_is_in_recovery()
"""
HIDDEN = (
    "open transactions of other users are hidden, so that up to the overlap is left open;"
    " GRANT pg_read_all_stats to the user of this source"
)
STANDBY = "a standby: open transactions of its primary are not known, so that up to the overlap is left open"
BOOLEAN = 16


class LenientLoader(Loader):
    """Text of a database without an encoding: what is not UTF-8 is replaced and never fails."""

    def load(self, data: Buffer) -> str:
        """Return the text."""
        return bytes(data).decode("utf-8", "replace")


def horizon(connection: sa.Connection, ours: datetime) -> Horizon:
    """Return the server's clock and the start of its oldest open transaction, prepared ones included."""
    now, *oldest, is_hidden, is_standby = connection.execute(sa.text(HORIZON)).one()
    known = [datetime.fromisoformat(text) for text in oldest if text is not None]
    note = STANDBY if is_standby else HIDDEN if is_hidden else None
    clock = ours if now is None else datetime.fromisoformat(now)
    return Horizon(clock, min(known, default=None), note is None, note)


def settle(connection: Any) -> None:
    """Have a fresh connection give everything but booleans as the server writes it."""
    is_ascii = connection.info.parameter_status("server_encoding") == "SQL_ASCII"
    if is_ascii:
        # such a database holds any bytes, and refuses to hand over what is not UTF-8 to a client that wants it
        connection.execute("SET client_encoding = SQL_ASCII")
        connection.commit()
    loader = LenientLoader if is_ascii else TextLoader
    for info in types:
        for oid in (info.oid, info.array_oid):
            if oid not in (0, BOOLEAN):
                connection.adapters.register_loader(oid, loader)


def server_cursor(connection: Any) -> Any:
    """Return a cursor whose rows stay at the server until they are fetched."""
    return connection.cursor(name="kpi_rows")


def give_up(cursor: Any) -> None:
    """End a cursor of a dropped connection."""
    cursor.close()


POSTGRES = Dialect("postgresql+psycopg", horizon, SESSION, server_cursor, give_up, settle)
