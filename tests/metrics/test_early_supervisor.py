"""A supervisor whose clock is a little behind acts at creation, not before it (semantics 2.7, 12.8)."""

from datetime import date

import pytest

from metrics.measure import measure
from metrics.model import ComplaintRules, Question, Window
from tests.metrics.world import DESK, END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


@pytest.mark.parametrize(("acted", "passed"), [("10 09:59:00", 1), ("10 09:58:59", 0)])
def test_an_action_up_to_a_minute_early_counts_at_creation(acted: str, passed: int) -> None:
    world = World(DESK, complaints=ComplaintRules(supervisors=("boss",)))
    world.ticket(1, "10 10:00", type="complaint", tags=["slow_response"])
    world.message(1, acted, "agent", "boss", is_public=False)
    world.refresh()
    found = measure(world.con, world.desk, [asked := Question("slow_complaint_followup", MARCH)], END)[asked][0]
    assert (found.part("passed"), found.n) == (passed, 1)
