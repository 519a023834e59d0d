"""MariaDB as a source: transactions, rights and faults, on a server of our own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pymysql
import pytest

from etl.model import MappingError, SourceError
from etl.sources.sql_cursor import SqlCursor
from tests.servers.mariadb import PASSWORD, MariaDB
from tests.servers.reading import Puller

pytestmark = pytest.mark.servers
TICKET = (
    "DROP TABLE IF EXISTS ticket",
    "CREATE TABLE ticket (id bigint PRIMARY KEY, topic text, updated_at datetime(6) NOT NULL)",
)


@pytest.fixture
def server(mariadb: MariaDB) -> MariaDB:
    mariadb.run(*TICKET)
    return mariadb


@pytest.fixture
def puller(server: MariaDB) -> Iterator[Puller]:
    made = Puller(server.url())
    yield made
    made.source.close()


def _insert(server: MariaDB, key: int, at: str = "UTC_TIMESTAMP(6)") -> None:
    server.run(f"INSERT INTO ticket VALUES ({key}, 'a', {at})")


def _ids(rows: list[tuple[str | None, ...]]) -> list[str | None]:
    return [row[0] for row in rows]


def test_a_row_committed_late_is_found_though_its_time_is_long_past_the_overlap(server: MariaDB) -> None:
    puller = Puller(server.url(), cursor=SqlCursor("updated_at", 0, key="id"))
    late = pymysql.connect(host="127.0.0.1", port=server.port, user="root", database="desk")
    with late, late.cursor() as cursor:
        cursor.execute("INSERT INTO ticket VALUES (1, 'late', UTC_TIMESTAMP(6))")
        _insert(server, 2, "UTC_TIMESTAMP(6) + INTERVAL 1 HOUR")
        assert _ids(puller.pull()) == ["2"]
        cursor.execute("SELECT updated_at FROM ticket WHERE id = 1")
        changed = cursor.fetchone()
        assert changed is not None and puller.until <= changed[0].replace(tzinfo=UTC)
        late.commit()
    assert _ids(puller.pull()) == ["1", "2"]
    puller.source.close()


def test_a_user_who_may_not_see_transactions_leaves_the_overlap_open(server: MariaDB) -> None:
    server.run(
        "CREATE USER IF NOT EXISTS blind@'%' IDENTIFIED BY 'b'",
        "GRANT SELECT ON desk.* TO blind@'%'",
    )
    puller = Puller(server.url("blind", "b"))
    puller.pull()
    assert "GRANT PROCESS" in puller.note
    assert datetime.now(UTC) - puller.until >= timedelta(seconds=60)
    puller.source.close()


def test_an_idle_pull_gives_nothing(server: MariaDB, puller: Puller) -> None:
    _insert(server, 1)
    puller.pull()
    puller.pull()
    assert puller.pull() == []
    assert puller.note == ""


def test_a_source_cannot_be_written_to(server: MariaDB) -> None:
    server.run("GRANT INSERT ON desk.* TO kpi@'%'")
    puller = Puller(server.url(), "INSERT INTO ticket VALUES (1, 'x', UTC_TIMESTAMP())", None)
    with pytest.raises(SourceError, match="READ ONLY"):
        puller.pull()


def test_a_wrong_password_is_told_without_it(server: MariaDB) -> None:
    with pytest.raises(SourceError, match="Access denied") as told:
        Puller(server.url(password="oh-so-wrong")).pull()
    assert "oh-so-wrong" not in str(told.value) and PASSWORD not in str(told.value)


def test_tls_that_is_asked_for_and_refused_is_an_error(server: MariaDB) -> None:
    with pytest.raises(SourceError, match="SSL|TLS"):
        Puller(server.url(query="?ssl_verify_cert=true")).pull()


def test_a_server_that_comes_back_is_read_on(server: MariaDB, puller: Puller) -> None:
    _insert(server, 1, "UTC_TIMESTAMP(6) - INTERVAL 1 HOUR")
    puller.pull()
    server.halt()
    try:
        with pytest.raises(SourceError, match="refused|Lost connection|Can't connect"):
            puller.pull()
    finally:
        server.start()
    _insert(server, 2)
    assert _ids(puller.pull()) == ["1", "2"]


def test_a_connection_that_drops_between_pages_keeps_what_was_delivered(
    server: MariaDB, puller: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.sources.sql_table.PAGE", 5000)
    monkeypatch.setattr("etl.sources.sql_table.ROWS_PER_DELIVERY", 5000)
    server.run(
        "INSERT INTO ticket SELECT seq, repeat('x', 500), UTC_TIMESTAMP(6) - INTERVAL seq SECOND FROM seq_1_to_60000"
    )
    came = []
    with pytest.raises(SourceError, match="Lost connection|closed|reset|killed"):
        for delivery in puller.source.read(None, datetime.now(UTC)):
            puller.known = delivery.cursor
            came.append(delivery)
            if len(came) == 1:
                _kill(server)
    rest = _ids(puller.pull())
    assert came and len(rest) == len(set(rest)) < 60_000
    assert "1" in rest


def _kill(server: MariaDB) -> None:
    connection = server.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE user = 'kpi'")
        for row in cursor.fetchall():
            cursor.execute(f"KILL {int(row[0])}")


@pytest.mark.parametrize("query", ["SELECT nothing FROM ticket", "SELEKT 1", "SELECT * FROM nowhere"])
def test_a_bad_query_is_the_mapping_s_fault(server: MariaDB, query: str) -> None:
    with pytest.raises(MappingError, match="mend the query"):
        Puller(server.url(), query, None).pull()
