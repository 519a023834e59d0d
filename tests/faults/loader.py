"""The desk of these tests: its hours and promises, and how its warehouse is opened."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.warehouse import Warehouse, transaction, watermark
from etl.model import Later
from metrics import facts
from metrics.model import Calendar, Desk, SlaTier

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SOURCE = "desk"
HOURS = Calendar("office", "Asia/Shanghai", (((540, 1080),),) * 5 + ((), ()))
DESK = Desk(
    calendars={"office": HOURS},
    calendar="office",
    sla={"P1": SlaTier(5, 120), "P2": SlaTier(15, 1440)},
    csi_weights={"attitude": 1.0},
)


def opened(path: Path) -> Warehouse:
    """Return the warehouse with its facts created."""
    store = Warehouse(path, threads=1)
    con = store.cursor()
    with transaction(con):
        facts.create(con)
        mark = watermark(con)
        if mark is not None:
            facts.ensure(con, mark, DESK)
    return store


def refresh(con: Any, mark: datetime | None) -> Later | None:
    """Bring the facts up to date."""
    return None if mark is None else facts.refresh(con, mark, DESK)
