from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from etl.model import MappingError
from etl.normalize.zones import fixed_offset_us, spans
from tests.etl.text_rows import Bench, TextRows, ticket_mapping


def read(cells: list[str], created: str = "born", head: str = "") -> list[datetime | None]:
    bench = Bench()
    bench.take(
        ticket_mapping(f"id: {{row_number: true}}, created_at: {created}", head=head),
        TextRows(("born",), [(c,) for c in cells]),
    )
    return [row[0] for row in bench.all("SELECT created_at FROM norm_ticket ORDER BY row_no")]


def refused(cells: list[str], created: str = "born") -> str:
    with pytest.raises(MappingError) as caught:
        read(cells, created)
    return str(caught.value)


def test_iso_times_carry_their_offset() -> None:
    cells = [
        "2024-01-02T03:04:05Z",
        "2024-01-02 03:04:05+08:00",
        "2024-01-02T03:04+0800",
        "2024-01-02 03:04:05",
        "2024-01-02",
    ]
    hours = [found.isoformat() for found in read(cells, head="timezone: Asia/Tokyo") if found]
    assert [text[:16] for text in hours] == [
        "2024-01-02T03:04",
        "2024-01-01T19:04",
        "2024-01-01T19:04",
        "2024-01-01T18:04",
        "2024-01-01T15:00",
    ]


def test_day_first_is_inferred_from_the_whole_column() -> None:
    found = read(["3/4/2016 01:16", "5/6/2016 02:00", "29/2/2016 11:29"])
    assert found[0] == datetime(2016, 4, 3, 1, 16, tzinfo=UTC)


def test_month_first_is_inferred_from_the_whole_column() -> None:
    found = read(["03/04/2016 1:16:05 PM", "12/31/2016 12:00:00 AM"])
    assert found == [datetime(2016, 3, 4, 13, 16, 5, tzinfo=UTC), datetime(2016, 12, 31, tzinfo=UTC)]


def test_halves_of_the_day_are_read_in_chinese() -> None:
    born = "{column: born, format: '%Y/%m/%d %p %I:%M'}"
    found = read(["2026/11/3 下午 3:05", "2026/11/3 上午 12:18", "2026/11/3 下午 12:18"], born)
    assert [one and (one.hour, one.minute) for one in found] == [(15, 5), (0, 18), (12, 18)]


def test_the_form_of_halves_of_the_day_is_suggested() -> None:
    assert 'date_format: "%Y/%m/%d %p %I:%M"' in refused(["2026/11/3 下午 3:05"] * 3)


def test_several_shapes_of_one_order_are_read() -> None:
    found = read(["13.1.2024", "1.2.2024 10:00", "1.2.2024 10:00:30.250", "1.2.24"])
    assert found[2] == datetime(2024, 2, 1, 10, 0, 30, 250000, UTC)
    assert found[3] == datetime(2024, 2, 1, tzinfo=UTC)


def test_an_undecidable_order_is_asked_for() -> None:
    message = refused(["03/04/2016 10:00", "05/06/2016 10:00"])
    assert "day and month cannot be told apart in 2 values: row 1 '03/04/2016 10:00'" in message
    assert 'write `date_format: "%d/%m/%Y %H:%M"` (day first)' in message
    assert message.startswith("mapping.yaml:6: tables.0.ticket.created_at: table t: column 'born'")


def test_a_mixed_order_names_rows_of_both_kinds() -> None:
    message = refused(["13/01/2016", "01/13/2016", "02/02/2016"])
    assert "day first in row 1 '13/01/2016', month first in row 2 '01/13/2016'" in message


def test_iso_mixed_with_other_forms_is_refused() -> None:
    assert "mixed date formats, ISO and others: row 2 '13/01/2016'" in refused(["2016-01-13", "13/01/2016"])


def test_a_single_stray_form_is_one_rejected_row() -> None:
    bench = Bench()
    cells = [("2024-01-02",)] * 40 + [("13/01/2016",)]
    found = bench.take(ticket_mapping("id: {row_number: true}, created_at: born"), TextRows(("born",), cells))
    assert (found.n_read, found.n_rejected) == (41, 1)


def test_a_declared_format_that_does_not_fit_is_a_wrong_mapping() -> None:
    message = refused(["2016-13-01", "2016-14-02", "01/02/2016"], '{column: born, format: "%m/%d/%Y"}')
    assert "2 of 3 values are not dates of the form %m/%d/%Y: row 1 '2016-13-01'" in message


def test_month_first_on_day_first_data_does_not_pass_in_silence() -> None:
    assert "are not dates of the form" in refused(
        ["29/2/2016", "28/2/2016", "1/3/2016"], '{column: born, format: "%m/%d/%Y"}'
    )


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("1772330400", "epoch_s"),
        ("1772330400000", "epoch_ms"),
        ("45000.5", "excel"),
        ("20260301", '"%Y%m%d"'),
        ("2026/3/1 10:00", '"%Y/%m/%d %H:%M"'),
        ("2026年3月1日", '"%Y年%m月%d日"'),
    ],
)
def test_a_wrong_form_is_answered_with_the_one_it_looks_like(cell: str, form: str) -> None:
    assert f"they look like `date_format: {form}`" in refused([cell], '{column: born, format: "%d/%m/%Y"}')


def test_iso_under_another_form_is_named() -> None:
    assert "they look like `date_format: iso`" in refused(["2026-03-01T10:00:00Z"], "{column: born, format: excel}")


def test_text_that_is_no_date_at_all_is_a_wrong_column() -> None:
    assert "or name another column" in refused(["red", "green"])


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("epoch_s", "1704164645"),
        ("epoch_s", "1704164645.0"),
        ("epoch_ms", "1704164645000"),
        ("excel", "45293.12783564815"),
    ],
)
def test_numbers_are_instants_when_declared(form: str, cell: str) -> None:
    assert read([cell], f"{{column: born, format: {form}}}") == [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)]


def test_a_format_with_offset_is_an_instant() -> None:
    found = read(["02/01/2024 03:04 +0800"], '{column: born, format: "%d/%m/%Y %H:%M %z"}', "timezone: Asia/Tokyo")
    assert found == [datetime(2024, 1, 1, 19, 4, tzinfo=UTC)]


def test_chinese_dates_are_a_format_like_any_other() -> None:
    found = read(["2024年1月2日 03:04"], '{column: born, format: "%Y年%m月%d日 %H:%M"}')
    assert found == [datetime(2024, 1, 2, 3, 4, tzinfo=UTC)]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia"]
)
def test_local_times_are_converted_as_zoneinfo_does(zone: str) -> None:
    changes = [span.low for span in spans(zone) if span.flag][-60:] + [datetime(2011, 12, 30, 12)]  # noqa: DTZ001
    steps = [timedelta(minutes=minutes) for minutes in (-90, -31, -1, 0, 1, 29, 30, 59, 60, 61)]
    local = [change + step for change in changes for step in steps]
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in local]
    assert read([str(moment) for moment in local], head=f"timezone: {zone}") == expected


def test_clock_changes_are_flagged() -> None:
    bench = Bench()
    cells = ["2024-10-27 02:30:00", "2024-03-31 02:30:00", "2024-10-27 03:00:00", "2024-03-31 03:00:00"]
    mapping = ticket_mapping("id: {row_number: true}, created_at: born", head="timezone: Europe/Berlin")
    bench.take(mapping, TextRows(("born",), [(cell,) for cell in cells]))
    assert bench.all("SELECT row_no, rule, field, value FROM norm_defect ORDER BY row_no") == [
        (1, "ambiguous_time", "ticket.created_at", "2024-10-27 02:30:00"),
        (2, "nonexistent_time", "ticket.created_at", "2024-03-31 02:30:00"),
    ]


def test_a_zone_of_its_own_is_used_for_one_field() -> None:
    found = read(["2024-01-02 08:00"], "{column: born, zone: Asia/Shanghai}")
    assert found == [datetime(2024, 1, 2, tzinfo=UTC)]


def test_utc_needs_no_table_of_spans() -> None:
    assert fixed_offset_us("UTC") == 0
    assert fixed_offset_us("Europe/Berlin") is None
