"""A history that is made in parts has the facts of one that is made at once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import facts
from metrics.facts.parts import Part, fitting
from metrics.facts.refreshing import ALL
from tests.metrics.world import World
from tests.oracle.desk import AS_OF, PLAIN, desk
from tests.oracle.loading import load

TABLES = (*ALL, "merge_edge", "case_link")
few = settings(max_examples=4, deadline=None)


def rows_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    return {table: world.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.mark.oracle
@given(seed=st.integers(0, 2**32), size=st.integers(5, 40))
@few
def test_parts_give_the_facts_of_the_whole(seed: int, size: int) -> None:
    world = load(desk(seed, 60), PLAIN)
    world.rebuild(AS_OF)
    whole = rows_of(world)
    facts.rebuild(world.con, AS_OF, PLAIN, size)
    assert rows_of(world) == whole


def test_a_survey_without_its_ticket_is_made_once() -> None:
    world = World()
    for key in range(1, 7):
        world.ticket(key)
    world.survey(1, ticket_key=None)
    world.survey(2, ticket_key=99)
    world.survey(3, ticket_key=4)
    facts.rebuild(world.con, AS_OF, PLAIN, 2)
    assert world.rows("SELECT response_key FROM fact_survey ORDER BY ALL") == [(1,), (2,), (3,)]


def test_a_merged_ticket_goes_with_its_survivor() -> None:
    world = World()
    for key, created in ((1, "10 08:00"), (2, "10 09:00"), (3, "11 08:00"), (4, "12 08:00")):
        world.ticket(key, created)
    world.event(4, "12 09:00", "merge", 1)
    facts.rebuild(world.con, AS_OF, PLAIN, 1)
    assert world.rows("SELECT case_key FROM fact_case ORDER BY ALL") == [(1,), (2,), (3,)]


def test_parts_overlap_nowhere_and_leave_nothing_out() -> None:
    assert Part(None, 5).within == "epoch_us(created_at) < 5"
    assert Part(5, 9).within == "epoch_us(created_at) >= 5 AND epoch_us(created_at) < 9"
    assert Part(9, None).within == "(epoch_us(created_at) >= 9 OR created_at IS NULL)"


@pytest.mark.parametrize(
    ("limit", "tickets", "size"),
    [("1GiB", 800_000, 800_000), ("1GiB", 900_000, 447_392), ("12GiB", 10_000_000, 10_000_000)],
)
def test_less_memory_makes_smaller_parts(limit: str, tickets: int, size: int) -> None:
    world = World()
    before = world.row("SELECT current_setting('memory_limit')")[0]
    world.con.execute(f"SET memory_limit = '{limit}'")
    found = fitting(world.con, tickets)
    world.con.execute(f"SET memory_limit = '{before}'")
    assert found == size
