"""onyx_technical_support: one row per ticket, as CSV and as workbook; both give the same figures."""

from datetime import UTC, datetime

import pytest

from tests.reference.book import (
    Book,
    accounts_for_every_row,
    changes_nothing,
    counts,
    percent,
    printed,
    share,
    values,
    within,
)

pytestmark = pytest.mark.reference

CHANNELS = ("Email", "Chat", "Phone")
END = datetime(2024, 1, 2, 15, 41, 48, tzinfo=UTC)  # the README's end of the data, to the second
DONE = within(custom__status=("Closed", "Resolved"))
LEFT = within(custom__status=("In progress", "Open"))
MONTHS = (
    "0.763393", "0.698113", "0.733990", "0.664740", "0.698630", "0.665025",
    "0.633663", "0.623711", "0.646341", "0.615000", "0.605634", "0.602273",
)  # fmt: skip


def unanswered(book: Book, verdict: str) -> int:
    """Return the tickets without a reply that the vendor calls within (true) or violated (false)."""
    return book.one("waiting_now", slice=within(vendor__first_reply_within=verdict)).n


def test_every_ticket_row_is_new(onyx: Book) -> None:
    accounts_for_every_row(onyx.report, 2330)
    assert (onyx.report.n_new, onyx.report.n_rejected) == (2330, 0)


def test_tickets_by_channel(onyx: Book) -> None:
    assert onyx.one("volume").n == 2330
    assert counts(onyx.by("channel_detail", "volume"), CHANNELS) == [1234, 850, 246]


def test_tickets_by_status(onyx: Book) -> None:
    found = onyx.by("custom.status", "volume")
    assert counts(found, ("Closed", "Resolved", "In progress", "Open")) == [1173, 739, 400, 18]


def test_first_reply(onyx: Book) -> None:
    found = onyx.one("frt")
    assert (found.n, found.value) == (2310, printed("26.8270"))
    assert (found.part("p50"), found.part("p90")) == (printed("5.5327"), printed("52.3992"))


def test_first_reply_by_channel(onyx: Book) -> None:
    found = onyx.by("channel_detail", "frt")
    assert counts(found, CHANNELS) == [1220, 846, 244]
    assert values(found, CHANNELS) == [printed("48.3924"), printed("1.9353"), printed("5.3046")]
    assert [found[one].part("p50") for one in CHANNELS] == [printed("32.1765"), printed("1.2479"), printed("1.2339")]


def test_two_replies_before_creation_are_defects_and_no_values(onyx: Book) -> None:
    assert onyx.defects() == {"negative_duration": 2}
    assert onyx.one("volume").n == onyx.one("frt").n + 2 + onyx.one("waiting_now").n


def test_eighteen_tickets_were_never_answered(onyx: Book) -> None:
    assert onyx.one("waiting_now").n == 18
    assert onyx.one("frt").part("waiting_now") == 18


def test_first_reply_in_time_by_the_given_due_times(onyx: Book) -> None:
    found = onyx.one("sla_first_reply", as_of=END)
    assert found.value == percent("87.242268")
    late, overdue = 279, 18
    assert dict(found.parts) == {"met": 2031, "breached": late + overdue, "undecided": 0, "na": 2}
    assert onyx.one("sla_first_reply").value == found.value


def test_the_vendors_verdict_on_first_replies_disagrees_in_14_answered_tickets(onyx: Book) -> None:
    vendor = onyx.one("vendor_share", parameter="first_reply_within")
    assert (vendor.part("passed"), vendor.n, vendor.value) == (2019, 2330, share("0.866524"))
    ours = onyx.by("vendor.first_reply_within", "sla_first_reply")
    late_for_us_only = (ours["true"].part("breached") or 0) - unanswered(onyx, "true")
    assert (ours["false"].part("met") or 0) + late_for_us_only == 14
    assert unanswered(onyx, "true") + unanswered(onyx, "false") == 18


def test_resolution_ends_at_the_resolution_time_only(onyx: Book) -> None:
    found = onyx.one("resolution")
    assert (found.n, found.value) == (1912, printed("33.2380"))
    assert (found.part("p50"), found.part("p90")) == (printed("21.8871"), printed("88.6617"))
    assert found.part("max") == printed("146.8467")


def test_resolution_by_priority(onyx: Book) -> None:
    found = onyx.by("priority", "resolution")
    assert values(found, ("P1", "P2", "P3")) == [printed("33.1663"), printed("34.8632"), printed("32.2577")]


def test_resolution_in_time_by_the_given_due_times(onyx: Book) -> None:
    found = onyx.one("sla_resolution", as_of=END)
    assert (found.part("met"), found.n, found.value) == (1546, 2330, percent("66.351931"))


def test_resolution_in_time_of_resolved_tickets_only(onyx: Book) -> None:
    found = onyx.one("sla_resolution", slice=DONE)
    assert (found.part("met"), found.n, found.value) == (1546, 1912, percent("80.857741"))


def test_the_vendors_verdict_on_resolutions(onyx: Book) -> None:
    found = onyx.one("vendor_share", parameter="resolution_within")
    assert (found.part("passed"), found.n, found.value) == (1547, 2330, share("0.663948"))
    left = onyx.one("vendor_share", parameter="resolution_within", slice=LEFT)
    assert (left.n, left.part("passed")) == (418, 1)


def test_the_vendors_verdict_on_resolutions_by_month_created(onyx: Book) -> None:
    found = onyx.months("vendor_share", parameter="resolution_within")
    assert values(found, sorted(found)) == [share(text) for text in MONTHS]


def test_satisfaction_leaves_unrated_tickets_out(onyx: Book) -> None:
    found, top = onyx.one("overall_mean"), onyx.one("csat")
    assert (found.n, found.value) == (1173, printed("3.510656"))
    assert (top.n, top.part("passed"), top.value) == (1173, 665, share("0.566922"))


def test_the_distribution_of_ratings(onyx: Book) -> None:
    found = [onyx.one("rating_share", parameter=score) for score in "12345"]
    assert [one.part("passed") for one in found] == [113, 128, 267, 377, 288]


def test_satisfaction_by_channel(onyx: Book) -> None:
    found = onyx.by("channel_detail", "overall_mean")
    assert counts(found, CHANNELS) == [618, 434, 121]
    assert values(found, CHANNELS) == [printed("3.509709"), printed("3.536866"), printed("3.421488")]


def test_tickets_with_exactly_one_interaction(onyx: Book) -> None:
    every = onyx.one("vendor_share", parameter="one_interaction")
    done = onyx.one("vendor_share", parameter="one_interaction", slice=DONE)
    assert (every.part("passed"), every.n) == (387, 2312)
    assert (done.part("passed"), done.n) == (315, 1912)


def test_backlog(onyx: Book) -> None:
    assert [onyx.backlog(day) for day in ("2023-04-01", "2023-07-01", "2023-10-01")] == [115, 239, 331]


def test_spellings_of_a_topic_are_joined_by_the_alias(onyx: Book) -> None:
    topics = onyx.by("category", "volume")
    assert [topic for topic in topics if topic.lower() == "pricing and licensing"] == ["Pricing and licensing"]
    assert sum(counts(topics, topics)) == 2330


def test_a_second_import_of_the_tickets_changes_nothing(onyx: Book) -> None:
    changes_nothing(onyx)
