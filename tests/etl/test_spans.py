"""How a past span is asked of each kind of source, and that nothing but its rows is handed on."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from data.source_rules import SourceRule
from etl.mapping import parse_mapping
from etl.model import Batch, Delivery, Origin
from etl.pull.backfill import KIND, Part, Span, SpanSource, passed
from etl.pull.run import Intake
from etl.pull.span_intakes import bounded, spanned
from etl.sources import sql_table
from etl.sources.rest.access import Access
from etl.sources.rest.jira import JIRA
from etl.sources.rest.source import RestSource
from etl.sources.text_rows import TextRows
from tests.etl.loading import COLUMNS, NOW, TICKETS

SPAN = Span(date(2025, 1, 10), date(2025, 1, 20))
SQL = """
version: 1
tables:
  - name: tickets
    query: "SELECT * FROM t WHERE updated >= :since ORDER BY updated, id"
    cursor: {column: updated, key: id, overlap_s: 60}
    rows: ticket
    ticket: {id: id, created_at: updated}
  - name: notes
    query: "SELECT * FROM t WHERE updated >= :since ORDER BY updated, id"
    cursor: {column: updated, key: id, overlap_s: 60}
    rows: message
    ticket: {id: id}
    messages: [{author_kind: agent, at: updated}]
"""
ISSUES = """
version: 1
tables: [{name: issues, rows: ticket, ticket: {id: id, created_at: created}}]
"""


@dataclass
class Web:
    """A source over the web that delivers one page, as a cursor, a file and a mark of its own have it."""

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        assert cursor is None
        batch = Batch("tickets", TextRows.of(COLUMNS, [("1", "2025-01-12T00:00:00Z", "1", None)]), until=now)
        yield Delivery("desk", [batch], "place", until=now, file_hash="h", seen={"a": (1, 1, "h")}, note="slow")


def rule(kind: str, **place: str) -> SourceRule:
    return SourceRule.model_validate({"id": "desk", "name": "D", "kind": kind, "mapping": "m.yaml", **place})


def test_a_source_over_the_web_begins_a_day_before_the_span() -> None:
    asked: list[date | None] = []

    def opened(one: SourceRule) -> Intake:
        asked.append(one.since)
        return Intake("desk", Web(), parse_mapping(TICKETS), Origin(), is_whole=True)

    intake = spanned(rule("zendesk", url="https://z", token="t"), SPAN, opened, str)
    assert asked == [None, date(2025, 1, 9)] and not intake.is_whole
    (delivery,) = intake.source.read("elsewhere", NOW)
    assert (delivery.cursor, delivery.until, delivery.file_hash, delivery.seen) == (None, None, None, {})
    assert [batch.until for batch in delivery.batches] == [None] and delivery.is_part
    assert (delivery.kind, delivery.note) == (KIND, "backfill of 2025-01-10 to 2025-01-20; slow")


def test_a_source_over_the_web_ends_a_day_behind_the_span() -> None:
    def opened(one: SourceRule) -> Intake:
        source = RestSource(JIRA, one.id, Access("https://j", "t", "u", one.since), parse_mapping(ISSUES))
        return Intake("desk", source, parse_mapping(ISSUES), Origin())

    found = spanned(rule("jira", url="https://j", token="t", user="u"), SPAN, opened, str).source
    (part,) = found._parts  # type: ignore[attr-defined]
    assert part.source._access == Access("https://j", "t", "u", date(2025, 1, 9), date(2025, 1, 21))


def test_the_share_of_a_span_is_told_over_all_of_its_parts() -> None:
    def parts(shares: list[float | None]) -> list[Part]:
        return [Part(Web(), share=lambda _, share=share: share) for share in shares]  # type: ignore[misc]

    told = [each.share for each in SpanSource(parts([0.5, 3.0, None, -1.0]), SPAN).read(None, NOW)]
    assert told == [0.125, 0.5, None, 0.75]


@pytest.mark.parametrize(
    ("reached", "form", "share"),
    [
        ("2025-01-09 00:00:00", "text", 0.0),
        ("2025-01-15T00:00:00+00:00", "text", 0.5),
        (str(int(datetime(2025, 1, 21, tzinfo=UTC).timestamp())), "epoch_s", 1.0),
        (f"{int(datetime(2025, 1, 15, tzinfo=UTC).timestamp())}000", "epoch_ms", 0.5),
        ("2025-01-99 00:00:00", "text", 2.0),  # no instant: it sorts behind the end
    ],
)
def test_a_change_column_tells_how_much_of_the_span_is_read(reached: str, form: Any, share: float) -> None:
    assert passed(reached, form, SPAN) == share


def test_every_query_ends_soon_after_the_span_and_the_next_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "t.sqlite") as source:
        source.execute("CREATE TABLE t (id, updated)")
        days = [(number, f"2025-{1 + number // 28:02}-{1 + number % 28:02} 08:00:00") for number in range(280)]
        source.executemany("INSERT INTO t VALUES (?, ?)", days)
    monkeypatch.setattr(sql_table, "PAGE", 4)
    monkeypatch.setattr(sql_table, "ROWS_PER_DELIVERY", 4)
    mapping = parse_mapping(SQL)
    intake = spanned(
        rule("sql", url="sqlite://"),
        SPAN,
        lambda _: Intake("desk", Web(), mapping, Origin()),
        lambda: f"sqlite:///{tmp_path}/t.sqlite",
    )
    tables = [
        batch.table
        for delivery in intake.source.read(None, datetime(2026, 1, 1, tzinfo=UTC))
        for batch in delivery.batches
    ]
    assert set(tables) == {"tickets", "notes"} and tables.count("tickets") == tables.count("notes") <= 5


@pytest.mark.parametrize(
    ("form", "pulled", "again"),
    [
        ("text", "'9999-12-31 00:00:00'", "'2025-01-21 00:00:00'"),
        ("epoch_s", "253402214400", "1737417600"),
        ("epoch_ms", "253402214400000", "1737417600000"),
    ],
)
def test_until_is_written_as_the_change_column_is(form: str, pulled: str, again: str) -> None:
    text = SQL.replace("ORDER", "AND updated < :until AND x::until = 1 ORDER").replace("60}", f"60, format: {form}}}")
    mapping = parse_mapping(text)
    for value, span in ((pulled, None), (again, SPAN)):
        query = bounded(mapping, span).tables[0].query
        assert query is not None and f"updated < {value} AND x::until = 1" in query
    assert mapping.tables[0].query is not None and ":until" in mapping.tables[0].query
