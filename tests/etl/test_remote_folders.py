"""Folders over SFTP and in object stores, at servers on loopback: what is fetched, what goes wrong, what is told."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paramiko
import pytest

from etl.mapping import parse_mapping
from etl.model import LoadReport, SourceError
from etl.run import FAULTS, Intake, pull
from etl.sources import file_reader, remote
from etl.sources.remote import open_remote
from etl.sources.remote.folder import RemoteFolder
from etl.sources.remote.store import Access, RemoteFile, Store
from tests.etl import contract
from tests.etl.contract import check_source, error_of
from tests.etl.loading import NOW, Desk, desk, fates
from tests.etl.servers import s3, sftp

HEADER = "id,created,prio,resolved\n"
CONTRACT = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, created_at: created}}\n")
BIG = HEADER + "".join(f"{number},2026-01-02 08:00:00,1,\n" for number in range(1000, 60_000))


def text(*numbers: int) -> str:
    return HEADER + "".join(f"{number},2026-01-02 08:00:00,1,\n" for number in numbers)


def _is_idle(folder: Path) -> bool:
    return not list(folder.iterdir())


class Room:
    """A desk that loads a remote folder; what is laid there was changed a minute before."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.at_work: Desk = desk()

    def lay(self, name: str, content: str | bytes, age_s: float = 60) -> None:
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
        return sorted(path.name for path in (self.place / "copies").rglob("*") if path.is_file() or _is_idle(path))

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

    def fetched(self) -> list[str]:
        return [key.removeprefix("out/") for key in self.desk.gets()]

    def address(self) -> tuple[str, Access]:
        return "s3://desk/out", Access("READER", "s3cret", endpoint=self.desk.endpoint)


@pytest.fixture
def sftp_room(tmp_path: Path) -> Iterator[SftpRoom]:
    room = SftpRoom(tmp_path)
    with sftp.serving(room.desk):
        yield room


@pytest.fixture
def s3_room(tmp_path: Path) -> Iterator[S3Room]:
    room = S3Room(tmp_path)
    with s3.serving(room.desk):
        yield room


@pytest.fixture(params=["sftp_room", "s3_room"])
def room(request: pytest.FixtureRequest) -> Room:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Room)
    return found


def test_new_files_are_fetched_loaded_and_their_copies_removed(room: Room) -> None:
    room.lay("a.csv", text(1))
    room.lay("b.csv", text(2))
    reports, error = room.pull()
    assert (error, [fates(report) for report in reports]) == (None, [(1, 0, 0, 0)] * 2)
    assert room.tickets() == ["1", "2"]
    assert room.copies() == []


def test_only_new_and_changed_files_are_fetched(room: Room) -> None:
    room.lay("a.csv", text(1))
    room.lay("b.csv", text(2))
    room.pull()
    (report,), error = room.pull()
    assert (error, report.n_read) == (None, 0)
    assert "2 files, nothing new" in (report.message or "")
    room.lay("b.csv", text(2, 3), age_s=30)
    room.lay("c.csv", text(4))
    room.pull()
    assert room.fetched() == ["a.csv", "b.csv", "b.csv", "c.csv"]
    assert room.tickets() == ["1", "2", "3", "4"]


def test_an_empty_folder_says_what_it_waits_for(room: Room) -> None:
    room.lay("notes.docx", "x")
    (report,), error = room.pull()
    assert error is None
    assert report.message == f"no file in {room.address()[0]} fits *"


def test_what_is_still_being_written_is_left(room: Room) -> None:
    room.lay("a.csv", text(1), age_s=1)
    room.lay("b.csv.part", text(2))
    (report,), _ = room.pull()
    assert (report.n_read, room.fetched()) == (0, [])


def test_the_same_content_under_another_name_is_told(room: Room) -> None:
    room.lay("a.csv", text(1))
    room.lay("b.csv", text(1))
    (_, second), error = room.pull()
    assert error is None
    assert second.message == "b.csv was already loaded in run 1 (a.csv); nothing changed"


def test_a_bad_file_is_fetched_once_until_it_changes(room: Room) -> None:
    room.lay("a.csv", "nr\n1\n")
    room.lay("b.csv", text(2))
    for _ in range(3):
        _, error = room.pull()
        assert "a.csv" in str(error)
    assert room.fetched() == ["a.csv", "b.csv"]
    assert room.copies() == ["a.csv"]
    room.lay("a.csv", text(1), age_s=30)
    assert room.pull()[1] is None
    assert room.tickets() == ["1", "2"]
    assert room.copies() == []


def test_copies_left_by_a_kill_are_removed_or_used(room: Room) -> None:
    room.lay("a.csv", text(1))
    list(room.source().read(None, NOW))
    assert room.copies() == ["a.csv"]
    (room.place / "copies" / "desk" / ".b.csv.part").write_text("half")
    (room.place / "copies" / "desk" / "gone.csv").write_text("old")
    assert room.pull()[1] is None
    assert room.fetched() == ["a.csv"]
    assert room.copies() == []


def test_a_file_that_changes_while_it_is_fetched_is_left(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = Store.fetch

    def fetch_and_grow(self: Store, file: RemoteFile, target: Path) -> None:
        fetch(self, file, target)
        room.lay(file.name, text(1, 2), age_s=30)

    room.lay("a.csv", text(1))
    monkeypatch.setattr(Store, "fetch", fetch_and_grow)
    (report,), error = room.pull()
    assert (error, report.n_read, room.copies()) == (None, 0, [])
    monkeypatch.setattr(Store, "fetch", fetch)
    room.pull()
    assert room.tickets() == ["1", "2"]


def test_a_connection_dropped_in_the_middle_of_a_file_loads_nothing_of_it(room: Room) -> None:
    room.lay("a.csv", text(1))
    room.lay("b.csv", BIG)
    room.lay("c.csv", text(2))
    assert isinstance(room, (SftpRoom, S3Room))
    room.desk.drop_after = 500_000
    reports, error = room.pull()
    assert isinstance(error, SourceError)
    assert not error.permanent
    assert "b.csv: the " in str(error)
    assert "broke off" in str(error)
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)]
    assert room.copies() == []
    room.desk.drop_after = None
    assert room.pull()[1] is None
    assert len(room.tickets()) == 59_002
    assert room.fetched().count("a.csv") == 1


def test_a_remote_folder_holds_the_contract(room: Room) -> None:
    early = (NOW - contract.NOW).total_seconds() + 3600
    for number in (1, 2, 3):
        room.lay(f"{number}.csv", f"id,created\n{number},2026-03-01T10:00:00Z\n", age_s=early)
    check_source(lambda: room.source(CONTRACT), CONTRACT)


@pytest.fixture
def keyed_room(sftp_room: SftpRoom, monkeypatch: pytest.MonkeyPatch) -> SftpRoom:
    """Return a room whose user comes with a locked private key, opened by `room.phrase`."""
    sftp_room.desk.user_key = paramiko.RSAKey.generate(2048)
    sftp_room.desk.user_key.write_private_key_file(str(sftp_room.place / "id_rsa"), password="s3cret")
    url, known = sftp_room.address()
    monkeypatch.setattr(
        sftp_room,
        "address",
        lambda: (url, replace(known, password=None, key=sftp_room.place / "id_rsa", passphrase=sftp_room.phrase)),
    )
    return sftp_room


def test_a_private_key_opens_the_server_as_well(keyed_room: SftpRoom) -> None:
    keyed_room.lay("a.csv", text(1))
    assert keyed_room.pull()[1] is None
    assert keyed_room.tickets() == ["1"]


@pytest.mark.parametrize(
    ("phrase", "why"), [(None, "if it is locked, give `passphrase`"), ("no", "see whether `passphrase` opens it")]
)
def test_a_locked_key_is_told(keyed_room: SftpRoom, phrase: str | None, why: str) -> None:
    keyed_room.phrase = phrase
    error = error_of(keyed_room.source)
    assert f"id_rsa: is no private key that can be opened; {why}" in str(error)


def test_a_key_that_is_not_there_or_not_the_user_s_is_told(keyed_room: SftpRoom) -> None:
    keyed_room.desk.user_key = paramiko.RSAKey.generate(2048)
    assert "'reader' was not let in" in str(error_of(keyed_room.source))
    (keyed_room.place / "id_rsa").unlink()
    assert "id_rsa: cannot be read (No such file or directory)" in str(error_of(keyed_room.source))


def test_a_changed_password_is_told_and_not_told(sftp_room: SftpRoom) -> None:
    sftp_room.lay("a.csv", text(1))
    sftp_room.desk.password = "another"
    error = error_of(sftp_room.source)
    assert isinstance(error, SourceError) and error.permanent
    assert "'reader' was not let in; see whether the password or key was changed" in str(error)
    sftp_room.desk.password = "s3cret"
    assert sftp_room.pull()[1] is None


def test_a_server_nobody_vouched_for_gets_no_password(sftp_room: SftpRoom) -> None:
    sftp_room.known.write_text("")
    error = error_of(sftp_room.source)
    assert "the server's key ssh-rsa SHA256:" in str(error)
    assert f"is not in {sftp_room.known}" in str(error)


def test_a_server_with_another_key_is_refused(sftp_room: SftpRoom) -> None:
    other = paramiko.RSAKey.generate(2048)
    sftp_room.known.write_text(f"[127.0.0.1]:{sftp_room.desk.port} ssh-rsa {other.get_base64()}\n")
    error = error_of(sftp_room.source)
    assert "the server shows another key" in str(error)
    assert "ask its operator before the line is replaced" in str(error)


def test_a_file_of_known_hosts_that_is_not_there_is_told(sftp_room: SftpRoom) -> None:
    url, access = sftp_room.address()
    sftp_room.known.unlink()
    reader = file_reader("desk", CONTRACT)
    error = error_of(lambda: open_remote(reader, urlsplit(url), access, sftp_room.place))
    assert f"{sftp_room.known}: cannot be read (No such file or directory)" in str(error)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    room = SftpRoom(tmp_path)
    with sftp.serving(room.desk):
        room.address()
    error = error_of(room.source)
    assert isinstance(error, SourceError) and not error.permanent
    assert "the connection failed or broke off" in str(error)


def test_a_folder_that_is_not_there_is_told(sftp_room: SftpRoom) -> None:
    (sftp_room.desk.root / "out").rmdir()
    assert "/out: no such file or folder" in str(error_of(sftp_room.source))


def test_a_file_that_vanished_does_not_keep_the_others(sftp_room: SftpRoom) -> None:
    sftp_room.lay("a.csv", text(1))
    sftp_room.lay("b.csv", text(2))
    sftp_room.desk.hidden.add("a.csv")
    reports, error = sftp_room.pull()
    assert "a.csv: no such file or folder" in str(error)
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)]


@pytest.mark.parametrize("told", ["../../etc/evil.csv", "/etc/evil.csv", "out/evil.csv"])
def test_a_server_cannot_name_a_place_here(told: str) -> None:
    assert RemoteFile.of({"name": told, "size": 1, "mtime": NOW}).name == "evil.csv"


def test_many_objects_come_in_pages_and_folders_are_left_out(s3_room: S3Room) -> None:
    s3_room.desk.page = 3
    for number in range(10):
        s3_room.lay(f"{number}.csv", text(number))
    s3_room.lay("archive/old.csv", text(99))
    assert s3_room.pull()[1] is None
    assert s3_room.tickets() == [str(number) for number in range(10)]


def test_a_prefix_without_objects_is_an_empty_folder(s3_room: S3Room) -> None:
    (report,), error = s3_room.pull()
    assert (error, report.message) == (None, "no file in s3://desk/out fits *")


def test_a_store_that_asks_to_slow_down_is_asked_again(s3_room: S3Room) -> None:
    s3_room.lay("a.csv", text(1))
    s3_room.desk.faults = [(503, "SlowDown"), (500, "InternalError")]
    assert s3_room.pull()[1] is None
    assert s3_room.tickets() == ["1"]


@pytest.mark.parametrize(
    ("status", "code", "why", "is_lasting"),
    [
        (403, "AccessDenied", "refuses to let it be read", True),
        (403, "InvalidAccessKeyId", "does not know the access key; see whether it was changed", True),
        (403, "SignatureDoesNotMatch", "the secret does not fit the access key; see whether it was changed", True),
        (404, "NoSuchBucket", "there is no such bucket", True),
        (500, "InternalError", "the store failed or the connection broke off", False),
    ],
)
def test_what_a_store_answers_is_told(s3_room: S3Room, status: int, code: str, why: str, is_lasting: bool) -> None:
    s3_room.desk.faults = [(status, code)] * 9
    error = error_of(s3_room.source)
    assert isinstance(error, SourceError)
    assert str(error).startswith("s3://desk/out: ")
    assert why in str(error)
    assert error.permanent == is_lasting


def test_an_object_that_may_not_be_read_does_not_keep_the_others(s3_room: S3Room) -> None:
    s3_room.lay("a.csv", text(1))
    s3_room.lay("b.csv", text(2))
    s3_room.desk.refused.add("out/a.csv")
    reports, error = s3_room.pull()
    assert "s3://desk/out/a.csv: the store refuses to let it be read" in str(error)
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)]


def test_without_the_extra_packages_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'paramiko'", name="paramiko")

    monkeypatch.setattr(remote, "import_module", missing)
    with pytest.raises(SourceError, match="sftp:// needs the package paramiko; install the extra `remote`"):
        open_remote(file_reader("desk", CONTRACT), urlsplit("sftp://host/out"), Access(), Path("copies"))
