"""A throw-away MariaDB (or MySQL) on loopback."""

import signal
from collections.abc import Sequence

import pymysql

from tests.servers.process import ServerProcess, program

PASSWORD = "not-so-secret"
PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
INSTALL = "Debian, Ubuntu: sudo apt-get install mariadb-server; macOS: brew install mariadb"


class MariaDB:
    """A server of its own with one user, `kpi`, and one database, `desk`; it offers no TLS."""

    def __init__(self) -> None:
        self._mariadbd = program("mariadbd", PLACES, INSTALL)
        install = program("mariadb-install-db", PLACES, INSTALL)
        self._process = ServerProcess(["mysql", "nobody"])
        self._data = self._process.folder / "data"
        self._process.make(
            install, "--no-defaults", f"--datadir={self._data}", "--auth-root-authentication-method=normal"
        )
        self.start()
        self.run(
            "CREATE DATABASE desk CHARACTER SET utf8mb4",
            f"CREATE USER kpi@'%' IDENTIFIED BY '{PASSWORD}'",
            "GRANT SELECT ON desk.* TO kpi@'%'",
            "GRANT PROCESS ON *.* TO kpi@'%'",
            database=None,
        )

    @property
    def port(self) -> int:
        """Return the port."""
        return self._process.port

    def url(self, user: str = "kpi", password: str = PASSWORD, query: str = "") -> str:
        """Return the address as a person would write it."""
        return f"mysql://{user}:{password}@127.0.0.1:{self.port}/desk{query}"

    def start(self) -> None:
        """Start the server."""
        command = [
            self._mariadbd,
            "--no-defaults",
            f"--datadir={self._data}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self._process.folder}/s",
            "--skip-ssl",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=64M",
            "--sql-mode=",
            "--skip-name-resolve",
        ]
        self._process.launch(command, lambda: self.connect(None).close(), pymysql.OperationalError)

    def connect(self, database: str | None = "desk") -> "pymysql.Connection[pymysql.cursors.Cursor]":
        """Return root's connection that commits each statement."""
        return pymysql.connect(host="127.0.0.1", port=self.port, user="root", database=database, autocommit=True)

    def run(self, *statements: str | tuple[str, Sequence[object]], database: str | None = "desk") -> None:
        """Execute statements, each committed."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    text, values = (statement, None) if isinstance(statement, str) else statement
                    cursor.execute(text, values)
        finally:
            connection.close()

    def halt(self) -> None:
        """Stop the server; its data stays."""
        self._process.halt(signal.SIGTERM)

    def stop(self) -> None:
        """Stop the server and remove it."""
        self._process.halt(signal.SIGKILL)
        self._process.remove()
