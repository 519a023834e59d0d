"""Cases with an update gap, by hand (semantics 4.12)."""

from datetime import date

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Question, Reading, Slice, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
NOW = at("10 22:00")
RATE = Question("update_gap_rate", MARCH, parameter="4")


def ask(world: World, question: Question = RATE) -> Reading:
    return measure(world.con, world.desk, [question], NOW)[question][0]


def lived() -> World:
    """1: gaps of 4 h, 4 h 50 and, reopened, 5 h; 2: exactly 4 h up to its end; 3: no reply; 4 (P1): 11 h."""
    made = World()
    for key in (1, 2, 3, 4):
        made.ticket(key, "10 08:00", priority="P1" if key == 4 else "P2")
    for when in ("08:10", "12:10", "17:00"):
        made.reply(1, f"10 {when}")
    made.status(1, "10 17:30", "resolved")
    made.status(1, "10 18:00", "open")
    made.reply(2, "10 09:00")
    made.status(2, "10 13:00", "closed")
    made.reply(2, "10 21:00")
    made.reply(4, "10 09:00")
    made.status(4, "10 20:00", "resolved")
    made.refresh(NOW)
    return made


@pytest.fixture(scope="module")
def world() -> World:
    """The same, only to be read."""
    return lived()


def test_a_case_with_several_gaps_counts_once_and_one_without_reply_not_at_all(world: World) -> None:
    found = ask(world)
    assert (found.n, found.part("passed")) == (3, 2)
    assert found.value == pytest.approx(200 / 3)


def test_four_hours_exactly_are_no_gap(world: World) -> None:
    assert ask(world, Question("update_gap_rate", MARCH, Slice.of(priority="P2"), parameter="4")).value == 50.0


def test_the_hours_are_given(world: World) -> None:
    assert ask(world, Question("update_gap_rate", MARCH, parameter="4.9")).part("passed") == 2
    assert ask(world, Question("update_gap_rate", MARCH, parameter="12")).value == 0.0


def test_the_list_is_as_long_as_n_and_tells_who_was_late(world: World) -> None:
    assert {one.key: one.value for one in drill(world.con, world.desk, RATE, NOW)} == {1: 100.0, 2: 0.0, 4: 100.0}


def test_replies_on_a_merged_ticket_keep_the_case_up_to_date() -> None:
    world = lived()
    world.ticket(5, "10 08:00", merged_into=4)
    world.reply(5, "10 12:00")
    world.reply(5, "10 16:00")
    world.refresh(NOW)
    assert ask(world).part("passed") == 1


@pytest.mark.parametrize("given", [None, "", "four"])
@pytest.mark.parametrize("name", ["update_gap_rate", "rating_share"])
def test_what_needs_a_number_says_so(world: World, name: str, given: str | None) -> None:
    with pytest.raises(ValueError, match=f"{name} needs a number as parameter, got "):
        ask(world, Question(name, MARCH, parameter=given))


def test_open_cases_that_heard_nothing_for_too_long_are_listed() -> None:
    world = lived()
    for key, replied in ((11, "17:59"), (12, "18:00"), (13, None), (14, "09:00")):
        world.ticket(key, "10 08:00", priority="P2")
        if replied:
            world.reply(key, f"10 {replied}")
    world.status(14, "10 20:00", "closed")
    world.message(11, "10 21:00", "agent", "a1", is_public=False)
    world.refresh(NOW)
    silent = Question("silent_now", MARCH, Slice.of(priority="P2"), parameter="4")
    found = ask(world, silent)
    assert {one.key: one.value for one in drill(world.con, world.desk, silent, NOW)} == {
        1: 5.0,
        11: pytest.approx(4 + 1 / 60),
    }
    assert (found.value, found.n, found.part("max")) == (2.0, 2, 5.0)
    assert ask(world, Question("silent_now", MARCH, parameter="24")).value == 0.0
    with pytest.raises(ValueError, match="silent_now needs a number"):
        ask(world, Question("silent_now", MARCH, parameter="long"))
