"""Orders in a warehouse that others read meanwhile: nobody sees it half changed, and nothing personal stays."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import duckdb
import pytest

from app import House, house
from etl.orders.loading import Import
from etl.orders.order import Place
from etl.orders.upkeeping import UNFOLDED, Erase, Rebuild
from etl.premises import Premises

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAPPING = """
version: 1
timezone: UTC
tables: [{name: tickets, rows: ticket, ticket: {id: id, created_at: created, customer: who}}]
"""
ROWS = "id,created,who\n" + "".join(f"{number},2025-03-10T10:00:00Z,person-{number}\n" for number in range(40))


@dataclass
class Desk:
    """A loaded warehouse, and what orders told."""

    home: House
    said: list[str] = field(default_factory=list)

    def place(self, home: object = None) -> Place:
        return Place(cast("Premises", home or self.home), lambda: NOW, self.said.append, is_read=True)

    def all(self, sql: str) -> list[Any]:
        """Return what a reader beside the order sees."""
        return self.home.store.cursor().execute(sql).fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "settings.yaml").write_text(f"warehouse: {tmp_path}/w.duckdb\ntimezone: UTC\n")
    (tmp_path / "m.yaml").write_text(MAPPING)
    (tmp_path / "t.csv").write_text(ROWS)
    with house(tmp_path / "settings.yaml") as home:
        made = Desk(home)
        Import(source="desk", files=(tmp_path / "t.csv",), mapping=tmp_path / "m.yaml").carry_out(made.place())
        made.said.clear()
        yield made


class Watched:
    """Premises that look on, as a reader does, when the facts are made and not yet committed."""

    def __init__(self, desk: Desk, error: Exception | None = None) -> None:
        self._desk, self._error = desk, error
        self.seen: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk.home, name)

    def rebuild(self, con: duckdb.DuckDBPyConnection) -> bool:
        is_loaded = self._desk.home.rebuild(con)
        self.seen = self._desk.all(COUNTS)
        if self._error is not None:
            raise self._error
        return is_loaded


COUNTS = "SELECT (SELECT count(*) FROM fact_case), (SELECT value FROM meta WHERE name = 'data_version')"


def test_who_reads_while_facts_are_rebuilt_sees_the_old_ones_until_the_new_are_whole(desk: Desk) -> None:
    desk.all("DELETE FROM fact_case WHERE case_key IN (SELECT case_key FROM fact_case LIMIT 15)")
    before, watched = desk.all(COUNTS), Watched(desk)
    Rebuild().carry_out(desk.place(watched))
    assert before == watched.seen == [(25, "1")] and desk.all(COUNTS) == [(40, "2")]
    assert desk.said == ["All facts were worked out anew."]


def test_a_rebuild_that_breaks_off_leaves_the_old_facts(desk: Desk) -> None:
    before = desk.all(COUNTS)
    with pytest.raises(OSError, match="no room"):
        Rebuild().carry_out(desk.place(Watched(desk, OSError("no room"))))
    assert desk.all(COUNTS) == before


def test_a_person_is_erased_beside_a_reader_who_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk.home.store.cursor()
    reader.execute("BEGIN; SELECT count(*) FROM ticket").fetchall()
    folding = desk.home.store.checkpoint
    monkeypatch.setattr(desk.home.store, "checkpoint", lambda: folding(lambda _: reader.execute("COMMIT")))
    Erase(source="desk", person="person-7").carry_out(desk.place())
    assert len(desk.said) == 1 and desk.said[0].startswith("erased: 1 tickets")


def test_a_reader_who_stays_is_told_of_and_keeps_nobody_from_being_erased(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = desk.home.store.cursor()
    reader.execute("BEGIN; SELECT count(*) FROM ticket").fetchall()
    monkeypatch.setattr("data.warehouse.FOLDS", 1)
    Erase(source="desk", person="person-7").carry_out(desk.place())
    assert desk.said[1:] == [UNFOLDED]
    [(noted,)] = desk.all("SELECT detail FROM audit_log")
    assert json.loads(noted)["tickets"] == 1
