"""Tickets that are gone from their source are marked, and nothing is marked by mistake."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.warehouse import data_version
from etl.mapping import parse_mapping
from etl.model import Batch, Delivery, Keyed, SourceError
from etl.pull.run import Intake, pull
from etl.sources import open_source
from etl.sources.text_rows import TextRows
from etl.upkeep.reconcile import Reconciled, ReconcileRefused, ids_only, reconcile
from tests.etl.loading import NOW, TICKETS, Desk, desk

NIGHT = NOW + timedelta(hours=2)
SQL = TICKETS.replace("rows: ticket", 'rows: ticket\n    query: "SELECT * FROM tickets"')


class Fake:
    """A source that tells keys only."""

    def __init__(self, ids: list[str], fails: bool = False) -> None:
        self.ids = ids
        self.fails = fails

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        raise AssertionError("keys are enough")

    def keys(self, now: datetime) -> Iterator[Batch]:
        for name in self.ids:
            yield Batch("tickets", TextRows.of(("id",), [(name,)]))
        if self.fails:
            raise SourceError("the connection broke", permanent=False)


def _desk(number: int = 40, **origin: object) -> Desk:
    at_work = desk(SQL, **origin)
    at_work.load([(str(each), "2026-01-01", "1", None) for each in range(1, number + 1)])
    return at_work


def _nightly(at_work: Desk, ids: list[str], allow_mass: bool = False, fails: bool = False) -> Reconciled:
    intake = Intake("desk", Fake(ids, fails), at_work.mapping, at_work.origin)
    return reconcile(at_work.con, intake, at_work.refresh, NIGHT, allow_mass)


def _ids(*left_out: int, number: int = 40) -> list[str]:
    return [str(each) for each in range(1, number + 1) if each not in left_out]


def _deleted(at_work: Desk) -> list[str]:
    return at_work.all("SELECT src_ticket_id FROM ticket WHERE is_deleted ORDER BY 1")


def test_a_ticket_that_is_gone_is_marked_and_stays() -> None:
    at_work = _desk()
    version = data_version(at_work.con)
    found = _nightly(at_work, _ids(7))
    assert (found.n_known, found.n_present, found.n_gone, found.n_back) == (40, 39, 1, 0)
    assert (_deleted(at_work), at_work.all("SELECT count(*) FROM ticket")) == (["7"], [40])
    assert at_work.touched[-1] == ("7",)
    assert data_version(at_work.con) == version + 1


def test_nothing_gone_changes_nothing_but_the_ledger() -> None:
    at_work = _desk()
    version = data_version(at_work.con)
    assert _nightly(at_work, _ids()).n_gone == 0
    assert (len(at_work.touched), data_version(at_work.con)) == (1, version)
    assert "0 of 40 are gone" in at_work.all("SELECT message FROM load_run")[-1]


def test_a_gone_ticket_is_marked_once() -> None:
    at_work = _desk()
    assert [_nightly(at_work, _ids(7)).n_gone for _ in range(2)] == [1, 0]


def test_a_ticket_that_came_back_is_there_again() -> None:
    at_work = _desk()
    _nightly(at_work, _ids(7))
    assert _nightly(at_work, _ids()).n_back == 1
    assert (_deleted(at_work), at_work.all("FROM gone_ticket")) == ([], [])
    assert at_work.touched[-1] == ("7",)


def test_a_ticket_delivered_again_as_it_was_is_there_at_once() -> None:
    at_work = _desk()
    _nightly(at_work, _ids(7))
    assert at_work.load([("7", "2026-01-01", "1", None)]).n_changed == 1
    assert _deleted(at_work) == []
    assert at_work.load([("7", "2026-01-01", "1", None)]).n_same == 1
    assert _nightly(at_work, _ids(7)).n_gone == 1
    assert at_work.all("SELECT count(*) FROM gone_ticket") == [1]


def test_what_the_source_itself_calls_deleted_stays_so() -> None:
    at_work = desk(SQL.replace("created_at: created,", "created_at: created, is_deleted: gone,"))
    columns = ("id", "created", "prio", "resolved", "gone")
    at_work.load([(str(each), "2026-01-01", "1", None, "0") for each in range(1, 31)], columns=columns)
    _nightly(at_work, _ids(7, number=30))
    at_work.load([("7", "2026-01-01", "1", None, "1")], columns=columns)
    assert _nightly(at_work, _ids(number=30)).n_back == 0
    assert _deleted(at_work) == ["7"]


def test_more_than_one_in_twenty_gone_is_refused() -> None:
    at_work = _desk()
    with pytest.raises(ReconcileRefused, match="3 of 40 tickets are gone"):
        _nightly(at_work, _ids(1, 2, 3))
    assert _deleted(at_work) == []
    assert at_work.all("SELECT state FROM load_run ORDER BY run_id") == ["done", "failed"]
    assert _nightly(at_work, _ids(1, 2, 3), allow_mass=True).n_gone == 3


def test_one_in_twenty_is_not_too_many() -> None:
    assert _nightly(_desk(), _ids(1, 2)).n_gone == 2


def test_no_ticket_at_all_is_refused() -> None:
    at_work = _desk()
    with pytest.raises(ReconcileRefused, match="no ticket at all where 40 were before"):
        _nightly(at_work, [])
    assert _deleted(at_work) == []


def test_an_empty_source_of_an_empty_warehouse_is_no_fault() -> None:
    assert _nightly(desk(SQL), []).told() == "reconciled: the source has 0 tickets, 0 of 0 are gone, 0 came back"


def test_keys_that_could_not_all_be_read_mark_nothing() -> None:
    at_work = _desk()
    with pytest.raises(SourceError, match="connection broke"):
        _nightly(at_work, _ids(7), fails=True)
    assert _deleted(at_work) == []
    assert at_work.all("SELECT message FROM load_run")[-1] == "reconcile: the connection broke"


def test_tickets_that_are_not_here_are_told() -> None:
    assert "1 are not here" in _nightly(_desk(), [*_ids(), "99"]).told()


def test_other_sources_are_left_alone() -> None:
    at_work = _desk()
    at_work.load([("500", "2026-01-01", "1", None)], source_id="other")
    _nightly(at_work, _ids())
    assert _deleted(at_work) == []


def test_a_failing_refresh_marks_nothing() -> None:
    at_work = _desk()
    at_work.refresh = lambda con, watermark: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        _nightly(at_work, _ids(7))
    assert (_deleted(at_work), at_work.all("FROM gone_ticket")) == ([], [])


def test_ids_are_read_as_a_load_reads_them() -> None:
    at_work = desk(SQL.replace("id: id,", 'id: {template: "T-{id}"},'))
    at_work.load([(str(each), "2026-01-01", "1", None) for each in range(1, 31)])
    assert _nightly(at_work, _ids(number=30)).n_gone == 0


def test_a_mapping_without_tickets_has_nothing_to_reconcile() -> None:
    with pytest.raises(SourceError, match="no table of tickets"):
        ids_only(parse_mapping("version: 1\ntables:\n  - {name: s, rows: survey, survey: {id: id}}\n"))


QUERIES = (
    "SELECT * FROM tickets",
    "SELECT * FROM tickets ORDER BY created, id",
    "SELECT *, id AS no FROM tickets WHERE created >= :since ORDER BY created, id",
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_database_is_asked_for_ids_alone(tmp_path: Path, query: str) -> None:
    place = tmp_path / "desk.sqlite"
    with sqlite3.connect(place) as source:
        source.execute("CREATE TABLE tickets (id INTEGER, created TEXT, prio TEXT, resolved TEXT)")
        source.executemany(
            "INSERT INTO tickets VALUES (?, '2026-01-01 00:00:00', '1', NULL)", [(n,) for n in range(1, 41)]
        )
    cursor = "cursor: {column: created, key: id}\n    " if ":since" in query else ""
    at_work = desk(TICKETS.replace("rows: ticket", f'{cursor}query: "{query}"\n    rows: ticket'))
    intake = Intake(
        "desk", open_source("desk", "sql", f"sqlite:///{place}", at_work.mapping), at_work.mapping, at_work.origin
    )
    list(pull(at_work.con, intake, at_work.refresh, NOW))
    assert isinstance(intake.source, Keyed)
    assert {batch.rows.columns for batch in intake.source.keys(NIGHT)} == {("id",)}
    with sqlite3.connect(place) as source:
        source.execute("DELETE FROM tickets WHERE id = 7")
    assert reconcile(at_work.con, intake, at_work.refresh, NIGHT).n_gone == 1
    assert _deleted(at_work) == ["7"]


class Unkeyed(Fake):
    """A source that only gives whole rows."""

    keys = None  # type: ignore[assignment]

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        yield Delivery("desk", [Batch("tickets", TextRows.of(("id", "created"), [(name, "x") for name in self.ids]))])


def test_a_source_without_keys_is_read_whole() -> None:
    at_work = _desk()
    intake = Intake("desk", Unkeyed(_ids(7)), at_work.mapping, at_work.origin)
    assert reconcile(at_work.con, intake, at_work.refresh, NIGHT).n_gone == 1
