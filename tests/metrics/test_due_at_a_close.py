"""A promise that ends with the day is due at its close, and broken from the next opening on (semantics 3.3, 4.10)."""

from datetime import datetime

import pytest

from metrics.at_risk import at_risk
from metrics.measure import measure
from metrics.model import Question, SlaTier, Window
from tests.metrics.world import DESK, World, at

HOURS = {"P2": SlaTier(480, 480)}  # 8 h, open 09:00 to 18:00


def made(now: datetime) -> World:
    world = World(DESK, sla_clock="business", sla=HOURS)
    world.ticket(1, "10 10:00")
    world.refresh(now)
    return world


def test_what_ends_at_a_close_is_due_at_that_close() -> None:
    world = made(at("10 15:00"))
    found = at_risk(world.con, world.desk, at("10 15:00"))
    assert {(one.what, one.due_at, one.left_min) for one in found} == {
        ("first_reply", at("10 18:00"), 180.0), ("resolution", at("10 18:00"), 180.0),
    }  # fmt: skip


@pytest.mark.parametrize(("now", "breached"), [("10 20:00", 0), ("11 09:00", 0), ("11 09:01", 1)])
def test_the_resolution_is_late_once_more_than_the_promise_has_passed(now: str, breached: int) -> None:
    world = made(at(now))
    found = measure(world.con, world.desk, [question := Question("sla_resolution", Window(None, None))], at(now))
    assert found[question][0].part("breached") == breached


def test_a_due_time_of_the_source_stays_as_it_is() -> None:
    world = World(DESK, sla_clock="business", sla=HOURS)
    world.ticket(1, "10 10:00")
    world.insert("sla_due", ticket_key=1, what="resolution", due_at=at("11 09:00"))
    world.touch(1)
    world.refresh(at("10 15:00"))
    dues = {one.what: one.due_at for one in at_risk(world.con, world.desk, at("10 15:00"))}
    assert dues == {"first_reply": at("10 18:00"), "resolution": at("11 09:00")}
