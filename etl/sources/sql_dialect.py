"""What differs from one kind of database to the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from etl.sources.sql_horizon import Horizon

START = "0001-01-01 00:00:00"
CONNECT_S = 10
STATEMENT_S = 3600  # a first load may sort for long; what takes longer hangs
APPLICATION = "service-kpi-monitor"


def _nothing(thing: Any) -> None:
    pass


def _plain(connection: Any) -> Any:
    return connection.cursor()


@dataclass(frozen=True)
class Dialect:
    """One kind of database.

    driver   SQLAlchemy's name of dialect and driver
    session  what every connection is opened with; what the address says itself wins
    cursor   opens a cursor on a driver connection that leaves the rows at the server
    give_up  ends a cursor whose connection was dropped
    settle   what is done to a fresh driver connection
    horizon  reads clock and open transactions; our own clock is handed in for databases without one
    start    before every instant such a database can hold, as text
    """

    driver: str
    horizon: Callable[[sa.Connection, datetime], Horizon]
    session: Mapping[str, Any]
    cursor: Callable[[Any], Any] = _plain
    give_up: Callable[[Any], None] = _nothing
    settle: Callable[[Any], None] = _nothing
    start: str = START

    def opened_with(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a connection is opened with; an address's own `options` come behind ours and win singly."""
        joined = {**self.session, **query}
        if "options" in query and "options" in self.session:
            joined["options"] = f"{self.session['options']} {query['options']}"
        return joined
