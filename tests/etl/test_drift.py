"""Columns that are new, gone or of another type are told with what they mean, and destroy nothing."""

import sqlite3
from datetime import UTC
from pathlib import Path

import pytest

from data.field_kpis import FIELD_KPIS, effect_of
from etl import account
from etl.drift import SchemaDrift, accept, drift_lines
from etl.drift.reading import readers
from etl.mapping import parse_mapping
from etl.model import MappingError, SourceError
from metrics.catalog import CATALOG
from metrics.model import DIMENSIONS
from tests.etl.loading import NOW, Desk, desk, fates

MAPPING = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created, agent: agent, category: topic}
    events:
      - {kind: status, to: resolved, at: resolved}
"""
COLUMNS = ("id", "created", "agent", "topic", "resolved", "note")
ROW = ("7", "2026-01-01", "Ann", "Bills", "2026-01-02", "5")
WITHOUT_AGENT = ("id", "created", "topic", "resolved", "note")


def _desk(**origin: object) -> Desk:
    at_work = desk(MAPPING, **origin)
    at_work.load([ROW], columns=COLUMNS)
    return at_work


def _without(row: tuple[str, ...], column: str) -> tuple[str, ...]:
    return tuple(value for value, name in zip(row, COLUMNS, strict=True) if name != column)


def _stopped(at_work: Desk, column: str) -> str:
    columns = tuple(name for name in COLUMNS if name != column)
    with pytest.raises(SchemaDrift) as stop:
        at_work.load([_without(ROW, column)], columns=columns)
    return str(stop.value)


def test_a_loss_that_may_be_accepted_tells_how() -> None:
    assert _stopped(_desk(), "agent").endswith("app.py drift --source desk --accept 'agent'")


def test_what_nothing_loads_without_is_not_offered_to_be_accepted() -> None:
    told = _stopped(_desk(), "id")
    assert "Nothing loads without 'id'" in told and "--accept" not in told


def test_the_same_columns_are_no_drift() -> None:
    at_work = _desk()
    at_work.load([ROW], columns=COLUMNS)
    assert drift_lines(at_work.con) == []


def test_a_new_column_is_told_and_the_rest_loads() -> None:
    at_work = _desk()
    report = at_work.load([("8", *ROW[1:], "x")], columns=(*COLUMNS, "extra"))
    assert fates(report) == (1, 0, 0, 0)
    assert "column 'extra' is new: the mapping does not read it" in (report.message or "")
    assert drift_lines(at_work.con) == ["  desk tickets: column 'extra' is new: the mapping does not read it"]


def test_a_new_column_is_told_once() -> None:
    at_work = _desk()
    wide = (*COLUMNS, "extra")
    assert at_work.load([("8", *ROW[1:], "x")], columns=wide).message is not None
    assert at_work.load([("9", *ROW[1:], "x")], columns=wide).message is None
    assert at_work.all("SELECT count(*) FROM drift") == [1]


def test_a_new_column_of_rows_that_did_not_change_stands_in_the_ledger() -> None:
    at_work = _desk()
    assert at_work.load([(*ROW, "x")], columns=(*COLUMNS, "extra")).run_id == 2


def test_a_dropped_column_that_nobody_reads_is_told_and_the_rest_loads() -> None:
    at_work = _desk()
    report = at_work.load([("8", *ROW[1:-1])], columns=COLUMNS[:-1])
    assert fates(report) == (1, 0, 0, 0)
    assert "column 'note' is gone" in (report.message or "")


def test_a_dropped_column_stops_the_source_and_says_which_kpis_need_it() -> None:
    at_work = _desk()
    told = _stopped(at_work, "agent")
    assert "tickets: column 'agent' is gone: it gave ticket.agent" in told
    assert "tickets_per_agent" in told and "split by agent" in told and "app.py drift" in told
    assert at_work.all("SELECT agent FROM ticket") == ["Ann"]
    assert "STOPPED" in drift_lines(at_work.con)[0]


def test_a_dropped_instant_names_the_kpis_of_its_event() -> None:
    assert "resolution" in _stopped(_desk(), "resolved")


def test_a_renamed_column_is_guessed() -> None:
    at_work = _desk()
    with pytest.raises(SchemaDrift, match="Was it renamed to 'agents'"):
        at_work.load([ROW], columns=("id", "created", "agents", "topic", "resolved", "note"))


def test_of_one_column_gone_and_one_new_it_is_asked_whether_they_are_the_same() -> None:
    at_work = _desk()
    with pytest.raises(SchemaDrift, match="Was it renamed to 'squad'"):
        at_work.load([ROW], columns=("id", "created", "squad", "topic", "resolved", "note"))


def test_of_several_new_columns_none_is_guessed() -> None:
    at_work = _desk()
    with pytest.raises(SchemaDrift) as stop:
        at_work.load([ROW], columns=("id", "created", "x1", "x2", "topic", "resolved"))
    assert "renamed" not in str(stop.value)


def test_a_column_accepted_as_gone_reads_as_empty_from_then_on() -> None:
    at_work = _desk()
    _stopped(at_work, "agent")
    assert accept(at_work.con, "desk", "agent", NOW)
    report = at_work.load([("8", *_without(ROW, "agent")[1:])], columns=WITHOUT_AGENT)
    assert fates(report) == (1, 0, 0, 0)
    assert at_work.all("SELECT agent FROM ticket ORDER BY src_ticket_id") == ["Ann", None]
    assert drift_lines(at_work.con) == []
    assert at_work.load([("9", *_without(ROW, "agent")[1:])], columns=WITHOUT_AGENT).message is None


def test_an_accepted_column_that_comes_back_is_read_and_watched_again() -> None:
    at_work = _desk()
    _stopped(at_work, "agent")
    accept(at_work.con, "desk", "agent", NOW)
    at_work.load([("8", *_without(ROW, "agent")[1:])], columns=WITHOUT_AGENT)
    at_work.load([("9", *ROW[1:])], columns=COLUMNS)
    assert at_work.all("SELECT agent FROM ticket WHERE src_ticket_id = '9'") == ["Ann"]
    _stopped(at_work, "agent")


@pytest.mark.parametrize("column", ["id", "created"])
def test_what_nothing_loads_without_cannot_be_accepted_as_gone(column: str) -> None:
    at_work = _desk()
    assert "nothing loads without it" in _stopped(at_work, column)
    with pytest.raises(MappingError, match="cannot be gone"):
        accept(at_work.con, "desk", column, NOW)


def test_a_stop_is_overcome_by_the_column_coming_back() -> None:
    at_work = _desk()
    _stopped(at_work, "agent")
    at_work.load([ROW], columns=COLUMNS)
    assert drift_lines(at_work.con) == []


def test_nothing_open_cannot_be_accepted() -> None:
    with pytest.raises(MappingError, match="nothing is open about a column 'agent'"):
        accept(_desk().con, "desk", "agent", NOW)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("5", "five", "integer before, text now"),
        ("5", "5.5", "integer before, number now"),
        ("2026-01-01", "yesterday", "instant before, text now"),
        ("five", "5", None),
        ("5.5", "5", None),
        ("5", None, None),
        (None, "5", None),
    ],
)
def test_a_retyped_column_is_told_unless_it_only_became_narrower(
    before: str | None, after: str | None, expected: str | None
) -> None:
    at_work = desk(MAPPING)
    at_work.load([(*ROW[:-1], before)], columns=COLUMNS)
    message = at_work.load([("8", *ROW[1:-1], after)], columns=COLUMNS).message
    assert (message is None) if expected is None else expected in (message or "")


def test_a_type_is_told_once_and_what_was_seen_first_counts_after_blanks() -> None:
    at_work = desk(MAPPING)
    for number, value in enumerate(["5", None, "6", "seven", "8", "nine"]):
        at_work.load([(str(number), *ROW[1:-1], value)], columns=COLUMNS)
    assert at_work.all("SELECT what, detail FROM drift") == [
        ("retyped", "integer before, text now; the mapping does not read it")
    ]


def test_a_single_odd_cell_is_no_other_type() -> None:
    at_work = _desk()
    rows = [(str(number), *ROW[1:-1], "x" if number == 50 else "5") for number in range(10, 60)]
    assert at_work.load(rows, columns=COLUMNS).message is None


def test_loading_anew_learns_the_columns_anew() -> None:
    at_work = _desk()
    _stopped(at_work, "agent")
    at_work.origin = desk(replace=True).origin
    at_work.mapping = parse_mapping(MAPPING.replace(", agent: agent", ""))
    at_work.load([_without(ROW, "agent")], columns=WITHOUT_AGENT)
    assert (drift_lines(at_work.con), at_work.all("SELECT count(*) FROM source_column")) == ([], [5])


def test_a_failing_load_keeps_no_columns() -> None:
    at_work = _desk()
    at_work.refresh = lambda con, watermark: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        at_work.load([("8", *ROW[1:], "x")], columns=(*COLUMNS, "extra"))
    assert (drift_lines(at_work.con), at_work.all("SELECT count(*) FROM source_column")) == ([], [6])


def test_status_tells_what_is_open() -> None:
    at_work = _desk()
    _stopped(at_work, "agent")
    lines = list(account.status(at_work.con, NOW, UTC))
    assert any("STOPPED tickets: column 'agent' is gone" in line for line in lines)


def _database(place: Path, columns: str) -> None:
    with sqlite3.connect(place) as source:
        source.execute("DROP TABLE IF EXISTS tickets")
        source.execute(f"CREATE TABLE tickets AS SELECT {columns}")


ALL = "7 AS id, '2026-01-01' AS created, 'Ann' AS agent, 'Bills' AS topic, '2026-01-02' AS resolved"
SOME = "7 AS id, '2026-01-01' AS created, 'Bills' AS topic, '2026-01-03' AS resolved"


@pytest.mark.parametrize(
    "query", ["SELECT * FROM tickets", "SELECT id, created, agent, topic, resolved FROM tickets"]
)
def test_a_column_dropped_from_a_database_keeps_what_was_loaded(tmp_path: Path, query: str) -> None:
    at_work, place = (
        desk(MAPPING.replace("rows: ticket", f'rows: ticket\n    query: "{query}"')),
        tmp_path / "d.sqlite",
    )
    _database(place, ALL)
    at_work.pull("sql", f"sqlite:///{place}")
    _database(place, SOME)
    with pytest.raises(MappingError, match="tickets_per_agent"):
        at_work.pull("sql", f"sqlite:///{place}")
    assert at_work.all("SELECT agent FROM ticket") == ["Ann"]
    assert "ticket.agent" in at_work.all("SELECT message FROM load_run ORDER BY run_id")[-1]


def test_a_file_without_a_column_is_set_aside_and_the_next_one_loads(tmp_path: Path) -> None:
    at_work = desk(MAPPING)
    header, row = ",".join(COLUMNS), ",".join(ROW)
    at_work.import_text(tmp_path / "a.csv", f"{header}\n{row}\n")
    (tmp_path / "b.csv").write_text("id,created,topic,resolved,note\n8,2026-01-01,x,,5\n")
    (tmp_path / "c.csv").write_text(f"{header}\n9{row[1:]}\n")
    with pytest.raises(SourceError, match="1 of 2 files was not loaded"):
        at_work.pull("file", [tmp_path])
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["7", "9"]
    assert at_work.all("SELECT rule FROM reject") == ["bad_file"]


def test_every_place_a_mapping_names_a_column_is_found() -> None:
    text = MAPPING.replace("category: topic", 'category: {template: "{topic}-{sub}"}, product: {first_of: [p, q]}')
    table = parse_mapping(
        text.replace("at: resolved}", "at: {column: resolved, plus: {column: more, type: duration_s}}, only: {o: x}}")
    ).tables[0]
    found = readers(table, ("id", "created", "agent", "topic", "sub", "p", "q", "resolved", "more", "o", "unread"))
    assert found["sub"] == ("ticket.category",)
    assert (found["q"], found["more"], found["o"]) == (
        ("ticket.product",),
        ("events.status.at",),
        ("events.status",),
    )
    assert "unread" not in found


def test_every_kpi_that_a_field_names_exists() -> None:
    named = {name for effect in FIELD_KPIS.values() for name in effect.kpis}
    assert named <= set(CATALOG)
    assert {effect.dimension for effect in FIELD_KPIS.values()} - {None} <= set(DIMENSIONS) | {"issue", "tag"}


def test_an_effect_is_told_in_both_languages() -> None:
    assert effect_of("ticket.id").told("zh-CN").startswith("缺少它则无法入库")
    assert "fcr" in effect_of("ticket.customer").told()
    assert effect_of("custom.colour").dimension == "custom.colour"
    assert effect_of("survey.mode").told() == ""
