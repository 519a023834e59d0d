"""PostgreSQL as a source: values, transactions, clocks, faults, all on a server of our own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from etl.model import MappingError, SourceError
from etl.sources.sql_cursor import SqlCursor
from tests.etl.loading import desk
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.reading import Puller, rows_of

pytestmark = pytest.mark.servers
MAPPING = """
version: 1
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE updated_at >= :since ORDER BY updated_at, id"
    cursor: {column: updated_at, key: id}
    rows: ticket
    ticket: {id: id, created_at: updated_at, category: topic}
"""
TICKET = (
    "DROP TABLE IF EXISTS ticket",
    "CREATE TABLE ticket (id bigint PRIMARY KEY, topic text, updated_at timestamptz DEFAULT now())",
)


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    postgres.run(*TICKET)
    return postgres


@pytest.fixture
def puller(server: Postgres) -> Iterator[Puller]:
    made = Puller(server.url())
    yield made
    made.source.close()


def _insert(server: Postgres, key: int, at: str = "now()", topic: str = "a") -> None:
    server.run(f"INSERT INTO ticket VALUES ({key}, '{topic}', {at})")


def _ids(rows: list[tuple[str | None, ...]]) -> list[str | None]:
    return [row[0] for row in rows]


def test_every_row_comes_once_and_changes_come_again(server: Postgres, puller: Puller) -> None:
    for key in range(3):
        _insert(server, key, f"now() - interval '{10 - key} min'")
    assert _ids(puller.pull()) == ["0", "1", "2"]
    server.run("UPDATE ticket SET topic = 'b', updated_at = now() WHERE id = 0")
    assert "0" in _ids(puller.pull())


def test_an_idle_pull_gives_nothing_and_keeps_its_connection(server: Postgres, puller: Puller) -> None:
    _insert(server, 1)
    puller.pull()
    puller.pull()
    count = "SELECT count(*), min(backend_start) FROM pg_stat_activity WHERE application_name = 'service-kpi-monitor'"
    with server.connect() as connection:
        before = connection.execute(count).fetchone()
        assert puller.pull() == [] and puller.last is not None and puller.last.batches == []
        assert connection.execute(count).fetchone() == before
        assert before is not None and before[0] == 1


def test_a_row_committed_late_is_found_though_its_time_is_long_past_the_overlap(server: Postgres) -> None:
    puller = Puller(server.url(), cursor=SqlCursor("updated_at", 0, key="id"))
    with psycopg.connect(server.url()) as late:
        late.execute("INSERT INTO ticket VALUES (1, 'late', clock_timestamp() - interval '1 s')")
        started = late.execute("SELECT now()").fetchone()
        _insert(server, 2, "now() + interval '1 h'")
        assert _ids(puller.pull()) == ["2"]
        assert started is not None and puller.until == started[0]
    assert _ids(puller.pull()) == ["1", "2"]
    puller.source.close()


def test_a_prepared_transaction_holds_the_mark_back(server: Postgres, puller: Puller) -> None:
    with server.connect() as two_phase:
        two_phase.execute("BEGIN")
        two_phase.execute("INSERT INTO ticket VALUES (1, 'prepared')")
        two_phase.execute("PREPARE TRANSACTION 'half'")
        prepared = two_phase.execute("SELECT prepared FROM pg_prepared_xacts").fetchone()
        puller.pull()
        assert prepared is not None and puller.until == prepared[0]
        two_phase.execute("COMMIT PREPARED 'half'")
    assert _ids(puller.pull()) == ["1"]


def test_a_user_who_may_not_see_transactions_leaves_the_overlap_open(server: Postgres) -> None:
    server.run(
        "DO $$ BEGIN CREATE ROLE reader LOGIN PASSWORD 'r'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "REVOKE pg_read_all_stats FROM reader",
        "GRANT SELECT ON ticket TO reader",
    )
    puller = Puller(server.url("reader", "r"))
    with server.connect() as other:
        other.execute("SELECT 1")
        puller.pull()
        assert "GRANT pg_read_all_stats" in puller.note
        assert timedelta(seconds=60) <= datetime.now(UTC) - puller.until < timedelta(seconds=90)
        other.execute("GRANT pg_read_all_stats TO reader")
        puller.pull()
        assert puller.note == "" and datetime.now(UTC) - puller.until < timedelta(seconds=30)
    puller.source.close()


@pytest.mark.parametrize("ours", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_a_clock_ten_minutes_off_loses_nothing(server: Postgres, puller: Puller, ours: timedelta) -> None:
    _insert(server, 1)
    assert _ids(puller.pull(datetime.now(UTC) + ours)) == ["1"]
    assert "10 min" in puller.note
    _insert(server, 2)
    _insert(server, 3, "now() + interval '1 day'")
    assert _ids(puller.pull(datetime.now(UTC) + ours)) == ["1", "2", "3"]
    _insert(server, 4)
    assert "4" in _ids(puller.pull(datetime.now(UTC) + ours))


@pytest.mark.parametrize("ours", [timedelta(minutes=-10), timedelta(minutes=10)])
def test_the_watermark_is_never_in_the_future(server: Postgres, ours: timedelta) -> None:
    _insert(server, 1)
    at_work, now = desk(MAPPING, kind="sql", is_live=True), datetime.now(UTC) + ours
    (report,) = at_work.pull("sql", server.url(), now)
    assert report.n_new == 1
    assert report.watermark is not None and report.watermark <= min(now, datetime.now(UTC))


def test_rows_without_a_change_time_are_set_aside_on_the_first_pull(server: Postgres, puller: Puller) -> None:
    _insert(server, 1)
    _insert(server, 2, "NULL")
    _insert(server, 3, "'-infinity'")
    assert _ids(puller.pull()) == ["1"]
    assert puller.last is not None
    hidden = puller.last.batches[0].rows.malformed()
    assert sorted((one.payload["id"] or "", one.rule, one.value) for one in hidden) == [
        ("2", "no_change_time", None),
        ("3", "no_change_time", "-infinity"),
    ]
    assert [one.row_no for one in hidden] == [2, 3]


def test_rows_without_a_change_time_come_each_time_where_the_query_asks_for_them(server: Postgres) -> None:
    query = "SELECT * FROM ticket WHERE (updated_at >= :since OR updated_at IS NULL) ORDER BY updated_at, id"
    puller = Puller(server.url(), query)
    _insert(server, 1)
    _insert(server, 2, "NULL")
    assert _ids(puller.pull()) == ["1", "2"]
    _insert(server, 3)
    assert _ids(puller.pull()) == ["1", "3", "2"]
    puller.source.close()


def test_infinity_neither_moves_nor_holds_the_cursor(server: Postgres, puller: Puller) -> None:
    _insert(server, 1)
    _insert(server, 2, "'infinity'")
    _insert(server, 3, "'20000-01-01'")
    assert _ids(puller.pull()) == ["1", "3", "2"]
    _insert(server, 4)
    assert _ids(puller.pull()) == ["1", "4", "3", "2"]


def test_a_restored_backup_is_told_once(server: Postgres, puller: Puller) -> None:
    _insert(server, 1, "now() - interval '1 h'")
    _insert(server, 2)
    puller.pull()
    server.run("DELETE FROM ticket WHERE id = 2")
    puller.pull()
    assert "restored from a backup" in puller.note
    puller.pull()
    assert puller.note == ""
    _insert(server, 3)
    assert _ids(puller.pull()) == ["3"]


def test_a_column_of_local_days_and_times_survives_the_clock_going_back(server: Postgres) -> None:
    server.run("ALTER TABLE ticket ALTER updated_at TYPE timestamp")
    puller = Puller(server.url(), zone="America/New_York", cursor=SqlCursor("updated_at", 600, key="id"))
    puller.known = (
        '{"ticket": {"value": "2026-11-01 01:59:00", "at": "2026-11-01T01:59:00-04:00"}}'  # before the clock turned
    )
    _insert(server, 1, "'2026-11-01 01:05:00'")  # after it had turned
    assert _ids(puller.pull()) == ["1"]
    puller.source.close()


@pytest.mark.parametrize("driver", ["postgres", "postgresql+psycopg2", "postgresql+asyncpg"])
def test_whatever_driver_is_named_ours_is_used(server: Postgres, driver: str) -> None:
    _insert(server, 1)
    puller = Puller(server.url().replace("postgresql", driver))
    assert _ids(puller.pull()) == ["1"]
    puller.source.close()


def test_a_source_cannot_be_written_to(server: Postgres) -> None:
    puller = Puller(server.url(), "INSERT INTO ticket VALUES (1, 'x') RETURNING *", None)
    with pytest.raises((SourceError, MappingError)):
        puller.pull()
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM ticket").fetchone() == (0,)


def test_a_wrong_password_is_told_without_it_and_the_right_one_goes_on(server: Postgres) -> None:
    wrong = Puller(server.url(password="oh-so-wrong"))
    with pytest.raises(SourceError, match="password authentication failed") as told:
        wrong.pull()
    assert "oh-so-wrong" not in str(told.value) and PASSWORD not in str(told.value)


def test_tls_that_is_asked_for_and_refused_is_an_error(server: Postgres) -> None:
    puller = Puller(server.url() + "?sslmode=require")
    with pytest.raises(SourceError, match="SSL"):
        puller.pull()


@pytest.mark.parametrize("fast", [False, True])
def test_a_connection_that_drops_between_pages_keeps_what_was_delivered(
    server: Postgres, puller: Puller, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    monkeypatch.setattr("etl.sources.sql_adbc.is_installed", lambda: fast)
    monkeypatch.setattr("etl.sources.sql_table.PAGE", 100)
    monkeypatch.setattr("etl.sources.sql_table.ROWS_PER_DELIVERY", 100)
    server.run(
        "INSERT INTO ticket SELECT n, repeat('a', 4000), now() - n * interval '1 min'"
        " FROM generate_series(1, 20000) AS n"
    )
    came, kill = (
        list[str | None](),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
    )
    with pytest.raises(SourceError, match="terminating connection|closed the connection|COPY"):
        for delivery in puller.source.read(None, datetime.now(UTC)):
            puller.known = delivery.cursor
            came.append(delivery.cursor)
            with server.connect() as connection:
                connection.execute(kill, ["service-kpi-monitor"])
    assert came
    rest = _ids(puller.pull())
    assert len(rest) == len(set(rest)) and len(rest) < 20_000
    assert "1" in rest


def test_a_server_that_comes_back_is_read_on(server: Postgres, puller: Puller) -> None:
    _insert(server, 1, "now() - interval '1 h'")
    puller.pull()
    server.halt()
    try:
        with pytest.raises(SourceError, match="refused|closed"):
            puller.pull()
    finally:
        server.start()
    _insert(server, 2)
    assert _ids(puller.pull()) == ["1", "2"]


def test_a_bad_query_is_the_mapping_s_fault(server: Postgres) -> None:
    for query in ("SELECT nothing FROM ticket", "SELEKT 1", "SELECT * FROM nowhere"):
        with pytest.raises(MappingError, match="mend the query"):
            Puller(server.url(), query, None).pull()


def test_equal_instants_across_pages_all_come(
    server: Postgres, puller: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.sources.sql_table.PAGE", 10)
    monkeypatch.setattr("etl.sources.sql_table.ROWS_PER_DELIVERY", 10)
    server.run("INSERT INTO ticket SELECT n, 'a', now() FROM generate_series(1, 95) AS n")
    assert _ids(puller.pull()) == [str(n) for n in range(1, 96)]


def test_rows_updated_while_pages_are_read_come_in_their_old_form_and_then_in_the_new(
    server: Postgres, puller: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.sources.sql_table.PAGE", 10)
    monkeypatch.setattr("etl.sources.sql_table.ROWS_PER_DELIVERY", 10)
    server.run("INSERT INTO ticket SELECT n, 'old', now() - interval '1 h' FROM generate_series(1, 50) AS n")
    came = 0
    for delivery in puller.source.read(None, datetime.now(UTC)):
        if not came:
            server.run("UPDATE ticket SET topic = 'new', updated_at = now()")
        came += len(rows_of(delivery))
        puller.known = delivery.cursor
    assert came == 50
    assert {row[1] for row in puller.pull()} == {"new"}
