"""What the demo desk is like: shape, consistency and proportions of its history."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from data.demo import create, export
from data.demo.cast import GROUPS, STATES, TOPICS
from data.demo.tables import BAD_DATE_TEXT, TABLES

UNTIL = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
TICKETS = 6_000
REOPENED = "SELECT case_id FROM hd_case_log WHERE new_value = 'solved' GROUP BY 1 HAVING count(*) > 1"


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("demo") / "desk.sqlite"
    create(path, TICKETS, UNTIL, 7)
    con = sqlite3.connect(path)
    yield con
    con.close()


def one(con: sqlite3.Connection, sql: str) -> Any:
    return con.execute(sql).fetchone()[0]


def share(con: sqlite3.Connection, condition: str, table: str = "hd_case") -> float:
    return float(one(con, f"SELECT avg({condition}) FROM {table}"))


@pytest.mark.parametrize("table", TABLES)
def test_the_schema_and_the_generator_name_the_same_columns(con: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in con.execute(f"PRAGMA table_info({table})")]
    assert columns == [column.name for column in TABLES[table]]


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("hd_case", "group_id", "hd_group"),
        ("hd_case", "owner_id", "hd_agent"),
        ("hd_case", "contact_id", "hd_contact"),
        ("hd_case", "duplicate_of", "hd_case"),
        ("hd_case_log", "case_id", "hd_case"),
        ("hd_case_log", "owner_id", "hd_agent"),
        ("hd_case_log", "group_id", "hd_group"),
        ("hd_case_log", "actor_id", "hd_agent"),
        ("hd_case_log", "other_case_id", "hd_case"),
        ("hd_post", "case_id", "hd_case"),
        ("hd_post", "author_id", "hd_agent"),
        ("hd_invite", "case_id", "hd_case"),
        ("hd_invite", "contact_id", "hd_contact"),
        ("hd_rating", "case_id", "hd_case"),
        ("hd_rating", "agent_id", "hd_agent"),
    ],
)
def test_every_reference_is_there(con: sqlite3.Connection, table: str, column: str, other: str) -> None:
    given = f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL"
    assert one(con, given) > 0
    assert one(con, f"{given} AND {column} NOT IN (SELECT id FROM {other})") == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("hd_case", "opened_at"),
        ("hd_case_log", "logged_at"),
        ("hd_post", "updated_at"),
        ("hd_invite", "sent_at"),
        ("hd_rating", "updated_at"),
    ],
)
def test_ids_rise_with_time(con: sqlite3.Connection, table: str, column: str) -> None:
    instants = [row[0] for row in con.execute(f"SELECT {column} FROM {table} ORDER BY id")]
    assert instants == sorted(instants)


def test_the_state_of_a_case_is_the_last_one_logged(con: sqlite3.Connection) -> None:
    logged = dict(con.execute("SELECT case_id, new_value FROM hd_case_log WHERE action = 'state' ORDER BY id"))
    for case, state in con.execute("SELECT id, state FROM hd_case"):
        assert state == logged.get(case, "queued")


@pytest.mark.parametrize("child", ["hd_case_log", "hd_post"])
def test_a_case_was_changed_no_earlier_than_its_rows(con: sqlite3.Connection, child: str) -> None:
    instant = "logged_at" if child == "hd_case_log" else "updated_at"
    later = f"SELECT count(*) FROM {child} h JOIN hd_case c ON c.id = h.case_id WHERE h.{instant} > c.updated_at"
    assert one(con, later) == 0


def test_nothing_happens_before_a_case_is_opened(con: sqlite3.Connection) -> None:
    early = "JOIN hd_case c ON c.id = h.case_id WHERE h.{} < c.opened_at"
    assert one(con, "SELECT count(*) FROM hd_case_log h " + early.format("logged_at")) == 0
    assert one(con, "SELECT count(*) FROM hd_post h " + early.format("updated_at")) == 0


def test_a_few_rows_are_dirty(con: sqlite3.Connection) -> None:
    assert 0 < one(con, "SELECT count(*) FROM hd_case_log WHERE new_value = 'in_review'") < 40
    assert 0 < one(con, f"SELECT count(*) FROM hd_post WHERE sent_at = '{BAD_DATE_TEXT}'") < 40
    assert 0 < one(con, "SELECT count(*) FROM hd_post WHERE sent_at < updated_at") < 40
    assert 0 < one(con, "SELECT count(*) FROM hd_rating WHERE overall NOT BETWEEN 1 AND 5") < 40


def test_a_robot_that_hands_over_comes_before_the_first_human(con: sqlite3.Connection) -> None:
    handed = "SELECT case_id, min(logged_at) AS t FROM hd_case_log WHERE action = 'handoff' GROUP BY 1"
    human = "SELECT case_id, min(updated_at) AS t FROM hd_post WHERE author_kind = 'agent' GROUP BY 1"
    assert one(con, f"SELECT count(*) FROM ({handed}) h") > 100
    assert one(con, f"SELECT count(*) FROM ({handed}) h JOIN ({human}) r USING (case_id) WHERE r.t < h.t") == 0


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [
        ("is_spam", 0.005, 0.02),
        ("is_test", 0.0003, 0.006),
        ("is_trashed", 0.0003, 0.008),
        ("duplicate_of IS NOT NULL", 0.005, 0.03),
        ("contact_id IS NULL", 0.015, 0.05),
        ("opened_by = 'agent'", 0.02, 0.04),
        ("urgency_now <> urgency", 0.01, 0.05),
        ("state NOT IN ('solved', 'archived')", 0.01, 0.08),
        ("id IN (SELECT case_id FROM hd_case_log WHERE action = 'handoff')", 0.08, 0.20),
        ("id IN (SELECT case_id FROM hd_rating)", 0.15, 0.25),
        (f"id IN ({REOPENED})", 0.02, 0.06),
    ],
)
def test_shares_are_those_of_a_real_desk(con: sqlite3.Connection, condition: str, low: float, high: float) -> None:
    assert low < share(con, condition) < high


def test_a_case_has_some_rows(con: sqlite3.Connection) -> None:
    rows = {table: one(con, f"SELECT count(*) FROM {table}") / TICKETS for table in TABLES}
    assert 3.2 < rows["hd_case_log"] < 4.5
    assert 2.8 < rows["hd_post"] < 4.0
    assert 0.65 < rows["hd_invite"] < 0.85
    assert 0.15 < rows["hd_rating"] < 0.25


def test_who_rates_was_invited_before_in_the_same_way(con: sqlite3.Connection) -> None:
    invited = "SELECT 1 FROM hd_invite i WHERE i.case_id = r.case_id AND i.sent_at <= r.answered_at"
    assert one(con, f"SELECT count(*) FROM hd_rating r WHERE NOT EXISTS ({invited})") == 0
    first = "SELECT min(id) FROM hd_rating GROUP BY case_id"
    both = "FROM hd_rating r JOIN hd_invite i USING (case_id)"
    assert one(con, f"SELECT count(*) {both} WHERE r.id IN ({first}) AND r.way <> i.way") == 0


def test_the_desk_speaks_two_languages(con: sqlite3.Connection) -> None:
    topics = {row[0] for row in con.execute("SELECT DISTINCT topic FROM hd_case WHERE topic IS NOT NULL")}
    assert topics == {topic.name for topic in TOPICS}
    assert {"物流延迟", "账户异常", "Billing", "Returns"} <= topics


def test_every_state_group_and_agent_is_in_use(con: sqlite3.Connection) -> None:
    assert {row[0] for row in con.execute("SELECT DISTINCT state FROM hd_case")} == set(STATES)
    assert one(con, "SELECT count(DISTINCT group_id) FROM hd_case") == len(GROUPS)
    assert one(con, "SELECT count(DISTINCT owner_id) FROM hd_case") == one(con, "SELECT count(*) FROM hd_agent")


def test_weekends_and_nights_are_quiet(con: sqlite3.Connection) -> None:
    local = "datetime(opened_at / 1000, 'unixepoch', '+8 hours')"
    assert share(con, f"strftime('%H', {local}) < '07'") < 0.08
    assert share(con, f"strftime('%w', {local}) IN ('0', '6')") < 0.22


def test_an_export_holds_what_the_desk_holds(con: sqlite3.Connection, tmp_path: Path) -> None:
    rows = export(tmp_path, TICKETS, UNTIL, 7)
    names = {"contacts": "hd_contact", "tickets": "hd_case", "log": "hd_case_log", "posts": "hd_post"}
    for name, table in {**names, "ratings": "hd_rating"}.items():
        assert rows[name] == one(con, f"SELECT count(*) FROM {table}")
    told = pq.read_table(tmp_path / "tickets-0000.parquet", columns=["id", "topic", "updated_at"])
    assert (
        list(zip(*told.to_pydict().values(), strict=True))
        == con.execute("SELECT id, topic, updated_at FROM hd_case ORDER BY id").fetchall()
    )
