"""Sources that behave oddly: rows vanish, names are hostile, keys look alike, history comes in any order."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from etl.model import Batch
from etl.pull.run import Intake
from etl.sources import open_source
from etl.sources.text_rows import TextRows
from etl.upkeep.reconcile import ReconcileRefused, reconcile
from tests.etl.loading import NOW, Desk, desk, fates

SQL = """
version: 1
timezone: UTC
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE changed >= :since ORDER BY changed, id"
    cursor: {column: changed, key: id, overlap_s: 600}
    rows: ticket
    ticket: {id: id, created_at: created, category: topic}
"""
FOLDED = SQL.replace("rows: ticket", "rows: ticket\n    fold: {sequence: changed}")
HOSTILE = '"x"" y"'
PAIRS = """
version: 1
tables:
  - name: t
    rows: ticket
    ticket: {id: {template: "{queue}/{number}"}, created_at: made, category: word}
  - name: ratings
    rows: survey
    survey: {id: id, ticket: {template: "{queue}/{number}"}, submitted_at: made, overall: score}
"""
COLUMNS = ("queue", "number", "made", "word")


class Source:
    """A database somebody else writes to."""

    def __init__(self, place: Path) -> None:
        self.con = sqlite3.connect(place, isolation_level=None)
        self.con.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, created TEXT, changed TEXT, topic TEXT)")
        self.url = f"sqlite:///{place}"

    def write(self, key: int, changed: str, topic: str = "a") -> None:
        """Write a ticket."""
        self.con.execute("REPLACE INTO ticket VALUES (?, '2026-05-01', ?, ?)", (key, changed, topic))


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    made = Source(tmp_path / "desk.sqlite")
    yield made
    made.con.close()


def _live(mapping: str = SQL) -> Desk:
    return desk(mapping, kind="sql", is_live=True)


def _pulled(at_work: Desk, source: Source, minutes: int = 0) -> str:
    (report,) = at_work.pull("sql", source.url, NOW + timedelta(minutes=minutes))
    return report.message or ""


def test_an_answer_without_rows_where_rows_were_is_told_and_loses_nothing(source: Source) -> None:
    at_work = _live()
    source.write(1, "2026-05-31 23:00:00")
    _pulled(at_work, source)
    source.con.execute("DELETE FROM ticket")
    assert "rows were deleted, or the source was restored from a backup" in _pulled(at_work, source, 1)
    assert at_work.all("SELECT count(*) FROM ticket") == [1]


def test_a_source_that_shows_nothing_any_more_marks_nothing_as_deleted(source: Source) -> None:
    at_work = _live()
    source.write(1, "2026-05-31 23:00:00")
    _pulled(at_work, source)
    source.con.execute("DELETE FROM ticket")
    opened = open_source("desk", "sql", source.url, at_work.mapping)
    with pytest.raises(ReconcileRefused):
        reconcile(at_work.con, Intake("desk", opened, at_work.mapping, at_work.origin, True), at_work.refresh, NOW)
    assert at_work.all("SELECT count(*) FROM ticket WHERE is_deleted") == [0]


EARLIER, LATER = "2026-05-31 23:00:00", "2026-05-31 23:00:05"


@pytest.mark.parametrize("mapping", [SQL, FOLDED])
def test_of_two_readings_of_a_database_the_later_counts_though_its_time_is_the_earlier(
    source: Source, mapping: str
) -> None:
    at_work = _live(mapping)
    source.write(1, LATER, "began later, committed first")
    _pulled(at_work, source)
    source.write(1, EARLIER, "began first, committed last")
    _pulled(at_work, source, 1)
    assert at_work.all("SELECT category FROM ticket") == ["began first, committed last"]
    assert at_work.touched == [("1",)] * 2
    (report,) = at_work.pull("sql", source.url, NOW + timedelta(minutes=2))
    assert report.n_read == 0


def test_an_older_file_beside_a_database_never_overwrites_its_rows(source: Source) -> None:
    at_work = _live(FOLDED)
    source.write(1, LATER, "of the database")
    _pulled(at_work, source)
    columns = ("id", "created", "changed", "topic")
    assert fates(at_work.load([("1", "2026-05-01", EARLIER, "of a file")], columns=columns)) == (0, 0, 1, 0)
    assert at_work.all("SELECT category FROM ticket") == ["of the database"]


@pytest.mark.parametrize(
    "other",
    [
        FOLDED.replace("sequence: changed", "sequence: created"),
        FOLDED + "  - {name: more, rows: ticket, query: SELECT * FROM ticket WHERE 1 = 2, ticket: {id: id}}\n",
        FOLDED.replace("rows: ticket", "rows: update"),
    ],
    ids=["another version", "two tables of tickets", "rows of history"],
)
def test_elsewhere_the_version_decides(source: Source, other: str) -> None:
    at_work = _live(other)
    source.con.execute("INSERT INTO ticket VALUES (1, '2026-05-02', ?, 'newer')", [LATER])
    _pulled(at_work, source)
    source.con.execute("UPDATE ticket SET created = '2026-05-01', changed = ?, topic = 'older'", [EARLIER])
    _pulled(at_work, source, 1)
    assert at_work.all("SELECT category FROM ticket") == ["newer"]


def test_columns_of_hostile_names_are_read(tmp_path: Path) -> None:
    con = sqlite3.connect(tmp_path / "desk.sqlite")
    con.execute(f'CREATE TABLE ticket ("at" TEXT, s TEXT, {HOSTILE} TEXT, "主题" TEXT, "select" TEXT)')
    con.execute("INSERT INTO ticket VALUES ('2026-05-01', '7', 'P1', '退款', 'north')")
    con.commit()
    con.close()
    at_work = desk(
        "version: 1\ntables:\n  - name: tickets\n    query: SELECT * FROM ticket\n    rows: ticket\n"
        "    ticket: {id: s, created_at: at, priority: 'x\" y', category: 主题, region: select}\n",
        kind="sql",
    )
    at_work.pull("sql", f"sqlite:///{tmp_path / 'desk.sqlite'}")
    found = at_work.all("SELECT src_ticket_id, priority, category, region FROM ticket")
    assert found == [("7", "P1", "退款", "north")]


def test_a_key_of_several_columns_is_one_key() -> None:
    at_work = desk(PAIRS)
    rows = [("a", "1", "2026-05-01", "x"), ("b", "1", "2026-05-01", "y"), ("a", "1", "2026-05-01", "z")]
    report = at_work.load(rows, table="t", columns=COLUMNS)
    assert report.n_new + report.n_changed == 3
    assert at_work.all("SELECT src_ticket_id, category FROM ticket ORDER BY 1") == [("a/1", "z"), ("b/1", "y")]


def test_keys_that_differ_in_case_are_two_and_blanks_around_them_are_none() -> None:
    at_work = desk(PAIRS)
    rows = [("a", "1 ", "2026-05-01", "x"), ("A", "1", "2026-05-01", "y"), ("a", "1", "2026-05-01", "z")]
    at_work.load(rows, table="t", columns=COLUMNS)
    assert at_work.all("SELECT src_ticket_id, category FROM ticket ORDER BY 1") == [("A/1", "y"), ("a/1", "z")]


def test_an_answer_that_comes_before_its_ticket_belongs_to_it_once_it_is_there() -> None:
    at_work = desk(PAIRS)
    answers = [("1", "a", "1", "2026-05-02", "5")]
    at_work.load(answers, table="ratings", columns=("id", "queue", "number", "made", "score"))
    joined = "SELECT count(*) FROM survey_response JOIN ticket USING (ticket_key)"
    assert at_work.all(joined) == [0]
    assert at_work.all("SELECT count(*) FROM survey_response") == [1]
    at_work.load([("a", "1", "2026-05-01", "x")], table="t", columns=COLUMNS)
    assert at_work.all(joined) == [1]


HISTORY = """
version: 1
tables:
  - name: t
    rows: ticket
    fold: {sequence: version}
    ticket: {id: id, created_at: made, category: word}
  - name: log
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, to: {column: to, values: {new: new, done: resolved}}, at: moment, id: id}]
"""
PARTS = [
    ("t", ("id", "version", "made", "word"), ("7", "1", "2026-05-01", "old")),
    ("log", ("id", "ticket", "to", "moment"), ("1", "7", "new", "2026-05-01 10:00")),
    ("t", ("id", "version", "made", "word"), ("7", "2", "2026-05-01", "new")),
    ("log", ("id", "ticket", "to", "moment"), ("2", "7", "done", "2026-05-02 10:00")),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 0, 1), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_history_read_in_after_the_present_ends_as_in_its_order(order: tuple[int, ...]) -> None:
    at_work = desk(HISTORY)
    for table, columns, row in (PARTS[place] for place in order):
        at_work.load([row], table=table, columns=columns)
    assert at_work.all("SELECT category FROM ticket") == ["new"]
    assert at_work.all("SELECT new FROM ticket_event ORDER BY occurred_at") == ["new", "resolved"]
    assert at_work.touched[-1] == ("7",) or order[-1] == 0


def test_history_touches_the_figures_of_its_own_days() -> None:
    at_work = desk(HISTORY)
    for table, columns, row in (PARTS[place] for place in (2, 3, 1)):
        at_work.load([row], table=table, columns=columns)
    assert at_work.touched == [("7",)] * 3


def test_the_29th_of_february_is_a_day_in_leap_years_only() -> None:
    at_work = desk()
    days = [*("2024-02-29 12:00:00", "2000-02-29"), *["2024-03-01"] * 4, *("2023-02-29 12:00:00", "2024-02-30")]
    rows = [(str(number), day, "1", None) for number, day in enumerate(days)]
    report = at_work.load_all([Batch("tickets", TextRows.of(("id", "created", "prio", "resolved"), rows))])
    assert fates(report) == (6, 0, 0, 2)
    assert at_work.all("SELECT value FROM reject ORDER BY row_no") == days[6:]


def test_the_last_second_of_a_year_and_the_first_of_the_next_stay_apart() -> None:
    at_work = desk("""
version: 1
timezone: Asia/Shanghai
tables: [{name: t, rows: ticket, ticket: {id: id, created_at: made}}]
""")
    rows = [("1", "2025-12-31 23:59:59.999999"), ("2", "2026-01-01 00:00:00"), ("3", "2026-01-01T00:00:00Z")]
    at_work.load(rows, table="t", columns=("id", "made"))
    found = at_work.all("SELECT strftime(created_at, '%Y-%m-%d %H:%M:%S.%f') FROM ticket ORDER BY src_ticket_id")
    assert found == ["2025-12-31 15:59:59.999999", "2025-12-31 16:00:00.000000", "2026-01-01 00:00:00.000000"]
