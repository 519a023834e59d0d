"""Facts of many tickets that are made for the first time: after the commit, and unseen until they are whole."""

from datetime import date

import pytest

from metrics import facts, sources
from metrics.answers import Answers
from metrics.facts import refreshing
from metrics.facts.refreshing import Later
from metrics.model import Question, Window
from tests.metrics.test_facts_incremental import state
from tests.metrics.world import DESK, END, World

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1), DESK.tz)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(refreshing, "MANY", 3)
    made = World(DESK)
    made.insert("source", source_no=1, source_id="desk", is_live=True, watermark=END)
    made.con.execute("UPDATE meta SET value = '1' WHERE name = 'data_version'")
    return made


def first(world: World, tickets: int) -> Later | None:
    """Load so many tickets; return what is left to be done."""
    for key in range(1, tickets + 1):
        world.ticket(key, team="A")
        world.reply(key, "10 12:00")
    world.con.execute("BEGIN")
    later = facts.refresh(world.con, END, DESK)
    world.con.execute("COMMIT")
    return later


def volume(world: World) -> float | None:
    answers = Answers(world.cursor, DESK, (), lambda: END)
    question = Question("volume", MARCH)
    (reading,) = answers.ask([question])[question]
    return reading.value


def test_few_are_made_at_once(world: World) -> None:
    assert first(world, 2) is None
    assert world.row("SELECT count(*) FROM fact_case") == (2,)


def test_many_are_made_after_the_commit_and_equal_those_of_a_rebuild(world: World) -> None:
    later = first(world, 3)
    assert later is not None
    assert world.row("SELECT count(*) FROM fact_case") == (0,)
    later()
    made = state(world)
    world.rebuild()
    assert made == state(world)
    assert world.row("SELECT count(*) FROM fact_case") == (3,)


def test_until_then_there_are_no_figures(world: World) -> None:
    later = first(world, 3)
    assert later is not None
    assert sources.as_of(world.con) is None
    assert volume(world) in (None, 0)
    later()
    assert sources.as_of(world.con) == END


def test_a_process_that_died_before_makes_them_when_it_starts(world: World) -> None:
    assert first(world, 3) is not None
    assert facts.ensure(world.con, END, DESK)
    assert world.row("SELECT count(*) FROM fact_case") == (3,)


def test_later_loads_are_refreshed_at_once(world: World) -> None:
    later = first(world, 3)
    assert later is not None
    later()
    world.ticket(4)
    world.con.execute("BEGIN")
    assert facts.refresh(world.con, END, DESK) is None
    world.con.execute("COMMIT")
    assert world.row("SELECT count(*) FROM fact_case") == (4,)
