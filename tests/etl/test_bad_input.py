"""Bad input through source, normalize and load: nothing crashes, nothing is lost, nothing is guessed in silence."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.model import Batch, MappingError, Reject, Rows, SourceError
from etl.sources.file import Content, SteadyRows
from etl.sources.text_rows import TextRows
from tests.etl.loading import COLUMNS, Desk, desk, fates

HEADER = "id,created,prio,resolved\n"
GOOD = "7,2026-01-01 08:00:00,1,2026-01-02 08:00:00\n"
SLASHED = """
version: 1
tables:
  - name: tickets
    rows: ticket
    date_format: "%m/%d/%Y %H:%M"
    ticket: {id: id, created_at: created}
"""
STATUSES = """
version: 1
tables:
  - name: log
    rows: event
    ticket: {id: id}
    events:
      - {kind: status, to: {column: prio, values: {open: open, done: resolved}}, at: created}
"""


def _import(tmp_path: Path, text: str | bytes, at_work: Desk | None = None) -> tuple[Desk, tuple[int, int, int, int]]:
    at_work = at_work or desk()
    return at_work, fates(at_work.import_text(tmp_path / "tickets.csv", text))


def test_an_empty_file_loads_nothing_and_says_so(tmp_path: Path) -> None:
    report = desk().import_text(tmp_path / "tickets.csv", "")
    assert report.n_read == 0
    assert report.message == "tickets.csv: empty, without even a header"


def test_a_header_alone_loads_nothing(tmp_path: Path) -> None:
    at_work, counts = _import(tmp_path, HEADER)
    assert counts == (0, 0, 0, 0)
    assert at_work.all("SELECT state, n_read FROM load_run") == [("done", 0)]


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path: Path) -> None:
    at_work, counts = _import(tmp_path, b"\xef\xbb\xbf" + (HEADER + GOOD).encode())
    assert counts == (1, 0, 0, 0)
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["7"]


def test_lines_may_end_in_crlf(tmp_path: Path) -> None:
    at_work, counts = _import(tmp_path, (HEADER + GOOD).replace("\n", "\r\n"))
    assert counts == (1, 0, 0, 0)
    assert at_work.all("SELECT occurred_at FROM ticket_event") == [datetime(2026, 1, 2, 8, tzinfo=UTC)]


def test_lines_may_end_in_either_way_in_one_file(tmp_path: Path) -> None:
    assert _import(tmp_path, HEADER.replace("\n", "\r\n") + GOOD + "8,2026-01-01,2,\r\n")[1] == (2, 0, 0, 0)


def test_a_quoted_line_break_stays_inside_its_value(tmp_path: Path) -> None:
    at_work, counts = _import(tmp_path, HEADER + '"7\nb",2026-01-01,1,\n')
    assert counts == (1, 0, 0, 0)
    assert at_work.all("SELECT src_ticket_id FROM ticket")[0].split() == ["7", "b"]


def test_the_second_of_two_equal_headers_can_be_mapped(tmp_path: Path) -> None:
    twice = "version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, category: 'kind#2'}}\n"
    at_work, _ = _import(tmp_path, "id,kind,kind\n7,first,second\n", desk(twice))
    assert at_work.all("SELECT category FROM ticket") == ["second"]


def test_an_empty_header_does_not_stop_the_import(tmp_path: Path) -> None:
    assert _import(tmp_path, "id,,created,prio,resolved,\n7,x,2026-01-01,1,,y\n")[1] == (1, 0, 0, 0)


def test_a_wrong_delimiter_is_told_with_the_one_that_would_do(tmp_path: Path) -> None:
    declared = desk(STATUSES.replace("rows: event", 'rows: event\n    file: {delimiter: ","}'))
    with pytest.raises(MappingError, match="gives one column, ';' gives 4"):
        declared.import_text(tmp_path / "a.csv", (HEADER + GOOD * 3).replace(",", ";"))


def test_an_undeclared_delimiter_is_found(tmp_path: Path) -> None:
    assert _import(tmp_path, (HEADER + GOOD).replace(",", ";"))[1] == (1, 0, 0, 0)


@pytest.mark.parametrize("bad", ["5000,2026-01-01", '5000,"open quote,1,', '5000,2026-01-01,1,,"x" y,z'])
def test_one_malformed_row_of_many_costs_one_row(tmp_path: Path, bad: str) -> None:
    lines = [f"{number},2026-01-01 08:00:00,1," for number in range(100_000)]
    lines[5000] = bad
    at_work, counts = _import(tmp_path, HEADER + "\n".join(lines) + "\n")
    assert counts == (99_999, 0, 0, 1)
    rule, payload, hint = at_work.all("SELECT rule, payload->>'$.raw', hint FROM reject")[0]
    assert (rule, payload) == ("malformed", bad)
    assert hint


def test_a_malformed_row_is_told_by_its_line(tmp_path: Path) -> None:
    at_work, _ = _import(tmp_path, HEADER + GOOD + "8,2026-01-01\n" + GOOD)
    assert at_work.all("SELECT payload->>'$.line' FROM reject") == ["3"]
    (hint,) = at_work.all("SELECT hint FROM reject")
    assert hint.startswith("line 3: ") and "add the missing fields" in hint


def test_bytes_that_are_no_utf8_cost_their_row(tmp_path: Path) -> None:
    lines = HEADER.encode() + GOOD.encode() * 4 + b"8\xff,2026-01-01,1,\n"
    at_work, counts = _import(tmp_path, lines)
    assert counts[3] == 1
    assert "\\xff" in at_work.all("SELECT payload->>'$.raw' FROM reject")[0]


def test_a_chinese_encoding_has_to_be_declared(tmp_path: Path) -> None:
    text = "id,created,prio,resolved\n工单一,2026-01-01,1,\n工单二,2026-01-01,1,\n"
    with pytest.raises(MappingError, match="encoding: gb18030"):
        _import(tmp_path, text.encode("gb18030"))


@pytest.mark.parametrize("beginning", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_workbook_called_csv_is_told_as_one(tmp_path: Path, beginning: bytes) -> None:
    with pytest.raises(MappingError, match=r"this is a workbook, no CSV; say `file: \{format: xlsx\}`"):
        _import(tmp_path, beginning + bytes(range(256)) * 4)


def test_a_declared_encoding_is_read(tmp_path: Path) -> None:
    mapping = "version: 1\ntables:\n  - {name: t, file: {encoding: gbk}, rows: ticket, ticket: {id: 编号}}\n"
    at_work, _ = _import(tmp_path, "编号,x\n退款一,1\n".encode("gbk"), desk(mapping))
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["退款一"]


def test_mixed_date_formats_are_refused_with_examples(tmp_path: Path) -> None:
    rows = "".join(f"{number},{day},1,\n" for number, day in enumerate(["31/01/2026 08:00", "01/31/2026 08:00"] * 20))
    with pytest.raises(MappingError, match="31/01/2026"):
        _import(tmp_path, HEADER + rows)


def test_month_first_on_day_first_data_is_refused(tmp_path: Path) -> None:
    days = "".join(f"{day},{day:02d}/02/2026 08:00\n" for day in range(1, 29))
    with pytest.raises(MappingError, match=r"created.*date"):
        _import(tmp_path, "id,created\n" + days, desk(SLASHED))


def test_a_resolution_before_creation_loads_as_it_is(tmp_path: Path) -> None:
    at_work, counts = _import(tmp_path, HEADER + "7,2026-01-02 08:00:00,1,2026-01-01 08:00:00\n")
    assert counts == (1, 0, 0, 0)
    assert at_work.all("SELECT occurred_at < created_at FROM ticket JOIN ticket_event USING (ticket_key)") == [True]


def test_absurd_instants_are_kept_or_counted_but_never_lost(tmp_path: Path) -> None:
    rows = "".join(f"{number},2026-01-01 08:00:00,1,\n" for number in range(40))
    rows += "98,9999-12-31 23:59:59,1,\n99,infinity,1,\n"
    at_work, counts = _import(tmp_path, HEADER + rows)
    assert sum(counts) == 42
    told = at_work.all("SELECT count(*) FROM ticket WHERE created_at IS NOT NULL AND isinf(created_at)")
    assert told == [0]


def test_an_unknown_status_goes_to_the_ledger_with_its_value(tmp_path: Path) -> None:
    rows = "7,2026-01-01 08:00:00,open,\n7,2026-01-02 08:00:00,lost,\n"
    at_work, counts = _import(tmp_path, HEADER + rows, desk(STATUSES))
    assert counts == (1, 0, 0, 1)
    assert at_work.all("SELECT rule, value FROM reject") == [("unknown_status", "lost")]


def test_nul_and_emoji_survive(tmp_path: Path) -> None:
    mapping = "version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, category: topic}}\n"
    at_work, _ = _import(tmp_path, "id,topic\n7,a\0b👩\u200d🚒𠮷\n", desk(mapping))
    (topic,) = at_work.all("SELECT category FROM ticket")
    assert "👩\u200d🚒𠮷" in topic


def test_three_hundred_columns_are_no_matter(tmp_path: Path) -> None:
    extra = ",".join(f"x{number}" for number in range(300))
    values = ",".join("1" for _ in range(300))
    assert _import(tmp_path, f"{extra},{HEADER}{values},{GOOD}")[1] == (1, 0, 0, 0)


def test_a_cell_of_sixteen_megabytes_is_read(tmp_path: Path) -> None:
    mapping = "version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id}, custom: {words: words}}\n"
    text = "id,words\n7," + "x" * 1_000_000 + "\n8," + "y" * 16_000_000 + "\n9,z\n"
    at_work, counts = _import(tmp_path, text, desk(mapping))
    assert counts == (3, 0, 0, 0)
    assert at_work.all("SELECT max(length(custom->>'words')) >= 16000000 FROM ticket") == [True]


def test_a_half_written_parquet_file_is_refused_whole(tmp_path: Path) -> None:
    pq.write_table(pa.table({name: ["7"] * 1000 for name in COLUMNS}), tmp_path / "whole.parquet")
    content = (tmp_path / "whole.parquet").read_bytes()
    at_work = desk()
    with pytest.raises(SourceError, match="not a whole Parquet file"):
        at_work.import_text(tmp_path / "half.parquet", content[: len(content) // 2])
    assert at_work.all("SELECT count(*) FROM ticket") == [0]
    assert at_work.all("SELECT state FROM load_run") == ["failed"]


def test_the_same_file_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    at_work, _ = _import(tmp_path, HEADER + GOOD)
    again = at_work.pull("file", [tmp_path / "tickets.csv"])
    assert "already loaded" in (again[0].message or "")
    assert at_work.all("SELECT count(*) FROM load_run") == [1]


def test_what_is_already_loaded_is_of_the_files_that_were_asked_for(tmp_path: Path) -> None:
    at_work, loaded, empty = desk(), tmp_path / "a.csv", tmp_path / "none"
    empty.mkdir()
    (tmp_path / "b.csv").write_text("id,created,prio,resolved\n8,2026-01-01,low,\n")
    loaded.write_text("id,created,prio,resolved\n7,2026-01-01,low,\n")
    at_work.pull("file", [loaded, tmp_path / "b.csv"])
    messages = [at_work.pull("file", [path])[0].message for path in (loaded, empty)]
    assert messages == ["already loaded: a.csv; nothing changed", f"no file in {empty} fits *"]


def test_the_same_content_under_another_name_changes_nothing(tmp_path: Path) -> None:
    at_work, _ = _import(tmp_path, HEADER + GOOD)
    report = at_work.import_text(tmp_path / "copy.csv", HEADER + GOOD)
    assert "already loaded in run 1 (tickets.csv)" in (report.message or "")


class _Meddled:
    """Rows of a file that somebody changes while they are read."""

    columns = COLUMNS

    def __init__(self, path: Path, content: str) -> None:
        self._path = path
        self._content = content

    def stage(self, con: object, table: str) -> int:
        self._path.write_text(self._content)
        return TextRows.of(COLUMNS, [("7", "2026-01-01", "1", None)]).stage(con, table)  # type: ignore[arg-type]

    def malformed(self) -> tuple[Reject, ...]:
        return ()


@pytest.mark.parametrize("content", [HEADER + GOOD + GOOD, HEADER + GOOD.replace("7", "9")])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + GOOD)
    rows: Rows = SteadyRows(path, Content.of(path), _Meddled(path, content))
    at_work = desk()
    with pytest.raises(SourceError, match="changed while it was read"):
        at_work.load_all([Batch("tickets", rows)])
    assert at_work.all("SELECT count(*) FROM ticket") == [0]


def test_a_file_that_grew_is_loaded_again_for_what_is_new(tmp_path: Path) -> None:
    at_work, _ = _import(tmp_path, HEADER + GOOD)
    grown = HEADER + GOOD + "8,2026-01-03 08:00:00,2,\n"
    assert _import(tmp_path, grown, at_work)[1] == (1, 0, 1, 0)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.csv: no such file"):
        desk().pull("file", [tmp_path / "nothing.csv"])


def test_a_missing_column_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="resolved"):
        _import(tmp_path, "id,created,prio\n7,2026-01-01,1\n")


def test_the_account_counts_the_defects_that_stand_in_the_ledger(tmp_path: Path) -> None:
    other = GOOD.replace("2026-01-01", "2026-01-02", 1)
    twice, alike = GOOD + other, GOOD.replace("7", "8", 1) * 2
    at_work = desk()
    report = at_work.import_text(tmp_path / "tickets.csv", HEADER + twice + alike)
    assert report.defects_by_rule == dict(at_work.all("SELECT rule, count(*) FROM defect GROUP BY rule"))
    assert report.defects_by_rule == {"duplicate_id": 1}
    again = at_work.import_text(tmp_path / "again.csv", HEADER + twice + alike)
    assert again.defects_by_rule == {}
