"""A warehouse that a system over the web is pulled into, and its KPIs."""

from datetime import date, datetime
from typing import Any

import duckdb

from etl.mapping import Mapping
from etl.model import LoadReport, Origin
from etl.pull.run import Intake, pull
from etl.sources.rest.access import Access
from etl.sources.rest.retry import Patience
from etl.sources.rest.source import Manner, RestSource, System
from etl.upkeep.reconcile import Reconciled, reconcile
from metrics import facts
from metrics.measure import measure
from metrics.model import Desk as KpiDesk
from metrics.model import Question, Window
from tests.engine import fresh
from tests.etl.servers.web import Web

TRIES = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
KPIS = KpiDesk(tz="UTC")
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1), "UTC")


def refresh(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    facts.refresh(con, watermark, KPIS)


class RestDesk:
    """A system, its mapping and a warehouse of its own; every pull is made at the clock here."""

    def __init__(self, web: Web, system: System, mapping: Mapping, access: Access) -> None:
        self.con = fresh()
        facts.create(self.con)
        self.web, self.system, self.mapping, self.access = web, system, mapping, access

    def source(self, rows: int = 20_000) -> RestSource:
        manner = Manner(TRIES, self.web.wait, rows)
        return RestSource(self.system, "desk", self.access, self.mapping, manner)

    def intake(self, rows: int = 20_000) -> Intake:
        return Intake("desk", self.source(rows), self.mapping, Origin("rest", is_live=True, salt="pepper"))

    def pull(self, now: datetime | None = None, rows: int = 20_000) -> list[LoadReport]:
        return list(pull(self.con, self.intake(rows), refresh, now or self.web.clock))

    def reconcile(self, allow_mass: bool = False) -> Reconciled:
        return reconcile(self.con, self.intake(), refresh, self.web.clock, allow_mass)

    def all(self, sql: str) -> list[Any]:
        """Return the rows of a query; single columns as plain values."""
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]

    def deleted(self) -> list[str]:
        return self.all("SELECT src_ticket_id FROM ticket WHERE is_deleted ORDER BY 1")

    def kpi(self, name: str) -> tuple[float | None, int]:
        (as_of,) = self.all("SELECT watermark FROM source")
        question = Question(name, MARCH)
        reading = measure(self.con, KPIS, [question], as_of)[question][0]
        return reading.value, reading.n
