"""Quarantined rows are taken up again with the mended mapping, and nothing else moves."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.warehouse import Warehouse, data_version
from etl import account, ledger
from etl.load.mend import is_mended, mended_fields
from etl.mapping import Mapping, parse_mapping
from etl.model import Batch, LoadRefused, LoadReport, MappingChanged, MappingError, Origin
from etl.sources.text_rows import TextRows
from etl.upkeep.quarantine import Lot, redrive
from tests.etl.loading import NOW, Desk, desk, fates

WORDS = "{new: new, done: resolved}"
EVENTS = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created, category: topic, priority: {column: prio, values: {"1": P1}}}
  - name: events
    rows: event
    ticket: {id: ticket}
    events:
      - {kind: status, to: {column: to, values: WORDS}, at: moment, id: id}
"""
MENDED = EVENTS.replace("WORDS", "{new: new, done: resolved, parked: on_hold}")
TICKET_COLUMNS, EVENT_COLUMNS = ("id", "created", "topic", "prio"), ("id", "ticket", "to", "moment")
PARKED = ("2", "7", "parked", "2026-01-02 10:00:00")
WAITING = ("3", "7", "waiting", "2026-01-02 11:00:00")
LATER = NOW + timedelta(hours=1)


def _desk(*events: tuple[str | None, ...], tickets: int = 1) -> Desk:
    at_work = desk(EVENTS.replace("WORDS", WORDS))
    rows = [(str(6 + number), "2026-01-01", "a", "1") for number in range(1, tickets + 1)]
    at_work.load_all(
        [
            Batch("tickets", TextRows.of(TICKET_COLUMNS, rows)),
            Batch("events", TextRows.of(EVENT_COLUMNS, [("1", "7", "new", "2026-01-01 09:00:00"), *events])),
        ]
    )
    return at_work


def _again(at_work: Desk, mapping: str | Mapping, now: datetime = LATER, rule: str | None = None) -> LoadReport:
    at_work.mapping = parse_mapping(mapping) if isinstance(mapping, str) else mapping
    return redrive(at_work.con, Lot("desk", at_work.mapping, at_work.origin, rule), at_work.refresh, now)


def _open(at_work: Desk) -> list[tuple[str, str | None]]:
    return at_work.all("SELECT rule, value FROM reject WHERE resolved_at IS NULL ORDER BY ALL")


def test_a_mended_status_loads_what_was_refused() -> None:
    at_work = _desk(PARKED)
    assert _open(at_work) == [("unknown_status", "parked")]
    report = _again(at_work, MENDED)
    assert fates(report) == (1, 0, 0, 0)
    assert at_work.all("SELECT new FROM ticket_event ORDER BY occurred_at") == ["new", "on_hold"]
    assert at_work.touched[-1] == ("7",)


def test_what_was_taken_up_is_listed_no_more() -> None:
    at_work = _desk(PARKED, WAITING)
    _again(at_work, MENDED)
    assert [row["value"] for row in account.rejects(at_work.con, 10)] == ["waiting"]


def test_what_was_wrong_stays_readable_with_run_and_instant() -> None:
    at_work = _desk(PARKED)
    report = _again(at_work, MENDED)
    assert at_work.all("SELECT rule, resolved_at, resolved_run FROM reject") == [
        ("unknown_status", LATER, report.run_id)
    ]


def test_taking_it_up_again_changes_nothing() -> None:
    at_work = _desk(PARKED, WAITING)
    _again(at_work, MENDED)
    before = at_work.all("SELECT * FROM load_run ORDER BY run_id"), at_work.all("SELECT * FROM reject ORDER BY ALL")
    version = data_version(at_work.con)
    report = _again(at_work, MENDED, LATER + timedelta(hours=1))
    assert (fates(report), report.run_id) == ((0, 0, 0, 1), 0)
    after = at_work.all("SELECT * FROM load_run ORDER BY run_id"), at_work.all("SELECT * FROM reject ORDER BY ALL")
    assert (before, version) == (after, data_version(at_work.con))


def test_an_empty_quarantine_is_no_fault() -> None:
    at_work = _desk()
    assert (_again(at_work, MENDED).n_read, len(at_work.all("FROM load_run"))) == (0, 1)


def test_the_rest_stays_with_its_reason() -> None:
    at_work = _desk(PARKED, WAITING)
    assert fates(_again(at_work, MENDED)) == (1, 0, 0, 1)
    assert _open(at_work) == [("unknown_status", "waiting")]


def test_a_row_with_another_fault_stays_under_its_new_reason() -> None:
    at_work = _desk(("2", "7", "parked", "yesterday"))
    was = _open(at_work)
    at_work.origin = Origin(is_vouched=True)
    _again(at_work, MENDED.replace("ticket: {id: ticket}", "ticket: {id: {column: ticket, nulls: ['7']}}"))
    assert was == [("unparsed_cell", "yesterday")]
    assert _open(at_work) == [("missing_key", None)]
    assert at_work.all("SELECT rule FROM reject WHERE resolved_at IS NOT NULL") == ["unparsed_cell"]


def test_only_one_rule_when_asked() -> None:
    at_work = _desk(PARKED, ("4", None, "new", "2026-01-02 10:00:00"))
    assert _again(at_work, MENDED, rule="missing_key").n_read == 1
    assert ("unknown_status", "parked") in _open(at_work)
    assert fates(_again(at_work, MENDED, rule="unknown_status")) == (1, 0, 0, 0)


def test_rows_of_several_runs_with_one_number_all_load() -> None:
    at_work = _desk()
    for number in ("2", "3", "4"):
        at_work.load([(number, "7", "parked", f"2026-01-0{number}")], table="events", columns=EVENT_COLUMNS)
    assert at_work.all("SELECT row_no FROM reject") == [1, 1, 1]
    assert fates(_again(at_work, MENDED)) == (3, 0, 0, 0)
    assert at_work.all("SELECT count(*) FROM ticket_event") == [4]


def test_both_ways_lead_to_the_same_warehouse() -> None:
    rows = [PARKED, ("9", "8", "done", "2026-01-03 10:00:00")]
    mended, straight = _desk(*rows, tickets=2), desk(MENDED)
    _again(mended, MENDED)
    tickets = [("7", "2026-01-01", "a", "1"), ("8", "2026-01-01", "a", "1")]
    events = [("1", "7", "new", "2026-01-01 09:00:00"), *rows]
    straight.load_all(
        [
            Batch("tickets", TextRows.of(TICKET_COLUMNS, tickets)),
            Batch("events", TextRows.of(EVENT_COLUMNS, events)),
        ]
    )
    for query in (
        "SELECT * EXCLUDE (loaded_at, run_id) FROM ticket ORDER BY 1",
        "SELECT * EXCLUDE run_id FROM ticket_event ORDER BY 1",
    ):
        assert mended.all(query) == straight.all(query)


def test_after_a_mend_the_source_loads_on_without_loading_anew() -> None:
    at_work = _desk(PARKED)
    at_work.mapping = parse_mapping(MENDED)
    report = at_work.load([("5", "7", "done", "2026-01-05")], table="events", columns=EVENT_COLUMNS)
    assert fates(report) == (1, 0, 0, 0)
    assert fates(_again(at_work, MENDED)) == (1, 0, 0, 0)


def test_any_other_change_is_refused_unless_somebody_vouches_for_it() -> None:
    at_work = _desk(("2", "7", "new", "2026年01月02日"))
    dotted = EVENTS.replace("WORDS", WORDS).replace("rows: event", 'rows: event\n    date_format: "%Y年%m月%d日"')
    with pytest.raises(MappingChanged):
        _again(at_work, dotted)
    assert len(_open(at_work)) == 1
    at_work.origin = Origin(is_vouched=True)
    assert fates(_again(at_work, dotted)) == (1, 0, 0, 0)


def test_a_ticket_that_was_loaded_since_is_not_overwritten() -> None:
    at_work = desk(
        "version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, created_at: made, category: c}}\n"
    )
    columns = ("id", "made", "c")
    at_work.load([("6", "2026-01-02", ""), ("7", "2026年01月02日", "old")], table="t", columns=columns)
    ledger_time = at_work.all("SELECT seen_at FROM reject")
    at_work.con.execute("UPDATE reject SET seen_at = seen_at - INTERVAL 1 DAY")
    at_work.load([("7", "2026-01-02", "new")], table="t", columns=columns)
    at_work.origin = Origin(is_vouched=True)
    text = (
        "{name: t, rows: ticket, ticket: {id: id, category: c, created_at: {column: made, format: '%Y年%m月%d日'}}}"
    )
    report = _again(at_work, f"version: 1\ntables:\n  - {text}\n")
    assert ledger_time == [NOW]
    assert (report.n_read, _open(at_work)) == (0, [])
    assert at_work.all("SELECT category FROM ticket WHERE category IS NOT NULL") == ["new"]
    assert "delivered again" in (report.message or "")


def test_a_row_that_loads_bit_by_bit_keeps_every_bit() -> None:
    two = "SELECT count(*) FROM ticket_event"
    text = EVENTS.split("  - name: events")[0] + (
        "    events:\n      - {kind: status, at: moment, to: {column: to, values: {new: new}}}\n"
        "      - {kind: status, at: later, to: {column: end, values: {new: new}}}\n"
    )
    at_work = desk(text)
    columns = (*TICKET_COLUMNS, "moment", "to", "later", "end")
    at_work.load([("7", "2026-01-01", "a", "1", "2026-01-02", "parked", "2026-01-03", "done")], columns=columns)
    once = text.replace("column: to, values: {new: new", "column: to, values: {parked: on_hold, new: new")
    assert fates(_again(at_work, once)) == (0, 1, 0, 0)
    assert (at_work.all(two), _open(at_work)) == ([1], [("unknown_status", "done")])
    whole = once.replace("column: end, values: {new: new", "column: end, values: {done: resolved, new: new")
    assert fates(_again(at_work, whole, LATER + timedelta(hours=1))) == (0, 1, 0, 0)
    assert (at_work.all(two), _open(at_work)) == ([2], [])


def test_what_a_mend_could_read_in_loaded_rows_is_told() -> None:
    at_work = _desk(PARKED)
    at_work.load([("9", "2026-01-01", "a", "2")], columns=TICKET_COLUMNS)
    report = _again(at_work, MENDED.replace('{"1": P1}', '{"1": P1, "2": P2}'))
    assert "1 loaded rows keep a value left out" in (report.message or "")


def test_the_sample_of_a_refused_load_waits_for_the_whole_of_it() -> None:
    at_work = _desk()
    bad = [(str(10 + number), "7", "parked", "2026-01-02") for number in range(30)]
    with pytest.raises(LoadRefused):
        at_work.load(bad, table="events", columns=EVENT_COLUMNS)
    assert (_again(at_work, MENDED).n_read, len(_open(at_work))) == (0, 30)
    assert at_work.load(bad, table="events", columns=EVENT_COLUMNS).n_new == 30
    assert _open(at_work) == []


def test_a_source_that_was_never_loaded_says_so() -> None:
    with pytest.raises(MappingError, match="nothing of it was ever loaded"):
        _again(desk(), MENDED)


def test_a_failing_refresh_leaves_the_quarantine_as_it_was() -> None:
    at_work = _desk(PARKED)
    at_work.refresh = lambda con, watermark: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        _again(at_work, MENDED)
    assert _open(at_work) == [("unknown_status", "parked")]
    assert at_work.all("SELECT count(*) FROM ticket_event") == [1]


def test_the_watermark_stays_where_the_source_came_to() -> None:
    at_work = _desk(("2", "7", "parked", "2026-05-02 10:00:00"))
    before = at_work.all("SELECT watermark FROM source")
    _again(at_work, MENDED)
    assert at_work.all("SELECT watermark FROM source") == before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("values: {new: new}", "values: {new: new, b: open}", True),
        ("values: {new: new}", "values: {new: open}", False),
        ("values: {new: new}", "values: {b: open}", False),
        ("values: {new: new}", "values: {new: new, 'new ': open}", False),
        ("values: {new: new}, default: open", "values: {new: new, b: open}, default: open", False),
        ("category: topic", "category: {column: topic, values: {a: b}}", False),
        ("category: topic", "category: subject", False),
        ("timezone: refuse", "timezone: Asia/Shanghai", True),
        ("timezone: refuse", "timezone: UTC", True),
        ("timezone: UTC", "timezone: Asia/Shanghai", False),
    ],
)
def test_a_mend_is_what_could_not_be_read_before(old: str, new: str, expected: bool) -> None:
    text = (
        "version: 1\ntimezone: refuse\ntables:\n  - name: t\n    rows: ticket\n"
        "    ticket: {id: id, category: topic}\n"
        "    events:\n      - {kind: status, at: at, to: {column: to, values: {new: new}}}\n"
    )
    if old not in text:
        text = text.replace("timezone: refuse", old) if "zone" in old else text.replace("values: {new: new}", old)
    assert is_mended(ledger.mapping_text(parse_mapping(text)), parse_mapping(text.replace(old, new))) is expected


def test_the_mended_fields_are_named() -> None:
    before = ledger.mapping_text(parse_mapping(EVENTS.replace("WORDS", WORDS)))
    assert mended_fields(before, parse_mapping(MENDED)) == [("events", "events.0.to")]


def test_a_mapping_that_was_not_kept_is_never_taken_for_mended() -> None:
    assert not is_mended(None, parse_mapping(MENDED))


def test_a_warehouse_of_before_is_taken_up_as_well(tmp_path: Path) -> None:
    store = Warehouse(tmp_path / "w.duckdb")
    at_work = Desk(parse_mapping(EVENTS.replace("WORDS", WORDS)), con=store.cursor())
    at_work.load([("7", "2026-01-01", "a", "1")], columns=TICKET_COLUMNS)
    at_work.load([("1", "7", "new", "2026-01-01"), PARKED], table="events", columns=EVENT_COLUMNS)
    for table, column in (("source", "mapping"), ("reject", "seen_at"), ("reject", "resolved_run")):
        at_work.con.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    store.close()
    again = Warehouse(tmp_path / "w.duckdb")
    at_work.con = again.cursor()
    with pytest.raises(MappingChanged):
        _again(at_work, MENDED)
    at_work.origin = Origin(is_vouched=True)
    assert fates(_again(at_work, MENDED)) == (1, 0, 0, 0)
    again.close()
