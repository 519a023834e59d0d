"""Change columns of every type a helpdesk uses: the first pull, what is new, and nothing new."""

import pytest

from etl.sources.sql_cursor import SqlCursor
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.reading import Puller

pytestmark = pytest.mark.servers


def _pulled(puller: Puller) -> list[str | None]:
    return [row[0] for row in puller.pull()]


@pytest.mark.parametrize(
    ("kind", "instant", "form"),
    [
        ("timestamptz", "now() - interval '{} min'", "text"),
        ("timestamptz(0)", "now() - interval '{} min'", "text"),
        ("timestamp", "now() - interval '{} min'", "text"),
        ("date", "current_date - {}", "text"),
        ("bigint", "extract(epoch FROM now() - interval '{} min')::bigint", "epoch_s"),
        ("numeric", "extract(epoch FROM now() - interval '{} min')", "epoch_s"),
        ("bigint", "(extract(epoch FROM now() - interval '{} min') * 1000)::bigint", "epoch_ms"),
    ],
)
def test_change_columns_of_postgres(postgres: Postgres, kind: str, instant: str, form: str) -> None:
    postgres.run("DROP TABLE IF EXISTS ticket", f"CREATE TABLE ticket (id int PRIMARY KEY, updated_at {kind})")
    postgres.run(*(f"INSERT INTO ticket VALUES ({n}, {instant.format(n)})" for n in (4, 3, 2)))
    puller = Puller(postgres.url(), cursor=SqlCursor("updated_at", 1, form, "id"))  # type: ignore[arg-type]
    assert _pulled(puller) == ["4", "3", "2"]
    postgres.run(f"INSERT INTO ticket VALUES (1, {instant.format(0)})")
    assert _pulled(puller)[-1] == "1"
    _pulled(puller)
    assert _pulled(puller) == []


@pytest.mark.parametrize(
    ("kind", "instant", "form"),
    [
        ("datetime", "UTC_TIMESTAMP() - INTERVAL {} MINUTE", "text"),
        ("datetime(6)", "UTC_TIMESTAMP(6) - INTERVAL {} MINUTE", "text"),
        ("timestamp NULL", "NOW() - INTERVAL {} MINUTE", "text"),
        ("date", "UTC_DATE() - INTERVAL {} DAY", "text"),
        ("int unsigned", "UNIX_TIMESTAMP() - {} * 60", "epoch_s"),
        ("bigint", "(UNIX_TIMESTAMP() - {} * 60) * 1000", "epoch_ms"),
    ],
)
def test_change_columns_of_mariadb(mariadb: MariaDB, kind: str, instant: str, form: str) -> None:
    mariadb.run("DROP TABLE IF EXISTS ticket", f"CREATE TABLE ticket (id int PRIMARY KEY, updated_at {kind})")
    mariadb.run(*(f"INSERT INTO ticket VALUES ({n}, {instant.format(n)})" for n in (4, 3, 2)))
    puller = Puller(mariadb.url(), cursor=SqlCursor("updated_at", 1, form, "id"))  # type: ignore[arg-type]
    assert _pulled(puller) == ["4", "3", "2"]
    mariadb.run(f"INSERT INTO ticket VALUES (1, {instant.format(0)})")
    assert _pulled(puller)[-1] == "1"
    _pulled(puller)
    assert _pulled(puller) == []
