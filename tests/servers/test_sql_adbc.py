"""The fast path for PostgreSQL gives the very rows of the plain one, or says why it was not taken."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
import sqlalchemy as sa

from etl.sources import sql_adbc
from tests.servers.postgres import Postgres
from tests.servers.reading import Puller
from tests.servers.test_sql_fidelity import POSTGRES, QUERY

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not sql_adbc.is_installed(), reason="the optional driver is not installed"),
]


def _read(
    url: str, query: str, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> tuple[list[tuple[str | None, ...]], str]:
    monkeypatch.setattr(sql_adbc, "is_installed", lambda: fast)
    puller = Puller(url, query, None)
    return puller.pull(), puller.note


@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        QUERY + ";",
        "SELECT id, t, 'it''s \\:x 50%' AS fixed FROM odd ORDER BY id DESC",
        'SELECT id AS "x""y", t AS 中文, arr AS at FROM odd ORDER BY id',
        "SELECT * FROM odd WHERE id > 1000",
    ],
)
def test_both_ways_give_the_same_rows(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    postgres.run(*POSTGRES)
    fast, note = _read(postgres.url(), query, monkeypatch, True)
    plain, _ = _read(postgres.url(), query, monkeypatch, False)
    assert fast == plain
    assert note == ""


def test_the_fast_way_is_taken(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.run(*POSTGRES)
    taken, whole = list[str](), sql_adbc.batches

    def counted(url: sa.URL, query: str) -> Iterator[pa.RecordBatch]:
        taken.append(query)
        return whole(url, query)

    monkeypatch.setattr(sql_adbc, "batches", counted)
    _read(postgres.url(), QUERY, monkeypatch, True)
    assert len(taken) == 1


def test_a_query_that_cannot_be_wrapped_is_read_the_plain_way(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.run(*POSTGRES)
    rows, note = _read(postgres.url(), "SELECT id, t, t FROM odd ORDER BY id", monkeypatch, True)
    assert rows[1] == ("2", None, None)
    assert "two columns are called 't'" in note


def test_a_password_of_odd_characters_opens_both_ways(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.run(
        *POSTGRES,
        "DROP OWNED BY odd_reader CASCADE; DROP ROLE odd_reader" if _has(postgres, "odd_reader") else "SELECT 1",
        "CREATE ROLE odd_reader LOGIN PASSWORD 'a+b c@d/e%f'",
        "GRANT SELECT ON odd TO odd_reader",
    )
    url = postgres.url("odd_reader", "a%2Bb%20c%40d%2Fe%25f")
    rows, note = _read(url, QUERY, monkeypatch, True)
    assert len(rows) == 6 and "plain way" not in note


def _has(postgres: Postgres, role: str) -> bool:
    with postgres.connect() as connection:
        return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def test_a_first_load_by_cursor_goes_on_the_plain_way(postgres: Postgres) -> None:
    postgres.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id int PRIMARY KEY, updated_at timestamptz)",
        "INSERT INTO ticket SELECT n, now() - n * interval '1 h' FROM generate_series(1, 9) AS n",
    )
    puller = Puller(postgres.url())
    assert [row[0] for row in puller.pull()] == [str(n) for n in range(9, 0, -1)]
    postgres.run("INSERT INTO ticket VALUES (10, now())")
    assert [row[0] for row in puller.pull()] == ["1", "10"]
