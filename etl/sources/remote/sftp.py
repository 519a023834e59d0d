"""Folders over SFTP: by password or private key, from servers whose key is known."""

import logging
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from etl.model import SourceError
from etl.sources.remote.store import Access, Store

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what goes wrong is raised, and told once
TIMEOUT_S = 30.0
KEEPALIVE_S = 15


class UnknownHost(Exception):
    """The server showed a key that nobody vouched for."""

    def __init__(self, key: paramiko.PKey) -> None:
        digest = b64encode(sha256(key.asbytes()).digest()).decode().rstrip("=")
        super().__init__(f"{key.get_name()} SHA256:{digest}")


class _Refuse(paramiko.MissingHostKeyPolicy):
    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise UnknownHost(key)


class _CheckedSystem(SFTPFileSystem):  # type: ignore[misc]  # fsspec has no types
    """fsspec's file system over a connection to a server whose key was checked; never kept for another pull."""

    cachable = False

    def __init__(self, host: str, known_hosts: Path, **how: Any) -> None:
        self._known_hosts = known_hosts
        super().__init__(host, **how)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(str(self._known_hosts))
        self.client.set_missing_host_key_policy(_Refuse())
        try:
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
        except BaseException:
            self.client.close()
            raise
        channel = self.ftp.get_channel()
        if channel is not None:
            channel.settimeout(TIMEOUT_S)
            channel.get_transport().set_keepalive(KEEPALIVE_S)

    def get_file(self, rpath: str, lpath: str, **_: Any) -> None:
        """Copy a file here, a piece after the other: asked for ahead, it comes by a thread whose errors get lost."""
        self.ftp.get(self._strip_protocol(rpath), lpath, prefetch=False)


class _Trouble:
    """What errors of SFTP mean."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def __call__(self, error: Exception, place: str) -> SourceError | None:
        told = self._lasting(error)
        if told is not None:
            return SourceError(f"{place}: {self._access.without_secrets(told)}", permanent=True)
        if isinstance(error, FileNotFoundError):
            return SourceError(f"{place}: no such file or folder", permanent=False)
        if isinstance(error, PermissionError):
            return SourceError(f"{place}: {self._access.user!r} may not read it", permanent=True)
        if isinstance(error, (paramiko.SSHException, EOFError, OSError)):
            why = self._access.without_secrets(str(error) or type(error).__name__)
            return SourceError(f"{place}: the connection failed or broke off ({why})", permanent=False)
        return None

    def _lasting(self, error: Exception) -> str | None:
        known = self._access.known_hosts
        if isinstance(error, UnknownHost):
            return (
                f"the server's key {error} is not in {known}. Ask its operator whether that is its key, then add it"
                " (ssh-keyscan prints the line)"
            )
        if isinstance(error, paramiko.BadHostKeyException):
            return (
                f"the server shows another key ({UnknownHost(error.key)}) than {known} has for it. Somebody may stand"
                " in between; ask its operator before the line is replaced"
            )
        if isinstance(error, paramiko.AuthenticationException):
            return f"{self._access.user!r} was not let in; see whether the password or key was changed"
        return None


@contextmanager
def opened(parts: SplitResult, access: Access) -> Iterator[Store]:
    """Give the folder of an address and close the connection at the end; raises SourceError."""
    place = f"sftp://{parts.netloc}"
    trouble = _Trouble(access)
    how = _how(parts, access)
    try:
        system = _CheckedSystem(parts.hostname or "", access.known_hosts or Path(), **how)
    except Exception as error:
        told = _unreadable(error) or trouble(error, place)
        if told is None:
            raise
        raise told from error
    try:
        yield Store(place + parts.path, system, parts.path or ".", trouble)
    finally:
        system.client.close()


def _unreadable(error: Exception) -> SourceError | None:
    """Return that a file here cannot be read; None = it is the connection."""
    if isinstance(error, OSError) and error.filename is not None:
        return SourceError(f"{error.filename}: cannot be read ({error.strerror})", permanent=True)
    return None


def _private_key(path: Path, passphrase: str | None) -> paramiko.PKey:
    try:
        phrase = passphrase.encode() if passphrase else None
        return paramiko.PKey.from_path(path, phrase)  # type: ignore[arg-type]  # wants bytes, whatever its stubs say
    except Exception as error:
        told = _unreadable(error)
        if told is not None:
            raise told from error
        what = "see whether `passphrase` opens it" if passphrase else "if it is locked, give `passphrase`"
        raise SourceError(f"{path}: is no private key that can be opened; {what}", permanent=True) from error


def _how(parts: SplitResult, access: Access) -> dict[str, Any]:
    return {
        "port": parts.port or 22,
        "username": access.user,
        "password": access.password,
        "pkey": _private_key(access.key, access.passphrase) if access.key else None,
        "look_for_keys": False,
        "allow_agent": False,
        "timeout": TIMEOUT_S,
        "banner_timeout": TIMEOUT_S,
        "auth_timeout": TIMEOUT_S,
    }
