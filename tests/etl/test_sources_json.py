"""JSON files: where the rows are, and objects inside of them."""

from pathlib import Path

import duckdb
import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError, Rows, SourceError
from etl.sources.file import FileTable, open_rows
from tests.engine import fresh
from tests.etl.loading import desk, fates

NESTED = (
    '{"id": 1, "requester": {"name": "Ann", "id": 5, "org": {"tier": "gold"}}, "tags": ["a", "b"]}\n'
    '{"id": 2, "requester": {"id": 6, "e-mail": "x@y"}, "via": {}}\n{"id": 3, "requester": null}\n'
)
LIST = '[{"id": 1, "created": "2026-01-01"}, {"id": 2, "created": "2026-01-02"}]'


def opened(tmp_path: Path, text: str, name: str = "a.json", records: str | None = None) -> Rows:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return open_rows(tmp_path / name, FileTable("t", records=records))


def cells(rows: Rows) -> list[dict[str, str]]:
    con: duckdb.DuckDBPyConnection = fresh()
    rows.stage(con, "st")
    found = con.execute("SELECT * EXCLUDE (row_no) FROM st ORDER BY row_no").fetchall()
    return [
        {name: value for name, value in zip(rows.columns, row, strict=True) if value is not None} for row in found
    ]


def test_members_of_an_object_are_columns_and_lists_stay_text(tmp_path: Path) -> None:
    rows = opened(tmp_path, NESTED, "a.jsonl")
    assert rows.columns == (
        *("id", "requester.e-mail", "requester.id", "requester.name", "requester.org.tier", "tags", "via"),
    )
    first, second, third = cells(rows)
    assert first == {
        "id": "1",
        "requester.id": "5",
        "requester.name": "Ann",
        "requester.org.tier": "gold",
        "tags": '["a","b"]',
    }
    assert second == {"id": "2", "requester.id": "6", "requester.e-mail": "x@y", "via": "{}"}
    assert third == {"id": "3"}


def test_an_object_in_some_rows_only_stays_text(tmp_path: Path) -> None:
    rows = opened(tmp_path, '{"id": 1, "who": "ann"}\n{"id": 2, "who": {"id": 7}}\n')
    assert cells(rows) == [{"id": "1", "who": "ann"}, {"id": "2", "who": '{"id":7}'}]


def test_a_table_of_values_is_no_heap_of_columns(tmp_path: Path) -> None:
    many = ", ".join(f'"k{number}": 1' for number in range(101))
    assert opened(tmp_path, f'{{"id": 1, "answers": {{{many}}}}}\n', "a.jsonl").columns == ("id", "answers")


def test_a_bad_line_does_not_hide_the_objects_of_others(tmp_path: Path) -> None:
    rows = opened(tmp_path, '{"id": 1, "a": {"b": 1}}\n{"id": 2, "a": {"b"\n{"id": 3, "a": {"b": 3}}\n', "a.jsonl")
    assert cells(rows) == [{"id": "1", "a.b": "1"}, {"id": "3", "a.b": "3"}]
    assert len(rows.malformed()) == 1


@pytest.mark.parametrize(
    "text",
    [
        f'{{"tickets": {LIST}}}',
        f'{{"count": 2, "next_page": null, "tickets": {LIST}}}\n',
        f'{{\n  "tickets": {LIST},\n  "count": 2\n}}\n',
        f'{{"data": {{"tickets": {LIST}}}, "meta": {{"page": 1}}}}',
        f'\ufeff{{"tickets":\n{LIST}}}',
        '{"tickets": [\n{"id": 1},\n{"id": 2}\n]}',
        '{"tickets": [\n{"id": 1},\n{"id": 2}\n]\n}\n',
    ],
)
def test_one_object_around_the_list_is_taken_off(tmp_path: Path, text: str) -> None:
    assert [row["id"] for row in cells(opened(tmp_path, text))] == ["1", "2"]


def test_several_lists_are_asked_about(tmp_path: Path) -> None:
    text = f'{{"tickets": {LIST}, "users": [{{"id": 9}}]}}'
    with pytest.raises(MappingError, match=r'several lists \(tickets, users\).*`file: \{records: "tickets"\}`'):
        opened(tmp_path, text)
    assert [row["id"] for row in cells(opened(tmp_path, text, records="users"))] == ["9"]


def test_a_list_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"no list 'cases' in it; lists in it: tickets"):
        opened(tmp_path, f'{{"tickets": {LIST}}}', records="cases")


def test_a_single_ticket_with_a_list_is_a_ticket(tmp_path: Path) -> None:
    text = '{"id": 1, "comments": [{"body": "x"}]}'
    assert cells(opened(tmp_path, text)) == [{"id": "1", "comments": '[{"body":"x"}]'}]
    assert cells(opened(tmp_path, text, "a.jsonl"))[0]["id"] == "1"
    assert cells(opened(tmp_path, text, records="comments")) == [{"body": "x"}]


def test_an_object_written_over_several_lines_is_one_row(tmp_path: Path) -> None:
    assert cells(opened(tmp_path, '{\n "id": 1,\n "team": "a"\n}')) == [{"id": "1", "team": "a"}]


def test_a_truncated_object_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.json: not a whole JSON object"):
        opened(tmp_path, '{"tickets": [\n{"id": 1},\n{"id":')


def test_lines_in_a_json_file_stay_lines(tmp_path: Path) -> None:
    assert [row["id"] for row in cells(opened(tmp_path, '{"id": 1}\n{"id": 2}\n'))] == ["1", "2"]


def test_an_empty_list_has_no_rows(tmp_path: Path) -> None:
    assert opened(tmp_path, '{"tickets": [], "count": 0}').columns == ()


def test_a_wrapped_list_loads(tmp_path: Path) -> None:
    text = "version: 1\ntables: [{name: t, rows: ticket, ticket: {id: id, created_at: created, customer: who.id}}]"
    at_work = desk(text)
    written = '{"tickets": [{"id": 1, "created": "2026-01-01", "who": {"id": 5}}]}'
    (tmp_path / "a.json").write_text(written)
    assert fates(at_work.pull("file", [tmp_path / "a.json"])[0]) == (1, 0, 0, 0)
    assert at_work.all("SELECT customer_key IS NOT NULL FROM ticket") == [True]
    assert parse_mapping(text.replace("name: t", "name: t, file: {records: tickets}")).tables[0].file.records
