"""it_incidents_csat_leplae: tickets without any time, as CSV and as workbook; only distributions and slices exist."""

import pytest

from metrics.model import DataState
from tests.reference.book import (
    Book,
    accounts_for_every_row,
    between,
    changes_nothing,
    counts,
    percent,
    printed,
    share,
    values,
    within,
)

pytestmark = pytest.mark.reference

PRIORITIES = ("P2", "P3", "P4")
CHANNELS = ("chat", "phone", "self-service")
YEAR = between("2022-01-01", "2023-01-01")


def test_every_row_is_a_ticket(leplae: Book) -> None:
    accounts_for_every_row(leplae.report, 21_845)
    assert (leplae.report.n_new, leplae.report.n_rejected, leplae.report.watermark) == (21_845, 0, None)
    assert leplae.one("volume").n == 21_845


def test_time_to_resolve(leplae: Book) -> None:
    found = leplae.one("resolution")
    assert (found.n, found.value) == (21_845, printed("81.0225"))
    assert (found.part("p50"), found.part("p90")) == (printed("49.7111"), printed("166.6448"))
    assert found.part("max") == printed("3576.6639")


def test_a_resolution_within_no_time_is_a_value(leplae: Book) -> None:
    assert sum(case.value == 0 for case in leplae.cases("resolution")) == 142


def test_time_to_resolve_by_priority(leplae: Book) -> None:
    found = leplae.by("priority", "resolution")
    assert counts(found, PRIORITIES) == [23, 8657, 13_165]
    assert values(found, PRIORITIES) == [printed("12.6544"), printed("51.6870"), printed("100.4322")]
    medians = [printed("5.0222"), printed("31.0742"), printed("71.6844")]
    assert [found[one].part("p50") for one in PRIORITIES] == medians


def test_a_paused_clock_is_neither_met_nor_breached(leplae: Book) -> None:
    stages = leplae.by("custom.sla_stage", "volume")
    assert counts(stages, ("Completed", "Breached", "Paused")) == [20_460, 1285, 100]
    found = leplae.one("vendor_share", parameter="sla_met")
    assert (found.part("passed"), found.n, found.value) == (20_460, 20_460 + 1285, percent("94.090596"))


def test_satisfaction(leplae: Book) -> None:
    found, top = leplae.one("overall_mean"), leplae.one("csat")
    assert (found.n, found.value) == (1819, printed("4.487631"))
    assert (top.n, top.part("passed"), top.value) == (1819, 1613, share("0.886751"))


def test_the_response_rate(leplae: Book) -> None:
    assert 100 * leplae.one("survey_valid").n / leplae.one("volume").n == share("0.083268")
    assert leplae.one("vendor_share", parameter="rated").value == share("0.083268")


def test_the_distribution_of_ratings(leplae: Book) -> None:
    found = [leplae.one("rating_share", parameter=score) for score in "12345"]
    assert [one.part("passed") for one in found] == [99, 33, 74, 289, 1324]


def test_satisfaction_by_channel(leplae: Book) -> None:
    found = leplae.by("channel_detail", "overall_mean")
    assert counts(found, CHANNELS) == [520, 188, 1111]
    assert values(found, CHANNELS) == [printed("4.423077"), printed("4.361702"), printed("4.539154")]


def test_satisfaction_by_sla_stage(leplae: Book) -> None:
    found = leplae.by("custom.sla_stage", "overall_mean")
    assert values(found, ("Completed", "Breached")) == [printed("4.534533"), printed("3.582418")]


def test_reopened_and_reassigned(leplae: Book) -> None:
    reopened = leplae.one("vendor_share", parameter="reopened")
    assert (reopened.part("passed"), reopened.value) == (523, share("0.023941"))
    assert leplae.one("vendor_share", parameter="never_reassigned").value == share("0.668345")
    assert leplae.one("vendor_share", parameter="untouched").value == share("0.656352")


@pytest.mark.parametrize(
    "metric", ["volume", "resolution", "frt", "backlog", "csat", "sla_resolution", "resolve_events"]
)
def test_a_period_has_no_value_without_times(leplae: Book, metric: str) -> None:
    found = leplae.one(metric, window=YEAR)
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


@pytest.mark.parametrize("metric", ["volume", "resolution", "backlog"])
def test_a_trend_has_no_value_without_times(leplae: Book, metric: str) -> None:
    assert {one.value for one in leplae.all(metric, window=YEAR, grain="month")} <= {None}


def test_thin_slices_are_marked(leplae: Book) -> None:
    found = leplae.by("channel_detail", "volume")
    thin = ("Scheduled Appointment", "Bright Red Live", "mobile", "Proactive Operations")
    assert counts(found, thin) == [2, 2, 3, 19]
    rated = leplae.by("channel_detail", "overall_mean").values()
    assert {one.state for one in rated if 0 < one.n < 5} <= {DataState.TOO_FEW}
    assert leplae.one("resolution", quantile=0.9, with_interval=True, slice=within(priority="P2")).interval is None


def test_a_second_import_of_undated_tickets_changes_nothing(leplae: Book) -> None:
    changes_nothing(leplae)
