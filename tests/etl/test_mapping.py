from pathlib import Path

import pytest

from etl.mapping import load_mapping, parse_mapping
from etl.model import MappingError
from tests.etl.text_rows import ticket_mapping

SHIPPED = sorted(Path("data/mappings").glob("*.yaml"))


def refused(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    return str(caught.value)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_mapping_is_valid(path: Path) -> None:
    assert load_mapping(path).name == path.name


def test_a_plain_text_is_a_column_and_a_kind_is_a_constant() -> None:
    table = parse_mapping(ticket_mapping("id: Nr", "    events: [{kind: status, to: closed, at: Ende}]")).tables[0]
    assert table.ticket is not None
    assert table.ticket.id.column == "Nr"
    assert table.events[0].kind.constant == "status"
    assert table.events[0].at.column == "Ende"


def test_whole_numbers_in_values_and_nulls_are_text() -> None:
    ticket = (
        parse_mapping(ticket_mapping("id: a, priority: {column: p, values: {1: P1}, nulls: [0]}")).tables[0].ticket
    )
    assert ticket is not None and ticket.priority is not None
    assert ticket.priority.values == {"1": "P1"}
    assert ticket.priority.nulls == ("0",)


def test_a_fraction_must_be_quoted() -> None:
    assert "write it in quotes exactly as the source has it" in refused(
        ticket_mapping("id: {column: a, nulls: [1.10]}")
    )


def test_streams_are_numbered_through_all_tables() -> None:
    line = "{author_kind: agent, at: x}"
    text = "version: 1\ntables:\n" + "".join(
        f"  - {{name: {name}, rows: ticket, ticket: {{id: a}}, messages: [{line}, {line}]}}\n" for name in "ab"
    )
    assert [number for number, _ in parse_mapping(text).streams("b")] == [3, 4]


def test_an_unknown_field_names_file_line_and_remedy() -> None:
    text = "version: 1\ntables:\n  - name: t\n    rows: ticket\n    tickets: {id: a}\n    ticket: {id: a}\n"
    told = refused(text)
    assert told.startswith(
        "mapping.yaml:5: tables.0.tickets: unknown field, did you mean `ticket`? Known here: name,"
    )


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("ticket: {id: a, assignee_team: b}", "remove it. Known here: id, created_at, created_by, channel"),
        ("ticket: {id: a, catgory: b}", "did you mean `category`? Known here: id, created_at"),
        ("ticket: {id: {column: a, value: {b: c}}}", "did you mean `values`? Known here: column, constant"),
        ("ticket: {id: a}\n    survey: {score: b}", "`scale`? Known here: id, template, submitted_at, ticket"),
        ("ticket: {id: a}\n    survey: {dimensions: {x: {colunm: b}}}", "`column`? Known here: column, constant"),
    ],
)
def test_an_unknown_field_lists_those_of_its_place(written: str, advice: str) -> None:
    assert advice in refused(f"version: 1\ntables:\n  - name: t\n    rows: ticket\n    {written}\n")


def test_an_unknown_status_lists_the_known_ones() -> None:
    message = refused(ticket_mapping("id: a", "    events: [{kind: status, to: done, at: x}]"))
    assert "status 'done' is unknown, use one of new, open, pending_customer" in message


def test_a_zone_must_be_a_name() -> None:
    message = refused(ticket_mapping("id: a", head='timezone: "+08:00"'))
    assert "mapping.yaml:2: timezone: '+08:00' is no IANA time zone, write for instance UTC" in message


@pytest.mark.parametrize("form", ["dd.mm.yyyy", "%Q", "iso8601"])
def test_a_date_format_must_be_known(form: str) -> None:
    assert "is no date format" in refused(ticket_mapping(f'id: a, created_at: {{column: b, format: "{form}"}}'))


@pytest.mark.parametrize(
    ("table", "remedy"),
    [
        ("rows: update, ticket: {id: a}", "rows: update needs `fold"),
        ("rows: ticket", "rows: ticket needs `ticket: {id: <column>}`"),
        ("rows: event, ticket: {id: a}", "needs at least one line under `events` or `messages`"),
        ("rows: survey, survey: {overall: a}", "needs `survey: {id: <column>}`"),
        ("rows: survey, survey: {id: a}, ticket: {id: b}", "takes only the section survey"),
        ("rows: ticket, ticket: {id: a}, events: [{kind: status, at: x}]", "`to` is required for kind status"),
        ("rows: ticket, ticket: {id: a}, events: [{kind: merge, at: x}]", "`into` is required for kind merge"),
        ("rows: ticket, ticket: {id: {column: a, constant: b}}", "exactly one of column, constant"),
        ("rows: ticket, ticket: {id: {nulls: [x]}}", "got none"),
        ("rows: survey, survey: {id: a, scale: [5, 1]}", "must rise"),
    ],
)
def test_sections_that_do_not_fit_say_what_would_do(table: str, remedy: str) -> None:
    message = refused(f"version: 1\ntables:\n  - {{name: t, {table}}}\n")
    assert message.startswith("mapping.yaml:3: ")
    assert remedy in message


def test_a_table_name_is_used_once() -> None:
    table = "  - {name: t, rows: ticket, ticket: {id: a}}\n"
    assert "table name 't' is used twice" in refused("version: 1\ntables:\n" + table * 2)


def test_a_mapping_needs_a_table() -> None:
    assert "a mapping needs at least one" in refused("version: 1\ntables: []")


def test_cleaning_of_the_mapping_holds_for_tables_without_their_own() -> None:
    mapping = parse_mapping(
        "version: 1\ncleaning: {speeder: false}\ntables:\n"
        "  - {name: a, rows: survey, survey: {id: x}}\n"
        "  - {name: b, rows: survey, survey: {id: x}, cleaning: {duplicate: false}}\n"
    )
    assert mapping.rules(mapping.tables[0]) == ("contradictory", "duplicate")
    assert mapping.rules(mapping.tables[1]) == ("speeder", "contradictory")
