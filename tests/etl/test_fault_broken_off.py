"""A read of a database that breaks off: what came stays, and nothing is claimed that did not come."""

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from data.warehouse import watermark
from etl.load.deferral import is_pending, settle
from etl.mapping import parse_mapping
from etl.model import Batch, Later, SourceError
from etl.pull.run import Intake, pull
from etl.sources import open_source, sql_database, sql_table
from etl.sources.text_rows import TextRows
from etl.upkeep.quarantine import Lot, redrive
from metrics import facts
from metrics.facts.refreshing import ALL
from tests.etl.loading import NOW, Desk, desk
from tests.metrics.world import DESK

TICKETS, EVENTS = 30, 40
MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE changed >= :since ORDER BY changed, id"
    cursor: {column: changed, key: id, overlap_s: 600}
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: events
    query: "SELECT * FROM event WHERE moment >= :since ORDER BY moment, id"
    cursor: {column: moment, key: id, overlap_s: 600}
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, to: resolved, at: moment, id: id}]
"""
EMPTY = datetime(2026, 5, 30, tzinfo=UTC)


class Breaking:
    """Pages of a database that break off after so many."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: float = float("inf")
        plain = sql_table.pages

        def pages(*given: Any) -> Any:
            for page in plain(*given):
                if self.left <= 0:
                    raise SourceError("the connection broke", permanent=False)
                self.left -= 1
                yield page

        monkeypatch.setattr(sql_database, "pages", pages)
        monkeypatch.setattr(sql_table, "PAGE", 10)
        monkeypatch.setattr(sql_table, "ROWS_PER_DELIVERY", 10)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Breaking:
    return Breaking(monkeypatch)


@pytest.fixture
def url(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "desk.sqlite") as con:
        con.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, created TEXT, changed TEXT)")
        con.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, ticket INTEGER, moment TEXT)")
        tickets = [(n, f"2026-05-01 {n % 24:02}:00:00", f"2026-05-{1 + n // 2:02} 12:00:00") for n in range(TICKETS)]
        con.executemany("INSERT INTO ticket VALUES (?, ?, ?)", tickets)
        events = [(n, n % TICKETS, f"2026-05-{1 + n // 3:02} 13:00:00") for n in range(EVENTS)]
        con.executemany("INSERT INTO event VALUES (?, ?, ?)", events)
    return f"sqlite:///{tmp_path / 'desk.sqlite'}"


class Live(Desk):
    """A desk pulled from a database, with the facts of the product."""

    def refresh(self, con: Any, mark: datetime | None) -> Later | None:  # type: ignore[override]
        return facts.refresh(con, mark, DESK)

    def pull_sql(self, url: str, deliveries: int | None = None) -> None:
        """Pull; die after so many deliveries."""
        source = open_source("desk", "sql", url, self.mapping)
        reports = pull(self.con, Intake("desk", source, self.mapping, self.origin, True), self.refresh, NOW)
        for _ in islice(reports, deliveries):
            pass

    def break_off(self, url: str, breaking: Breaking, pages: int) -> None:
        """Pull so many pages and no more."""
        breaking.left = pages
        with pytest.raises(SourceError, match="the connection broke"):
            self.pull_sql(url)
        breaking.left = float("inf")

    def held(self) -> dict[str, Counter[str]]:
        return {table: Counter(map(repr, self.all(f"FROM {table}"))) for table in ALL}


def live() -> Live:
    at_work = Live(parse_mapping(MAPPING), desk(kind="sql", is_live=True).origin)
    facts.create(at_work.con)
    return at_work


@pytest.mark.parametrize(("pages", "expected"), [(1, 0), (3, 30), (5, 40)])
def test_a_read_that_breaks_off_moves_no_watermark(url: str, breaking: Breaking, pages: int, expected: int) -> None:
    at_work = live()
    at_work.break_off(url, breaking, pages)
    loaded = at_work.all("SELECT count(*) FROM ticket")[0] + at_work.all("SELECT count(*) FROM ticket_event")[0]
    assert (loaded, watermark(at_work.con)) == (expected, None)


def test_a_later_read_that_breaks_off_leaves_the_watermark_where_it_was(url: str, breaking: Breaking) -> None:
    at_work = live()
    at_work.pull_sql(url)
    at_work.con.execute("UPDATE source SET watermark = ?, cursor = NULL", [EMPTY])
    at_work.break_off(url, breaking, 4)
    assert watermark(at_work.con) == EMPTY


@pytest.mark.parametrize("deliveries", [1, 4])
def test_a_pull_that_is_killed_moves_no_watermark_and_the_next_start_and_pull_make_it_good(
    url: str, breaking: Breaking, deliveries: int
) -> None:
    killed, whole = live(), live()
    killed.pull_sql(url, deliveries)
    assert watermark(killed.con) is None and is_pending(killed.con)
    assert settle(killed.con, killed.refresh)
    assert watermark(killed.con) is None
    killed.pull_sql(url)
    whole.pull_sql(url)
    assert watermark(killed.con) == NOW
    assert {name: rows.total() for name, rows in killed.held().items()} == {
        name: rows.total() for name, rows in whole.held().items()
    }


@pytest.mark.parametrize("pages", [0, 2, 3, 5])
def test_the_next_read_goes_on_and_ends_as_one_that_never_broke(url: str, breaking: Breaking, pages: int) -> None:
    broken, whole = live(), live()
    broken.break_off(url, breaking, pages)
    broken.pull_sql(url)
    whole.pull_sql(url)
    assert watermark(broken.con) == NOW
    held = broken.held()
    assert {name: rows.total() for name, rows in held.items()} == {
        name: rows.total() for name, rows in whole.held().items()
    }
    facts.rebuild(broken.con, NOW, DESK)
    assert broken.held() == held


def test_rows_taken_up_again_claim_nothing_before_the_source_did() -> None:
    at_work = desk("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id, created_at: made}}]\n")
    rows = [Batch("t", TextRows.of(("id", "made"), [("1", "2026-05-01"), (None, "2026-05-02")]))]
    at_work.load_all(rows, is_part=True)
    at_work.con.execute("UPDATE reject SET payload = json_object('id', '2', 'made', '2026-05-02')")
    assert redrive(at_work.con, Lot("desk", at_work.mapping, at_work.origin), at_work.refresh, NOW).n_new == 1
    assert watermark(at_work.con) is None


def test_a_part_that_says_how_far_it_came_is_believed() -> None:
    at_work = desk()
    at_work.load_all([], until=EMPTY, is_part=True)
    assert watermark(at_work.con) == EMPTY
