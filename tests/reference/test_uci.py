"""uci_servicenow_incidents: an audit log under four mappings, each in a warehouse of its own."""

import pytest

from metrics.model import DataState
from tests.reference.book import (
    Book,
    accounts_for_every_row,
    between,
    changes_nothing,
    counts,
    printed,
    share,
    values,
)

pytestmark = pytest.mark.reference

PRIORITIES = ("P1", "P2", "P3", "P4")
MONTHS = {
    "2016-02": 207, "2016-03": 8995, "2016-04": 7934, "2016-05": 7508, "2016-06": 5, "2016-07": 14, "2016-08": 15,
    "2016-09": 12, "2016-10": 16, "2016-11": 26, "2016-12": 37, "2017-01": 94, "2017-02": 55,
}  # fmt: skip
BACKLOG_DAYS = ("2016-03-15", "2016-04-01", "2016-05-01", "2016-06-01")


@pytest.mark.parametrize("name", ["uci_a", "uci_a_open", "uci_b", "uci_c"])
def test_every_update_row_is_accounted_for(name: str, request: pytest.FixtureRequest) -> None:
    book: Book = request.getfixturevalue(name)
    accounts_for_every_row(book.report, 141_712)
    assert (book.report.n_new, book.report.n_rejected) == (24_918, 0)
    assert book.one("volume").n == 24_918
    assert book.defects().get("negative_duration", 0) == 0


def test_the_first_and_the_last_incident_were_opened_when_the_file_says(uci_a: Book) -> None:
    opened = sorted(case.created_at for case in uci_a.cases("volume") if case.created_at)
    assert len(opened) == 24_918
    assert [f"{one:%Y-%m-%d %H:%M}" for one in (opened[0], opened[-1])] == ["2016-02-29 01:16", "2017-02-16 14:17"]


def test_incidents_are_counted_by_the_month_they_were_opened_in(uci_a: Book) -> None:
    assert {month: reading.n for month, reading in uci_a.months("volume").items()} == MONTHS


def test_without_the_closing_time_1556_incidents_stay_open(uci_a_open: Book) -> None:
    assert uci_a_open.one("volume").n - uci_a_open.one("resolution").n == 1556
    assert uci_a_open.one("waiting_now").n == 1556


def test_resolution_up_to_resolved_at(uci_a_open: Book) -> None:
    found = uci_a_open.one("resolution")
    assert (found.n, found.value) == (23_362, printed("178.1716"))
    assert (found.part("p50"), found.part("p90")) == (printed("22.1000"), printed("381.5483"))
    assert found.part("max") == printed("8070.1667")


def test_resolution_up_to_resolved_at_else_closed_at(uci_a: Book) -> None:
    found = uci_a.one("resolution")
    assert (found.n, found.value) == (24_918, printed("177.3357"))
    assert (found.part("p50"), found.part("p90")) == (printed("25.7500"), printed("367.3183"))


def test_first_resolution_in_the_history(uci_b: Book) -> None:
    found = uci_b.one("first_resolution")
    assert (found.n, found.value, found.part("p50")) == (24_918, printed("162.842"), printed("13.8167"))


def test_resolution_up_to_closed_at(uci_c: Book) -> None:
    found = uci_c.one("resolution")
    assert (found.n, found.value) == (24_918, printed("315.3286"))
    assert (found.part("p50"), found.part("p90")) == (printed("145.8667"), printed("532.4667"))
    assert uci_c.one("resolution", quantile=0.95).value == printed("867.1200")


def test_resolution_by_priority(uci_a_open: Book) -> None:
    found = uci_a_open.by("priority", "resolution")
    means = [printed(text) for text in ("266.0840", "152.4566", "174.3540", "283.1855")]
    medians = [printed(text) for text in ("80.2417", "38.2333", "21.5500", "5.0167")]
    assert values(found, PRIORITIES) == means
    assert [found[one].part("p50") for one in PRIORITIES] == medians
    assert counts(uci_a_open.by("priority", "volume"), PRIORITIES) == [270, 408, 23_466, 774]


def test_the_vendors_sla_share_is_of_the_last_rows(uci_a: Book) -> None:
    found = uci_a.one("vendor_share", parameter="made_sla")
    assert (found.part("passed"), found.n, found.value) == (15_803, 24_918, share("0.634200"))


def test_the_vendors_sla_share_by_priority(uci_a: Book) -> None:
    found = uci_a.by("priority", "vendor_share", parameter="made_sla")
    assert values(found, PRIORITIES) == [share(text) for text in ("0.018519", "0.004902", "0.645402", "0.841085")]


def test_the_vendors_sla_share_by_contact_type(uci_a: Book) -> None:
    found = uci_a.by("channel_detail", "vendor_share", parameter="made_sla")
    types = ("Phone", "Self service", "Email")
    assert values(found, types) == [share("0.635167"), share("0.563291"), share("0.338983")]
    assert counts(found, types) == [24_688, 158, 59]


def test_the_vendors_sla_share_by_month_opened(uci_a: Book) -> None:
    found = uci_a.months("vendor_share", parameter="made_sla")
    wanted = [share("0.398555"), share("0.766952"), share("0.775173")]
    assert values(found, ("2016-03", "2016-04", "2016-05")) == wanted


def test_the_vendors_reopens(uci_a: Book) -> None:
    found = uci_a.one("vendor_share", parameter="was_reopened")
    assert (found.part("passed"), found.value) == (275, share("0.011036"))
    assert uci_a.one("vendor_sum", parameter="reopened").value == 331


def test_the_vendors_reassignments(uci_a: Book) -> None:
    assert uci_a.one("vendor_share", parameter="never_reassigned").value == share("0.543743")
    assert uci_a.one("vendor_share", parameter="untouched").value == share("0.541255")
    assert uci_a.one("vendor_mean", parameter="reassigned").value == printed("0.939642")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("uci_a", [1856, 1825, 1340, 1272]),
        ("uci_c", [3517, 3353, 2961, 2044]),
    ],
)
def test_backlog_is_strict_on_both_sides(name: str, wanted: list[int], request: pytest.FixtureRequest) -> None:
    book: Book = request.getfixturevalue(name)
    assert [book.backlog(day) for day in BACKLOG_DAYS] == wanted


def test_the_printed_backlog_of_the_history_leaves_reopened_incidents_out(uci_b: Book) -> None:
    """The README's figures end an incident at its first entry into Resolved; semantics 4.7 counts it again."""
    windows = [between(None, day) for day in BACKLOG_DAYS]
    assert [uci_b.one("backlog_first", window=window).n for window in windows] == [1683, 1462, 1179, 1169]
    assert [uci_b.backlog(day) for day in BACKLOG_DAYS] == [1683 + 12, 1462 + 19, 1179 + 16, 1169 + 12]


def test_the_list_of_cases_is_as_long_as_the_stock(uci_b: Book) -> None:
    window = between(None, "2016-04-01")
    assert len(uci_b.cases("backlog_first", window=window)) == 1462
    assert len(uci_b.cases("backlog", window=window)) == 1481


@pytest.mark.parametrize("name", ["uci_a", "uci_a_open", "uci_b", "uci_c"])
def test_what_flows_in_and_out_is_the_change_of_the_backlog(name: str, request: pytest.FixtureRequest) -> None:
    book: Book = request.getfixturevalue(name)
    window = between("2016-03-15", "2016-04-01")
    created, ended, reopened = (
        book.one(metric, window=window).n for metric in ("volume", "resolve_events", "reopen_events")
    )
    assert book.backlog("2016-03-15") + created + reopened - ended == book.backlog("2016-04-01")
    if name == "uci_a":
        assert (created, ended, reopened) == (4812, 4843, 0)


@pytest.mark.parametrize(("metric", "whole"), [("backlog", 1481), ("backlog_first", 1462)])
@pytest.mark.parametrize("split", ["priority", "category", "custom.location"])
def test_backlog_by_member_adds_up(uci_b: Book, split: str, metric: str, whole: int) -> None:
    parts = uci_b.by(split, metric, window=between(None, "2016-04-01"))
    assert sum(reading.n for reading in parts.values()) == whole


def test_the_unknown_state_goes_to_the_reject_ledger(uci_b: Book) -> None:
    assert uci_b.report.rejects_by_rule == {"unknown_status": 5}
    kept = uci_b.con.execute("SELECT DISTINCT value FROM reject").fetchall()
    assert kept == [("-100",)]


def test_survivors_of_the_extract_show_as_small_n(uci_a: Book) -> None:
    june = uci_a.one("resolution", window=between("2016-06-01", "2016-07-01"), basis="created")
    assert june.n == 5


def test_an_audit_log_without_replies_has_no_first_response_time(uci_a: Book) -> None:
    found = uci_a.one("frt")
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


@pytest.mark.parametrize("name", ["uci_a", "uci_b"])
def test_a_second_import_of_the_log_changes_nothing(name: str, request: pytest.FixtureRequest) -> None:
    changes_nothing(request.getfixturevalue(name))
