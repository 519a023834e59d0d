import pytest

from etl.mapping import parse_mapping
from etl.model import Batch, MappingError
from etl.normalize import normalize
from tests.etl.text_rows import Bench, TextRows, ticket_mapping

EVENTS = """
version: 1
tables:
  - name: log
    rows: event
    ticket: {id: ticket}
    events:
      - kind: {column: event, values: {state: status, prio: priority, owner: assign, joined: merge}}
        only: {event: [state, prio, owner, joined]}
        to: {column: value, values: {open: open, done: resolved}}
        at: created
        by: author
        dept: group
        into: target
    messages:
      - {author_kind: {column: role, values: {staff: agent, user: customer, robot: bot}}, at: created, by: author,
         public: {column: private, equals: "0"}, auto: {column: auto, equals: "1"}, only: {event: reply}}
"""
HEADER = ("ticket", "event", "value", "created", "author", "group", "target", "role", "private", "auto")


def event(kind: str, value: str = "", created: str = "2024-01-02 03:00:00", **more: str) -> tuple[str, ...]:
    cells = {"ticket": "5", "event": kind, "value": value, "created": created, **more}
    return tuple(cells.get(name, "") for name in HEADER)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_one_log_gives_events_of_several_kinds(bench: Bench) -> None:
    rows = [
        event("state", "done"),
        event("prio", "P1"),
        event("owner", author="ann", group="second line"),
        event("joined", target="9"),
    ]
    bench.take(EVENTS, TextRows(HEADER, rows))
    survivor = bench.all("SELECT 64::BIGINT * 281474976710656 + 9")[0][0]
    assert bench.all('SELECT seq, kind, "new", dept, actor FROM norm_event ORDER BY seq') == [
        (1, "status", "resolved", None, None),
        (2, "priority", "P1", None, None),
        (3, "assign", "ann", "second line", None),
        (4, "merge", str(survivor), None, None),
    ]


def test_a_followup_keeps_what_the_customer_said(bench: Bench) -> None:
    line = "{kind: followup, at: done, effective: worked, satisfied: {column: happy, equals: J}}"
    table = f"{{name: calls, rows: event, ticket: {{id: ticket}}, events: [{line}]}}"
    cells = [("5", "yes", "J"), ("5", "false", "N"), ("6", "", ""), ("7", "perhaps", "J")]
    rows = [(ticket, f"2024-01-02 0{i}:00:00", *said) for i, (ticket, *said) in enumerate(cells)]
    bench.take(f"version: 1\ntables: [{table}]\n", TextRows(("ticket", "done", "worked", "happy"), rows))
    found = bench.all("SELECT effective, satisfied FROM norm_event ORDER BY seq")
    assert found == [(True, True), (False, False), (None, None), (None, True)]
    assert bench.all("SELECT row_no, rule, value FROM norm_defect") == [(4, "unparsed_cell", "perhaps")]


def test_only_followups_have_answers() -> None:
    line = "{kind: handoff, at: done, satisfied: happy}"
    table = f"{{name: calls, rows: event, ticket: {{id: ticket}}, events: [{line}]}}"
    with pytest.raises(MappingError, match="answers of a followup, not of kind handoff"):
        parse_mapping(f"version: 1\ntables: [{table}]\n", "x")


def test_messages_of_the_same_log_keep_who_wrote_them(bench: Bench) -> None:
    rows = [
        event("reply", role="staff", author="ann", private="0"),
        event("reply", role="user", author="Mr Private", private="0"),
        event("reply", role="robot", author="bot-1", private="1", auto="1"),
    ]
    bench.take(EVENTS, TextRows(HEADER, rows))
    assert bench.all("SELECT author_kind, author, is_public, is_auto FROM norm_message ORDER BY seq") == [
        ("agent", "ann", True, False),
        ("customer", None, True, False),
        ("bot", "bot-1", False, True),
    ]
    assert bench.all("SELECT src_id, is_bot FROM norm_agent ORDER BY 1") == [("ann", False), ("bot-1", True)]


def test_every_row_is_taken_or_set_aside_once(bench: Bench) -> None:
    rows = [
        event("state", "done"),
        event("state", "limbo"),
        event("viewed"),
        event("state", "done", created=""),
        event("state", "done", created="today"),
        event("state", "done", ticket=""),
    ]
    found = bench.take(EVENTS, TextRows(HEADER, rows * 1))
    assert bench.all("SELECT row_no, rule FROM norm_reject ORDER BY row_no") == [
        (2, "unknown_status"),
        (4, "no_event"),
        (5, "unparsed_cell"),
        (6, "missing_key"),
    ]
    assert bench.all("SELECT row_no, kind FROM norm_row") == [(1, "event")]
    assert (found.n_read, found.n_rejected, found.n_unused) == (5, 4, 1)


def test_rows_no_line_asks_for_are_neither_rejected_nor_missed(bench: Bench) -> None:
    found = bench.take(EVENTS, TextRows(HEADER, [event("viewed", created="", ticket=""), event("state", "done")]))
    assert (found.n_read, found.n_rejected, found.n_unused) == (1, 0, 1)
    assert bench.all("SELECT * FROM norm_reject") == []
    assert bench.all("SELECT row_no FROM norm_event") == [(2,)]


def test_a_line_without_only_asks_for_every_row(bench: Bench) -> None:
    mapping = EVENTS.replace("        only: {event: [state, prio, owner, joined]}\n", "")
    found = bench.take(mapping, TextRows(HEADER, [event("viewed"), event("state", "done")]))
    assert (found.n_read, found.n_rejected, found.n_unused) == (2, 1, 0)
    assert bench.all("SELECT rule FROM norm_reject") == [("no_event",)]


def test_identical_events_without_id_are_two_with_steady_keys(bench: Bench) -> None:
    twice = [event("state", "done"), event("state", "done")]
    bench.take(EVENTS, TextRows(HEADER, twice[:1]))
    (first,) = bench.all("SELECT event_key FROM norm_event")
    bench.take(EVENTS, TextRows(HEADER, twice))
    keys = bench.all("SELECT event_key FROM norm_event ORDER BY seq")
    assert keys[0] == first and keys[1] != first
    assert bench.all("SELECT count(DISTINCT key) FROM norm_row") == [(2,)]


def test_the_last_of_one_message_id_wins(bench: Bench) -> None:
    mapping = (
        "version: 1\ntables:\n  - {name: m, rows: message, ticket: {id: t},"
        " messages: [{author_kind: agent, at: sent, by: who, id: id}]}"
    )
    rows = TextRows(("t", "sent", "who", "id"), [("1", "2024-01-01", "ann", "77"), ("1", "2024-01-01", "bob", "77")])
    bench.take(mapping, rows)
    assert bench.all("SELECT author FROM norm_message") == [("bob",)]
    assert bench.all("SELECT count(*), count(DISTINCT key) FROM norm_row") == [(2, 1)]


def test_instant_columns_of_a_ticket_stand_for_events_and_messages(bench: Bench) -> None:
    more = (
        "    events: [{kind: status, to: resolved, at: {first_of: [resolved, closed]}}]\n"
        "    messages: [{author_kind: agent, at: replied, by: who}]"
    )
    rows = TextRows(
        ("id", "resolved", "closed", "replied", "who"),
        [("1", "", "2024-01-03", "2024-01-02", "ann"), ("2", "2024-01-02", "2024-01-03", "", "bob")],
    )
    found = bench.take(ticket_mapping("id: id", more), rows)
    assert bench.all("SELECT ticket_key & 255, day(occurred_at) FROM norm_event ORDER BY 1") == [(1, 3), (2, 2)]
    assert bench.all("SELECT author, is_public, is_auto FROM norm_message") == [("ann", True, False)]
    assert found.owned == (1, 2)


def test_a_bad_event_instant_sets_the_ticket_row_aside(bench: Bench) -> None:
    more = "    events: [{kind: status, to: resolved, at: resolved}]"
    rows = TextRows(("id", "resolved"), [("1", "2024-01-01"), ("2", "2024-02-30"), ("3", "")])
    bench.take(ticket_mapping("id: id", more), rows)
    assert bench.all("SELECT row_no, field FROM norm_reject") == [(2, "events.0.at")]
    assert bench.all("SELECT count(*) FROM norm_ticket") == [(2,)]


def test_an_unknown_author_is_a_defect(bench: Bench) -> None:
    bench.take(EVENTS, TextRows(HEADER, [event("reply", role="alien", author="x")]))
    assert bench.all("SELECT rule, value FROM norm_defect") == [("unknown_author_kind", "alien")]
    assert bench.all("SELECT author_kind, author FROM norm_message") == [(None, None)]


def test_a_table_unknown_to_the_mapping_is_an_error(bench: Bench) -> None:
    with pytest.raises(MappingError, match="no table 'other' in the mapping, it has log"):
        normalize(bench.con, Batch("other", TextRows(HEADER, [])), parse_mapping(EVENTS), 1, "salt")


def test_nothing_temporary_is_left_behind(bench: Bench) -> None:
    bench.take(EVENTS, TextRows(HEADER, [event("state", "done"), event("state", "done")]))
    with pytest.raises(MappingError):
        bench.take(ticket_mapping("id: id, created_at: b"), TextRows(("id", "b"), [("1", "x")]))
    left = bench.all("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'kw_')")
    assert left == []
