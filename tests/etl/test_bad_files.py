"""Several files of which some cannot be loaded: the others load, and the report says which did not."""

from datetime import UTC
from pathlib import Path

import pytest

from etl.account import losses, reject_lines, rejects, told
from etl.check import check
from etl.model import LoadRefused, LoadReport, MappingError, Origin, SourceError
from etl.pull.run import Intake, pull
from etl.sources import open_source
from tests.etl.loading import NOW, Desk, desk, fates

HEADER = "id,created,prio,resolved\n"
GOOD = "{},2026-01-02 08:00:00,1,\n"


def folder(tmp_path: Path, **files: str | bytes) -> Path:
    for name, text in files.items():
        path = tmp_path / name.replace("_", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def reports(at_work: Desk, place: Path) -> tuple[list[LoadReport], Exception | None]:
    source = open_source("desk", "file", [place], at_work.mapping)
    found: list[LoadReport] = []
    try:
        for report in pull(
            at_work.con, Intake("desk", source, at_work.mapping, at_work.origin), at_work.refresh, NOW
        ):
            found.append(report)
    except (SourceError, MappingError, LoadRefused) as error:
        return found, error
    return found, None


BAD = {
    "damaged": {"b_parquet": b"PAR1 no more"},
    "another header": {"b_csv": "nr,when\n1,2\n"},
    "refused rows": {"b_csv": HEADER + ",,,\n" * 30},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_file_does_not_keep_the_others(tmp_path: Path, bad: dict[str, str | bytes]) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1), c_csv=HEADER + GOOD.format(2), **bad)
    at_work = desk()
    found, error = reports(at_work, tmp_path)
    assert [fates(report) for report in found] == [(1, 0, 0, 0)] * 2
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["1", "2"]
    assert "1 of 3 files was not loaded, the rest was; mend what is named and load again:\n" in str(error)
    assert next(iter(bad)).replace("_", ".") in str(error)
    assert sorted({key for touched in at_work.touched for key in touched}) == ["1", "2"]


def test_facts_and_watermark_do_not_wait_for_a_bad_last_file(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1), b_csv="nr\n1\n")
    at_work = desk()
    reports(at_work, tmp_path)
    assert at_work.touched == [("1",)]
    assert at_work.watermarks[-1] is not None
    assert at_work.all("SELECT count(*) FROM deferred_mark") == [0]


def test_a_bad_file_stands_among_the_rejects_with_the_reason(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1), b_parquet=b"PAR1 no more")
    at_work = desk()
    for _ in range(3):
        reports(at_work, tmp_path)
    (row,) = rejects(at_work.con, 10)
    assert (row["rule"], row["value"]) == ("bad_file", "b.parquet")
    assert "not a whole Parquet file" in row["hint"]
    assert "b.parquet" in next(reject_lines([row]))


def test_a_rejected_row_is_listed_with_the_file_it_came_in(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1), b_csv=HEADER + GOOD.format(2) + "3,never,1,\n")
    at_work = desk()
    reports(at_work, tmp_path)
    (line, _) = reject_lines(rejects(at_work.con, 10))
    assert "unparsed_cell: b.csv: tickets row 2: ticket.created_at = 'never'" in line


def test_a_bad_file_is_tried_again_and_settled_once_it_is_whole(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1), b_csv="nr\n1\n")
    at_work = desk()
    reports(at_work, tmp_path)
    again, error = reports(at_work, tmp_path)
    assert again == []
    assert "b.csv" in str(error)
    folder(tmp_path, b_csv=HEADER + GOOD.format(2))
    found, error = reports(at_work, tmp_path)
    assert error is None
    assert [fates(report) for report in found] == [(1, 0, 0, 0)]
    assert at_work.all("SELECT count(*) FROM reject WHERE resolved_at IS NULL") == [0]


def test_a_replacing_import_replaces_with_the_first_good_file(tmp_path: Path) -> None:
    folder(tmp_path, c_csv=HEADER + GOOD.format(9))
    at_work = desk()
    reports(at_work, tmp_path)
    folder(tmp_path, a_csv="nr\n1\n", b_csv=HEADER + GOOD.format(1), c_csv=HEADER + GOOD.format(2))
    at_work.origin = Origin(replace=True)
    _, error = reports(at_work, tmp_path)
    assert "a.csv" in str(error)
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["1", "2"]


def test_several_bad_files_are_told_together(tmp_path: Path) -> None:
    folder(tmp_path, a_csv="nr\n1\n", b_csv=HEADER + GOOD.format(1), c_parquet=b"PAR1")
    _, error = reports(desk(), tmp_path)
    assert isinstance(error, SourceError)
    assert "2 of 3 files were not loaded" in str(error)
    assert len(str(error).splitlines()) == 3


def test_a_changed_mapping_is_told_once_and_not_of_every_file(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + GOOD.format(1))
    at_work = desk()
    reports(at_work, tmp_path)
    at_work.mapping = desk("version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id}}]").mapping
    folder(tmp_path, b_csv=HEADER + GOOD.format(2), c_csv=HEADER + GOOD.format(3))
    _, error = reports(at_work, tmp_path)
    assert "was loaded under another mapping" in str(error)
    assert at_work.all("SELECT count(*) FROM reject") == [0]


def test_the_losses_of_a_refused_file_are_its_own(tmp_path: Path) -> None:
    folder(tmp_path, a_csv=HEADER + ",,,\n" * 30, b_csv=HEADER + "1,never,1,\n" + GOOD.format(2))
    at_work = desk()
    source = open_source("desk", "file", [tmp_path], at_work.mapping)
    intake = Intake("desk", source, at_work.mapping, at_work.origin)
    lines: list[str] = []
    with pytest.raises(LoadRefused) as caught:
        lines.extend(told(at_work.con, pull(at_work.con, intake, at_work.refresh, NOW), UTC))
    assert any("30 rows" in line for line in losses(at_work.con, caught.value.report))


def test_a_trial_shows_the_good_files_and_ends_with_the_bad(tmp_path: Path) -> None:
    folder(tmp_path, a_csv="nr\n1\n", b_csv=HEADER + GOOD.format(1))
    at_work = desk()
    source = open_source("trial", "file", [tmp_path], at_work.mapping)
    lines: list[str] = []
    with pytest.raises(SourceError, match=r"(?s)1 of 2 files was not loaded.*a\.csv"):
        lines.extend(check(at_work.con, Intake("trial", source, at_work.mapping, Origin()), NOW))
    assert "1 rows read: 1 would load, 0 would not" in lines
