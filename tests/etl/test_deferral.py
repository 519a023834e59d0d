"""Deliveries that follow each other at once: one refresh for all of them, and nothing forgotten in between."""

from pathlib import Path

import pytest

from etl.load import load
from etl.load.deferral import is_pending, settle
from etl.model import Batch, Delivery, SourceError
from etl.sources.text_rows import TextRows
from tests.etl.loading import COLUMNS, NOW, Desk, desk

EARLY = ("7", "2026-01-01 08:00:00", "1", "2026-01-02 08:00:00")
LATE = ("8", "2026-01-05 08:00:00", "1", None)
HEADER = "id,created,prio,resolved\n"


def write(folder: Path, *rows: tuple[str | None, ...]) -> list[Path]:
    """Write one file per row."""
    files = [folder / f"tickets-{number}.csv" for number in range(len(rows))]
    for file, row in zip(files, rows, strict=True):
        file.write_text(HEADER + ",".join(cell or "" for cell in row) + "\n", encoding="utf-8")
    return files


def test_facts_follow_once_with_the_last_delivery(tmp_path: Path) -> None:
    at_work = desk()
    at_work.pull("file", write(tmp_path, EARLY, LATE))
    assert at_work.touched == [("7", "8")]


def test_the_watermark_waits_for_the_facts() -> None:
    at_work = desk()
    at_work.load([EARLY], more=True)
    assert at_work.all("SELECT watermark FROM source") == [None]
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["7"]


def test_an_earlier_file_may_reach_further_than_the_last(tmp_path: Path) -> None:
    at_work = desk()
    at_work.pull("file", write(tmp_path, LATE, EARLY))
    assert [str(mark)[:10] for mark in at_work.watermarks] == ["2026-01-05"]


def test_a_pull_that_died_in_between_is_made_good_by_the_next(tmp_path: Path) -> None:
    at_work = desk()
    files = write(tmp_path, EARLY)
    at_work.load([LATE], more=True)
    assert at_work.touched == []
    at_work.pull("file", files)
    assert at_work.touched == [("7", "8")]


def test_even_a_pull_with_nothing_new_makes_it_good(tmp_path: Path) -> None:
    at_work = desk()
    files = write(tmp_path, EARLY)
    at_work.pull("file", files)
    at_work.load([LATE], more=True)
    at_work.pull("file", files)
    assert at_work.touched == [("7",), ("8",)]


def test_what_came_before_a_broken_source_gets_its_facts(tmp_path: Path) -> None:
    at_work = desk()
    files = write(tmp_path, EARLY)
    with pytest.raises(SourceError):
        broken(at_work, [*files, tmp_path / "missing.csv"])
    at_work.pull("file", files)
    assert at_work.touched == [("7",)]


def broken(at_work: Desk, files: list[Path]) -> None:
    """Pull files of which one is missing."""
    at_work.pull("file", files)


def _load_as(at_work: Desk, source_id: str, row: tuple[str | None, ...], more: bool = False) -> None:
    rows = [Batch("tickets", TextRows.of(COLUMNS, [row]))]
    load(at_work.con, Delivery(source_id, rows, more=more), at_work.mapping, at_work.refresh, NOW, at_work.origin)


def test_a_source_that_is_still_being_pulled_is_left_alone_by_loads_of_others() -> None:
    at_work = desk()
    at_work.load([EARLY], more=True)
    _load_as(at_work, "phone", LATE)
    assert at_work.touched == [("8",)]
    assert at_work.all("SELECT source_id, watermark IS NULL FROM source ORDER BY 1") == [
        ("desk", True),
        ("phone", False),
    ]
    at_work.load([("9", *LATE[1:])])
    assert at_work.touched == [("8",), ("7", "9")] and not is_pending(at_work.con)


def test_two_pulls_side_by_side_each_keep_what_is_theirs() -> None:
    at_work = desk()
    _load_as(at_work, "desk", EARLY, more=True)
    _load_as(at_work, "phone", LATE, more=True)
    assert is_pending(at_work.con, "desk") and is_pending(at_work.con, "phone")
    _load_as(at_work, "phone", ("9", *LATE[1:]))
    assert at_work.touched == [("8", "9")]
    assert is_pending(at_work.con, "desk") and not is_pending(at_work.con, "phone")


def test_a_start_makes_good_what_killed_pulls_left() -> None:
    at_work = desk()
    _load_as(at_work, "desk", EARLY, more=True)
    _load_as(at_work, "phone", LATE, more=True)
    assert settle(at_work.con, at_work.refresh)
    assert at_work.touched == [("7", "8")] and not is_pending(at_work.con)
    assert [str(mark)[:10] for mark in at_work.watermarks] == ["2026-01-05"]
    assert not settle(at_work.con, at_work.refresh)
