"""An SFTP server on loopback over a folder: one user, by password or key; it drops connections when asked to."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_CONNECTION_LOST, SFTP_NO_SUCH_FILE

CHUNK = 32_768


@dataclass
class SftpDesk:
    """What the server holds and how it behaves.

    drop_after  bytes of files after which the connection is dropped; None = never
    hidden      names that are listed and gone when they are asked for
    """

    root: Path
    user: str = "reader"
    password: str = "s3cret"
    key: paramiko.PKey = field(default_factory=lambda: paramiko.RSAKey.generate(2048))
    user_key: paramiko.PKey | None = None
    drop_after: int | None = None
    hidden: set[str] = field(default_factory=set)
    port: int = 0
    n_sent: int = 0
    opened: list[str] = field(default_factory=list)

    @property
    def known_host(self) -> str:
        """Return the line of known_hosts."""
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"


class _Door(paramiko.ServerInterface):
    def __init__(self, desk: SftpDesk) -> None:
        self.desk = desk

    def check_auth_password(self, username: str, password: str) -> int:
        is_right = (username, password) == (self.desk.user, self.desk.password)
        return AUTH_SUCCESSFUL if is_right else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        is_right = username == self.desk.user and key == self.desk.user_key
        return AUTH_SUCCESSFUL if is_right else AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, files: "_Files", path: Path) -> None:
        super().__init__(os.O_RDONLY)
        self.files, self.path = files, path
        self.readfile = path.open("rb")

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(self.path.stat())

    def read(self, offset: int, length: int) -> bytes | int:
        desk = self.files.desk
        data = super().read(offset, min(length, CHUNK))
        desk.n_sent += len(data) if isinstance(data, bytes) else 0
        if desk.drop_after is not None and desk.n_sent > desk.drop_after:
            self.files.line.close()
            return SFTP_CONNECTION_LOST
        return data


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: _Door, *_: object, **__: object) -> None:
        super().__init__(server)
        self.desk = server.desk
        self.line: socket.socket = server.line  # type: ignore[attr-defined]

    def _here(self, path: str) -> Path:
        return self.desk.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        place = self._here(path)
        if not place.is_dir():
            return SFTP_NO_SUCH_FILE
        return [paramiko.SFTPAttributes.from_stat(file.lstat(), file.name) for file in place.iterdir()]

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        place = self._here(path)
        if not place.exists() or place.name in self.desk.hidden:
            return SFTP_NO_SUCH_FILE
        return paramiko.SFTPAttributes.from_stat(place.stat())

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> _Handle | int:
        place = self._here(path)
        if place.name in self.desk.hidden:
            return SFTP_NO_SUCH_FILE
        self.desk.opened.append(place.name)
        return _Handle(self, place)


class _Listener:
    def __init__(self, desk: SftpDesk) -> None:
        self.desk = desk
        self.socket = socket.create_server(("127.0.0.1", 0))
        desk.port = self.socket.getsockname()[1]
        self.lines: list[paramiko.Transport] = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(line)
            self.lines.append(transport)
            transport.add_server_key(self.desk.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files)
            door = _Door(self.desk)
            door.line = line  # type: ignore[attr-defined]
            try:
                transport.start_server(server=door)
            except (paramiko.SSHException, EOFError, OSError):  # the client went away
                transport.close()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for line in self.lines:
            line.close()
        self.thread.join(5)


@contextmanager
def serving(desk: SftpDesk) -> Iterator[SftpDesk]:
    """Serve a desk until the end of the block."""
    listener = _Listener(desk)
    try:
        yield desk
    finally:
        listener.close()
