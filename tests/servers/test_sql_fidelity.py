"""Odd values of real servers: each comes as the server writes it, and costs one row at most."""

from datetime import UTC, datetime

import pytest

from etl.sources.sql_cursor import SqlCursor
from tests.etl.loading import desk, fates
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.reading import Puller

pytestmark = pytest.mark.servers
QUERY = "SELECT * FROM odd ORDER BY id"
DIGITS = "12345678901234567890123456789012345678901234567890.5"
POSTGRES = (
    "DROP TABLE IF EXISTS odd",
    "CREATE TABLE odd (id int PRIMARY KEY, t text, tz timestamptz, ts timestamp, d date, n numeric(38,10),"
    " nu numeric, js jsonb, b bytea, u uuid, arr text[], iv interval, bo boolean, si smallint, f double precision,"
    " tod time, pad char(5), net inet)",
    f"""INSERT INTO odd VALUES
    (1, '退款申请 👨‍👩‍👧‍👦 𠮷野家 ＡＢＣ', '2026-03-01 09:30:00.123456+08', '2026-03-01 09:30:00.123456',
     '2026-03-01', 1234567890123456789012345678.0123456789, {DIGITS},
     '{{"k":"值😀","n":12345678901234567890,"f":0.10}}', '\\x00ff10',
     '6f1c8a3e-0000-4000-8000-000000000001', array['a','逗号,','q"uote',null], '1 mon 2 days 03:04:05', true, 1, 0.1,
     '23:59:59.999999', 'ab', '10.0.0.1'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, '', 'infinity', '-infinity', 'infinity', 1, 'NaN', 'null', '\\x', NULL, '{{}}', '0', false, 0, 'NaN', '00:00',
     '', '::1'),
    (5, E'line1\\nline2\\r\\n"q",\\t\\\\N \\\\', '9999-12-31 23:59:59.999999+00', '9999-12-31', '9999-12-31',
     -0.0000000001, 0, '[]', '\\x42', NULL, NULL, '999 years', true, 32767, '-0', '24:00', NULL, NULL),
    (6, '\\N', '20000-01-01 00:00+00', '20000-01-01', '20000-01-01', 1, 1, '"str"', '\\x42', NULL, NULL, '-5 days',
     true, -1, 'Infinity', '12:00', NULL, NULL),
    (7, E'\\uFEFFabc \\u202Eשלום e\\u0301 \\u0007', '0044-03-15 00:00+00 BC', '0044-03-15 BC', '0044-03-15 BC', 1, 1,
     '{{}}', '\\x42', NULL, NULL, '1 day', true, 0, 1, '12:00', NULL, NULL)""",
)
WRITTEN: dict[str, tuple[str | None, ...]] = {
    "1": (
        "退款申请 👨‍👩‍👧‍👦 𠮷野家 ＡＢＣ",
        "2026-03-01 01:30:00.123456+00",
        "2026-03-01 09:30:00.123456",
        "2026-03-01",
        "1234567890123456789012345678.0123456789",
        DIGITS,
        '{"f": 0.10, "k": "值😀", "n": 12345678901234567890}',
        "\\x00ff10",
        "6f1c8a3e-0000-4000-8000-000000000001",
        '{a,"逗号,","q\\"uote",NULL}',
        "1 mon 2 days 03:04:05",
        "true",
        "1",
        "0.1",
        "23:59:59.999999",
        "ab   ",
        "10.0.0.1",
    ),
    "2": (None,) * 17,
    "3": (
        *("", "infinity", "-infinity", "infinity", "1.0000000000", "NaN", "null", "\\x", None, "{}", "00:00:00"),
        *("false", "0", "NaN", "00:00:00", "     ", "::1"),
    ),
    "5": (
        'line1\nline2\r\n"q",\t\\N \\',
        "9999-12-31 23:59:59.999999+00",
        *("9999-12-31 00:00:00", "9999-12-31", "-0.0000000001", "0", "[]", "\\x42", None, None, "999 years"),
        *("true", "32767", "-0", "24:00:00", None, None),
    ),
    "6": (
        *("\\N", "20000-01-01 00:00:00+00", "20000-01-01 00:00:00", "20000-01-01", "1.0000000000", "1", '"str"'),
        *("\\x42", None, None, "-5 days", "true", "-1", "Infinity", "12:00:00", None, None),
    ),
    "7": (
        "\ufeffabc \u202eשלום e\u0301 \u0007",
        *("0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00 BC", "0044-03-15 BC", "1.0000000000", "1", "{}", "\\x42"),
        *(None, None, "1 day", "true", "0", "1", "12:00:00", None, None),
    ),
}
MARIADB = (
    "DROP TABLE IF EXISTS odd",
    "CREATE TABLE odd (id int PRIMARY KEY, t text, dt datetime(6), ts timestamp NULL, d date, tod time,"
    " n decimal(65,10), big bigint unsigned, f double, js json, b varbinary(20), y year, bits bit(10),"
    " e enum('a','b'))",
    """INSERT INTO odd VALUES
    (1, '退款申请 👨‍👩‍👧‍👦 𠮷野家', '2026-03-01 09:30:00.123456', '2026-03-01 09:30:00', '2026-03-01', '23:59:59',
     1234567890123456789012345678.0123456789, 18446744073709551615, 0.1, '{"k":"值😀","n":12345678901234567890}',
     x'00ff10', 2026, b'101', 'b'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (3, '', '0000-00-00', '0000-00-00', '0000-00-00', '-838:59:59', 0, 0, -0.5, 'null', x'41', 0, b'0', 'a'),
    (4, 'a\\0b', '2026-00-00', '2026-03-01', '2026-02-00', '838:59:59', 1, 1, 1e300, '[]', x'', 1999, b'1', 'a')""",
)
MARIA_WRITTEN: dict[str, tuple[str | None, ...]] = {
    "1": (
        "退款申请 👨‍👩‍👧‍👦 𠮷野家",
        *("2026-03-01 09:30:00.123456", "2026-03-01 09:30:00", "2026-03-01", "23:59:59"),
        *("1234567890123456789012345678.0123456789", "18446744073709551615", "0.1"),
        *('{"k":"值😀","n":12345678901234567890}', "00ff10", "2026", "\ufffd\x05", "b"),
    ),
    "2": (None,) * 13,
    "3": (
        *("", "0000-00-00 00:00:00.000000", "0000-00-00 00:00:00", "0000-00-00", "-838:59:59", "0.0000000000", "0"),
        *("-0.5", "null", "A", "0000", "\ufffd\ufffd", "a"),
    ),
    "4": (
        *("a\ufffdb", "2026-00-00 00:00:00.000000", "2026-03-01 00:00:00", "2026-02-00", "838:59:59"),
        *("1.0000000000", "1", "1e300", "[]", "", "1999", "\ufffd\x01", "a"),
    ),
}
MAPPING = """
version: 1
tables:
  - name: odd
    query: "SELECT * FROM odd ORDER BY id"
    rows: ticket
    ticket: {id: id, created_at: %s, category: t}
    vendor: {amount: {column: n, type: number}, big: {column: id, type: integer}}
"""


def _came(url: str) -> dict[str | None, tuple[str | None, ...]]:
    puller = Puller(url, QUERY, None)
    found = {row[0]: row[1:] for row in puller.pull()}
    puller.source.close()
    return found


@pytest.mark.parametrize("key", WRITTEN)
def test_postgres_values_come_as_the_server_writes_them(postgres: Postgres, key: str) -> None:
    postgres.run(*POSTGRES)
    assert _came(postgres.url())[key] == WRITTEN[key]


@pytest.mark.parametrize("key", MARIA_WRITTEN)
def test_mariadb_values_come_as_the_server_writes_them(mariadb: MariaDB, key: str) -> None:
    mariadb.run(*MARIADB)
    assert _came(mariadb.url())[key] == MARIA_WRITTEN[key]


def test_odd_instants_of_postgres_cost_one_row_each(postgres: Postgres) -> None:
    postgres.run(*POSTGRES)
    at_work = desk(MAPPING % "tz", kind="sql", is_live=True)
    (report,) = at_work.pull("sql", postgres.url(), datetime.now(UTC))
    assert (fates(report), report.rejects_by_rule) == ((2, 0, 0, 4), {"unparsed_cell": 4})
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["1", "2"]


def test_zero_dates_of_mariadb_cost_one_row_each(mariadb: MariaDB) -> None:
    mariadb.run(*MARIADB)
    at_work = desk(MAPPING % "dt", kind="sql", is_live=True)
    (report,) = at_work.pull("sql", mariadb.url(), datetime.now(UTC))
    assert (fates(report), report.rejects_by_rule) == ((2, 0, 0, 2), {"unparsed_cell": 2})
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["1", "2"]


def test_a_latin_table_comes_as_unicode(mariadb: MariaDB) -> None:
    mariadb.run(
        "DROP TABLE IF EXISTS odd",
        "CREATE TABLE odd (id int, t varchar(20) CHARACTER SET gbk)",
        ("INSERT INTO odd VALUES (1, %s)", ["中文"]),
    )
    assert _came(mariadb.url())["1"] == ("中文",)


def test_bytes_that_are_no_text_do_not_lose_a_batch(postgres: Postgres) -> None:
    postgres.run(
        "DROP DATABASE IF EXISTS ascii",
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0",
        database="postgres",
    )
    with postgres.connect("ascii") as connection:
        connection.execute("CREATE TABLE odd (id int, t text)")
        connection.execute("SET client_encoding = 'SQL_ASCII'")
        connection.execute(b"INSERT INTO odd VALUES (1, E'\\xd6\\xd0'), (2, 'plain')")
    assert _came(postgres.url(database="ascii")) == {"1": ("\ufffd\ufffd",), "2": ("plain",)}


def test_zero_dates_do_not_stop_the_cursor(mariadb: MariaDB) -> None:
    mariadb.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id int PRIMARY KEY, updated_at datetime)",
        "INSERT INTO ticket VALUES (1, '0000-00-00'), (2, UTC_TIMESTAMP()), (3, NULL)",
    )
    puller = Puller(mariadb.url(), cursor=SqlCursor("updated_at", 60, key="id"))
    assert [row[0] for row in puller.pull()] == ["2"]
    assert puller.last is not None
    assert sorted(one.payload["id"] or "" for one in puller.last.batches[0].rows.malformed()) == ["1", "3"]
    puller.source.close()
