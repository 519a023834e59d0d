"""A desk with an inbox, an archive and a quarantine, for tests of drop folders."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from etl.model import LoadReport
from etl.pull.run import FAULTS, Intake, pull
from etl.sources import open_drop_folder
from etl.sources.drop_folder import Drop, DropFolder
from tests.etl.loading import NOW, Desk, desk

HEADER = "id,created,prio,resolved\n"
TODAY = "2026-06-01"


def row(number: int, when: str = "2026-01-02 08:00:00") -> str:
    return f"{number},{when},1,\n"


@dataclass
class Room:
    """A desk with an inbox, an archive and a quarantine."""

    place: Path
    at_work: Desk = field(default_factory=desk)
    order: Any = "name"
    zone: str = "UTC"

    def __post_init__(self) -> None:
        self.inbox.mkdir()

    @property
    def inbox(self) -> Path:
        return self.place / "inbox"

    def lay(self, name: str, content: str | bytes, age_s: float = 60) -> Path:
        path = self.inbox / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        changed = (NOW - timedelta(seconds=age_s)).timestamp()
        os.utime(path, (changed, changed))
        return path

    def source(self) -> DropFolder:
        drop = Drop(self.place / "done", self.place / "bad", self.order, self.zone)
        return open_drop_folder("desk", self.inbox, self.at_work.mapping, drop)

    def pulled(self, now: datetime = NOW) -> Iterator[LoadReport]:
        intake = Intake("desk", self.source(), self.at_work.mapping, self.at_work.origin)
        return pull(self.at_work.con, intake, self.at_work.refresh, now)

    def pull(self, now: datetime = NOW) -> tuple[list[LoadReport], Exception | None]:
        found: list[LoadReport] = []
        try:
            for report in self.pulled(now):
                found.append(report)
        except FAULTS as error:
            return found, error
        return found, None

    def names(self, folder: str) -> list[str]:
        place = self.place / folder
        return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())

    def tickets(self) -> list[str]:
        return self.at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1")
