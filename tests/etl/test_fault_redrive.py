"""What comes out of the quarantine never overtakes what was delivered after it."""

from datetime import timedelta

import pytest

from data.warehouse import data_version
from etl.mapping import parse_mapping
from etl.model import LoadReport
from etl.upkeep.quarantine import Lot, redrive
from tests.etl.loading import NOW, Desk, desk, fates

LOG = """
version: 1
tables:
  - name: log
    rows: event
    ticket: {id: ticket}
    events: [{kind: status, at: moment, id: id, to: {column: to, values: {new: new, done: resolved}}}]
"""
CHAT = """
version: 1
tables:
  - name: log
    rows: message
    ticket: {id: ticket}
    messages: [{author_kind: {column: to, values: {new: agent, done: customer}}, at: moment, id: id}]
"""
PLAIN = "version: 1\ntables: [{name: log, rows: ticket, ticket: {id: id, created_at: CREATED, category: to}}]\n"
COLUMNS = ("id", "ticket", "to", "moment")
MENDED = LOG.replace("done: resolved", "done: resolved, parked: on_hold, waiting: pending_customer")
DATED = "{column: moment, format: '%Y年%m月%d日'}"
OLD = ("1", "7", "parked", "2026-01-01 10:00:00")
NEW = ("1", "7", "done", "2026-01-01 11:00:00")
NEWER = ("1", "7", "waiting", "2026-01-01 12:00:00")


def _log(*deliveries: tuple[str, ...], mapping: str = LOG) -> Desk:
    at_work = desk(mapping)
    for row in deliveries:
        at_work.load([row], table="log", columns=COLUMNS)
    return at_work


def _again(at_work: Desk, mapping: str = MENDED, hours: int = 1) -> LoadReport:
    at_work.mapping = parse_mapping(mapping)
    return redrive(
        at_work.con, Lot("desk", at_work.mapping, at_work.origin), at_work.refresh, NOW + timedelta(hours=hours)
    )


def _open(at_work: Desk) -> list[str]:
    return at_work.all("SELECT value FROM reject WHERE resolved_at IS NULL ORDER BY 1")


def test_an_event_that_was_delivered_again_since_keeps_its_later_form() -> None:
    at_work = _log(OLD, NEW)
    report = _again(at_work)
    assert at_work.all("SELECT new FROM ticket_event") == ["resolved"]
    assert (report.n_read, _open(at_work)) == (0, [])
    assert "delivered again" in (report.message or "")


def test_a_message_that_was_delivered_again_since_keeps_its_later_form() -> None:
    at_work = desk(CHAT)
    at_work.load(
        [("2", "8", "done", "2026-01-01"), ("1", "7", "new", "2026年01月01日")], table="log", columns=COLUMNS
    )
    at_work.load([("1", "7", "done", "2026-01-01 11:00:00")], table="log", columns=COLUMNS)
    at_work.origin = desk(is_vouched=True).origin
    _again(at_work, CHAT.replace("at: moment", f"at: {DATED}"))
    assert at_work.all("SELECT author_kind FROM message") == ["customer", "customer"]


def test_an_event_that_was_refused_in_its_later_form_gets_it() -> None:
    at_work = _log(NEW, OLD)
    assert fates(_again(at_work)) == (0, 1, 0, 0)
    assert at_work.all("SELECT new FROM ticket_event") == ["on_hold"]


@pytest.mark.parametrize(("first", "second", "expected"), [(OLD, NEWER, "pending_customer"), (NEWER, OLD, "on_hold")])
def test_of_two_refused_forms_the_one_delivered_last_counts(
    first: tuple[str, ...], second: tuple[str, ...], expected: str
) -> None:
    padding = [("9", "8", "new", "2026-01-01 09:00:00")] * 3
    at_work = desk(LOG)
    at_work.load([*padding, first], table="log", columns=COLUMNS)
    at_work.load([second], table="log", columns=COLUMNS)
    _again(at_work)
    assert at_work.all("SELECT new FROM ticket_event WHERE ticket_key % 100 = 7 OR new <> 'new'") == [expected]
    assert _open(at_work) == []


def test_a_refused_form_delivered_once_more_is_the_last_one() -> None:
    at_work = _log(OLD, NEW, OLD)
    assert fates(_again(at_work)) == (0, 1, 0, 0)
    assert at_work.all("SELECT new FROM ticket_event") == ["on_hold"]


def test_a_run_that_left_no_entry_does_not_pass_for_the_next_one() -> None:
    at_work = _log(OLD, OLD, OLD, NEW)
    assert _again(at_work).n_read == 0
    assert at_work.all("SELECT new FROM ticket_event") == ["resolved"]


def test_files_of_one_pull_are_in_order_though_its_clock_stands_still() -> None:
    at_work = desk(PLAIN.replace("CREATED", "moment"))
    first, bad = ("6", "1", "a", "2026-01-01"), ("7", "1", "old", "2026年01月01日")
    at_work.load([first, bad], table="log", columns=COLUMNS)
    at_work.load([("7", "1", "new", "2026-01-01")], table="log", columns=COLUMNS)
    at_work.origin = desk(is_vouched=True).origin
    _again(at_work, PLAIN.replace("CREATED", DATED))
    assert at_work.all("SELECT category FROM ticket ORDER BY src_ticket_id") == ["a", "new"]


def test_taking_it_up_again_after_a_partial_load_still_gives_way_to_what_came_since() -> None:
    ticket = LOG.replace(
        "rows: event\n    ticket: {id: ticket}", "rows: ticket\n    ticket: {id: ticket, category: id}"
    )
    ticket = ticket.replace("at: moment, id: id", "at: moment")
    at_work = _log(("old", "7", "parked", "2026-01-01 10:00:00"), mapping=ticket)
    for hours in (1, 2):
        assert _again(at_work, ticket, hours).n_changed == 0
    at_work.load([("new", "7", "new", "2026-01-02 10:00:00")], table="log", columns=COLUMNS)
    version = data_version(at_work.con)
    _again(at_work, ticket.replace("done: resolved", "done: resolved, parked: on_hold"), 3)
    assert at_work.all("SELECT category FROM ticket") == ["new"]
    assert data_version(at_work.con) == version


def test_an_older_version_out_of_the_quarantine_never_wins() -> None:
    versioned = PLAIN.replace("rows: ticket", "rows: ticket, fold: {sequence: ticket}").replace("CREATED", "moment")
    at_work = desk(versioned)
    first, bad = ("6", "1", "a", "2026-01-01"), ("7", "1", "old", "2026年01月01日")
    at_work.load([first, bad], table="log", columns=COLUMNS)
    at_work.load([("7", "2", "new", "2026-01-01")], table="log", columns=COLUMNS)
    at_work.origin = desk(is_vouched=True).origin
    assert fates(_again(at_work, versioned.replace("moment", DATED))) == (0, 0, 1, 0)
    assert at_work.all("SELECT category FROM ticket ORDER BY src_ticket_id") == ["a", "new"]
