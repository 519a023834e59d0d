"""Remote folders, over SFTP and in object stores alike: what is fetched, what is left, what becomes of copies."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from etl.model import SourceError
from etl.sources import file_reader, remote
from etl.sources.remote import open_remote
from etl.sources.remote.store import Access, RemoteFile, Store
from tests.etl import contract
from tests.etl.contract import check_source
from tests.etl.loading import NOW, fates
from tests.etl.remote_rooms import BIG, CONTRACT, Room, S3Room, SftpRoom, text
from tests.etl.servers import s3, sftp


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


@pytest.mark.parametrize("told", ["../../etc/evil.csv", "/etc/evil.csv", "out/evil.csv"])
def test_a_server_cannot_name_a_place_here(told: str) -> None:
    assert RemoteFile.of({"name": told, "size": 1, "mtime": NOW}).name == "evil.csv"


def test_without_the_extra_packages_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'paramiko'", name="paramiko")

    monkeypatch.setattr(remote, "import_module", missing)
    with pytest.raises(SourceError, match="sftp:// needs the package paramiko; install the extra `remote`"):
        open_remote(file_reader("desk", CONTRACT), urlsplit("sftp://host/out"), Access(), Path("copies"))


def test_an_idle_pull_leaves_no_folder_of_copies(room: Room) -> None:
    room.lay("a.csv", text(1))
    for _ in range(2):
        room.pull()
    assert list((room.place / "copies").iterdir()) == []


def test_a_folder_of_copies_that_cannot_be_made_is_told(room: Room) -> None:
    room.lay("a.csv", text(1))
    (room.place / "copies").write_text("a file")
    _, error = room.pull()
    assert "no folder for copies can be made there (Not a directory); see remote.copies" in str(error)


def test_the_ledger_forgets_files_that_are_no_more(room: Room) -> None:
    room.lay("a.csv", text(1))
    room.lay("b.csv", text(2))
    room.pull()
    room.take("a.csv")
    room.lay("c.csv", text(3))
    room.pull()
    (cursor,) = room.at_work.all("SELECT cursor FROM source")
    assert sorted(place.rpartition("/")[2] for place in json.loads(cursor)) == ["b.csv", "c.csv"]
    room.lay("a.csv", text(1))
    (report,), _ = room.pull()
    assert report.message == "a.csv was already loaded in run 1 (a.csv); nothing changed"
