"""What was said in follow-ups, by hand (semantics 12.10)."""

from datetime import date

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
NOW = at("12 10:00")
EFFECTIVE = Question("followup_effective", MARCH)


def ask(world: World, question: Question = EFFECTIVE) -> Reading:
    return measure(world.con, world.desk, [question], NOW)[question][0]


def said(world: World, ticket: int, when: str, effective: bool | None, satisfied: bool | None) -> None:
    world.event(ticket, when, "followup")
    world.con.execute(
        "UPDATE ticket_event SET effective = ?, satisfied = ?"
        " WHERE event_key = (SELECT max(event_key) FROM ticket_event)",
        [effective, satisfied],
    )


@pytest.fixture(scope="module")
def world() -> World:
    """1 is called twice, 2 is merged into 1, 3 is not asked, 4 is spam, 5 undated, 6 is called tomorrow."""
    made = World()
    for key in (1, 2, 3, 4, 5, 6):
        made.ticket(key, None if key == 5 else "10 08:00", is_spam=key == 4, team="A" if key == 1 else "B")
    made.event(2, "10 09:00", "merge", 1)
    said(made, 1, "10 10:00", False, None)
    said(made, 1, "11 10:00", True, True)
    said(made, 2, "11 11:00", True, False)
    said(made, 3, "11 11:00", None, None)
    for key in (4, 5):
        said(made, key, "11 11:00", False, False)
    said(made, 6, "13 11:00", False, False)
    made.refresh(NOW)
    return made


def test_answers_count_and_silence_does_not(world: World) -> None:
    found = ask(world)
    assert (found.n, found.part("passed")) == (3, 2)
    satisfied = ask(world, Question("followup_satisfied", MARCH))
    assert (satisfied.n, satisfied.value) == (2, 50.0)


def test_a_followup_of_a_merged_ticket_is_the_survivors(world: World) -> None:
    assert ask(world, Question("followup_effective", MARCH, Slice.of(team="A"))).n == 3


def test_they_count_when_they_were_made(world: World) -> None:
    tenth = Question("followup_effective", Window(date(2025, 3, 10), date(2025, 3, 11)))
    assert (ask(world, tenth).value, ask(world, tenth).n) == (0.0, 1)


def test_the_list_is_as_long_as_n(world: World) -> None:
    assert [one.key for one in drill(world.con, world.desk, EFFECTIVE, NOW)] == [1, 1, 1]


def test_nobody_asked_is_no_value() -> None:
    empty = World()
    empty.ticket(1)
    empty.event(1, "10 12:00", "followup")
    empty.refresh(NOW)
    assert (ask(empty).value, ask(empty).n) == (None, 0)
