"""An import without any instant has no watermark; its tickets are measured over the whole import (semantics 12.2)."""

from datetime import date

from metrics import facts
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Window
from tests.metrics.world import World

EVER = Window(None, None)
MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def undated() -> World:
    world = World()
    world.ticket(1, None, given_resolution_s=7200.0)
    world.survey(1, None, overall=5.0, ticket_key=1)
    world.con.execute("BEGIN")
    facts.refresh(world.con, None, world.desk)
    world.con.execute("COMMIT")
    return world


def asked(world: World, metric: str, window: Window) -> Reading:
    question = Question(metric, window)
    (found,) = measure(world.con, world.desk, [question], None)[question]
    return found


def test_an_import_without_times_is_measured_as_a_whole() -> None:
    world = undated()
    found = {metric: asked(world, metric, EVER).value for metric in ("volume", "resolution", "overall_mean")}
    assert found == {"volume": 1.0, "resolution": 2.0, "overall_mean": 5.0}


def test_a_count_of_nothing_is_not_known_without_times() -> None:
    found = asked(undated(), "volume", MARCH)
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


def test_a_dated_ticket_becomes_visible_when_there_is_a_watermark() -> None:
    world = undated()
    world.ticket(2)
    world.con.execute("BEGIN")
    facts.refresh(world.con, None, world.desk)
    world.con.execute("COMMIT")
    assert world.rows("SELECT case_key FROM fact_case") == [(1,)]
    world.refresh()
    assert world.rows("SELECT case_key FROM fact_case ORDER BY 1") == [(1,), (2,)]


def test_facts_of_an_undated_import_are_up_to_date() -> None:
    world = undated()
    assert not facts.ensure(world.con, None, world.desk)
