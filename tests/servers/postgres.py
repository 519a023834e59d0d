"""A throw-away PostgreSQL on loopback."""

import signal
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.process import ServerProcess, program

PASSWORD = "not-so-secret"
PLACES = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
INSTALL = "Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_prepared_transactions": "5",
    "unix_socket_directories": "",
}


class Postgres:
    """A server of its own with one superuser, `kpi`, and one database, `desk`."""

    def __init__(self) -> None:
        self._postgres = program("postgres", PLACES, INSTALL)
        initdb = program("initdb", PLACES, INSTALL)
        self._process = ServerProcess(["postgres", "nobody"])
        self._data = self._process.folder / "data"
        secret = self._process.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["-U", "kpi", f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._process.make(initdb, "-D", str(self._data), *options)
        self.start()
        self.run("CREATE DATABASE desk", database="postgres")

    @property
    def port(self) -> int:
        """Return the port."""
        return self._process.port

    def url(self, user: str = "kpi", password: str = PASSWORD, database: str = "desk") -> str:
        """Return the address as a person would write it."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server."""
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [self._postgres, "-D", str(self._data), "-p", str(self.port), *settings]
        self._process.launch(command, lambda: self.connect("postgres").close(), psycopg.OperationalError)

    def connect(self, database: str = "desk") -> psycopg.Connection[Any]:
        """Return a connection that commits each statement."""
        return psycopg.connect(self.url(database=database), autocommit=True)

    def run(self, *statements: str, database: str = "desk") -> None:
        """Execute statements, each committed."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def halt(self) -> None:
        """Stop the server at once; its data stays."""
        self._process.halt(signal.SIGINT)

    def stop(self) -> None:
        """Stop the server and remove it."""
        self._process.halt(signal.SIGQUIT)
        self._process.remove()
