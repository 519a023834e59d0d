"""Reading a database as the product does: one source, pulled again and again."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from etl.model import Delivery
from etl.sources.sql_cursor import SqlCursor
from etl.sources.sql_database import SqlSource
from etl.sources.sql_table import SqlTable

QUERY = "SELECT * FROM ticket WHERE updated_at >= :since ORDER BY updated_at, id"


def rows_of(delivery: Delivery) -> list[tuple[str | None, ...]]:
    """Return the rows of all batches as they are staged."""
    con = duckdb.connect()
    found: list[tuple[str | None, ...]] = []
    for batch in delivery.batches:
        batch.rows.stage(con, "stage")
        found += [row[1:] for row in con.execute("SELECT * FROM stage ORDER BY row_no").fetchall()]
    con.close()
    return found


@dataclass
class Puller:
    """A source and how far it was pulled; keeps what the last pull said."""

    url: str
    query: str = QUERY
    cursor: SqlCursor | None = field(default_factory=lambda: SqlCursor("updated_at", 60, key="id"))
    zone: str = "UTC"
    known: str | None = None
    last: Delivery | None = None

    def __post_init__(self) -> None:
        self.source = SqlSource("desk", self.url, [SqlTable("ticket", self.query, self.cursor)], self.zone)

    def pull(self, now: datetime | None = None) -> list[tuple[str | None, ...]]:
        """Return the rows that came; where the pull ended is remembered after each delivery."""
        found = []
        for delivery in self.source.read(self.known, now or datetime.now(UTC)):
            found += rows_of(delivery)
            self.known, self.last = delivery.cursor, delivery
        return found

    @property
    def until(self) -> datetime:
        """Return up to when the last pull says everything was delivered."""
        assert self.last is not None and self.last.until is not None
        return self.last.until

    @property
    def note(self) -> str:
        """Return what the last pull told people."""
        assert self.last is not None
        return self.last.note or ""
