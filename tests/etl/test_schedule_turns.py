"""Turns of sources under a clock in the test's hands: when each is pulled, spared, paused, and told of."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import pytest

from etl.schedule.breaker import LONGEST_S, Breaker, Circuit
from etl.schedule.rhythm import ByCron, Every
from etl.schedule.schedule import Outcome, UnknownSource
from tests.engine import fresh
from tests.etl.scheduling import DOWN, START, WELL, WRONG, plan, stage


def test_a_source_is_pulled_at_the_start_and_every_interval() -> None:
    world = stage()
    world.hands.go(180)
    assert world.seconds() == [0, 60, 120, 180]


def test_each_source_has_its_own_interval() -> None:
    world = stage(plan("fast", Every(20)), plan("slow", Every(50)))
    world.hands.go(100)
    assert world.seconds("fast") == [0, 20, 40, 60, 80, 100]
    assert world.seconds("slow") == [0, 50, 100]


def test_a_pull_that_outlasts_its_turns_leaves_them_out() -> None:
    world = stage()
    world.hands.go(30)
    world.hands.is_holding = True
    world.hands.go(60)  # the turn at 60 begins and is held
    world.hands.go(100)  # those at 120 and 180 pass meanwhile
    world.hands.release()
    world.hands.go(60)
    assert world.seconds() == [0, 190, 240]


def test_a_hanging_source_delays_no_other() -> None:
    world = stage(plan("dead", Every(60)), plan("desk", Every(60)))
    world.hands.go(30)
    world.hands.is_holding = True
    world.schedule.run_now("dead")
    world.hands.go(0)
    (dead,), world.hands.held, world.hands.is_holding = world.hands.held, [], False
    world.hands.go(300)
    assert world.seconds("desk") == [0, 60, 120, 180, 240, 300]
    assert world.seconds("dead") == [0] and world.schedule.running() == ("dead",)
    dead()
    assert world.schedule.running() == ()


def test_a_source_is_never_pulled_twice_at_a_time() -> None:
    world = stage()
    world.hands.is_holding = True
    for _ in range(3):
        world.schedule.run_now("desk")
        world.hands.go(0)
    assert len(world.hands.held) == 1
    world.hands.release()
    world.hands.go(0)
    assert world.seconds() == [0, 0]  # it begins to read after all of them have asked


def test_who_asks_while_a_source_is_read_gets_another_pull() -> None:
    world_is_there: list[bool] = []

    def end(_: str) -> Outcome:
        if len(world.pulls) == 2:
            world.schedule.run_now("desk")
            world.schedule.run_now("desk")
        return WELL

    world = stage(ends=lambda name: end(name) if world_is_there else WELL)
    world_is_there.append(True)
    world.hands.go(60)
    assert world.seconds() == [0, 60, 60]


def test_a_turn_of_cron_missed_while_pulling_is_made_up_once() -> None:
    world = stage(plan("desk", ByCron("0 * * * *", "UTC")))
    world.hands.is_holding = True
    world.hands.go(3600)
    world.hands.go(2.5 * 3600)
    world.hands.release()
    world.hands.go(1800)
    assert world.seconds() == [0, 3.5 * 3600, 3.5 * 3600, 4 * 3600]


def test_a_single_failure_is_tried_again_at_the_next_turn() -> None:
    world = stage(ends=[DOWN])
    world.hands.go(60)
    assert world.seconds() == [0, 60]
    assert world.status().circuit is Circuit.CLOSED and world.status().error is None


def test_failures_in_a_row_space_the_turns_further() -> None:
    world = stage(ends=lambda _: DOWN)
    world.hands.go(3 * 3600)
    waits = [later - earlier for earlier, later in pairwise(world.seconds())]
    assert waits[:2] == [60, 60]
    assert all(0.8 * 120 * 2**n <= wait <= 120 * 2**n for n, wait in enumerate(waits[2:5]))
    assert all(0.8 * LONGEST_S <= wait <= LONGEST_S for wait in waits[5:]) and len(waits) > 8


def test_an_open_circuit_tells_failures_error_and_next_try() -> None:
    world = stage(ends=lambda _: DOWN)
    world.hands.go(121)
    told = world.status()
    assert (told.circuit, told.failures, told.error) == (Circuit.OPEN, 3, DOWN.error)
    assert told.next_at is not None and START + timedelta(seconds=216) <= told.next_at <= START + timedelta(
        seconds=240
    )


def test_the_one_try_of_an_open_circuit_is_half_open() -> None:
    seen: list[Circuit] = []
    was_started: list[bool] = []

    def end(_: str) -> Outcome:
        seen.extend([world.status().circuit] if len(world.pulls) == 4 else [])
        return DOWN if len(world.pulls) < 4 else WELL

    world = stage(now=START, ends=lambda name: end(name) if was_started else DOWN)
    was_started.append(True)
    world.hands.go(400)
    assert seen == [Circuit.HALF_OPEN] and world.status().circuit is Circuit.CLOSED


def test_a_recovered_source_is_asked_as_usual() -> None:
    world = stage(ends=[DOWN] * 4)
    world.hands.go(480 + 180)
    waits = [later - earlier for earlier, later in pairwise(world.seconds())]
    assert waits[-2:] == [60, 60]


def test_a_lasting_error_is_not_tried_again() -> None:
    world = stage(ends=lambda _: WRONG)
    world.hands.go(24 * 3600)
    assert world.seconds() == [0]
    assert world.status().circuit is Circuit.OPEN and world.status().next_at is None


def test_a_lasting_error_is_tried_again_when_settings_or_mapping_change() -> None:
    made_of = ["old"]
    world = stage(plan(signature=lambda: made_of[0]), ends=[WRONG])
    world.hands.go(600)
    made_of[0] = "mended"
    world.hands.go(30)
    assert len(world.seconds()) == 2 and 600 <= world.seconds()[1] <= 630
    assert world.status().circuit is Circuit.CLOSED


def test_what_a_source_is_made_of_is_looked_at_between_lines_of_cron() -> None:
    made_of = ["old"]
    world = stage(plan("desk", ByCron("0 3 * * *", "UTC"), signature=lambda: made_of[0]), ends=[WRONG])
    world.hands.go(3600)
    made_of[0] = "mended"
    world.hands.go(60)
    assert len(world.seconds()) == 2


def test_run_now_tries_what_is_spared() -> None:
    world = stage(ends=[WRONG])
    world.hands.go(100)
    world.schedule.run_now("desk")
    world.hands.go(0)
    assert world.seconds() == [0, 100] and world.status().error is None


def test_a_failed_line_of_cron_is_tried_after_a_minute_and_not_tomorrow() -> None:
    world = stage(plan("desk", ByCron("0 3 * * *", "UTC")), ends=[DOWN])
    world.hands.go(60)
    assert world.seconds() == [0, 60]


def test_a_paused_source_is_not_pulled() -> None:
    world = stage()
    world.schedule.pause("desk")
    world.hands.go(600)
    assert world.seconds() == [0]
    assert world.status().paused_at == START and world.status().next_at is None


def test_a_pause_lasts_over_a_restart() -> None:
    before = stage(con=fresh())
    before.schedule.pause("desk")
    after = stage(con=before.con, now=START + timedelta(days=1))
    after.hands.go(600)
    assert after.seconds() == [] and after.status().paused_at == START
    after.schedule.resume("desk")
    after.hands.go(0)
    assert after.seconds() == [600]
    assert stage(con=before.con).status().paused_at is None


def test_run_now_of_a_paused_source_pulls_once() -> None:
    world = stage()
    world.schedule.pause("desk")
    world.hands.go(100)
    world.schedule.run_now("desk")
    world.hands.go(600)
    assert world.seconds() == [0, 100] and world.status().paused_at is not None


def test_a_pause_lets_the_pull_under_way_end() -> None:
    world = stage()
    world.hands.is_holding = True
    world.schedule.run_now("desk")
    world.hands.go(0)
    world.schedule.pause("desk")
    world.hands.release()
    world.hands.go(600)
    assert world.seconds() == [0, 0]


def test_a_resumed_source_that_is_still_being_pulled_goes_on_afterwards() -> None:
    world = stage()
    world.hands.is_holding = True
    world.schedule.run_now("desk")
    world.hands.go(0)
    world.schedule.pause("desk")
    world.schedule.resume("desk")
    world.hands.release()
    world.hands.go(60)
    assert world.seconds() == [0, 0, 60]


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    world = stage()
    world.schedule.resume("desk")
    world.hands.go(59)
    assert world.seconds() == [0]


@pytest.mark.parametrize("order", ["run_now", "pause", "resume"])
def test_an_unknown_source_is_refused_with_those_there_are(order: str) -> None:
    world = stage(plan("desk"), plan("phone"))
    with pytest.raises(UnknownSource, match="no source 'dsk'; there are: desk, phone"):
        getattr(world.schedule, order)("dsk")


def _restarted(line: str, pulled: datetime, now: datetime) -> list[float]:
    """Return the seconds after a start at which a source is pulled whose last pull was at an instant."""
    before = stage(plan("desk", ByCron(line, "UTC")), con=fresh(), now=pulled)
    after = stage(plan("desk", ByCron(line, "UTC")), con=before.con, now=now)
    after.hands.go(3600)
    return after.seconds()


def test_missed_lines_of_cron_are_made_up_once_after_a_start() -> None:
    assert _restarted("0 3 * * *", START, START + timedelta(days=5)) == [0]


def test_nothing_is_made_up_when_nothing_was_missed() -> None:
    assert _restarted("0 3 * * *", START, START + timedelta(hours=2)) == []


def test_a_turn_that_failed_counts_as_missed() -> None:
    before = stage(plan("desk", ByCron("0 3 * * *", "UTC")), ends=[WELL, DOWN, DOWN, DOWN, DOWN])
    before.hands.go(18 * 3600 + 60)  # 03:00 of the next day
    after = stage(plan("desk", ByCron("0 3 * * *", "UTC")), con=before.con, now=before.hands.now)
    assert after.seconds() == [0]


def test_a_turn_is_late_by_its_jitter_at_most() -> None:
    world = stage(plan("desk", Every(60), jitter_s=20))
    world.hands.go(3600)
    waits = [later - earlier for earlier, later in pairwise(world.seconds())]
    assert all(60 <= wait <= 80 for wait in waits) and len(set(waits)) > 10


def test_after_a_stop_nothing_begins() -> None:
    world = stage()
    world.schedule.stop()
    world.schedule.run_now("desk")
    world.hands.go(600)
    assert world.seconds() == [0]


def test_a_pull_stopped_on_the_way_is_neither_well_nor_failed() -> None:
    world = stage(ends=[DOWN, Outcome(is_stopped=True)])
    world.hands.go(600)
    assert world.seconds() == [0, 60]
    assert world.status().failures == 1 and world.status().error == DOWN.error


def test_who_waits_for_the_end_is_told_whether_it_came() -> None:
    world = stage()
    assert world.schedule.wait(0)
    world.hands.is_holding = True
    world.schedule.run_now("desk")
    world.hands.go(0)
    assert not world.schedule.wait(0)


def test_a_status_tells_the_plan_in_words_and_the_next_turn() -> None:
    told = stage().status()
    assert (told.name, told.rhythm, told.pulled_at) == ("Desk", "every 60 s", START)
    assert told.next_at == START + timedelta(seconds=60) and told.running_since is None


def test_waits_are_bounded_however_long_a_source_is_down() -> None:
    breaker = Breaker()
    for _ in range(2000):
        breaker = breaker.failed(START, 5, 0.0)
    assert breaker.retry_at == START + timedelta(seconds=LONGEST_S)


def test_a_source_asked_rarely_is_not_asked_more_often_for_failing() -> None:
    day, breaker = 86_400.0, Breaker()
    for _ in range(4):
        breaker = breaker.failed(START, day, 0.0)
    assert breaker.retry_at == START + timedelta(days=1)


def _breaking(world_pulls: list[int]) -> Outcome:
    world_pulls.append(1)
    if len(world_pulls) == 2:
        raise RuntimeError("a fault of ours")
    return WELL


def test_a_turn_that_breaks_off_is_a_failure_with_a_next_turn() -> None:
    pulls: list[int] = []
    world = stage(ends=lambda _: _breaking(pulls))
    with pytest.raises(RuntimeError):
        world.hands.go(60)
    assert world.status().running_since is None and world.status().failures == 1
    assert "the log tells more" in str(world.status().error)
    world.hands.go(60)
    assert len(pulls) == 3 and world.status().error is None


def test_without_a_thread_the_turn_comes_later() -> None:
    world = stage()
    beside = world.hands.beside

    def none(name: str, work: object) -> None:
        raise RuntimeError("can't start new thread")

    world.hands.beside = none  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        world.hands.go(60)
    world.hands.beside = beside  # type: ignore[method-assign]
    world.hands.go(60)
    assert world.seconds() == [0, 120]


def test_a_pause_that_cannot_be_remembered_is_no_pause() -> None:
    world = stage()
    world.con.execute("DROP TABLE source_turn")
    with pytest.raises(duckdb.CatalogException):
        world.schedule.pause("desk")
    assert world.status().paused_at is None


def test_a_daily_source_is_pulled_once_on_the_day_the_clocks_are_set_back() -> None:
    # 2026-11-01 in New York: 01:30 is at 05:30Z and at 06:30Z
    start = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
    before = stage(plan("desk", ByCron("30 1 * * *", "America/New_York")), con=fresh(), now=start)
    before.hands.go(24 * 3600)
    assert before.seconds() == [0, 1800]


def test_a_daily_source_is_pulled_on_the_day_its_minute_is_left_out() -> None:
    # 2026-03-08 in New York: 02:30 is left out and comes at 07:30Z
    start = datetime(2026, 3, 8, 6, 0, tzinfo=UTC)
    world = stage(plan("desk", ByCron("30 2 * * *", "America/New_York")), now=start)
    world.hands.go(24 * 3600)
    assert world.seconds() == [0, 5400]


def test_intervals_go_on_over_the_turn_of_the_year() -> None:
    world = stage(now=datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC))
    world.hands.go(120)
    assert world.seconds() == [0, 60, 120]
