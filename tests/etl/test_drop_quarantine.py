"""A drop folder: what cannot be loaded goes to the quarantine with the reason, and the others go on."""

import os
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from dashboard.sources.terminal import remarked, said
from data.tongue import Voice
from etl.account import rejects
from etl.drift import drift_lines
from etl.model import LoadReport
from etl.pull.run import FAULTS, Intake, pull
from etl.sources import open_drop_folder
from etl.sources.drop_folder import Drop
from tests.etl.drop_room import HEADER, TODAY, Room, row
from tests.etl.loading import NOW, fates


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def _workbook_cut_short(room: Room) -> bytes:
    book = xlsxwriter.Workbook(str(room.place / "whole.xlsx"))
    book.add_worksheet().write_row(0, 0, ["id", "created", "prio", "resolved"])
    book.close()
    return (room.place / "whole.xlsx").read_bytes()[:2000]


BAD = {
    "m.csv": ("编号,创建\n".encode("gb18030") + "一,二\n".encode("gb18030") * 9, "not UTF-8; say which encoding"),
    "n.csv": (b"nr,when\n1,2\n", "column 'id' is gone"),
    "o.csv": (b"", "empty, without even a header"),
    "p.parquet": (b"PAR1 no more", "not a whole Parquet file"),
    "q.csv": ((HEADER + ",,,\n" * 30).encode(), "refused: 30 of 30 rows are bad"),
    "r.json": (b'[{"id": 1},\n {"id":', "not a whole JSON array"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_goes_to_the_quarantine_and_the_others_on(room: Room, name: str) -> None:
    content, why = BAD[name]
    room.lay("a.csv", HEADER + row(1))
    room.lay(name, content)
    room.lay("z.csv", HEADER + row(2))
    reports, error = room.pull()
    assert [fates(report) for report in reports] == [(1, 0, 0, 0)] * 2
    assert "1 of 3 files was not loaded" in str(error)
    assert room.names("bad") == [f"{TODAY}/{name}", f"{TODAY}/{name}.reason.txt"]
    assert (room.place / "bad" / TODAY / name).read_bytes() == content
    reason = (room.place / "bad" / TODAY / f"{name}.reason.txt").read_text()
    assert why in reason
    assert f"file:     {name}\nsource:   desk\n" in reason
    assert room.names("inbox") == []
    assert [entry["value"] for entry in rejects(room.at_work.con, 100, rule="bad_file")] in ([name], [])


def test_a_sheet_cut_short_goes_to_the_quarantine(room: Room) -> None:
    room.lay("cut.xlsx", _workbook_cut_short(room))
    _, error = room.pull()
    assert "not a whole spreadsheet" in str(error)
    assert room.names("bad") == [f"{TODAY}/cut.xlsx", f"{TODAY}/cut.xlsx.reason.txt"]


def test_the_reason_of_a_refused_file_names_row_field_and_value(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1) + "".join(row(number, "never") for number in range(2, 40)))
    room.lay("b.csv", HEADER + ",2026-01-02 08:00:00,1,\n" * 30)
    room.pull()
    reason = (room.place / "bad" / TODAY / "b.csv.reason.txt").read_text()
    assert "tickets, 30 rows (1, 2, 3, 4, 5 ...)" in reason
    assert "column 'id' (ticket.id)" in reason
    assert f"put it back into\n  {room.inbox}\n" in reason


def test_the_reason_tells_the_columns_that_the_file_has(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.csv", "nr,when\n1,2\n")
    room.pull()
    reason = (room.place / "bad" / TODAY / "b.csv.reason.txt").read_text()
    assert "column 'id' is gone" in reason
    assert "\ncolumns:  nr, when\n" in reason


def test_the_reason_is_told_in_both_languages(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = Voice()
    voice.learn(said, remarked)
    monkeypatch.setattr("etl.sources.drop_folder.VOICE", voice)
    room.lay("b.csv", HEADER + ",2026-01-02 08:00:00,1,\n" * 30)
    room.pull()
    reason = (room.place / "bad" / TODAY / "b.csv.reason.txt").read_text()
    english, chinese = reason.split("\n\n文件：")
    assert "why nothing of it was loaded:\n  refused: 30 of 30 rows are bad" in english
    assert chinese.startswith("　　b.csv\n数据源：　desk\n移入时间：")
    assert "\n为何没有导入任何内容：\n  整批被拒：30 行中有 30 行有误" in chinese
    assert "  tickets，30 行（1, 2, 3, 4, 5 ……）：列 'id'（ticket.id）为空；每一行都必须有 ticket.id\n" in chinese
    assert reason.endswith(f"如何处理：修正文件（文件无误则修正映射），然后放回\n  {room.inbox}\n")


def test_a_file_with_other_columns_stops_nothing(room: Room) -> None:
    room.lay("a.csv", HEADER + row(1))
    room.lay("b.csv", "nr,when\n1,2\n")
    room.pull()
    assert any("STOPPED" in line for line in drift_lines(room.at_work.con))
    room.lay("c.csv", HEADER + row(2))
    assert room.pull()[1] is None
    assert room.tickets() == ["1", "2"]
    assert drift_lines(room.at_work.con) == []


def test_a_mended_file_put_back_is_loaded_and_settles_what_was_held_against_it(room: Room) -> None:
    room.lay("a.csv", "nr\n1\n")
    room.pull()
    room.lay("a.csv", HEADER + row(1))
    reports, error = room.pull()
    assert (error, [fates(report) for report in reports]) == (None, [(1, 0, 0, 0)])
    assert room.at_work.all("SELECT count(*) FROM reject WHERE resolved_at IS NULL") == [0]


def test_without_an_archive_loaded_files_stay_and_are_not_read_again(room: Room) -> None:
    def pulled() -> list[LoadReport]:
        source = open_drop_folder("desk", room.inbox, room.at_work.mapping, Drop(quarantine=room.place / "bad"))
        intake = Intake("desk", source, room.at_work.mapping, room.at_work.origin)
        return list(pull(room.at_work.con, intake, room.at_work.refresh, NOW))

    room.lay("a.csv", HEADER + row(1))
    assert [fates(report) for report in pulled()] == [(1, 0, 0, 0)]
    (report,) = pulled()
    assert "already loaded: a.csv" in (report.message or "")
    room.lay("b.csv", "nr\n1\n")
    with pytest.raises(FAULTS):
        pulled()
    assert room.names("inbox") == ["a.csv"]
    assert room.names("bad") == [f"{TODAY}/b.csv", f"{TODAY}/b.csv.reason.txt"]


def test_a_second_empty_file_is_set_aside_beside_the_first(room: Room) -> None:
    for _ in range(2):
        room.lay("a.csv", "")
        room.pull()
    names = (f"{TODAY}/a-2.csv", f"{TODAY}/a-2.csv.reason.txt", f"{TODAY}/a.csv", f"{TODAY}/a.csv.reason.txt")
    assert room.names("bad") == list(names)


def test_a_name_that_is_no_utf8_costs_its_file_alone(room: Room) -> None:
    room.lay(os.fsdecode("工单.csv".encode("gbk")), HEADER + row(1))
    room.lay("b.csv", HEADER + row(2))
    reports, error = room.pull()
    assert [report.n_new for report in reports] == [1]
    assert "工单.csv: the name of the file is not written in UTF-8" in str(error)
    assert not list(room.inbox.iterdir())
    (reason,) = (room.place / "bad").rglob("*.reason.txt")
    assert "file:     工单.csv" in reason.read_text("utf-8")


def test_a_name_that_is_no_utf8_is_told_where_it_is_left_alone(room: Room) -> None:
    room.lay(os.fsdecode("说明.doc".encode("gbk")), "x")
    room.lay(os.fsdecode(b"\xff\xfe.doc"), "x")
    ((report,), error) = room.pull()
    assert error is None and "说明.doc" in (report.message or "") and "\\xff" in (report.message or "")
