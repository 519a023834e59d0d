"""From tickets to days out of the ordinary, with the event that explains them (semantics 9.5; R-101)."""

from datetime import date, timedelta
from typing import Any

import pytest

from metrics.annotations import on_day
from metrics.anomalies import Judged
from metrics.members import Members
from metrics.model import Annotation, Question, Window
from metrics.scan import Ground
from metrics.watching import unusual
from tests.metrics.world import World, at

FIRST = date(2025, 3, 3)
BURST = FIRST + timedelta(days=70)
NOW = at("2025-05-15 12:00")
SPAN = Window(BURST - timedelta(days=7), BURST + timedelta(days=30))
COMPLAINT = Question("complaints", SPAN)


@pytest.fixture(scope="module")
def world() -> World:
    """Per day 30 inquiries and 25 complaints, answered after 10 min; on one day 80 complaints, and 40 min to wait."""
    made = World()
    tickets = "SELECT d AS day, i, CASE WHEN i < 30 THEN 'inquiry' ELSE 'complaint' END AS type FROM range(74) t(d)"
    tickets += ", range(110) u(i) WHERE i < CASE WHEN d = 70 THEN 110 ELSE 55 END"
    created = "TIMESTAMPTZ '2025-03-03 01:00:00+00' + to_days(day::INTEGER) + to_seconds(i)"
    made.con.execute(
        "INSERT INTO ticket (ticket_key, source_no, src_ticket_id, created_at, created_by, type, category)"
        f" SELECT day * 1000 + i, 0, day || '-' || i, {created}, 'customer', type, type FROM ({tickets})"
    )
    made.con.execute(
        "INSERT INTO message"
        " (message_key, ticket_key, stream, seq, occurred_at, author, author_kind, is_public, is_auto)"
        f" SELECT day * 1000 + i, day * 1000 + i, 2, 1, {created} + to_seconds(CASE WHEN day = 70 THEN 2400"
        f" ELSE 500 + i * 4 END), 'a', 'agent', true, false FROM ({tickets})"
    )
    made.con.execute("INSERT INTO touched_ticket SELECT ticket_key FROM ticket")
    made.refresh(NOW)
    return made


def look(world: World, question: Question) -> dict[str, tuple[Judged, ...]]:
    return unusual(Ground(world.con, world.desk, NOW, Members()), question)


def alarms(days: tuple[Judged, ...]) -> list[date]:
    return [one.on for one in days if one.is_first]


def test_a_burst_of_complaints_is_found_on_its_day(world: World) -> None:
    found = look(world, COMPLAINT)[""]
    assert alarms(found) == [BURST]
    burst = next(one for one in found if one.on == BURST)
    assert burst.n == 80
    assert burst.effect == pytest.approx(80.5 / 25.5 - 1)


def test_the_days_are_those_of_the_window_and_the_running_one_is_not_judged(world: World) -> None:
    found = look(world, COMPLAINT)[""]
    assert [found[0].on, found[-1].on] == [SPAN.start, date(2025, 5, 14)]


def test_only_the_slice_that_burst_has_an_alarm(world: World) -> None:
    found = look(world, Question("volume", SPAN, split="type"))
    assert {member: alarms(days) for member, days in found.items()} == {"inquiry": [], "complaint": [BURST]}


def test_a_slow_day_is_found_by_the_logs_of_its_minutes(world: World) -> None:
    found = look(world, Question("frt", SPAN))[""]
    assert alarms(found) == [BURST]
    assert next(one.effect or 0.0 for one in found if one.on == BURST) > 2.0


def test_a_share_is_watched_too(world: World) -> None:
    found = look(world, Question("complaint_rate", SPAN))[""]
    assert alarms(found) == [BURST]
    assert next(one.value for one in found if one.on == BURST) == pytest.approx(80 / 110)


def test_of_a_promise_the_breaches_are_watched(world: World) -> None:
    found = look(world, Question("sla_first_reply", SPAN))[""]
    burst = next(one for one in found if one.on == BURST)
    assert (burst.value, burst.is_first) == (1.0, True)  # all of them wait 40 minutes, and 15 are promised
    assert alarms(found) == [BURST]


def test_an_alarm_carries_the_event_of_its_day(world: World) -> None:
    sale = Annotation(BURST, BURST + timedelta(days=1), {"en": "Sale"})
    (burst,) = (one for one in look(world, COMPLAINT)[""] if one.is_alarm)
    assert on_day(burst.on, [sale]) == (sale,)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (Question("complaints", Window(None, None)), "anomalies need a bounded window"),
        (Question("backlog", SPAN), "backlog is no count of events, no duration and no share"),
        (Question("csi", SPAN), "csi is no count of events"),
    ],
)
def test_what_has_no_usual_day_is_refused(world: World, question: Question, told: Any) -> None:
    with pytest.raises(ValueError, match=told):
        look(world, question)


def test_before_any_load_and_for_days_to_come_nothing_is_judged(world: World) -> None:
    assert unusual(Ground(world.con, world.desk, None, Members()), COMPLAINT) == {}
    later = Window(date(2025, 6, 1), date(2025, 6, 8))
    assert look(world, Question("complaints", later)) == {}
