"""Desks that load a remote folder, over SFTP and from an object store, for tests."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from etl.mapping import parse_mapping
from etl.model import LoadReport
from etl.pull.run import FAULTS, Intake, pull
from etl.sources import file_reader
from etl.sources.remote import open_remote
from etl.sources.remote.folder import RemoteFolder
from etl.sources.remote.store import Access
from tests.etl.loading import NOW, Desk, desk
from tests.etl.servers import s3, sftp

HEADER = "id,created,prio,resolved\n"
CONTRACT = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, created_at: created}}\n")
BIG = HEADER + "".join(f"{number},2026-01-02 08:00:00,1,\n" for number in range(1000, 60_000))


def text(*numbers: int) -> str:
    return HEADER + "".join(f"{number},2026-01-02 08:00:00,1,\n" for number in numbers)


class Room:
    """A desk that loads a remote folder; what is laid there was changed a minute before."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.at_work: Desk = desk()

    def lay(self, name: str, content: str | bytes, age_s: float = 60) -> None:
        raise NotImplementedError

    def take(self, name: str) -> None:
        raise NotImplementedError

    def fetched(self) -> list[str]:
        raise NotImplementedError

    def address(self) -> tuple[str, Access]:
        raise NotImplementedError

    def source(self, mapping: Any = None) -> RemoteFolder:
        url, access = self.address()
        reader = file_reader("desk", mapping or self.at_work.mapping)
        return open_remote(reader, urlsplit(url), access, self.place / "copies")

    def pull(self) -> tuple[list[LoadReport], Exception | None]:
        intake = Intake("desk", self.source(), self.at_work.mapping, self.at_work.origin)
        found: list[LoadReport] = []
        try:
            for report in pull(self.at_work.con, intake, self.at_work.refresh, NOW):
                found.append(report)
        except FAULTS as error:
            return found, error
        return found, None

    def copies(self) -> list[str]:
        return sorted(path.name for path in (self.place / "copies").rglob("*") if path.is_file())

    def tickets(self) -> list[str]:
        return self.at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1")


class SftpRoom(Room):
    def __init__(self, place: Path) -> None:
        super().__init__(place)
        (place / "root" / "out").mkdir(parents=True)
        self.desk = sftp.SftpDesk(place / "root")
        self.known = place / "known_hosts"
        self.phrase: str | None = "s3cret"

    def lay(self, name: str, content: str | bytes, age_s: float = 60) -> None:
        path = self.desk.root / "out" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        changed = (NOW - timedelta(seconds=age_s)).timestamp()
        os.utime(path, (changed, changed))

    def take(self, name: str) -> None:
        (self.desk.root / "out" / name).unlink()

    def fetched(self) -> list[str]:
        return self.desk.opened

    def address(self) -> tuple[str, Access]:
        if not self.known.exists():
            self.known.write_text(self.desk.known_host)
        return f"sftp://127.0.0.1:{self.desk.port}/out", Access("reader", "s3cret", known_hosts=self.known)


class S3Room(Room):
    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.desk = s3.S3Desk()

    def lay(self, name: str, content: str | bytes, age_s: float = 60) -> None:
        self.desk.put(f"out/{name}", content, NOW - timedelta(seconds=age_s))

    def take(self, name: str) -> None:
        del self.desk.things[f"out/{name}"]

    def fetched(self) -> list[str]:
        return [key.removeprefix("out/") for key in self.desk.gets()]

    def address(self) -> tuple[str, Access]:
        return "s3://desk/out", Access("READER", "s3cret", endpoint=self.desk.endpoint)
