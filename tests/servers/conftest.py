"""Servers for a whole run, started when the first test asks; engines are given up after each test."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from etl.sources import sql_database
from etl.sources.sql_engine import engine_of
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    server = MariaDB()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _fresh_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[sa.Engine] = []

    def remembered(url: str) -> sa.Engine:
        opened.append(engine_of(url))
        return opened[-1]

    monkeypatch.setattr(sql_database, "engine_of", remembered)
    yield
    for engine in opened:
        engine.dispose()
    engine_of.cache_clear()
