"""What a load does to the canonical tables, the ledger and the touched cases."""

from datetime import UTC, datetime

import pytest

from data.warehouse import data_version
from etl.load import load
from etl.model import Batch, Delivery, LoadRefused, MappingError
from etl.sources.text_rows import TextRows
from tests.etl.loading import COLUMNS, NOW, Desk, desk, fates

FIRST = ("7", "2026-01-01 08:00:00", "1", "2026-01-02 08:00:00")
SECOND = ("8", "2026-01-03 08:00:00", "2", None)
UPDATES = """
version: 1
tables:
  - name: log
    rows: update
    fold: {sequence: step}
    ticket: {id: id, created_at: created}
    events:
      - {kind: status, to: {column: state, values: {new: new, open: open, done: resolved}}, at: changed, each: row}
"""
STEPS = ("id", "step", "created", "state", "changed")
VERSIONED = """
version: 1
tables:
  - name: tickets
    rows: ticket
    fold: {sequence: step}
    ticket: {id: id, created_at: created, category: topic}
"""
EVENTS = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created}
  - name: events
    rows: event
    ticket: {id: ticket}
    events:
      - {kind: status, to: {column: to, values: {open: open, done: resolved}}, at: moment, id: id}
"""
EVENT_COLUMNS = ("id", "ticket", "to", "moment")
SURVEYS = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created}
    survey: {overall: score, submitted_at: created}
"""
SURVEY_COLUMNS = ("id", "created", "score")


@pytest.fixture(autouse=True, params=[20_000, 1], ids=["few", "many"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every load be taken for one of few rows, and for one of many."""
    monkeypatch.setattr("etl.load.fates.MANY", request.param)


def test_first_load_is_all_new() -> None:
    at_work = desk()
    assert fates(at_work.load([FIRST, SECOND])) == (2, 0, 0, 0)
    assert at_work.all("SELECT src_ticket_id FROM ticket ORDER BY 1") == ["7", "8"]
    assert at_work.touched == [("7", "8")]


def test_same_rows_again_change_nothing() -> None:
    at_work = desk()
    at_work.load([FIRST, SECOND])
    version = data_version(at_work.con)
    assert fates(at_work.load([FIRST, SECOND])) == (0, 0, 2, 0)
    assert data_version(at_work.con) == version
    assert len(at_work.touched) == 1


def test_only_the_changed_ticket_is_touched() -> None:
    at_work = desk()
    at_work.load([FIRST, SECOND])
    assert fates(at_work.load([FIRST, (*SECOND[:2], "1", None)])) == (0, 1, 1, 0)
    assert at_work.touched[-1] == ("8",)
    assert at_work.all("SELECT priority FROM ticket ORDER BY src_ticket_id") == ["P1", "P1"]


def test_a_resolution_that_vanished_takes_its_event_along() -> None:
    at_work = desk()
    at_work.load([FIRST])
    at_work.load([(*FIRST[:3], None)])
    assert at_work.all("SELECT * FROM ticket_event") == []


def test_a_changed_resolution_replaces_its_event() -> None:
    at_work = desk()
    at_work.load([FIRST])
    at_work.load([(*FIRST[:3], "2026-01-05 08:00:00")])
    assert at_work.all("SELECT occurred_at FROM ticket_event") == [datetime(2026, 1, 5, 8, tzinfo=UTC)]


def test_repeated_rows_of_one_batch_leave_one_ticket() -> None:
    at_work = desk()
    assert fates(at_work.load([FIRST, FIRST, SECOND])) == (2, 0, 1, 0)
    assert at_work.all("SELECT count(*) FROM ticket") == [2]
    assert at_work.all("SELECT count(*) FROM ticket_event") == [1]


def test_the_last_of_differing_rows_wins() -> None:
    at_work = desk()
    assert fates(at_work.load([FIRST, (*FIRST[:2], "2", None)])) == (1, 1, 0, 0)
    assert at_work.all("SELECT priority FROM ticket") == ["P2"]
    assert at_work.all("SELECT count(*) FROM ticket_event") == [0]


def _versioned(at_work: Desk, step: str, topic: str) -> tuple[int, int, int, int]:
    columns = ("id", "step", "created", "topic")
    return fates(at_work.load([("7", step, "2026-01-01 08:00:00", topic)], columns=columns))


def test_an_older_version_never_overwrites_a_newer_one() -> None:
    at_work = desk(VERSIONED)
    _versioned(at_work, "5", "new words")
    assert _versioned(at_work, "4", "old words") == (0, 0, 1, 0)
    assert at_work.all("SELECT category FROM ticket") == ["new words"]


def test_a_newer_version_of_equal_content_still_guards_against_the_older() -> None:
    at_work = desk(VERSIONED)
    _versioned(at_work, "1", "a")
    _versioned(at_work, "3", "a")
    _versioned(at_work, "2", "b")
    assert at_work.all("SELECT category, version FROM ticket") == [("a", 3)]


def _log(*steps: str) -> list[tuple[str, ...]]:
    states = {"1": "new", "2": "open", "3": "done"}
    return [("7", step, "2026-01-01 08:00:00", states[step], f"2026-01-01 0{step}:00:00") for step in steps]


def test_update_rows_fold_to_one_ticket_with_all_its_events() -> None:
    at_work = desk(UPDATES)
    assert fates(at_work.load(_log("1", "2", "3"), table="log", columns=STEPS)) == (1, 2, 0, 0)
    assert at_work.all("SELECT new FROM ticket_event ORDER BY occurred_at") == ["new", "open", "resolved"]


def test_a_growing_log_changes_only_by_what_it_grew() -> None:
    at_work = desk(UPDATES)
    at_work.load(_log("1", "2"), table="log", columns=STEPS)
    assert fates(at_work.load(_log("1", "2", "3"), table="log", columns=STEPS)) == (0, 1, 2, 0)


def test_a_late_update_row_adds_its_event_and_keeps_the_newer_ticket() -> None:
    at_work = desk(UPDATES)
    at_work.load(_log("1", "3"), table="log", columns=STEPS)
    assert fates(at_work.load(_log("2"), table="log", columns=STEPS)) == (0, 1, 0, 0)
    assert at_work.all("SELECT version FROM ticket") == [3]
    assert at_work.touched[-1] == ("7",)
    assert at_work.all("SELECT count(*) FROM ticket_event") == [3]


def _event_desk() -> Desk:
    at_work = desk(EVENTS)
    at_work.load_all(
        [
            Batch("tickets", TextRows.of(("id", "created"), [("7", "2026-01-01"), ("8", "2026-01-01")])),
            Batch("events", TextRows.of(EVENT_COLUMNS, [("1", "7", "open", "2026-01-02 10:00:00")])),
        ]
    )
    return at_work


def test_an_event_touches_its_ticket() -> None:
    at_work = _event_desk()
    rows = [("1", "7", "open", "2026-01-02 10:00:00"), ("2", "8", "done", "2026-01-03 10:00:00")]
    assert fates(at_work.load(rows, table="events", columns=EVENT_COLUMNS)) == (1, 0, 1, 0)
    assert at_work.touched[-1] == ("8",)


def test_an_event_that_moved_to_another_ticket_touches_both() -> None:
    at_work = _event_desk()
    at_work.load([("1", "8", "open", "2026-01-02 10:00:00")], table="events", columns=EVENT_COLUMNS)
    assert at_work.touched[-1] == ("7", "8")
    assert at_work.all("SELECT count(*) FROM ticket_event") == [1]


def test_new_tickets_and_events_of_known_ones_in_one_delivery_touch_all_of_them() -> None:
    at_work = desk(EVENTS)
    at_work.load([("7", FIRST[1])], "tickets", columns=("id", "created"))
    tickets = Batch("tickets", TextRows.of(("id", "created"), [("8", SECOND[1])]))
    events = Batch("events", TextRows.of(EVENT_COLUMNS, [("1", "7", "done", FIRST[3])]))
    assert fates(at_work.load_all([tickets, events])) == (2, 0, 0, 0)
    assert at_work.touched[-1] == ("7", "8")


def test_an_event_may_come_before_its_ticket() -> None:
    at_work = desk(EVENTS)
    at_work.load([("1", "9", "open", "2026-01-02 10:00:00")], table="events", columns=EVENT_COLUMNS)
    at_work.load([("9", "2026-01-01")], columns=("id", "created"))
    assert at_work.all("SELECT count(*) FROM ticket JOIN ticket_event USING (ticket_key)") == [1]


def test_a_survey_in_a_ticket_row_comes_and_goes_with_it() -> None:
    at_work = desk(SURVEYS)
    at_work.load([("7", "2026-01-01", "4"), ("8", "2026-01-01", "5")], columns=SURVEY_COLUMNS)
    at_work.load([("7", "2026-01-01", None)], columns=SURVEY_COLUMNS)
    assert at_work.all("SELECT overall FROM survey_response") == [5.0]
    assert at_work.all("SELECT count(*) FROM touched_survey") == [1]


def test_a_row_without_its_id_is_kept_whole_in_the_reject_ledger() -> None:
    at_work = desk()
    assert fates(at_work.load([FIRST, (None, "2026-01-03", "1", None)])) == (1, 0, 0, 1)
    (payload, row_no) = at_work.all("SELECT payload, row_no FROM reject")[0]
    assert "2026-01-03" in payload
    assert row_no == 2


def test_a_reject_seen_again_is_counted_but_noted_once() -> None:
    at_work = desk()
    bad = (None, "2026-01-03", "1", None)
    at_work.load([FIRST, bad])
    assert at_work.load([FIRST, bad]).n_rejected == 1
    assert at_work.all("SELECT count(*) FROM reject") == [1]


def test_too_many_bad_rows_are_refused_with_a_sample() -> None:
    at_work = desk()
    with pytest.raises(LoadRefused, match="30 of 40 rows are bad") as refused:
        at_work.load([FIRST] * 10 + [(None, None, None, None)] * 30)
    assert refused.value.report.n_rejected == 30
    assert at_work.all("SELECT count(*) FROM ticket") == [0]
    assert at_work.all("SELECT state FROM load_run") == ["refused"]
    assert at_work.all("SELECT count(*) > 0 FROM reject") == [True]


def test_the_same_refusal_again_is_noted_once() -> None:
    at_work = desk()
    for _ in range(2):
        with pytest.raises(LoadRefused):
            at_work.load([(None, None, None, None)] * 30)
    assert at_work.all("SELECT count(*) FROM load_run UNION ALL SELECT count(*) FROM reject") == [1, 30]


def test_a_few_bad_rows_never_refuse_a_load() -> None:
    at_work = desk()
    assert at_work.load([(None, None, None, None)] * 19).n_rejected == 19


def test_a_failing_refresh_leaves_nothing_behind() -> None:
    at_work = desk()
    at_work.refresh = lambda con, watermark: 1 / 0  # type: ignore[method-assign,assignment]
    with pytest.raises(ZeroDivisionError):
        at_work.load([FIRST])
    assert at_work.all("SELECT count(*) FROM ticket UNION ALL SELECT count(*) FROM source") == [0, 0]


def test_what_a_refresh_leaves_is_done_after_the_commit_and_moves_the_version_again() -> None:
    at_work = desk()
    seen = list[tuple[int, int]]()

    def finish() -> None:
        other = at_work.con.cursor()  # another connection sees what is committed only
        other.execute(f"USE {at_work.con.execute('SELECT current_database()').fetchone()[0]}")  # type: ignore[index]
        seen.append((len(other.execute("FROM ticket").fetchall()), data_version(other)))

    rows = Batch("tickets", TextRows.of(COLUMNS, [FIRST, SECOND]))
    delivery = Delivery("desk", [rows])
    report = load(at_work.con, delivery, at_work.mapping, lambda con, mark: finish, NOW)
    assert seen == [(2, 1)]
    assert (report.data_version, data_version(at_work.con)) == (2, 2)


def test_the_watermark_is_the_latest_instant_of_the_rows() -> None:
    at_work = desk()
    assert at_work.load([FIRST, SECOND]).watermark == datetime(2026, 1, 3, 8, tzinfo=UTC)


def test_an_instant_in_the_future_moves_the_watermark_to_now_only() -> None:
    assert desk().load([("7", "2099-01-01 00:00:00", "1", None)]).watermark == NOW


def test_a_watermark_never_goes_back() -> None:
    at_work = desk()
    at_work.load([SECOND])
    at_work.load([("9", "2020-01-01 00:00:00", "1", None)])
    assert at_work.watermarks[-1] == datetime(2026, 1, 3, 8, tzinfo=UTC)


def test_an_idle_pull_moves_the_watermark_and_nothing_else() -> None:
    at_work = desk(is_live=True)
    at_work.load([FIRST], until=datetime(2026, 2, 1, tzinfo=UTC))
    report = at_work.load_all([], until=datetime(2026, 3, 1, tzinfo=UTC))
    assert (report.run_id, report.watermark) == (0, datetime(2026, 3, 1, tzinfo=UTC))
    assert at_work.all("SELECT count(*) FROM load_run") == [1]
    assert at_work.touched[-1] == ()


def test_another_mapping_is_refused_unless_the_source_is_loaded_anew() -> None:
    at_work = desk()
    at_work.load([FIRST])
    at_work.mapping = desk(TICKETS_WITHOUT_EVENTS).mapping
    with pytest.raises(MappingError, match="another mapping"):
        at_work.load([SECOND])
    at_work.origin = desk(replace=True).origin
    at_work.load([SECOND])
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["8"]
    assert at_work.all("SELECT count(*) FROM ticket_event") == [0]


TICKETS_WITHOUT_EVENTS = """
version: 1
tables:
  - {name: tickets, rows: ticket, ticket: {id: id, created_at: created}}
"""


def test_a_source_keeps_its_number() -> None:
    at_work = desk()
    at_work.load([FIRST])
    at_work.load([SECOND], source_id="other")
    at_work.load([("9", "2026-01-01", "1", None)])
    assert at_work.all("SELECT source_no FROM ticket ORDER BY src_ticket_id") == [1, 2, 1]


def test_customers_take_over_what_arrives_and_keep_the_rest() -> None:
    at_work = desk(
        "version: 1\ntables:\n"
        "  - {name: t, rows: ticket, ticket: {id: id, customer: who, tier: tier, region: place}}\n"
    )
    columns = ("id", "who", "tier", "place")
    at_work.load([("1", "ann", "gold", "north")], table="t", columns=columns)
    at_work.load([("2", "ann", None, "south")], table="t", columns=columns)
    assert at_work.all("SELECT tier, region FROM customer") == [("gold", "south")]


def test_a_customer_is_known_by_a_hash_only() -> None:
    at_work = desk("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id, customer: who}}\n", salt="s")
    at_work.load([("1", "ann@example.org")], table="t", columns=("id", "who"))
    assert "ann" not in at_work.all("SELECT person_hash FROM customer")[0]


def test_the_ledger_tells_what_a_load_did() -> None:
    at_work = desk()
    report = at_work.load([FIRST, SECOND], file_name="a.csv", file_hash="h", cursor="{}")
    told = at_work.all("SELECT run_id, state, n_read, n_new, data_version, file_name, cursor FROM load_run")
    assert told == [(report.run_id, "done", 2, 2, report.data_version, "a.csv", "{}")]


def test_the_same_content_under_another_name_is_not_loaded_again() -> None:
    at_work = desk()
    at_work.load([FIRST], file_name="a.csv", file_hash="h")
    report = at_work.load([FIRST], file_name="b.csv", file_hash="h")
    assert report.n_read == 0
    assert "already loaded in run 1 (a.csv)" in (report.message or "")


def test_every_stage_is_timed() -> None:
    assert set(desk().load([FIRST]).seconds) == {"normalize", "compare", "move", "ledger", "refresh"}


def test_bulk_and_row_by_row_give_the_same_warehouse() -> None:
    whole, bit = desk(), desk()
    rows = [(str(i), f"2026-01-{1 + i % 28:02d} 08:00:00", "1", "2026-02-01 08:00:00") for i in range(12)]
    whole.load(rows)
    for row in rows:
        bit.load([row])
    for table in ("ticket", "ticket_event"):
        skipped = "(loaded_at, run_id)" if table == "ticket" else "(seq, run_id)"
        query = f"SELECT * EXCLUDE {skipped} FROM {table} ORDER BY ticket_key"
        assert whole.all(query) == bit.all(query)


def test_staging_is_empty_after_a_load() -> None:
    at_work = desk()
    at_work.load([FIRST])
    assert at_work.all("SELECT count(*) FROM norm_ticket") == [0]
    assert COLUMNS[0] == "id"
