"""Instants told as a duration after another instant: `plus`."""

from datetime import UTC, datetime, timedelta

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError
from tests.etl.text_rows import Bench, TextRows, ticket_mapping

BORN = datetime(2026, 3, 1, 10, tzinfo=UTC)
REPLY = "    messages: [{author_kind: agent, at: {column: born, plus: {column: took, type: %s%s}}}]"


@pytest.fixture
def bench() -> Bench:
    return Bench()


def take(
    bench: Bench, cells: list[str | None], unit: str = "duration_min", born: str = "2026-03-01 10:00:00"
) -> None:
    rows = [(str(number), born, cell) for number, cell in enumerate(cells, start=1)]
    more = REPLY % (unit, ", nulls: [none]")
    bench.take(
        ticket_mapping("id: id, created_at: {constant: '2026-03-01'}", more), TextRows(("id", "born", "took"), rows)
    )


def replies(bench: Bench) -> list[timedelta]:
    return [row[0] - BORN for row in bench.all("SELECT occurred_at FROM norm_message ORDER BY row_no")]


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("duration_min", "12.5", 750),
        ("duration_s", "90", 90),
        ("duration_h", "0.5", 1800),
        ("duration_min", "02:03:04", 7384),
        ("duration_min", "1 day, 02:03:04", 93784),
        ("duration_min", "2 days 00:00:01.5", 172801.5),
        ("duration_s", "1h 30m", 5400),
        ("duration_s", "1天2小时3分4秒", 93784),
        ("duration_min", "0", 0),
    ],
)
def test_a_reply_after_a_duration_has_an_instant(bench: Bench, unit: str, cell: str, seconds: float) -> None:
    take(bench, [cell], unit)
    assert replies(bench) == [timedelta(seconds=seconds)]


def test_no_duration_and_no_begin_give_no_event(bench: Bench) -> None:
    take(bench, [None, "none", ""])
    take_born = ticket_mapping("id: id", REPLY % ("duration_min", ""))
    assert replies(bench) == []
    bench.take(take_born, TextRows(("id", "born", "took"), [("1", None, "5")]))
    assert replies(bench) == []
    assert bench.all("SELECT * FROM norm_reject") == []


def test_a_negative_duration_is_kept_for_the_facts_to_judge(bench: Bench) -> None:
    take(bench, ["-5", "-00:00:30"])
    assert replies(bench) == [timedelta(minutes=-5), timedelta(seconds=-30)]


def test_an_unreadable_duration_is_treated_as_an_unreadable_date(bench: Bench) -> None:
    take(bench, ["5", "soon", "7"])
    assert replies(bench) == [timedelta(minutes=5), timedelta(minutes=7)]
    assert bench.all("SELECT row_no, rule, field, value FROM norm_reject") == [
        (2, "unparsed_cell", "messages.0.at.plus", "soon")
    ]


def test_an_unreadable_begin_is_told_of_the_begin(bench: Bench) -> None:
    rows = [("1", "2026-03-01", "5"), ("2", "?", "5"), ("3", "2026-03-01", None)]
    bench.take(ticket_mapping("id: id", REPLY % ("duration_min", "")), TextRows(("id", "born", "took"), rows))
    assert bench.all("SELECT row_no, field FROM norm_reject") == [(2, "messages.0.at")]


def test_a_due_time_may_be_a_duration_and_is_a_defect_at_worst(bench: Bench) -> None:
    due = "    due: {resolution: {column: born, plus: {column: took, type: duration_h}}}"
    rows = [("1", "2026-03-01 10:00", "4"), ("2", "2026-03-01 10:00", "x"), ("3", "2026-03-01 10:00", "8")]
    bench.take(ticket_mapping("id: id", due), TextRows(("id", "born", "took"), rows))
    assert bench.all("SELECT due_at FROM norm_due") == [(BORN + timedelta(hours=hours),) for hours in (4, 8)]
    assert bench.all("SELECT row_no, field, value FROM norm_defect") == [(2, "due.resolution.plus", "x")]


def test_a_duration_without_end_is_no_instant(bench: Bench) -> None:
    take(bench, ["1e300", "1", "2"])
    assert bench.all("SELECT row_no, field FROM norm_reject") == [(1, "messages.0.at.plus")]


def test_the_end_must_lie_within_what_can_be_told(bench: Bench) -> None:
    take(bench, ["1", "876000", "1"], "duration_h")
    assert bench.all("SELECT row_no, field FROM norm_reject") == [(2, "messages.0.at")]


def test_local_times_move_with_their_zone(bench: Bench) -> None:
    mapping = ticket_mapping("id: id", REPLY % ("duration_h", ""), "timezone: Europe/Berlin")
    bench.take(mapping, TextRows(("id", "born", "took"), [("1", "2026-03-29 01:30", "1")]))
    assert bench.all("SELECT occurred_at FROM norm_message") == [(datetime(2026, 3, 29, 1, 30, tzinfo=UTC),)]


def test_words_for_durations_are_a_wrong_mapping(bench: Bench) -> None:
    with pytest.raises(MappingError) as caught:
        take(bench, ["fast", "slow", "3"])
    message = str(caught.value)
    assert (
        "column 'took': 2 of 3 values are no durations in minutes or h:mm:ss: row 1 'fast', row 2 'slow'" in message
    )
    assert "messages.0.at.plus" in message
    assert "list what is no value under nulls, or name another column" in message


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("{column: a, plus: b}", "`plus` needs the unit of its duration, write type: duration_s"),
        ("{column: a, plus: {column: b, type: number}}", "`plus` needs the unit"),
        ("{column: a, type: number, plus: {column: b, type: duration_s}}", "it cannot be used here"),
    ],
)
def test_a_plus_without_a_unit_is_refused(field: str, told: str) -> None:
    with pytest.raises(MappingError, match="mapping.yaml:6") as caught:
        parse_mapping(ticket_mapping(f"id: id, created_at: {field}"))
    assert told in str(caught.value)


def test_a_plus_on_a_text_is_refused(bench: Bench) -> None:
    mapping = ticket_mapping("id: id, team: {column: born, plus: {column: took, type: duration_s}}")
    with pytest.raises(MappingError, match=r"ticket\.team: `plus` gives an instant, and none belongs here"):
        bench.take(mapping, TextRows(("id", "born", "took"), [("1", "a", "1")]))
