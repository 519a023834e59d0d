"""Events that explain a series: which of its figures they touch (semantics 2.3; R-101)."""

from datetime import date
from typing import Any

import pytest

from metrics.annotations import by_reading, carried, on_day
from metrics.model import Annotation, DataState, Question, Reading, Slice, Window

SALE = Annotation(date(2025, 6, 16), date(2025, 6, 21), {"en": "Sale"})
PARCELS = Annotation(date(2025, 6, 18), date(2025, 6, 19), {"en": "Strike"}, Slice.of(category="parcel"))
KNOWN = (PARCELS, SALE)
JUNE = Window(date(2025, 6, 1), date(2025, 7, 1))


def told(found: tuple[Annotation, ...]) -> list[str]:
    return [one.text["en"] for one in found]


def series(*buckets: str | None, member: str | None = None, **more: Any) -> list[Reading]:
    question = Question("complaints", JUNE, **more)
    return [Reading(question, 1.0, 1, DataState.FRESH, None, bucket=bucket, member=member) for bucket in buckets]


@pytest.mark.parametrize(
    ("first", "end", "names"),
    [
        (date(2025, 6, 1), date(2025, 6, 16), []),
        (date(2025, 6, 1), date(2025, 6, 17), ["Sale"]),
        (date(2025, 6, 20), date(2025, 6, 30), ["Sale"]),
        (date(2025, 6, 21), date(2025, 6, 30), []),
        (date(2025, 6, 18), date(2025, 6, 19), ["Sale", "Strike"]),
        (None, None, ["Sale", "Strike"]),
    ],
)
def test_an_event_touches_the_windows_that_hold_one_of_its_days(
    first: date | None, end: date | None, names: list[str]
) -> None:
    assert told(carried(Window(first, end), Slice(), KNOWN)) == names


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (Slice.of(category="refund"), ["Sale"]),
        (Slice.of(category="parcel"), ["Sale", "Strike"]),
        (Slice.of(team="A"), ["Sale", "Strike"]),
        (Slice((("category", ("parcel", "refund")),)), ["Sale", "Strike"]),
    ],
)
def test_an_event_of_one_category_does_not_explain_another(part: Slice, names: list[str]) -> None:
    assert told(carried(JUNE, part, KNOWN)) == names


def test_a_day_carries_the_events_of_that_day() -> None:
    days = series("2025-06-15", "2025-06-16", "2025-06-18", "2025-06-21", grain="day")
    assert [told(one) for one in by_reading(days, KNOWN)] == [[], ["Sale"], ["Sale", "Strike"], []]


@pytest.mark.parametrize(
    ("grain", "bucket", "names"),
    [
        ("week", "2025-06-09", []),
        ("week", "2025-06-16", ["Sale", "Strike"]),
        ("month", "2025-06-01", ["Sale", "Strike"]),
        ("hour", "2025-06-18T23:00+08:00", ["Sale", "Strike"]),
        ("hour", "2025-06-19T00:00+08:00", ["Sale"]),
    ],
)
def test_a_longer_step_carries_the_events_of_its_days(grain: str, bucket: str, names: list[str]) -> None:
    (found,) = by_reading(series(bucket, grain=grain), KNOWN)
    assert told(found) == names


def test_a_member_carries_its_own_events_only() -> None:
    parcel, refund = (by_reading(series(None, member=one, split="category"), KNOWN) for one in ("parcel", "refund"))
    assert (told(parcel[0]), told(refund[0])) == (["Sale", "Strike"], ["Sale"])


def test_an_anomaly_finds_the_events_of_its_day() -> None:
    on = date(2025, 6, 18)
    assert told(on_day(on, KNOWN)) == ["Sale", "Strike"]
    assert told(on_day(on, KNOWN, {"category": "refund"})) == ["Sale"]
    assert on_day(date(2025, 6, 21), KNOWN) == ()


def test_an_event_has_a_day() -> None:
    with pytest.raises(ValueError, match="an event of no day: 2025-06-16 is not before 2025-06-16"):
        Annotation(date(2025, 6, 16), date(2025, 6, 16), {"en": "?"})
