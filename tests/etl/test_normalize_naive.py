"""Instants without an offset under `timezone: refuse` (semantics 1.1, 2.7)."""

from datetime import UTC, datetime

import pytest

from tests.etl.text_rows import Bench, TextRows, ticket_mapping

HEAD = "timezone: refuse"
NAIVE, GIVEN = "2026-03-01 10:00:00", "2026-03-01T10:00:00+08:00"
AT = datetime(2026, 3, 1, 2, tzinfo=UTC)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def take(bench: Bench, cells: list[str], created: str = "born", more: str = "", head: str = HEAD) -> None:
    rows = [(str(number), cell) for number, cell in enumerate(cells, start=1)]
    bench.take(ticket_mapping(f"id: id, created_at: {created}", more, head), TextRows(("id", "born"), rows))


def test_a_row_whose_creation_has_no_offset_goes_to_the_rejects(bench: Bench) -> None:
    take(bench, [NAIVE, GIVEN])
    assert bench.all("SELECT src_ticket_id, created_at FROM norm_ticket") == [("2", AT)]
    ((row, rule, field, value, hint),) = bench.all("SELECT row_no, rule, field, value, hint FROM norm_reject")
    assert (row, rule, field, value) == (1, "naive_time", "ticket.created_at", NAIVE)
    assert "`timezone: Asia/Shanghai`" in hint


def test_an_instant_nobody_depends_on_is_a_defect(bench: Bench) -> None:
    take(bench, [NAIVE, GIVEN], "{constant: '2026-01-01T00:00:00Z'}", "    due: {resolution: born}")
    assert bench.all("SELECT row_no FROM norm_due") == [(2,)]
    assert bench.all("SELECT row_no, rule, field, value FROM norm_defect") == [
        (1, "naive_time", "due.resolution", NAIVE)
    ]
    assert bench.all("SELECT * FROM norm_reject") == []


def test_words_are_still_no_instants(bench: Bench) -> None:
    take(bench, [NAIVE, "soon", GIVEN, GIVEN])
    assert bench.all("SELECT row_no, rule FROM norm_reject ORDER BY 1") == [(1, "naive_time"), (2, "unparsed_cell")]


def test_a_whole_column_without_offset_is_refused_row_by_row(bench: Bench) -> None:
    take(bench, [NAIVE] * 3)
    assert bench.all("SELECT rule, count(*) FROM norm_reject GROUP BY ALL") == [("naive_time", 3)]


@pytest.mark.parametrize(
    ("form", "cell"),
    [("%d/%m/%Y %H:%M", "13/01/2016 10:00"), ("excel", "45000.5"), ("iso", "2026-03-01")],
)
def test_every_local_form_is_refused(bench: Bench, form: str, cell: str) -> None:
    take(bench, [cell], f'{{column: born, format: "{form}"}}')
    assert bench.all("SELECT rule FROM norm_reject") == [("naive_time",)]


def test_an_inferred_order_of_dates_is_refused_too(bench: Bench) -> None:
    take(bench, ["13/01/2016 10:00", "14/01/2016 10:00"])
    assert bench.all("SELECT rule FROM norm_reject") == [("naive_time",)] * 2


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("iso", "2026-03-01T02:00:00Z"),
        ("iso", "2026-03-01 10:00:00+08"),
        ("epoch_s", "1772330400"),
        ("%d/%m/%Y %H:%M %z", "01/03/2026 10:00 +0800"),
    ],
)
def test_an_offset_or_an_epoch_is_no_local_time(bench: Bench, form: str, cell: str) -> None:
    take(bench, [cell], f'{{column: born, format: "{form}"}}')
    assert bench.all("SELECT created_at FROM norm_ticket") == [(AT,)]


def test_one_field_may_refuse_and_another_have_a_zone(bench: Bench) -> None:
    created = "{column: born, zone: Asia/Shanghai}"
    take(bench, [NAIVE], created, "    due: {resolution: born}")
    assert bench.all("SELECT created_at FROM norm_ticket") == [(AT,)]
    assert bench.all("SELECT rule FROM norm_defect") == [("naive_time",)]


def test_utc_stays_the_zone_of_a_silent_mapping(bench: Bench) -> None:
    take(bench, [NAIVE], head="")
    assert bench.all("SELECT created_at FROM norm_ticket") == [(datetime(2026, 3, 1, 10, tzinfo=UTC),)]
