"""The ticket page: what happened, where the time went, what was promised (R-111)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.timeline import Stay, TicketPage, ticket_page
from tests.metrics.test_properties import NOW, PLAIN, made
from tests.metrics.world import END, World, at


def page(world: World, ticket: str = "1", as_of: datetime = END) -> TicketPage:
    found = ticket_page(world.con, world.desk, ticket, as_of)
    assert found is not None
    return found


def served() -> World:
    world = World()
    world.ticket(1, priority="P1")
    world.message(1, "10 10:00", "bot", None, is_auto=True)
    world.bot(1, "10 10:01")
    world.event(1, "10 10:02", "handoff")
    world.message(1, "10 10:03", "agent", "a1", is_public=False)
    world.reply(1, "10 10:12")
    world.message(1, "10 10:13", "customer", None)
    world.status(1, "10 10:20", "pending_customer")
    world.status(1, "10 11:00", "open")
    world.status(1, "10 11:30", "resolved")
    world.refresh()
    return world


def test_what_happened_is_told_in_order_and_in_the_words_of_the_field() -> None:
    told = [(one.kind, one.by) for one in page(served()).happenings]
    assert told[:3] == [("auto_ack", "bot"), ("bot_reply", "robot"), ("handoff", None)]
    assert told[3:6] == [("internal_note", "a1"), ("agent_reply", "a1"), ("customer_message", "customer")]
    assert [one.new for one in page(served()).happenings if one.kind == "status"] == [
        "pending_customer", "open", "resolved",
    ]  # fmt: skip


def test_stays_are_told_with_the_pauses_among_them() -> None:
    found = page(served()).stays
    assert found == (
        Stay("new", at("10 10:00"), at("10 10:20"), False),
        Stay("pending_customer", at("10 10:20"), at("10 11:00"), True),
        Stay("open", at("10 11:00"), at("10 11:30"), False),
        Stay("resolved", at("10 11:30"), None, False),
    )


def test_clocks_and_promises_are_those_of_the_figures() -> None:
    found = page(served())
    assert found.clocks["frt"] == (10.0, 10.0)
    assert found.clocks["resolution"] == (90.0, 90.0)
    assert found.clocks["net_resolution"] == (50.0, 50.0)
    assert found.clocks["pending_time"] == (40.0, 40.0)
    assert {what: clock.outcome for what, clock in found.record.sla.items()} == {
        "first_reply": "breached", "resolution": "met",
    }  # fmt: skip


def test_a_merged_ticket_leads_to_its_survivor_and_its_statuses_say_nothing() -> None:
    world = served()
    world.ticket(2, "10 09:50")
    world.event(2, "10 10:05", "merge", 1)
    world.status(2, "10 10:06", "closed")
    world.refresh()
    found = page(world, "2")
    assert found.record.case_key == 1
    assert [one.is_ignored for one in found.happenings if one.ticket == "2"] == [False, True]
    assert [stay.status for stay in found.stays] == ["new", "pending_customer", "open", "resolved"]
    assert found.stays[0].start == at("10 09:50")


def test_what_is_in_no_population_has_no_page() -> None:
    world = World()
    world.ticket(1, is_spam=True)
    world.refresh()
    assert ticket_page(world.con, world.desk, "1", END) is None
    assert ticket_page(world.con, world.desk, "9", END) is None


def test_an_undated_or_waiting_ticket_has_no_clock_it_does_not_count_in() -> None:
    world = World()
    world.ticket(1, None, given_resolution_s=90.0)
    world.ticket(2)
    world.refresh()
    assert (page(world).stays, page(world).clocks["resolution"]) == ((), (1.5, None))
    assert page(world, "2").clocks == {}
    assert page(world, "2").stays == (Stay("new", at("10 10:00"), None, False),)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
@pytest.mark.oracle
def test_stays_follow_each_other_and_pauses_are_what_net_leaves_out(seed: int) -> None:
    world = made(seed, PLAIN)
    for key, created, gross, net in world.rows(
        "SELECT r.case_key, c.created_at, r.res_us, r.net_us FROM fact_resolution r JOIN fact_case c USING (case_key)"
        " WHERE r.resolved_at IS NOT NULL"
    ):
        found = page(world, str(key), NOW)
        assert found.stays == () or found.stays[0].start == created
        assert all(a.end == b.start for a, b in zip(found.stays, found.stays[1:], strict=False))
        last = found.record.created_at and created + timedelta(microseconds=gross)
        paused = [one for one in found.stays if one.is_pause and one.end and last and one.end <= last]
        spent = sum((one.end - one.start for one in paused if one.end), timedelta())
        assert timedelta(microseconds=gross - net) == spent
