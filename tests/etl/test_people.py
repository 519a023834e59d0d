"""What tells who a person is goes; what they are counted in stays."""

import re
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from etl import ledger
from etl.model import Batch, Later
from etl.people.erase import Person, UnknownPerson, erase
from etl.people.patterns import HIDDEN, masked, masked_sql
from etl.people.retention import forget_old
from etl.sources.text_rows import TextRows
from etl.upkeep.quarantine import Lot, redrive
from metrics import facts
from tests.engine import fresh
from tests.etl.loading import NOW, Desk, desk
from tests.metrics.world import DESK

ANN, BOB = "ann.lee@example.org", "bob@example.org"
MAPPING = """
version: 1
timezone: Asia/Shanghai
tables:
  - name: tickets
    rows: ticket
    ticket:
      id: id
      created_at: created
      category: topic
      customer: who
      region: place
      type: {column: type, values: {c: complaint, i: inquiry}}
    events:
      - {kind: status, to: resolved, at: resolved}
    messages:
      - {author_kind: agent, at: replied, by: agent}
    custom: {wish: {column: wish, policy: keep}, size: {column: size, type: integer}}
    survey: {overall: score, submitted_at: rated, custom: {said: {column: said, policy: keep}}}
"""
COLUMNS = (
    *("id", "created", "topic", "who", "place", "type", "resolved", "replied", "agent", "wish", "size"),
    *("score", "rated", "said"),
)


def _row(number: int, who: str, day: int, **more: str | None) -> tuple[str | None, ...]:
    given = {
        "id": str(number),
        "created": f"2026-04-{day:02} 10:00",
        "topic": "Bills",
        "who": who,
        "place": "north",
        "type": "c",
        "resolved": f"2026-04-{day:02} 15:00",
        "replied": f"2026-04-{day:02} 10:20",
        "agent": "Li",
        "wish": "blue",
        "size": "5",
        "score": "4",
        "rated": f"2026-04-{day:02} 18:00",
        "said": "fine",
    }
    return tuple((given | more)[name] for name in COLUMNS)


ROWS = [
    _row(1, ANN, 1, wish=f"call {ANN}"),
    _row(2, ANN, 3, said="ring 13812345678", size="odd"),
    _row(3, BOB, 4),
    _row(4, ANN, 20, score="9"),
    _row(5, BOB, 25),
]
BAD = [_row(6, ANN, 26, created="soon"), _row(7, BOB, 27, created="soon"), _row(2, "", 28, created="soon")]


class Whole(Desk):
    """A desk whose facts are those of the product."""

    def refresh(self, con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> Later | None:  # type: ignore[override]
        return facts.refresh(con, watermark, DESK)


def _desk() -> Whole:
    at_work = Whole(desk(MAPPING, salt="s").mapping, desk(salt="s").origin)
    facts.create(at_work.con, DESK)
    at_work.load_all([Batch("tickets", TextRows.of(COLUMNS, [*ROWS, *BAD]))])
    return at_work


def _person(name: str = ANN) -> Person:
    return Person("desk", name, "s", "made up for this once")


def _facts(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    """Return all facts; customers as the number of their first case, which survives another key."""
    tables = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal"
        " AND database_name = current_database() AND starts_with(table_name, 'fact_') GROUP BY ALL ORDER BY 1"
    ).fetchall()
    first = "(SELECT min(t.ticket_key) FROM ticket AS t WHERE t.customer_key = f.{0})"
    found = {}
    for table, columns in tables:
        told = [first.format(name) if name in ("customer_key", "invited") else f'f."{name}"' for name in columns]
        found[table] = sorted(map(repr, con.execute(f"SELECT {', '.join(told)} FROM {table} AS f").fetchall()))
    return found


def _everything(con: duckdb.DuckDBPyConnection) -> str:
    """Return all that is stored, as one text."""
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
    ).fetchall()
    return "\n".join(repr(con.execute(f"FROM {table}").fetchall()) for (table,) in tables)


def test_an_erased_person_leaves_every_fact_as_it_was() -> None:
    at_work = _desk()
    before = _facts(at_work.con)
    assert sum(map(len, before.values())) > 20
    erase(at_work.con, _person(), at_work.refresh, NOW)
    assert _facts(at_work.con) == before


def test_nothing_of_an_erased_person_is_left() -> None:
    at_work = _desk()
    held = (ANN, "13812345678")
    assert all(text in _everything(at_work.con) for text in held)
    key, digest = at_work.all(
        "SELECT customer_key, person_hash FROM customer WHERE customer_key = (SELECT customer_key FROM ticket"
        " WHERE src_ticket_id = '1')"
    )[0]
    erase(at_work.con, _person(), at_work.refresh, NOW)
    left = _everything(at_work.con)
    assert [text for text in (*held, str(key), digest) if text in left] == []
    assert BOB in left


def test_an_erased_person_is_told_in_numbers() -> None:
    at_work = _desk()
    erased = erase(at_work.con, _person(), at_work.refresh, NOW)
    assert (erased.tickets, erased.surveys, erased.rows, erased.cells) == (3, 3, 2, 1)
    assert ANN not in erased.told()
    assert at_work.all("SELECT action, logged_at FROM audit_log") == [("erase", NOW)]


def test_tickets_of_an_erased_person_still_belong_together() -> None:
    at_work = _desk()
    erase(at_work.con, _person(), at_work.refresh, NOW)
    assert at_work.all("SELECT count(DISTINCT customer_key) FROM ticket WHERE src_ticket_id IN ('1', '2', '4')") == [
        1
    ]
    assert at_work.all("SELECT count(*) FROM ticket JOIN customer USING (customer_key)") == [5]


def test_rejects_of_an_erased_person_keep_rule_and_place_only() -> None:
    at_work = _desk()
    erase(at_work.con, _person(), at_work.refresh, NOW)
    rows = at_work.all("SELECT row_no, rule, payload IS NULL, value IS NULL FROM reject ORDER BY row_no")
    assert rows == [
        (6, "unparsed_cell", True, True),
        (7, "unparsed_cell", False, False),
        (8, "unparsed_cell", True, True),
    ]


def test_an_emptied_row_is_not_taken_up_again() -> None:
    at_work = _desk()
    erase(at_work.con, _person(), at_work.refresh, NOW)
    report = redrive(at_work.con, Lot("desk", at_work.mapping, at_work.origin), at_work.refresh, NOW)
    assert report.n_read == 1


def test_a_person_nobody_knows_changes_nothing() -> None:
    at_work = _desk()
    before = _everything(at_work.con)
    with pytest.raises(UnknownPerson) as unknown:
        erase(at_work.con, _person("nobody@example.org"), at_work.refresh, NOW)
    assert "nobody@" not in str(unknown.value)
    assert _everything(at_work.con) == before


def test_a_person_of_rejected_rows_only_is_known() -> None:
    at_work = _desk()
    at_work.load_all([Batch("tickets", TextRows.of(COLUMNS, [_row(9, "cay@example.org", 2, created="soon"), *ROWS]))])
    assert erase(at_work.con, _person("cay@example.org"), at_work.refresh, NOW).rows == 1


def test_a_failing_refresh_erases_nothing() -> None:
    at_work = _desk()
    before = _everything(at_work.con)
    with pytest.raises(ZeroDivisionError):
        erase(at_work.con, _person(), lambda con, watermark: 1 / 0, NOW)  # type: ignore[arg-type,return-value]
    assert _everything(at_work.con) == before


def test_old_rejects_are_emptied_and_counted_all_the_same() -> None:
    at_work = _desk()
    rules = at_work.all("SELECT rule, count(*) FROM reject GROUP BY rule")
    assert forget_old(at_work.con, 30, NOW + timedelta(days=30)).rows == 0
    forgotten = forget_old(at_work.con, 30, NOW + timedelta(days=31))
    assert (forgotten.rows, forgotten.cells) == (3, 1)
    assert at_work.all("SELECT rule, count(*) FROM reject GROUP BY rule") == rules
    assert at_work.all("SELECT count(payload), count(value) FROM reject") == [(0, 0)]
    assert at_work.all("SELECT count(*), count(value) FROM defect") == [(1, 0)]
    assert forget_old(at_work.con, 30, NOW + timedelta(days=31)).rows == 0


def test_a_row_that_is_still_delivered_is_kept() -> None:
    at_work = _desk()
    at_work.con.execute("UPDATE reject SET seen_at = seen_at - INTERVAL 40 DAY")
    at_work.load_all([Batch("tickets", TextRows.of(COLUMNS, [*ROWS, *BAD]))])
    assert forget_old(at_work.con, 30, NOW).rows == 0
    assert ledger.by_rule(at_work.con, "reject") == {"unparsed_cell": 3}


TEXTS = {
    "write to ann.lee+x@mail.example.org, please": f"write to {HIDDEN}, please",
    "13812345678": HIDDEN,
    "电话13812345678。": f"电话{HIDDEN}。",
    "138 1234 5678 or 13912345678 13712345678": f"{HIDDEN} or {HIDDEN} {HIDDEN}",
    "+49 (30) 1234567": HIDDEN,
    "010-12345678": HIDDEN,
    "身份证 11010519491231002X": f"身份证 {HIDDEN}",
    "order 2026-04-01 no. 12345": "order 2026-04-01 no. 12345",
    "21381234567890": "21381234567890",
    "plain": "plain",
    "it's 3 o'clock": "it's 3 o'clock",
    "": "",
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_what_reaches_a_person_is_hidden(text: str, expected: str) -> None:
    assert masked(text) == expected
    assert fresh().execute(f"SELECT {masked_sql('t')} FROM (SELECT ? AS t)", [text]).fetchall() == [(expected,)]


def test_masking_twice_changes_nothing_more() -> None:
    assert all(masked(masked(text)) == masked(text) for text in TEXTS)
    assert re.escape(HIDDEN) == HIDDEN
