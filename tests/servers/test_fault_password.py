"""A password that is changed at the server: told without it, nothing lost, and the new one goes on."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from etl.model import SourceError
from tests.etl.loading import Desk, desk, fates
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers
MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE updated_at >= :since ORDER BY updated_at, id"
    cursor: {column: updated_at, key: id}
    rows: ticket
    ticket: {id: id, created_at: updated_at}
"""
OLD, NEW = "first-secret", "second-secret"
Run = Callable[..., None]


def _goes_on(
    at_work: Desk, url: Callable[[str], str], change: Callable[[], None], insert: Callable[[], None]
) -> None:
    """See that a pull under the old password fails without telling it, and that the new one loads what came since."""
    assert fates(at_work.pull("sql", url(OLD), datetime.now(UTC))[0]) == (1, 0, 0, 0)
    before = at_work.all("SELECT watermark, cursor FROM source")
    change()
    insert()
    for _ in range(2):
        with pytest.raises(SourceError, match="(?i)password|denied|terminat|closed|lost|gone") as told:
            at_work.pull("sql", url(OLD), datetime.now(UTC))
        assert OLD not in str(told.value) and NEW not in str(told.value) and not told.value.permanent
    assert at_work.all("SELECT watermark, cursor FROM source") == before
    assert at_work.all("SELECT message FROM load_run WHERE state = 'failed' AND message LIKE '%secret%'") == []
    assert at_work.pull("sql", url(NEW), datetime.now(UTC))[0].n_new == 1
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_postgres_with_a_changed_password(postgres: Postgres) -> None:
    postgres.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id bigint PRIMARY KEY, updated_at timestamptz DEFAULT now())",
        "INSERT INTO ticket VALUES (1)",
        "DO $$ BEGIN CREATE ROLE changing LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        f"ALTER ROLE changing PASSWORD '{OLD}'",
        "GRANT SELECT ON ticket TO changing",
    )
    _goes_on(
        desk(MAPPING, kind="sql", is_live=True),
        lambda password: postgres.url("changing", password),
        lambda: postgres.run(
            f"ALTER ROLE changing PASSWORD '{NEW}'",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'changing'",
        ),
        lambda: postgres.run("INSERT INTO ticket VALUES (2)"),
    )


def test_mariadb_with_a_changed_password(mariadb: MariaDB) -> None:
    mariadb.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id bigint PRIMARY KEY, updated_at timestamp(6) DEFAULT now(6))",
        "INSERT INTO ticket (id) VALUES (1)",
        f"CREATE OR REPLACE USER changing@'%' IDENTIFIED BY '{OLD}'",
        "GRANT SELECT ON desk.* TO changing@'%'",
    )
    _goes_on(
        desk(MAPPING, kind="sql", is_live=True),
        lambda password: mariadb.url("changing", password),
        lambda: mariadb.run(f"ALTER USER changing@'%' IDENTIFIED BY '{NEW}'", "KILL USER changing@'%'"),
        lambda: mariadb.run("INSERT INTO ticket (id) VALUES (2)"),
    )
