"""Addresses of databases: which driver is taken, what is refused, and SQL Server by a stand-in for its driver."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from etl.model import MappingError
from etl.sources.sql_cursor import Position, SqlCursor
from etl.sources.sql_database import SqlSource
from etl.sources.sql_engine import dialect_of, engine_of, shown
from etl.sources.sql_horizon import Horizon
from etl.sources.sql_mysql import MYSQL
from etl.sources.sql_postgres import POSTGRES
from etl.sources.sql_table import SqlTable
from etl.sources.text_rows import text_batch

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_engines() -> Iterator[None]:
    yield
    engine_of.cache_clear()


@pytest.mark.parametrize("url", ["postgresql://h/d", "postgres://h/d", "postgresql+psycopg2://h/d"])
def test_postgres_is_read_with_psycopg(url: str) -> None:
    assert dialect_of(url) is POSTGRES
    assert engine_of(url).dialect.driver == "psycopg"


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "mariadb://h/d", "mysql+mysqldb://h/d", "mariadb+mariadbconnector://h/d"]
)
def test_mysql_and_mariadb_are_read_with_pymysql(url: str) -> None:
    assert dialect_of(url) is MYSQL
    assert engine_of(url).dialect.driver == "pymysql"


@pytest.mark.parametrize("url", ["oracle://u:secret@h/d", "nonsense://u:secret@h/d"])
def test_other_databases_are_refused_without_the_password(url: str) -> None:
    with pytest.raises(MappingError, match="postgresql://") as told:
        SqlSource("desk", url, [])
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("url", ["postgresql://u:secret@h:port/d", "words"])
def test_an_address_that_is_none_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(MappingError, match="does not read like") as told:
        SqlSource("desk", url, [])
    assert "secret" not in str(told.value)


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(MappingError, match="driver cannot be loaded"):
        engine_of("mssql+pyodbc://u:secret@h/d")


def test_options_of_an_address_are_not_shown() -> None:
    assert shown("postgresql://u:secret@h/d?sslpassword=hidden") == "postgresql://u:***@h/d"


class _Cursor:
    """Answers the queries a pull of SQL Server makes."""

    description: list[tuple[Any, ...]] | None = None

    def __init__(self, asked: list[tuple[str, Any]]) -> None:
        self._asked = asked
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, statement: str, values: Any = ()) -> None:
        self._asked.append((statement, values))
        self.description = [("id",), ("updated_at",)]
        if "SYSUTCDATETIME" in statement:
            self.description, self._rows = (
                [("now", str, None, None, None, None, True)],
                [("2026-06-01 00:00:00.0000000",)],
            )
        elif "FROM ticket" in statement and "IS NULL" not in statement:
            self._rows = [(1, "2026-05-31 23:00:00")]

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        given, self._rows = self._rows, []
        return given

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(1)

    def close(self) -> None:
        pass


class _Connection:
    def __init__(self, asked: list[tuple[str, Any]]) -> None:
        self._asked = asked

    def cursor(self) -> _Cursor:
        return _Cursor(self._asked)

    def close(self) -> None:
        pass

    commit = rollback = close


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What a stand-in for pyodbc is asked."""
    statements: list[tuple[str, Any]] = []
    driver: Any = ModuleType("pyodbc")
    driver.paramstyle, driver.version, driver.pooling = "qmark", "5.2.0", False
    driver.Cursor = _Cursor
    driver.Error = driver.OperationalError = driver.ProgrammingError = type("Error", (Exception,), {})
    driver.connect = lambda *given, **named: _Connection(statements)
    monkeypatch.setitem(sys.modules, "pyodbc", driver)
    from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc

    monkeypatch.setattr(MSDialect_pyodbc, "initialize", lambda self, connection: None)
    monkeypatch.setattr(MSDialect_pyodbc, "do_ping", lambda self, connection: True)
    monkeypatch.setattr(MSDialect_pyodbc, "on_connect", lambda self: None)
    return statements


def test_sql_server_is_pulled_up_to_its_now_less_the_overlap(asked: list[tuple[str, Any]]) -> None:
    query = "SELECT id, updated_at FROM ticket WHERE updated_at >= :since ORDER BY updated_at, id"
    table = SqlTable("ticket", query, SqlCursor("updated_at", 600, key="id"))
    (delivery,) = SqlSource("desk", "mssql://u:secret@h/d?driver=x", [table]).read(None, NOW)
    assert delivery.until == NOW - timedelta(seconds=600)
    assert "SQL Server" in (delivery.note or "")
    assert (query.replace(":since", "?"), ["1753-01-01T00:00:00"]) in [(text, list(given)) for text, given in asked]


def test_the_horizon_is_the_oldest_open_transaction() -> None:
    before = NOW - timedelta(minutes=5)
    assert Horizon(NOW, before).until(600) == Horizon(NOW, before).limit == before
    assert "open in the source since 2026-05-31 23:55:00Z" in Horizon(NOW, before).notes(NOW)[0]


def test_a_position_does_not_pass_an_open_transaction() -> None:
    cursor = SqlCursor("changed", 0)
    moved = cursor.moved(Position(), pa.array(["2026-06-01 00:00:00+00"]), NOW - timedelta(minutes=5), NOW)
    assert moved.value == "2026-05-31 23:55:00+00:00"
    assert cursor.since(moved, NOW) == "2026-05-31 23:54:58"


def test_a_clock_that_was_turned_back_is_read_again() -> None:
    cursor, position = SqlCursor("changed", 600), Position("2026-06-01 00:30:00+00")
    assert cursor.since(position, NOW) == "2026-05-31 23:50:00"


def test_an_epoch_with_fractions_is_a_position() -> None:
    moved = SqlCursor("changed", format="epoch_s").moved(Position(), pa.array(["10.5", "9"]), NOW)
    assert moved.value == "10"


def test_an_epoch_that_is_a_date_asks_for_text() -> None:
    with pytest.raises(MappingError, match="format: text"):
        SqlCursor("changed", format="epoch_s").moved(Position(), pa.array(["2026-01-01"]), NOW)


@pytest.mark.parametrize("strange", ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01", "0000-00-00 00:00:00"])
def test_strange_instants_do_not_move_a_position(strange: str) -> None:
    assert SqlCursor("changed").moved(Position(), pa.array([strange]), NOW) == Position()


def test_a_nul_character_is_replaced() -> None:
    assert text_batch([("a\0b", "c")], 2).to_pydict() == {"c1": ["a\ufffdb"], "c2": ["c"]}
