"""A folder of files at another computer, seen through fsspec: what lies in it, and one file at a time from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from etl.model import SourceError

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
HIDDEN = "***"


@dataclass(frozen=True)
class Access:
    """What opens a remote folder, secrets filled in (data/remote_rules.py)."""

    user: str | None = None
    password: str | None = None
    key: Path | None = None
    passphrase: str | None = None
    known_hosts: Path | None = None
    endpoint: str | None = None
    region: str | None = None
    ca: Path | None = None

    def without_secrets(self, text: str) -> str:
        """Return a text of a driver with what it may tell of secrets hidden."""
        for secret in (self.password, self.passphrase):
            text = text.replace(secret, HIDDEN) if secret else text
        return text


@dataclass(frozen=True)
class RemoteFile:
    """A file as the other side lists it: name, size in bytes, time of last change in ns."""

    name: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "RemoteFile":
        """Return what an entry of fsspec tells; a name is never more than a name, whatever the other side says."""
        age = entry["mtime"] - EPOCH
        return cls(PurePosixPath(entry["name"]).name, int(entry["size"]), age // timedelta(microseconds=1) * 1000)


class Trouble(Protocol):
    """What the errors of a kind of store mean."""

    def __call__(self, error: Exception, place: str) -> SourceError | None:
        """Return the error for people, without secrets; None = it is a fault of this program."""


class Store:
    """A folder that is open.

    address    of the folder, for people and as the name of its files in the ledger
    system     fsspec's file system; folder is the path in it
    is_prefix  the folder is but the beginning of names: it is not there while it is empty
    """

    def __init__(self, address: str, system: Any, folder: str, trouble: Trouble, *, is_prefix: bool = False) -> None:
        self.address = address.rstrip("/")
        self._is_prefix = is_prefix
        self._system = system
        self._folder = folder
        self._trouble = trouble

    def files(self) -> Sequence[RemoteFile]:
        """Return the files of the folder by name, those in folders of it left out; raises SourceError."""
        with self._told(self.address):
            entries = [entry for listed in self._entries() if (entry := self._led(listed)) is not None]
        files = [RemoteFile.of(entry) for entry in entries if entry["type"] == "file"]
        return sorted((file for file in files if file.name not in ("", ".", "..")), key=lambda file: file.name)

    def _entries(self) -> list[dict[str, Any]]:
        try:
            return list(self._system.ls(self._folder, detail=True))
        except FileNotFoundError:
            if self._is_prefix:
                return []
            raise

    def _led(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        """Return what a link leads to, under its own name; None = nothing."""
        if entry["type"] != "link":
            return entry
        try:
            return {**self._system.info(entry["name"]), "name": entry["name"]}
        except FileNotFoundError:
            return None

    def now(self, file: RemoteFile) -> RemoteFile:
        """Return a file as it is now; raises SourceError."""
        with self._told(self.place(file)):
            return RemoteFile.of(self._system.info(self._path(file)))

    def fetch(self, file: RemoteFile, target: Path) -> None:
        """Copy a file to a path here; raises SourceError."""
        with self._told(self.place(file)):
            self._system.get_file(self._path(file), str(target))

    def place(self, file: RemoteFile) -> str:
        """Return the address of a file."""
        return f"{self.address}/{file.name}"

    def _path(self, file: RemoteFile) -> str:
        return f"{self._folder.rstrip('/')}/{file.name}"

    @contextmanager
    def _told(self, place: str) -> Iterator[None]:
        """Turn what a store raises into an error for people."""
        try:
            yield
        except Exception as error:
            told = self._trouble(error, place)
            if told is None:
                raise
            raise told from error
