"""Whatever way the rows came in, the figures are the same: order, batches, a second time (semantics 1.15, 2.8)."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.catalog import CATALOG
from metrics.measure import measure
from metrics.model import Question, Reading, Window
from tests.metrics.world import World
from tests.oracle.desk import AS_OF, PLAIN, START, desk
from tests.oracle.loading import furnish, load, pour
from tests.oracle.raw import Rows

pytestmark = pytest.mark.oracle
LIFE = Window(date(2025, 1, 15), date(2025, 5, 2))
PARAMETERS = {"dimension": "clarity", "department/minutes": "tech/10", "hours": "4", "score": "5", "tier": "lt4"}
QUESTIONS = [
    Question(name, LIFE, parameter=PARAMETERS.get(metric.parameter or ""), grain="month", split=split)
    for name, metric in CATALOG.items()
    if metric.parameter is None or metric.parameter in PARAMETERS
    for split in (None, "team")
]
seeds = st.integers(0, 2**32)
few = settings(max_examples=3, deadline=None)


def answers(world: World) -> dict[Question, tuple[Reading, ...]]:
    return measure(world.con, world.desk, QUESTIONS, AS_OF)


def shuffled(rows: Rows, random: Random) -> Rows:
    def mixed(found: list) -> list:  # type: ignore[type-arg]
        return random.sample(found, len(found))

    return Rows(*(mixed(each) for each in (rows.tickets, rows.events, rows.messages, rows.surveys, rows.dues)))


def parts(rows: Rows, number: int) -> list[Rows]:
    """Return the rows in deliveries, each with rows of any ticket."""
    found = [Rows() for _ in range(number)]
    for name in ("tickets", "events", "messages", "surveys", "dues"):
        for place, one in enumerate(getattr(rows, name)):
            getattr(found[place % number], name).append(one)
    return found


def touch(world: World, rows: Rows) -> None:
    """Mark the tickets that a delivery's events, messages and due times are of."""
    keys = (
        {one.ticket for one in rows.events}
        | {one.ticket for one in rows.messages}
        | {one.ticket for one in rows.dues}
    )
    world.con.execute("INSERT INTO touched_ticket SELECT unnest(?)", [sorted(keys)])


@given(seed=seeds, order=seeds)
@few
def test_the_order_of_the_rows_does_not_matter(seed: int, order: int) -> None:
    rows = desk(seed, 60)
    assert answers(load(shuffled(rows, Random(order)), PLAIN)) == answers(load(rows, PLAIN))


@given(seed=seeds, number=st.integers(2, 5))
@few
def test_deliveries_one_after_another_give_what_one_gives(seed: int, number: int) -> None:
    rows = desk(seed, 60)
    world = World(PLAIN)
    furnish(world)
    for place, delivery in enumerate(parts(shuffled(rows, Random(seed)), number), start=1):
        pour(world, delivery)
        touch(world, delivery)
        world.refresh(START + (AS_OF - START) * (place / number) if place < number else AS_OF)
    assert answers(world) == answers(load(rows, PLAIN))


@given(seed=seeds)
@few
def test_rows_touched_a_second_time_change_nothing(seed: int) -> None:
    rows = desk(seed, 60)
    world = load(rows, PLAIN)
    before = answers(world)
    world.con.execute("INSERT INTO touched_ticket SELECT ticket_key FROM ticket")
    world.con.execute("INSERT INTO touched_survey SELECT response_key FROM survey_response")
    world.refresh(AS_OF)
    assert answers(world) == before


@given(seed=seeds)
@few
def test_another_setting_and_back_again_gives_the_first_figures(seed: int) -> None:
    world = load(desk(seed, 60), PLAIN)
    before = answers(world)
    world.desk = replace(PLAIN, merge_clock="own", sla_clock="business", repeat_days=1)
    world.rebuild(AS_OF)
    world.desk = PLAIN
    world.rebuild(AS_OF)
    assert answers(world) == before
