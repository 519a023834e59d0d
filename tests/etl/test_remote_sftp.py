"""Folders over SFTP, at a server on loopback: who is let in, which server is trusted, what is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import paramiko
import pytest

from etl.model import SourceError
from etl.sources import file_reader
from etl.sources.remote import open_remote
from tests.etl.contract import error_of
from tests.etl.loading import fates
from tests.etl.remote_rooms import CONTRACT, SftpRoom, text
from tests.etl.servers import sftp


@pytest.fixture
def sftp_room(tmp_path: Path) -> Iterator[SftpRoom]:
    room = SftpRoom(tmp_path)
    with sftp.serving(room.desk):
        yield room


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


def test_a_link_is_read_as_the_file_it_leads_to(sftp_room: SftpRoom) -> None:
    sftp_room.lay("a.csv", text(1))
    out = sftp_room.desk.root / "out"
    (out / "a.csv").rename(sftp_room.desk.root / "kept.csv")
    (out / "a.csv").symlink_to(sftp_room.desk.root / "kept.csv")
    (out / "b.csv").symlink_to(sftp_room.desk.root / "gone.csv")
    (out / "c").symlink_to(sftp_room.desk.root)
    assert sftp_room.pull()[1] is None
    assert sftp_room.tickets() == ["1"]
