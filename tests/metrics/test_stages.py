"""Stages, hand-overs and departments: worked out by hand (semantics 4.8, 12.8)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from metrics.drill import drill
from metrics.measure import measure
from metrics.model import Clock, Desk, Question, Reading, Stage, Window
from metrics.stages import StageRow, paths, stages
from metrics.visits import POINTS, pair_of
from tests.metrics.world import DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
AS_OF = at("20 10:00")


def assign(world: World, ticket: int, when: str, dept: str | None, by: str | None = None) -> None:
    world.event(ticket, when, "assign", "owner")
    world.con.execute("UPDATE ticket_event SET dept = ?, actor = ? WHERE event_key = ?", [dept, by, world._seq])


def solve(world: World, ticket: int, when: str, to: str = "resolved") -> None:
    world.status(ticket, when, to)


def ask(world: World, metric: str, parameter: str | None = None, **more: Any) -> Reading:
    question = Question(metric, more.pop("window", MARCH), parameter=parameter, **more)
    found = measure(world.con, world.desk, [question], AS_OF)[question][0]
    assert len(drill(world.con, world.desk, question, AS_OF)) == found.n
    return found


def staged(*ways: tuple[str, str]) -> Desk:
    """Return a desk with a stage for each way from a point to the next of another sort."""
    own = tuple(Stage(f"{start}-{stop}", {"en": "Own"}, start, (stop,)) for start, stop in sorted(set(ways)))
    return replace(DESK, stages={**DESK.stages, "own": own})


OWN = staged(
    ("created", "first_assign"),
    ("created", "agent_action"),
    ("created", "acknowledgement"),
    ("created", "reply"),
    ("created", "resolved"),
    ("created", "type_set"),
    ("first_assign", "agent_action"),
    ("assign", "agent_action"),
    ("first_agent_action", "resolved"),
    ("resolved", "followup"),
    ("resolved", "closed"),
    ("resolved", "survey"),
)
EVERY = staged(*((point, "closed") for point in POINTS), *(("created", point) for point in POINTS))


def stage(world: World, start: str, stop: str, clock: Clock = "calendar") -> tuple[float | None, int, float | None]:
    """Return mean minutes, ended and open visits of a stage of its own."""
    found = ask(world, "stage_time", f"own/{start}-{stop}", clock=clock)
    return found.value, found.n, found.part("open")


def lived(desk: Desk) -> World:
    """One ticket on Monday 10 March: 10:00 created, 10:02 to sales, 10:10 reply, 10:30 resolved."""
    made = World(desk)
    made.ticket(1, "10 10:00")
    assign(made, 1, "10 10:02", "sales")
    made.reply(1, "10 10:10")
    solve(made, 1, "10 10:30")
    return made


@pytest.fixture
def world() -> World:
    """A world of one's own to write on."""
    return lived(OWN)


@pytest.fixture(scope="module")
def plain() -> World:
    """The same, only to be read."""
    made = lived(OWN)
    made.refresh(AS_OF)
    return made


@pytest.fixture(scope="module")
def every() -> World:
    """The same with a stage from and to every point, only to be read."""
    made = lived(EVERY)
    made.refresh(AS_OF)
    return made


def test_a_visit_runs_from_start_to_the_next_stop(plain: World) -> None:
    assert stage(plain, "created", "first_assign") == (2.0, 1, 0)
    assert stage(plain, "first_assign", "agent_action") == (8.0, 1, 0)
    assert stage(plain, "first_agent_action", "resolved") == (20.0, 1, 0)


def test_a_visit_without_stop_is_counted_apart(plain: World) -> None:
    assert stage(plain, "resolved", "followup") == (None, 0, 1)


def test_a_second_start_belongs_to_the_same_visit(world: World) -> None:
    assign(world, 1, "10 10:05", "tech")
    world.refresh(AS_OF)
    assert stage(world, "assign", "agent_action") == (8.0, 1, 0)


def test_each_return_to_a_stage_is_a_visit(world: World) -> None:
    assign(world, 1, "10 10:14", "tech")
    world.reply(1, "10 10:16")
    world.refresh(AS_OF)
    assert stage(world, "assign", "agent_action") == (5.0, 2, 0)


def test_an_assignment_by_an_agent_ends_a_visit_and_opens_the_next(world: World) -> None:
    assign(world, 1, "10 10:06", "tech", by="a9")
    world.refresh(AS_OF)
    assert stage(world, "assign", "agent_action") == (4.0, 2, 0)
    assert stage(world, "first_agent_action", "resolved") == (24.0, 1, 0)


def test_an_event_of_automation_is_no_action_of_an_agent(world: World) -> None:
    assign(world, 1, "10 10:06", "tech", by="rule")
    world.con.execute("UPDATE ticket_event SET actor_kind = 'automation' WHERE actor = 'rule'")
    world.refresh(AS_OF)
    assert stage(world, "assign", "agent_action") == (8.0, 1, 0)


def test_an_internal_note_is_an_action_and_an_acknowledgement_is_none() -> None:
    world = World(OWN)
    world.ticket(1, "10 10:00")
    world.message(1, "10 10:01", "agent", "a1", is_auto=True)
    world.message(1, "10 10:05", "agent", "a1", is_public=False)
    world.refresh(AS_OF)
    assert stage(world, "created", "agent_action") == (5.0, 1, 0)
    assert stage(world, "created", "acknowledgement") == (1.0, 1, 0)
    assert stage(world, "created", "reply") == (None, 0, 1)


def test_a_reopened_ticket_visits_again(world: World) -> None:
    world.event(1, "10 11:00", "followup")
    world.status(1, "10 12:00", "open")
    solve(world, 1, "10 13:00", "closed")
    world.event(1, "10 13:10", "followup")
    world.refresh(AS_OF)
    assert stage(world, "resolved", "followup") == (20.0, 2, 0)


def test_closing_at_once_takes_no_time(world: World) -> None:
    world.ticket(2, "10 10:00")
    solve(world, 2, "10 10:10", "closed")
    solve(world, 1, "10 11:00", "closed")
    world.refresh(AS_OF)
    assert stage(world, "resolved", "closed") == (15.0, 2, 0)


def test_the_type_is_set_at_creation() -> None:
    world = World(OWN)
    world.ticket(1, "10 10:00")
    world.ticket(2, None)
    world.refresh(AS_OF)
    assert stage(world, "created", "type_set") == (0.0, 1, 0)


def test_a_survey_ends_a_visit(world: World) -> None:
    world.survey(5, "10 11:30", ticket_key=1)
    world.refresh(AS_OF)
    assert stage(world, "resolved", "survey") == (60.0, 1, 0)


def test_a_merged_ticket_speaks_for_its_survivor_but_its_status_does_not(world: World) -> None:
    world.ticket(2, "10 09:50")
    world.reply(2, "10 10:01")
    solve(world, 2, "10 10:03", "closed")
    world.event(2, "10 10:03", "merge", 1)
    world.refresh(AS_OF)
    assert stage(world, "created", "agent_action") == (11.0, 1, 0)
    assert stage(world, "created", "resolved") == (40.0, 1, 0)


def test_an_event_up_to_a_minute_early_counts_at_creation() -> None:
    world = World(OWN)
    for key, second in ((1, "09:59:00"), (2, "09:58:59")):
        world.ticket(key, "10 10:00")
        assign(world, key, f"10 {second}", "sales")
    world.refresh(AS_OF)
    assert stage(world, "created", "first_assign") == (0.0, 1, 1)


def test_business_time_leaves_the_night_out() -> None:
    world = World(OWN)
    world.ticket(1, "10 17:50")
    world.reply(1, "11 09:20")
    world.refresh(AS_OF)
    assert stage(world, "created", "reply", clock="business") == (30.0, 1, 0)
    assert stage(world, "created", "reply") == (930.0, 1, 0)


def test_without_a_calendar_there_is_no_business_time() -> None:
    world = World(OWN, calendar=None)
    world.ticket(1, "10 10:00")
    world.reply(1, "10 10:10")
    world.refresh(AS_OF)
    assert stage(world, "created", "reply", clock="business") == (None, 0, 0)


def test_a_visit_counts_in_the_period_of_its_end() -> None:
    world = World(DESK)
    world.ticket(1, "10 23:00")
    world.reply(1, "11 00:00")
    world.refresh(AS_OF)
    days = [Window(date(2025, 3, day), date(2025, 3, day + 1)) for day in (10, 11)]
    assert [ask(world, "stage_time", "D4/receive", window=day).n for day in days] == [0, 1]


def test_what_is_later_than_as_of_is_not_seen(world: World) -> None:
    world.event(1, "20 10:01", "followup")
    world.refresh(AS_OF)
    assert stage(world, "resolved", "followup") == (None, 0, 1)


def test_the_table_of_a_map_adds_up_to_the_whole(world: World) -> None:
    world.event(1, "10 10:32", "followup")
    world.refresh(AS_OF)
    rows = stages(world.con, world.desk, "D1", Question("volume", MARCH), AS_OF)
    assert [(row.stage, row.n, row.mean, row.share) for row in rows] == [
        ("accept", 1, 2.0, 6.25),
        ("dispatch", 1, 8.0, 25.0),
        ("handle", 1, 20.0, 62.5),
        ("followup", 1, 2.0, 6.25),
    ]
    assert [row.stage for row in rows if row.is_longest] == ["handle"]
    assert rows[0].title["zh-CN"] == "受理"


def test_a_table_of_nothing_has_no_values() -> None:
    world = World(DESK)
    world.refresh(AS_OF)
    rows = stages(world.con, world.desk, "D2", Question("volume", MARCH), AS_OF)
    title = {"en": "Submission", "zh-CN": "提报"}
    assert rows[0] == StageRow("submit", title, 0, None, None, None, None, 0)
    assert not any(row.is_longest for row in rows)


def test_paths_are_the_stages_in_the_order_of_entry(world: World) -> None:
    world.ticket(2, "10 10:00")
    solve(world, 2, "10 10:10")
    world.ticket(3, "10 10:00")
    solve(world, 3, "10 10:20")
    world.ticket(4, "10 10:00")
    world.refresh(AS_OF)
    found = paths(world.con, world.desk, "D1", Question("volume", MARCH), AS_OF)
    assert [(one.stages, one.n) for one in found] == [
        (("accept", "followup"), 2),
        (("accept", "dispatch", "handle", "followup"), 1),
    ]
    assert [one.share for one in found] == pytest.approx([200 / 3, 100 / 3])


@pytest.mark.parametrize("parameter", [None, "D1", "D1/nap", "D9/accept"])
def test_an_unknown_stage_is_told_the_known_ones(plain: World, parameter: str | None) -> None:
    with pytest.raises(ValueError, match="known: D1/accept, D1/dispatch"):
        ask(plain, "stage_time", parameter)


def test_an_unknown_map_and_an_unknown_point_are_told_the_known_ones(plain: World) -> None:
    with pytest.raises(ValueError, match="unknown stage map 'D3'; known: D1, D2, D4"):
        stages(plain.con, plain.desk, "D3", Question("volume", MARCH), AS_OF)
    with pytest.raises(ValueError, match="unknown point 'lunch' of a stage; known: acknowledgement"):
        pair_of("created", "lunch")


@pytest.mark.parametrize("point", POINTS)
def test_every_point_can_open_and_end_a_visit(every: World, point: str) -> None:
    assert stage(every, point, "closed")[1] == 0
    assert stage(every, "created", point)[1] in (0, 1)


def sent_about() -> World:
    """10:00 sales, 10:20 tech, 10:25 note, 11:00 back to sales; 12:00 tech again, resolved 12:30."""
    made = World(DESK)
    made.ticket(1, "10 10:00")
    for when, dept in (("10:00", "sales"), ("10:20", "tech"), ("11:00", "sales"), ("12:00", "tech")):
        assign(made, 1, f"10 {when}", dept)
    assign(made, 1, "10 10:21", None)
    made.message(1, "10 10:25", "agent", "a1", is_public=False)
    made.message(1, "10 11:02", "agent", "a1", is_public=False)
    solve(made, 1, "10 12:30")
    made.refresh(AS_OF)
    return made


@pytest.fixture(scope="module")
def handed() -> World:
    """The same, only to be read."""
    return sent_about()


def test_a_transfer_is_handled_by_the_next_action(handed: World) -> None:
    found = ask(handed, "transfer_handling")
    assert (found.value, found.n, found.part("open")) == (3.5, 2, 1)


def test_time_elsewhere_ends_with_the_way_back_or_the_resolution(handed: World) -> None:
    found = ask(handed, "time_elsewhere")
    assert found.n == 2
    assert (found.value, found.part("p90")) == pytest.approx((35 / 60, 39 / 60))


def test_a_department_responds_with_its_next_action(handed: World) -> None:
    found = ask(handed, "department_response", "tech")
    assert found.value == pytest.approx(5 / 60)
    assert (found.n, found.part("open")) == (1, 1)
    assert ask(handed, "department_response", "it's").n == 0


def test_a_department_must_be_named(handed: World) -> None:
    with pytest.raises(ValueError, match="department_response needs the department as parameter"):
        ask(handed, "department_response")


def test_a_department_silent_for_longer_than_the_limit_is_an_escalation() -> None:
    world = World(DESK)
    for key, reply in ((1, "10 14:00"), (2, "10 14:00:01"), (3, "20 14:00"), (4, "10 10:01")):
        world.ticket(key, "10 10:00")
        assign(world, key, "10 10:00", "tech" if key != 4 else "sales")
        world.reply(key, reply)
    world.ticket(5, "20 06:00")
    assign(world, 5, "20 06:00", "tech")
    world.refresh(AS_OF)
    assert ask(world, "department_escalations", "tech/4").n == 2
    assert ask(world, "department_escalations", "tech/3.99").n == 4
    before = Window(date(2025, 3, 1), date(2025, 3, 20))
    assert ask(world, "department_escalations", "tech/3.99", window=before).n == 3
    with pytest.raises(ValueError, match="department_escalations needs the parameter department/hours, got 'tech'"):
        ask(world, "department_escalations", "tech")


def test_transfers_are_counted_per_ticket() -> None:
    world = sent_about()
    world.ticket(2, "10 10:00")
    world.refresh(AS_OF)
    found = ask(world, "transfers_per_ticket")
    assert (found.value, found.n) == (1.5, 2)


def test_a_day_without_visits_has_no_value(handed: World) -> None:
    question = Question("transfer_handling", Window(date(2025, 3, 9), date(2025, 3, 12)), grain="day")
    days = measure(handed.con, handed.desk, [question], AS_OF)[question]
    assert [(day.bucket, day.value, day.n) for day in days] == [
        ("2025-03-09", None, 0), ("2025-03-10", 3.5, 2), ("2025-03-11", None, 0),
    ]  # fmt: skip


def test_later_rows_change_figures_as_if_they_had_been_there_at_once(world: World) -> None:
    world.refresh(at("10 10:05"))
    world.event(1, "10 11:00", "followup")
    world.refresh(AS_OF + timedelta(0))
    stepwise = stage(world, "resolved", "followup")
    world.rebuild(AS_OF)
    assert stepwise == stage(world, "resolved", "followup") == (30.0, 1, 0)
