"""A drop folder: what is loaded goes to the archive, once and for all."""

import os
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from etl.load import load
from etl.mapping import parse_mapping
from etl.model import Origin, SourceError
from etl.sources import open_drop_folder
from etl.sources.drop_folder import Drop, DropFolder
from etl.sources.shelf import Shelf
from tests.etl.contract import check_source
from tests.etl.drop_room import HEADER, TODAY, Room, row
from tests.etl.loading import NOW, desk, fates

CONTRACT = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, created_at: created}}\n")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_files_of_all_formats_are_loaded_and_archived_by_day(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.jsonl", '{"id": "2", "created": "2026-01-02 08:00:00", "prio": "1", "resolved": null}\n')
    columns = {"id": ["3"], "created": ["2026-01-02 08:00:00"], "prio": ["1"], "resolved": [""]}
    pq.write_table(pa.table(columns), room.lay("c.parquet", b""))
    book = xlsxwriter.Workbook(str(room.lay("d.xlsx", b"")))
    sheet = book.add_worksheet()
    for number, cells in enumerate([list(columns), ["4", "2026-01-02 08:00:00", "1", ""]]):
        sheet.write_row(number, 0, cells)
    book.close()
    reports, error = room.pull(datetime.now(UTC) + timedelta(minutes=1))
    assert error is None
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)] * 4
    assert room.tickets() == ["1", "2", "3", "4"]
    assert room.names("inbox") == room.names("bad") == []
    assert [name.partition("/")[2] for name in room.names("done")] == ["a.csv", "b.jsonl", "c.parquet", "d.xlsx"]


def test_a_name_that_is_taken_in_the_archive_gets_a_number(room: Room) -> None:
    for number in (1, 2, 3):
        room.lay("daily.csv", HEADER + row(number))
        room.pull()
    assert room.names("done") == [f"{TODAY}/daily-2.csv", f"{TODAY}/daily-3.csv", f"{TODAY}/daily.csv"]
    assert (room.place / "done" / TODAY / "daily-2.csv").read_text() == HEADER + row(2)
    assert room.tickets() == ["1", "2", "3"]


def test_the_day_of_the_archive_is_that_of_the_source(room: Room) -> None:
    room.zone = "America/New_York"
    room.lay("a.csv", HEADER + row(1))
    room.pull()
    assert room.names("done") == ["2026-05-31/a.csv"]


def test_files_still_being_written_are_left_until_they_settle(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1), age_s=1)
    room.lay("b.csv.part", HEADER + row(2))
    room.lay("~$c.xlsx", b"lock")
    room.lay(".hidden.csv", HEADER + row(3))
    room.lay("notes.docx", b"x")
    (report,), error = room.pull()
    assert (error, report.n_read) == (None, 0)
    assert "still being written: a.csv, .hidden.csv, b.csv.part, ~$c.xlsx" in (report.message or "")
    assert "left alone, as no table asks for them: notes.docx" in (report.message or "")
    room.pull(NOW + timedelta(seconds=5))
    assert room.tickets() == ["1"]
    assert room.names("inbox") == [".hidden.csv", "b.csv.part", "notes.docx", "~$c.xlsx"]


def test_a_file_dated_in_a_far_future_is_not_waited_for(room: Room) -> None:
    room.lay("soon.csv", HEADER + row(1), age_s=-600)
    room.lay("late.csv", HEADER + row(2), age_s=-3e9)
    room.pull()
    assert room.tickets() == ["2"]
    assert room.names("inbox") == ["soon.csv"]


def test_a_file_that_grows_while_it_is_loaded_is_left_and_loaded_whole(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    (delivery,) = room.source().read(None, NOW)
    load(room.at_work.con, delivery, room.at_work.mapping, room.at_work.refresh, NOW, room.at_work.origin)
    room.lay("a.csv", HEADER + row(1) + row(2))
    assert delivery.settle is not None
    delivery.settle(None, ())
    assert room.names("inbox") == ["a.csv"]
    (report,), _ = room.pull()
    assert fates(report) == (1, 0, 1, 0)
    assert room.names("done") == [f"{TODAY}/a.csv"]


def test_the_same_content_under_another_name_is_told_and_changes_nothing(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.csv", HEADER + row(1))
    (first, second), error = room.pull()
    assert error is None
    assert (fates(first), fates(second)) == ((1, 0, 0, 0), (0, 0, 0, 0))
    assert second.message == "b.csv was already loaded in run 1 (a.csv); nothing changed"
    assert second.data_version == first.data_version
    assert room.names("done") == [f"{TODAY}/a.csv", f"{TODAY}/b.csv"]


@pytest.mark.parametrize("n_moved", [0, 1, 2])
def test_a_kill_between_commit_and_move_neither_loses_nor_doubles(
    room: Room, monkeypatch: pytest.MonkeyPatch, n_moved: int
) -> None:
    class Killed(BaseException):
        pass

    put, moved = Shelf.put, iter(range(10))

    def put_or_die(self: Shelf, *given: Any) -> Path:
        if next(moved) == n_moved:
            raise Killed
        return put(self, *given)

    for number in (1, 2, 3):
        room.lay(f"{number}.csv", HEADER + row(number))
    monkeypatch.setattr(Shelf, "put", put_or_die)
    with pytest.raises(Killed):
        list(room.pulled())
    monkeypatch.setattr(Shelf, "put", put)
    reports, error = room.pull()
    assert error is None
    assert "was already loaded" in (reports[0].message or "")
    assert room.tickets() == ["1", "2", "3"]
    assert room.at_work.all("SELECT sum(n_new), sum(n_changed) FROM load_run") == [(3, 0)]
    assert room.names("done") == [f"{TODAY}/{number}.csv" for number in (1, 2, 3)]


def test_a_file_that_cannot_be_moved_is_told_and_loaded_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.csv", HEADER + row(2))

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    reports, error = room.pull()
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)] * 2
    assert "a.csv: it is loaded, but could not be moved (No space left on device" in str(error)
    assert room.names("done") == []
    monkeypatch.undo()
    assert room.pull()[1] is None
    assert room.names("done") == [f"{TODAY}/a.csv", f"{TODAY}/b.csv"]
    assert room.at_work.all("SELECT sum(n_new) FROM load_run") == [2]


def test_an_archive_on_another_disk_gets_the_whole_file(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def across(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(18, "Invalid cross-device link", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", across)
    room.lay("a.csv", HEADER + row(1))
    assert room.pull()[1] is None
    assert room.names("done") == [f"{TODAY}/a.csv"]
    assert (room.place / "done" / TODAY / "a.csv").read_text() == HEADER + row(1)
    assert room.names("inbox") == []


def test_a_read_only_folder_is_told_before_anything_is_loaded(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.lay("a.csv", HEADER + row(1))
    access = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place) != room.inbox and access(place, mode))
    _, error = room.pull()
    assert isinstance(error, SourceError)
    assert f"{room.inbox}: read-only for this program, so files cannot be moved" in str(error)
    assert room.tickets() == []


def test_an_archive_that_cannot_be_made_is_told(room: Room) -> None:
    (room.place / "done").write_text("a file")
    _, error = room.pull()
    assert f"{room.place / 'done'}: cannot be made (File exists)" in str(error)


def test_an_inbox_that_is_not_there_is_told(room: Room) -> None:
    room.inbox.rmdir()
    _, error = room.pull()
    assert "inbox: no such folder" in str(error)


@pytest.mark.parametrize(("order", "winner"), [("name", "b"), ("date", "a")])
def test_files_are_loaded_by_name_or_by_date(room: Room, order: str, winner: str) -> None:
    room.order = order
    room.at_work = desk(
        "version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id, created_at: created, team: team}}]"
    )
    for name, age_s in (("a", 60), ("b", 3600)):
        room.lay(f"{name}.csv", f"id,created,team\n1,2026-01-02,{name}\n", age_s)
    assert room.pull()[1] is None
    assert room.at_work.all("SELECT team FROM ticket") == [winner]


def test_another_mapping_moves_no_file(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.pull()
    room.at_work.mapping = desk("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id}}]").mapping
    room.lay("b.csv", HEADER + row(2))
    _, error = room.pull()
    assert "was loaded under another mapping" in str(error)
    assert room.names("inbox") == ["b.csv"]


def test_an_archive_is_loaded_anew_under_another_mapping(room: Room) -> None:
    for number in (1, 2):
        room.lay(f"{number}.csv", HEADER + row(number))
        room.pull(NOW + timedelta(days=number))
    room.at_work.mapping = desk("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id}}]").mapping
    room.at_work.origin = Origin(replace=True)
    days = sorted((room.place / "done").iterdir())
    assert [fates(report) for report in room.at_work.pull("file", days)] == [(1, 0, 0, 0)] * 2
    room.at_work.origin = Origin()
    room.lay("3.csv", HEADER + row(3))
    assert room.pull()[1] is None
    assert room.tickets() == ["1", "2", "3"]


def test_an_empty_file_of_the_archive_only_held_a_name(room: Room) -> None:
    (room.place / "done" / TODAY).mkdir(parents=True)
    (room.place / "done" / TODAY / "a.csv").touch()
    room.lay("a.csv", HEADER + row(1))
    room.pull()
    assert room.names("done") == [f"{TODAY}/a.csv"]


def test_a_drop_folder_holds_the_contract(room: Room) -> None:
    def make() -> DropFolder:
        for number in (1, 2, 3, 4):
            room.lay(f"{number}.csv", f"id,created\n{number},2026-03-01T10:00:00Z\n", age_s=200 * 86_400)
        return open_drop_folder("desk", room.inbox, CONTRACT, Drop(room.place / "done", room.place / "bad"))

    check_source(make, CONTRACT)


def test_a_pull_broken_off_after_one_file_goes_on_with_the_next(room: Room) -> None:
    for number in (1, 2, 3):
        room.lay(f"{number}.csv", HEADER + row(number))
    assert len(list(islice(room.pulled(), 1))) == 1
    assert room.names("inbox") == ["2.csv", "3.csv"]
    room.pull()
    assert room.tickets() == ["1", "2", "3"]


TWO_TABLES = """
version: 1
tables:
  - name: tickets
    file: {pattern: "*tickets.csv"}
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: events
    file: {pattern: "*events.csv"}
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, to: {column: to, values: {done: resolved}}, at: moment, id: id}]
"""
FILES = {
    "tickets.csv": "id,created\n1,2026-01-01\n2,2026-01-01\n",
    "events.csv": "id,ticket,to,moment\n1,1,done,2026-01-02 00:00:00\n2,1,lost,2026-01-02 00:00:00\n",
}


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_files_of_several_tables_come_in_any_order(room: Room, order: tuple[str, str]) -> None:
    room.at_work = desk(TWO_TABLES)
    for first, (name, content) in zip(order, FILES.items(), strict=True):
        room.lay(f"{first}-{name}", content)
    reports, error = room.pull()
    assert error is None
    assert sorted(map(fates, reports)) == [(1, 0, 0, 1), (2, 0, 0, 0)]
    assert room.tickets() == ["1", "2"]
    assert room.at_work.all("SELECT count(*) FROM ticket_event SEMI JOIN ticket USING (ticket_key)") == [1]
    assert len(room.at_work.touched) == 1
    assert len(room.names("done")) == 2


def test_a_file_of_several_tables_is_one_load_and_one_move(room: Room) -> None:
    room.at_work = desk(TWO_TABLES.replace("*tickets.csv", "*.csv").replace("*events.csv", "*.csv"))
    room.lay("all.csv", "id,created,ticket,to,moment\n1,2026-01-01,1,done,2026-01-02 00:00:00\n")
    (report,), error = room.pull()
    assert (error, report.n_read) == (None, 2)
    assert room.names("done") == [f"{TODAY}/all.csv"]


def test_files_moved_away_while_the_folder_is_read_are_told(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.csv", HEADER + row(2))
    deliveries = room.source().read(None, NOW)
    assert next(deliveries).error is None
    (room.inbox / "b.csv").unlink()
    gone = next(deliveries).error
    assert isinstance(gone, SourceError) and not gone.permanent
    assert "b.csv: cannot be read (No such file or directory)" in str(gone)
