"""A throw-away database server on loopback: found, made, started, stopped by its process id."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE_S = 60.0


class MissingServer(Exception):
    """The server's programs are not installed; the message says what to install."""


def free_port() -> int:
    """Return a port of loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, places: Sequence[str], install: str) -> str:
    """Return the path of a server's program; raises MissingServer."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))
    if found is None:
        raise MissingServer(f"{name} is not installed: {install}")
    return found


class ServerProcess:
    """A server with a folder of its own; as root it runs as another user, because servers refuse to run as root."""

    def __init__(self, users: Sequence[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kpi-server-"))
        self.port = free_port()
        self._user = next((name for name in users if _exists(name)), "nobody") if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._running: subprocess.Popen[bytes] | None = None

    def make(self, *command: str) -> None:
        """Run a program that ends, such as initdb."""
        done = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    def launch(self, command: Sequence[str], connect: Callable[[], object], refusal: type[Exception]) -> None:
        """Start the server and wait until a connection is not refused."""
        log = (self.folder / "server.log").open("ab")
        with log:
            self._running = subprocess.Popen(
                command, user=self._user, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE_S
        try:
            while not _is_open(connect, refusal):
                ended = self._running.poll()
                assert ended is None and time.monotonic() < until, (self.folder / "server.log").read_text()
                time.sleep(0.05)
        except BaseException:
            self.halt(signal.SIGKILL)
            raise

    def halt(self, how: signal.Signals) -> None:
        """Stop the server by its process id and wait until it is gone."""
        if self._running is not None:
            self._running.send_signal(how)
            try:
                self._running.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
            self._running = None

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_open(connect: Callable[[], object], refusal: type[Exception]) -> bool:
    try:
        connect()
    except refusal:
        return False
    return True


def _exists(user: str) -> bool:
    return any(entry.pw_name == user for entry in pwd.getpwall())
