"""Sources pulled beside each other in threads of their own: the warehouse is the same as after one and the other."""

import threading
from pathlib import Path

import duckdb
import pytest

from data.warehouse import Warehouse
from etl.mapping import parse_mapping
from etl.model import LoadReport, Origin, SourceError
from etl.pull.run import Intake, pull
from etl.schedule.gate import Gate
from etl.sources import open_source
from tests.etl.loading import NOW, TICKETS, Desk, desk

FILES, ROWS = 12, 40
SOURCES = ("desk", "phone", "shop")


def _folder(place: Path, first: int) -> Path:
    place.mkdir()
    for file in range(FILES):
        ids = range(first + file * ROWS, first + (file + 1) * ROWS)
        lines = [f"{number},2026-01-{1 + number % 28:02}T08:00:00Z,1," for number in ids]
        (place / f"{file:02}.csv").write_text(
            "\n".join(["id,created,prio,resolved", *lines]) + "\n", encoding="utf-8"
        )
    return place


def _pull(con: duckdb.DuckDBPyConnection, source_id: str, folder: Path, gate: Gate) -> list[LoadReport]:
    mapping = parse_mapping(TICKETS)
    files = sorted(folder.iterdir())
    intake = Intake(source_id, open_source(source_id, "file", files, mapping), mapping, Origin())
    return list(pull(con, intake, lambda *_: None, NOW, gate.entered))


def _all(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return con.execute(sql).fetchall()


def test_pulls_beside_each_other_end_as_pulls_one_by_one(tmp_path: Path) -> None:
    folders = {name: _folder(tmp_path / name, number * 1000) for number, name in enumerate(SOURCES)}
    store, gate, errors = Warehouse(None, threads=1), Gate(), list[Exception]()
    at_once = threading.Barrier(len(SOURCES))

    def work(name: str) -> None:
        try:
            at_once.wait(30)
            _pull(store.cursor(), name, folders[name], gate)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in SOURCES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    con = store.cursor()
    assert errors == []
    assert _all(con, "SELECT count(DISTINCT source_no), count(*) FROM source") == [(3, 3)]
    assert _all(con, "SELECT count(DISTINCT ticket_key), count(*) FROM ticket") == [(3 * FILES * ROWS,) * 2]
    assert _all(con, "SELECT count(DISTINCT run_id), count(*) FROM load_run WHERE state = 'done'") == [
        (3 * FILES, 3 * FILES)
    ]
    assert _all(con, "SELECT count(*) FROM deferred_mark") == [(0,)]
    assert _all(con, "SELECT DISTINCT watermark IS NULL FROM source") == [(False,)]
    store.close()


def _broken(at_work: Desk, folder: Path) -> None:
    with pytest.raises(SourceError, match="2 of"):
        at_work.pull("file", sorted(folder.iterdir()))


def test_two_bad_files_do_not_fill_the_ledger_by_turns(tmp_path: Path) -> None:
    at_work = desk()
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("nothing,of,use\n1,2,3\n", encoding="utf-8")
    for _ in range(4):
        _broken(at_work, tmp_path)
    assert at_work.all("SELECT count(*) FROM load_run WHERE state = 'failed'") == [2]
    (tmp_path / "c.csv").write_text("id,created,prio,resolved\n1,2026-01-01T08:00:00Z,1,\n", encoding="utf-8")
    for _ in range(4):
        _broken(at_work, tmp_path)
    assert at_work.all("SELECT count(*) FROM load_run WHERE state = 'done'") == [1]
    assert at_work.all("SELECT count(*) FROM load_run WHERE state = 'failed'") == [4]  # once more after what was good
