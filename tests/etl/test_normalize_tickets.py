from datetime import UTC, datetime

import pytest

from etl.model import MappingError, Reject
from tests.etl.text_rows import Bench, TextRows, ticket_mapping

UPDATES = """
version: 1
nulls: ["?"]
tables:
  - name: incidents
    rows: update
    fold: {sequence: mod}
    date_format: "%d/%m/%Y %H:%M"
    ticket: {id: number, created_at: opened, category: category, product: category#2}
    events:
      - kind: status
        at: updated
        each: row
        to: {column: state, values: {New: new, Active: open, Closed: closed}}
      - {kind: status, to: resolved, at: {first_of: [resolved, closed]}}
"""
HEADER = ("number", "state", "mod", "opened", "updated", "category", "category", "resolved", "closed")


def update(number: str, state: str, mod: str, updated: str, category: str = "a") -> tuple[str | None, ...]:
    return (number, state, mod, "29/2/2016 01:16", updated, category, "sub", "?", "5/3/2016 12:00")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_updates_are_folded_to_the_highest_sequence(bench: Bench) -> None:
    rows = [
        update("7", "Closed", "10", "5/3/2016 12:00", "late"),
        update("7", "New", "9", "29/2/2016 01:23", "early"),
    ]
    bench.take(UPDATES, TextRows(HEADER, rows))
    assert bench.all("SELECT src_ticket_id, category, version FROM norm_ticket") == [("7", "late", 10)]


def test_file_order_breaks_ties_of_the_sequence(bench: Bench) -> None:
    rows = [update("7", "New", "1", "1/3/2016 01:00", "first"), update("7", "New", "1", "1/3/2016 01:00", "last")]
    bench.take(UPDATES, TextRows(HEADER, rows))
    assert bench.all("SELECT category FROM norm_ticket") == [("last",)]


def test_every_update_is_an_event_and_the_folded_row_one_more(bench: Bench) -> None:
    rows = [update("7", "New", "0", "29/2/2016 01:23"), update("7", "Closed", "1", "5/3/2016 12:00")]
    found = bench.take(UPDATES, TextRows(HEADER, rows))
    events = bench.all('SELECT stream, "new", seq, occurred_at FROM norm_event ORDER BY stream, seq')
    assert [event[:3] for event in events] == [(1, "new", 1), (1, "closed", 2), (2, "resolved", 2)]
    assert events[2][3] == datetime(2016, 3, 5, 12, tzinfo=UTC)
    assert found.owned == (2,)


def test_an_unknown_status_is_set_aside_and_the_row_loads(bench: Bench) -> None:
    found = bench.take(UPDATES, TextRows(HEADER, [update("7", "-100", "0", "29/2/2016 01:23")]))
    assert bench.all("SELECT rule, field, value FROM norm_reject") == [("unknown_status", "events.0.to", "-100")]
    assert bench.all("SELECT kind, version FROM norm_row") == [("ticket", 0)]
    assert (found.n_read, found.n_rejected) == (1, 0)
    assert bench.all("SELECT count(*) FROM norm_event WHERE stream = 1") == [(0,)]


def test_the_second_column_of_a_name_is_reached(bench: Bench) -> None:
    bench.take(UPDATES, TextRows(HEADER, [update("7", "New", "0", "29/2/2016 01:23", "main")]))
    assert bench.all("SELECT category, product FROM norm_ticket") == [("main", "sub")]


def test_updates_of_one_sequence_keep_both_events_but_equal_rows_count_once(bench: Bench) -> None:
    one, other = update("7", "New", "1", "1/3/2016 01:00"), update("7", "Active", "1", "1/3/2016 02:00")
    bench.take(UPDATES, TextRows(HEADER, [one, other, one]))
    assert bench.all("SELECT count(*), count(DISTINCT event_key) FROM norm_event WHERE stream = 1") == [(2, 2)]
    assert bench.all("SELECT count(*) FROM norm_row") == [(3,)]


def test_event_keys_are_the_same_in_another_load(bench: Bench) -> None:
    rows = [update("7", "New", str(number), "1/3/2016 01:00") for number in range(3)]
    bench.take(UPDATES, TextRows(HEADER, rows))
    first = bench.all("SELECT event_key FROM norm_event WHERE stream = 1 ORDER BY 1")
    bench.take(UPDATES, TextRows(HEADER, rows[::-1]))
    assert bench.all("SELECT event_key FROM norm_event WHERE stream = 1 ORDER BY 1") == first


def test_an_update_without_sequence_is_set_aside(bench: Bench) -> None:
    rows = [update("7", "New", "x1", "1/3/2016 01:00"), update("7", "New", "2", "1/3/2016 01:00")]
    found = bench.take(UPDATES, TextRows(HEADER, rows))
    assert bench.all("SELECT row_no, rule, field, value FROM norm_reject") == [
        (1, "unparsed_cell", "fold.sequence", "x1")
    ]
    assert found.n_rejected == 1


def test_a_row_without_key_is_set_aside_whole(bench: Bench) -> None:
    rows = TextRows(("id", "team"), [("", "red"), ("1", "blue")])
    found = bench.take(ticket_mapping("id: id, team: team"), rows)
    assert found.n_rejected == 1
    assert bench.all("SELECT row_no, payload->>'team', rule, field FROM norm_reject") == [
        (1, "red", "missing_key", "ticket.id")
    ]
    assert bench.all("SELECT src_ticket_id FROM norm_ticket") == [("1",)]


def test_a_bad_instant_is_one_row_and_names_what_would_do(bench: Bench) -> None:
    rows = TextRows(("id", "born"), [("1", "2024-01-01"), ("2", "soon"), ("3", "2024-01-02 03:04:05.678")])
    bench.take(ticket_mapping("id: id, created_at: born"), rows)
    (found,) = bench.all("SELECT row_no, field, value, hint FROM norm_reject")
    assert found[:3] == (2, "ticket.created_at", "soon")
    assert "write an instant of the form iso" in found[3]
    assert bench.all("SELECT max(created_at) FROM norm_ticket")[0][0] == datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)


@pytest.mark.parametrize("absurd", ["9999-12-31", "0001-01-01", "infinity", "-infinity", "294247-01-10"])
def test_an_absurd_instant_never_becomes_the_watermark(bench: Bench, absurd: str) -> None:
    rows = TextRows(("id", "born"), [("1", "2024-01-01"), ("2", absurd), ("3", "2024-01-01")])
    found = bench.take(ticket_mapping("id: id, created_at: born"), rows)
    assert found.until == datetime(2024, 1, 1, tzinfo=UTC)
    assert found.n_rejected == 1


def test_a_bad_vendor_number_is_a_defect_and_the_row_loads(bench: Bench) -> None:
    more = "    vendor: {hops: {column: hops, type: integer}}"
    rows = TextRows(("id", "hops"), [("1", "three"), ("2", "3.0"), ("3", "3.5"), ("4", None)])
    bench.take(ticket_mapping("id: id", more), rows)
    assert bench.all("SELECT row_no, rule, field, value FROM norm_defect ORDER BY 1") == [
        (1, "unparsed_cell", "vendor.hops", "three"),
        (3, "unparsed_cell", "vendor.hops", "3.5"),
    ]
    assert bench.all("SELECT vendor->>'hops' FROM norm_ticket ORDER BY row_no") == [(None,), ("3",), (None,), (None,)]


def test_a_channel_keeps_the_word_of_the_source(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, channel: {column: via, values: {Chat: online}}")
    bench.take(mapping, TextRows(("id", "via"), [("1", "Chat"), ("2", "Pigeon"), ("3", "")]))
    assert bench.all("SELECT channel, channel_detail FROM norm_ticket ORDER BY row_no") == [
        ("online", "Chat"),
        (None, "Pigeon"),
        (None, None),
    ]
    assert bench.all("SELECT rule, value FROM norm_defect") == [("unknown_channel", "Pigeon")]


def test_text_keys_are_tidied_and_keep_their_case(bench: Bench) -> None:
    cells = [
        "Ｂｉｌｌｉｎｇ",
        "  Billing ",
        "Bil\u00a0ling",
        "Cafe\u0301",
        "Café",
        "billing",
        "退款\u3000\u3000问题",
        "a\tb\nc",
        "x\0y",
    ]
    rows = TextRows(("id", "cat"), [(str(number), cell) for number, cell in enumerate(cells)])
    bench.take(ticket_mapping("id: id, category: cat"), rows)
    found = [row[0] for row in bench.all("SELECT category FROM norm_ticket ORDER BY row_no")]
    assert found == ["Billing", "Billing", "Bil ling", "Café", "Café", "billing", "退款 问题", "a b c", "x y"]


def test_full_width_digits_and_stray_blanks_are_numbers_and_dates(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, created_at: born", "    vendor: {n: {column: n, type: integer}}")
    bench.take(mapping, TextRows(("id", "born", "n"), [("1", " 2024-01-02 ", "１２"), ("2", "２０２４-01-03", "1")]))
    assert bench.all("SELECT vendor->>'n', day(created_at) FROM norm_ticket ORDER BY row_no") == [("12", 2), ("1", 3)]


def test_an_alias_joins_two_spellings(bench: Bench) -> None:
    mapping = ticket_mapping(
        'id: id, category: {column: c, aliases: {"Pricing and Licensing": "Pricing and licensing"}}'
    )
    rows = TextRows(("id", "c"), [("1", "Pricing and Licensing"), ("2", "Pricing and licensing"), ("3", "Other")])
    bench.take(mapping, rows)
    assert bench.all("SELECT category, count(*) FROM norm_ticket GROUP BY 1 ORDER BY 1") == [
        ("Other", 1),
        ("Pricing and licensing", 2),
    ]


def test_defaults_constants_templates_and_row_numbers(bench: Bench) -> None:
    fields = (
        "id: {row_number: true}, created_by: {column: via, values: {phone: agent}, default: customer},"
        " type: {constant: tech}, team: {template: '{dept}/{team}'}, is_spam: {column: state, equals: spam}"
    )
    rows = TextRows(("via", "dept", "team", "state"), [("phone", "A", "x", "spam"), ("", "A", None, "")])
    bench.take(ticket_mapping(fields), rows)
    assert bench.all("SELECT src_ticket_id, created_by, type, team, is_spam FROM norm_ticket ORDER BY row_no") == [
        ("1", "agent", "tech", "A/x", True),
        ("2", "customer", "tech", None, False),
    ]


def test_when_is_true_only_if_every_column_agrees(bench: Bench) -> None:
    more = '    vendor: {untouched: {when: {a: "0", b: ["0", "none"]}}}'
    rows = TextRows(("id", "a", "b"), [("1", "0", "none"), ("2", "0", "1"), ("3", "1", ""), ("4", "0", "")])
    bench.take(ticket_mapping("id: id", more), rows)
    found = [row[0] for row in bench.all("SELECT vendor->>'untouched' FROM norm_ticket ORDER BY row_no")]
    assert found == ["true", "false", "false", None]


def test_customers_are_hashes_and_no_number_shows(bench: Bench) -> None:
    rows = TextRows(
        ("id", "who", "tier"), [("1", "13812345678", "gold"), ("2", "13812345678", "silver"), ("3", "", "")]
    )
    bench.take(ticket_mapping("id: id, customer: who, tier: tier"), rows)
    ((key, hashed, tier),) = bench.all("SELECT customer_key, person_hash, tier FROM norm_customer")
    assert len(hashed) == 64 and tier == "silver" and "13812345678" not in str(key)
    assert bench.all("SELECT count(customer_key), count(DISTINCT customer_key) FROM norm_ticket") == [(2, 1)]


def test_a_repeated_ticket_is_taken_once_and_noted(bench: Bench) -> None:
    found = bench.take(ticket_mapping("id: id, team: t"), TextRows(("id", "t"), [("1", "old"), ("1", "new")]))
    assert bench.all("SELECT team FROM norm_ticket") == [("new",)]
    assert bench.all("SELECT row_no, rule FROM norm_defect") == [(1, "duplicate_id")]
    assert (found.n_rejected, bench.all("SELECT count(*) FROM norm_row")[0][0]) == (0, 2)


def test_an_instant_can_be_the_version(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, team: t", "    fold: {sequence: upd}")
    rows = TextRows(("id", "t", "upd"), [("1", "new", "2024-01-02T00:00:00Z"), ("1", "old", "2024-01-01T00:00:00Z")])
    bench.take(mapping, rows)
    assert bench.all("SELECT team, version FROM norm_ticket") == [("new", 1704153600000000)]


def test_given_due_times_do_not_move_the_watermark(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, created_at: born", "    due: {resolution: due}")
    found = bench.take(
        mapping, TextRows(("id", "born", "due"), [("1", "2024-01-01", "2024-02-01"), ("2", "2024-01-02", "")])
    )
    assert found.until == datetime(2024, 1, 2, tzinfo=UTC)
    assert bench.all("SELECT what, origin FROM norm_due") == [("resolution", "source")]


def test_tags_are_lists(bench: Bench) -> None:
    rows = TextRows(("id", "t"), [("1", "vip, slow_response"), ("2", '["a","b"]'), ("3", "")])
    bench.take(ticket_mapping("id: id, tags: t"), rows)
    found = [row[0] for row in bench.all("SELECT tags FROM norm_ticket ORDER BY row_no")]
    assert found == [["vip", "slow_response"], ["a", "b"], None]


def test_a_duration_has_the_unit_it_is_declared_in(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, given_resolution_s: {column: h, type: duration_h}")
    bench.take(mapping, TextRows(("id", "h"), [("1", "1.5"), ("2", "0:30:00"), ("3", "-1"), ("4", "0")]))
    found = [row[0] for row in bench.all("SELECT given_resolution_s FROM norm_ticket ORDER BY row_no")]
    assert found == [5400.0, 1800.0, None, 0.0]


def test_malformed_rows_are_read_and_rejected(bench: Bench) -> None:
    reject = Reject(2, {"line": "a,b,c"}, "malformed", None, "a,b,c", "quote the comma")
    found = bench.take(ticket_mapping("id: id"), TextRows(("id",), [("1",)], [reject]))
    assert (found.n_read, found.n_rejected) == (2, 1)
    assert bench.all("SELECT row_no, payload->>'line', rule FROM norm_reject") == [(2, "a,b,c", "malformed")]


@pytest.mark.parametrize("n_columns", [1, 300])
def test_an_empty_batch_is_no_error(bench: Bench, n_columns: int) -> None:
    names = tuple(f"c{number}" for number in range(n_columns))
    found = bench.take(ticket_mapping("id: c0"), TextRows(names, []))
    assert (found.n_read, found.until, found.n_rejected) == (0, None, 0)


def test_hostile_names_and_values_are_only_text(bench: Bench) -> None:
    name, value = "a'; DROP TABLE norm_ticket; --\"", "x'); DROP TABLE norm_row; --"
    mapping = ticket_mapping(f'id: id, team: {{column: {name!r}, nulls: ["it\'s"]}}'.replace("\\'", "'"))
    mapping = ticket_mapping('id: id, team: {first_of: ["a\'; DROP TABLE norm_ticket; --\\""]}')
    bench.take(mapping, TextRows(("id", name), [("1", value), ("", value)]))
    assert bench.all("SELECT team FROM norm_ticket") == [(value,)]
    assert bench.all("SELECT json_extract_string(payload, ['$.id']) FROM norm_reject") == [([""],)]


def test_emoji_line_breaks_and_a_megabyte_of_text_survive(bench: Bench) -> None:
    long = "长" * 350_000
    rows = TextRows(("id", "c", "note"), [("1", "👩‍👩‍👧 𠮷", "two\nlines"), ("", "x", long)])
    bench.take(ticket_mapping("id: id, category: c", "    custom: {note: note}"), rows)
    assert bench.all("SELECT category, custom->>'note' FROM norm_ticket") == [("👩‍👩‍👧 𠮷", "two lines")]
    assert bench.all("SELECT length(payload->>'note') FROM norm_reject") == [(350_000,)]


def test_a_nul_in_an_unmapped_column_reaches_the_ledger(bench: Bench) -> None:
    bench.take(ticket_mapping("id: id"), TextRows(("id", "raw"), [("", "a\0b")]))
    assert bench.all("SELECT json_valid(payload) FROM norm_reject") == [(True,)]


def test_a_missing_column_names_line_close_names_and_header(bench: Bench) -> None:
    with pytest.raises(MappingError) as caught:
        bench.take(ticket_mapping("id: numbr"), TextRows(("number", "Team"), [("1", "a")]))
    message = str(caught.value)
    assert message.startswith("mapping.yaml:6: tables.0.ticket.id: column 'numbr' is not in the header")
    assert "did you mean 'number'? The header has: number, Team" in message


def test_a_changed_mapping_changes_the_row_hash(bench: Bench) -> None:
    rows = TextRows(("id", "a"), [("1", "x")])
    bench.take(ticket_mapping("id: id"), rows)
    before = bench.all("SELECT row_hash FROM norm_ticket")
    bench.take(ticket_mapping("id: id"), rows)
    assert bench.all("SELECT row_hash FROM norm_ticket") == before
    bench.take(ticket_mapping("id: id, team: a"), rows)
    assert bench.all("SELECT row_hash FROM norm_ticket") != before
