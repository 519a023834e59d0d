"""Complaints, worked out by hand (semantics 4.6, 4.12, 4.16, 12.8, 12.10)."""

from datetime import date
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import ComplaintRules, DataState, Question, Reading, Slice, Window
from tests.metrics.world import DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
AS_OF = at("20 10:00")


def ask(world: World, metric: str, **more: Any) -> Reading:
    question = Question(metric, more.pop("window", MARCH), **more)
    found = measure(world.con, world.desk, [question], AS_OF)[question][0]
    assert len(drill(world.con, world.desk, question, AS_OF)) == found.n
    return found


def act(world: World, ticket: int, when: str, by: str) -> None:
    world.message(ticket, when, "agent", by, is_public=False)


def test_complaints_are_counted_and_set_against_all_tickets() -> None:
    world = World(DESK)
    for key, kind in ((1, "complaint"), (2, "inquiry"), (3, None), (4, "complaint")):
        world.ticket(key, type=kind, is_spam=key == 4)
    world.refresh(AS_OF)
    assert ask(world, "complaints").n == 1
    rate = ask(world, "complaint_rate")
    assert (rate.part("passed"), rate.n) == (1, 3)


def test_a_period_without_tickets_has_no_complaint_rate() -> None:
    world = World(DESK)
    world.refresh(AS_OF)
    assert [ask(world, name).value for name in ("complaints", "complaint_rate", "complaints_per_1000")] == [
        0.0,
        None,
        None,
    ]


def test_complaints_are_set_against_the_customers_served() -> None:
    world = World(DESK)
    world.ticket(1, type="complaint", customer_key=1)
    for key, customer in ((2, 1), (3, 1), (4, 2), (5, None)):
        world.ticket(key, customer_key=customer)
        world.status(key, "11 10:00", "resolved")
    world.ticket(6, customer_key=3)
    world.refresh(AS_OF)
    found = ask(world, "complaints_per_1000")
    assert (found.value, found.n, found.part("customers")) == (500.0, 1, 2)
    after = ask(world, "complaints_per_1000", window=Window(date(2025, 3, 11), date(2025, 3, 12)))
    assert (after.value, after.state) == (0.0, DataState.FRESH)
    before = ask(world, "complaints_per_1000", window=Window(date(2025, 3, 10), date(2025, 3, 11)))
    assert (before.value, before.n) == (None, 1)


AGAIN = {"08 10:00": 1, "08 10:00:01": 0, "12 10:00": 0}


@pytest.fixture(scope="module")
def complained() -> World:
    """Customers who complain, ask and complain again; the team is called by when."""
    world = World(DESK)
    for customer, when in enumerate(AGAIN):
        key, who = 10 * customer, {"customer_key": customer, "category": "x", "team": when}
        world.ticket(key + 1, "01 09:00", type="complaint", **who)
        world.status(key + 1, "01 10:00", "resolved")
        world.ticket(key + 2, "06 10:00", type="inquiry", **who)
        world.status(key + 2, "07 10:00", "resolved")
        world.ticket(key + 3, when, type="complaint", **who)
    world.refresh(AS_OF)
    return world


@pytest.mark.parametrize(("when", "again"), AGAIN.items())
def test_an_inquiry_in_between_makes_no_second_complaint_later_than_n_days(
    complained: World, when: str, again: int
) -> None:
    found = ask(complained, "second_complaints", slice=Slice.of(team=when))
    assert (found.part("passed"), found.n) == (again, 2 - again)


def test_another_category_is_another_chain() -> None:
    world = World(DESK)
    for key, category in ((1, "x"), (2, "y"), (3, "x")):
        world.ticket(key, f"1{key} 10:00", customer_key=1, type="complaint", category=category)
    world.refresh(AS_OF)
    assert (ask(world, "second_complaints").part("passed"), ask(world, "second_complaints").n) == (1, 2)


def test_a_second_complaint_is_one_of_the_same_issue() -> None:
    world = World(DESK)
    for key, created, customer, kind in (
        (1, "10 10:00", 1, "complaint"),
        (2, "12 10:00", 1, "inquiry"),
        (3, "14 10:00", 1, "complaint"),
        (4, "10 10:00", 2, "complaint"),
        (5, "11 10:00", 2, "inquiry"),
        (6, "10 10:00", None, "complaint"),
        (7, "10 10:00", 3, "inquiry"),
    ):
        world.ticket(key, created, customer_key=customer, type=kind, category="x")
    world.refresh(AS_OF)
    found = ask(world, "second_complaints")
    assert (found.value, found.n) == (50.0, 2)


def test_a_chain_of_complaints_counts_where_the_first_one_does() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00", customer_key=1, type="inquiry", category="x")
    world.ticket(2, "12 10:00", customer_key=1, type="complaint", category="x")
    world.ticket(3, "14 10:00", customer_key=1, type="complaint", category="x")
    world.refresh(AS_OF)
    days = [Window(date(2025, 3, day), date(2025, 3, day + 1)) for day in (10, 12, 14)]
    assert [ask(world, "second_complaints", window=day).n for day in days] == [0, 1, 0]


def test_only_complaints_with_the_tag_are_about_slow_response() -> None:
    world = World(DESK)
    world.ticket(1, type="complaint", tags=["vip", "slow_response"])
    world.ticket(2, type="complaint", tags=["rude"])
    world.ticket(3, type="inquiry", tags=["slow_response"])
    world.ticket(4, type="complaint")
    world.refresh(AS_OF)
    found = ask(world, "slow_complaint_rate")
    assert (found.part("passed"), found.n, found.value) == (1, 4, 25.0)


def test_the_settings_name_the_tag() -> None:
    world = World(DESK, complaints=ComplaintRules(slow_tag="it's slow"))
    world.ticket(1, type="complaint", tags=["it's slow"])
    world.ticket(2, type="complaint", tags=["slow_response"])
    world.refresh(AS_OF)
    assert ask(world, "slow_complaint_rate").part("passed") == 1


@pytest.fixture
def slow() -> World:
    """Six slow complaints of 10 March 10:00 but the last; supervisors are s1 by role and s2 by name."""
    world = World(DESK, complaints=ComplaintRules(supervisors=("s2",)))
    world.insert("agent", agent_key=1, source_no=0, src_id="s1", role="supervisor")
    world.insert("agent", agent_key=2, source_no=1, src_id="a1", role="supervisor")
    for key in range(1, 7):
        created = "19 10:01" if key == 6 else "10 10:00"
        world.ticket(key, created, type="complaint", tags=["slow_response"])
    act(world, 1, "11 10:00", "s1")
    act(world, 2, "11 10:00:01", "s1")
    act(world, 3, "10 11:00", "a1")
    act(world, 4, "10 12:00", "s2")
    act(world, 5, "10 09:00", "s1")
    world.refresh(AS_OF)
    return world


def test_a_supervisor_has_24_hours_and_not_a_second_more(slow: World) -> None:
    found = ask(slow, "slow_complaint_followup")
    assert (found.part("passed"), found.n) == (2, 5)


def test_a_complaint_younger_than_a_day_is_decided_by_a_follow_up_only(slow: World) -> None:
    act(slow, 6, "19 12:00", "s1")
    slow.refresh(AS_OF)
    found = ask(slow, "slow_complaint_followup")
    assert (found.part("passed"), found.n) == (3, 6)


def test_a_supervisors_status_change_is_an_action_and_a_customers_message_is_none() -> None:
    world = World(DESK, complaints=ComplaintRules(supervisors=("boss",)))
    for key in (1, 2):
        world.ticket(key, type="complaint", tags=["slow_response"])
    world.status(1, "10 10:30", "open")
    world.con.execute("UPDATE ticket_event SET actor = 'boss'")
    world.message(2, "10 10:30", "customer", "boss")
    world.refresh(AS_OF)
    assert ask(world, "slow_complaint_followup").part("passed") == 1


def test_without_supervisors_every_decided_complaint_is_a_miss() -> None:
    world = World(DESK)
    world.ticket(1, type="complaint", tags=["slow_response"])
    act(world, 1, "10 10:30", "s1")
    world.refresh(AS_OF)
    assert ask(world, "slow_complaint_followup").value == 0.0
