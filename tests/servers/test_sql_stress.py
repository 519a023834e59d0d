"""Writers with long transactions beside a puller: the rule in force loses nothing, the naive one does.

Eight writers, transactions of 0 to 2.5 s, the change column holds the start of the transaction.
"""

import random
import threading
import time
from collections.abc import Callable

import psycopg
import pymysql
import pytest

from etl.sources.sql_cursor import SqlCursor
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.reading import Puller

pytestmark = pytest.mark.servers
WRITERS, SECONDS = 8, 6.0
PAUSES = (0, 0, 0, 0.01, 0.05, 0.2, 1.0, 2.5)
Versions = dict[str | None, tuple[str, str]]  # key -> change time, version


class Copy:
    """What a puller has by one rule: the newest version of each row."""

    def __init__(self) -> None:
        self.held: Versions = {}

    def take(self, rows: list[tuple[str | None, ...]]) -> None:
        """Take what a later snapshot has; its change time may be the older one, being the transaction's start."""
        for key, version, changed in rows:
            self.held[key] = (changed or "", version or "")

    def faults(self, truth: dict[str, str]) -> tuple[int, int]:
        """Return the numbers of rows that are missing and of those that are stale."""
        missing = [key for key in truth if key not in self.held]
        stale = [key for key, version in truth.items() if key in self.held and self.held[key][1] != version]
        return len(missing), len(stale)


class Naive(Copy):
    """The rule `> max`, as many a script has it."""

    def pull(self, select: Callable[[str], list[tuple[str | None, ...]]]) -> None:
        newest = max((changed for changed, _ in self.held.values()), default="1970-01-01 00:00:00")
        self.take(select(newest))


def _stress(write: Callable[[int, Callable[[], bool]], None], pull: Callable[[], None]) -> None:
    """Let the writers write and the puller pull until they are done, and then once more."""
    until = time.monotonic() + SECONDS
    writers = [threading.Thread(target=write, args=(n, lambda: time.monotonic() < until)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        pull()
        time.sleep(0.1)
    pull()


@pytest.mark.parametrize("precision", [6, 0])
def test_nothing_is_lost_beside_writers_of_postgres(postgres: Postgres, precision: int) -> None:
    postgres.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v int DEFAULT 0,"
        f" updated_at timestamptz({precision}) DEFAULT now())",
        "CREATE INDEX ON ticket (updated_at, id)",
    )

    def write(number: int, is_going: Callable[[], bool]) -> None:
        chance = random.Random(number)
        with psycopg.connect(postgres.url()) as con:
            while is_going():
                con.execute("INSERT INTO ticket (v) SELECT 0 FROM generate_series(1, %s)", [chance.randint(1, 20)])
                con.execute(
                    "UPDATE ticket SET v = v + 1, updated_at = now() WHERE id IN (SELECT id FROM ticket"
                    " WHERE id %% 10 = %s ORDER BY id DESC LIMIT 3 FOR UPDATE SKIP LOCKED)",
                    [number],
                )
                time.sleep(chance.choice(PAUSES))
                con.commit()

    puller, ours, naive = Puller(postgres.url(), cursor=SqlCursor("updated_at", 0, key="id")), Copy(), Naive()
    with postgres.connect() as reader:

        def select(newest: str) -> list[tuple[str | None, ...]]:
            query = "SELECT id::text, v::text, updated_at::text FROM ticket WHERE updated_at > %s"
            return reader.execute(query, [newest]).fetchall()

        def pull() -> None:
            ours.take(puller.pull())
            naive.pull(select)

        _stress(write, pull)
        truth = dict(reader.execute("SELECT id::text, v::text FROM ticket").fetchall())
    puller.source.close()
    assert len(truth) > 100
    assert ours.faults(truth) == (0, 0)
    assert sum(naive.faults(truth)) > 0, "the naive rule has to lose rows here, or this test proves nothing"


def test_nothing_is_lost_beside_writers_of_mariadb(mariadb: MariaDB) -> None:
    mariadb.run(
        "DROP TABLE IF EXISTS ticket",
        "CREATE TABLE ticket (id bigint AUTO_INCREMENT PRIMARY KEY, v int DEFAULT 0, updated_at datetime(6) NOT NULL,"
        " KEY (updated_at, id))",
    )

    def write(number: int, is_going: Callable[[], bool]) -> None:
        chance = random.Random(number)
        con = pymysql.connect(host="127.0.0.1", port=mariadb.port, user="root", database="desk")
        with con, con.cursor() as cursor:
            while is_going():
                cursor.execute("INSERT INTO ticket (v, updated_at) VALUES (0, UTC_TIMESTAMP(6))")
                key = cursor.lastrowid
                time.sleep(chance.choice(PAUSES))
                cursor.execute("UPDATE ticket SET v = v + 1 WHERE id = %s", [key])
                con.commit()

    puller, ours, naive = Puller(mariadb.url(), cursor=SqlCursor("updated_at", 0, key="id")), Copy(), Naive()
    reader = mariadb.connect()

    def select(newest: str) -> list[tuple[str | None, ...]]:
        with reader.cursor() as cursor:
            cursor.execute("SELECT id, v, updated_at FROM ticket WHERE updated_at > %s", [newest])
            return [tuple(str(value) for value in row) for row in cursor.fetchall()]

    def pull() -> None:
        ours.take(puller.pull())
        naive.pull(select)

    _stress(write, pull)
    truth = {str(key): version for key, version in _everything(reader)}
    reader.close()
    puller.source.close()
    assert len(truth) > 50
    assert ours.faults(truth) == (0, 0)
    assert sum(naive.faults(truth)) > 0, "the naive rule has to lose rows here, or this test proves nothing"


def _everything(reader: "pymysql.Connection[pymysql.cursors.Cursor]") -> list[tuple[int, str]]:
    with reader.cursor() as cursor:
        cursor.execute("SELECT id, v FROM ticket")
        return [(row[0], str(row[1])) for row in cursor.fetchall()]
