"""File sources as people write them in settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import parse_mapping
from etl.model import SourceError
from etl.pull import intakes
from etl.pull.file_intakes import file_source
from etl.sources.drop_folder import DropFolder
from etl.sources.file import FileSource
from etl.sources.remote.folder import RemoteFolder
from tests.etl.loading import NOW, TICKETS

MAPPING = parse_mapping(TICKETS)


def rule(**more: object) -> SourceRule:
    return SourceRule.model_validate(
        {"id": "a", "name": "A", "kind": "file", "path": "in", "mapping": "data/mappings/demo.yaml", **more}
    )


def test_a_plain_folder_stays_a_plain_folder() -> None:
    assert isinstance(file_source(rule(), MAPPING, {}), FileSource)


@pytest.mark.parametrize("more", [{"archive": "done"}, {"quarantine": "bad"}, {"order": "date"}])
def test_a_folder_with_a_place_for_files_moves_them(more: dict[str, str]) -> None:
    assert isinstance(file_source(rule(**more), MAPPING, {}), DropFolder)


def test_relative_folders_start_at_the_project(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.csv").write_text("id,created,prio,resolved\n")
    source = file_source(rule(path=str(inbox), archive=str(tmp_path / "done")), MAPPING, {})
    list(source.read(None, NOW))
    assert (tmp_path / "done").is_dir()
    assert "data/run/nowhere: no such folder" in _error(rule(path="data/run/nowhere", order="date"))


def _error(asked: SourceRule) -> str:
    with pytest.raises(Exception, match=str(ROOT)) as caught:
        list(file_source(asked, MAPPING, {}).read(None, NOW))
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"archive": "in"}, "path, archive and quarantine are folders of their own"),
        ({"archive": "x", "quarantine": "x"}, "path, archive and quarantine are folders of their own"),
        ({"kind": "sql", "path": None, "url": "sqlite:///x", "archive": "x"}, "are for files, a source of kind sql"),
        ({"order": "size"}, "Input should be 'name' or 'date'"),
    ],
)
def test_what_does_not_fit_is_refused(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rule(**more)


SFTP = {"path": "sftp://files.example:2222/out", "remote": {"user": "kpi", "password": "${SFTP_PASSWORD}"}}
S3 = {"path": "s3://desk/out", "remote": {"user": "KEY", "password": "x", "endpoint": "http://127.0.0.1:9000"}}


@pytest.mark.parametrize("more", [SFTP, S3, {"path": "s3://desk"}], ids=["sftp", "s3", "s3 as the machine is set up"])
def test_an_address_is_a_remote_folder(more: dict[str, object]) -> None:
    assert isinstance(file_source(rule(**more), MAPPING, {"SFTP_PASSWORD": "s3cret"}), RemoteFolder)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("${SFTP_PASSWORD}", "environment variable SFTP_PASSWORD is not set"),
        ("${file:/nowhere/sftp}", r"/nowhere/sftp: cannot be read \(No such file or directory\)"),
    ],
)
def test_a_secret_that_is_not_there_is_told(password: str, why: str) -> None:
    asked = rule(path=SFTP["path"], remote={"user": "kpi", "password": password})
    with pytest.raises(SourceError, match=f"source a: {why}"):
        file_source(asked, MAPPING, {})


def test_a_source_of_the_settings_is_pulled_from_its_remote_folder() -> None:
    asked = rule(**SFTP, every_s=60)
    intake = intakes.scheduled(asked, "salt", {"SFTP_PASSWORD": "s3cret"}, None)
    assert isinstance(intake.source, RemoteFolder)
    known = {intakes.signature(asked, {"SFTP_PASSWORD": word}) for word in ("a", "b")}
    assert len(known) == 2


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"path": "ftp://host/out"}, "a folder at ftp:// cannot be read; sftp:// and s3:// can"),
        ({"path": "sftp://kpi:s3cret@host/out"}, "the address holds a user; write `remote: {user"),
        ({"path": "sftp:///out", "remote": {"user": "a", "password": "b"}}, "there is no host in it"),
        ({"path": "s3:///out"}, "there is no bucket in it"),
        ({"path": "sftp://host/out"}, "sftp:// needs remote.user, and remote.password or remote.key"),
        ({"path": "sftp://host:x/", "remote": {"user": "a", "password": "b"}}, "[Pp]ort"),
        ({"path": "s3://desk", "remote": {"user": "a"}}, "needs both remote.user and remote.password, or neither"),
        ({"path": "s3://desk", "remote": {"known_hosts": "x"}}, "remote.known_hosts is not for s3://"),
        ({**SFTP, "remote": {"user": "a", "password": "b", "region": "x"}}, "remote.region is not for sftp://"),
        ({**SFTP, "archive": "done"}, "a remote folder is only read"),
        ({"remote": {"user": "a", "password": "b"}}, "`remote` is for a path that is an address"),
        ({**SFTP, "remote": {"password": "b"}}, "a password or key needs `user`"),
        ({**SFTP, "remote": {"user": "a", "password": "b", "passphrase": "c"}}, "a passphrase opens a `key`"),
    ],
)
def test_an_address_that_does_not_fit_is_refused(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rule(**more)
