"""How far a first load is: rows, pace and time left, by source and together."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from etl.model import LoadReport
from etl.schedule.progress import FirstLoad, Progress, spoken
from tests.etl.scheduling import START


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    return Progress(clock)


def report(rows: int, source_id: str = "desk", share: float | None = None) -> LoadReport:
    return LoadReport(1, source_id, rows, rows, 0, 0, 0, None, 1, share=share)


def test_rows_pace_and_time_left_are_told(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    progress.expect("desk", 1_000_000)
    clock.go(5)
    assert progress.loaded(report(250_000)) == "250,000 of about 1,000,000 rows, 50,000 rows/s, 15 s left"


def test_without_a_total_no_time_left_is_made_up(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    progress.expect("desk", None)
    clock.go(5)
    assert progress.loaded(report(250_000)) == "250,000 rows, 50,000 rows/s, time left not known"


def test_the_share_that_is_read_tells_the_time_left_where_nothing_was_counted(
    progress: Progress, clock: Clock
) -> None:
    progress.began("desk")
    clock.go(10)
    assert progress.loaded(report(100, share=0.25)) == "100 of about 400 rows, 10 rows/s, 30 s left"
    clock.go(10)
    assert progress.loaded(report(100, share=0.4)) == "200 of about 500 rows, 10 rows/s, 30 s left"
    assert progress.together() == progress.of("desk")
    clock.go(20)
    assert progress.loaded(report(200, share=1.0)) == "400 rows, 10 rows/s"


def test_a_count_goes_before_a_share(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    progress.expect("desk", 1_000)
    clock.go(10)
    assert progress.loaded(report(100, share=0.5)) == "100 of about 1,000 rows, 10 rows/s, 90 s left"


def test_a_share_too_small_to_tell_the_whole_by_tells_nothing(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    clock.go(10)
    assert progress.loaded(report(100, share=0.001)) == "100 rows, 10 rows/s, time left not known"


def test_more_rows_than_expected_leave_no_time_below_nothing(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    progress.expect("desk", 100)
    clock.go(5)
    assert progress.loaded(report(150)) == "150 rows, 30 rows/s"


def test_what_is_over_at_once_needs_no_telling(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    clock.go(1)
    assert progress.loaded(report(10)) is None


def test_only_the_first_pull_is_told(progress: Progress, clock: Clock) -> None:
    assert progress.began("desk")
    progress.ended("desk")
    assert not progress.began("desk")
    clock.go(5)
    assert progress.loaded(report(10)) is None and progress.of("desk") is None and progress.together() is None


def test_a_count_that_comes_after_the_load_is_forgotten(progress: Progress) -> None:
    progress.began("desk")
    progress.ended("desk")
    progress.expect("desk", 7)
    assert progress.together() is None


def test_several_first_loads_are_one_whose_total_all_have_to_know(progress: Progress, clock: Clock) -> None:
    progress.began("desk")
    clock.go(10)
    progress.began("shop")
    progress.expect("desk", 300)
    progress.loaded(report(100))
    assert progress.together() == FirstLoad(START, 100, None, clock.now)
    progress.expect("shop", 100)
    assert progress.together() == FirstLoad(START, 100, 400, clock.now)


def test_at_the_terminal_it_is_said_after_each_load(progress: Progress, clock: Clock) -> None:
    said: list[str] = []
    progress.began("desk")
    progress.expect("desk", 200)
    for _ in spoken([report(100), report(100)], progress, said.append):
        clock.go(10)
    assert said == ["  100 of about 200 rows, 10 rows/s, 10 s left", "  200 rows, 10 rows/s"]


@pytest.mark.parametrize(("rows", "told"), [(100, "99 s"), (10, "17 min"), (1, "2 h 47 min")])
def test_a_long_wait_is_told_in_minutes_and_hours(rows: int, told: str) -> None:
    at = START + timedelta(seconds=1)
    assert FirstLoad(START, rows, 10_000, at).told(at).endswith(f"{told} left")


def test_the_time_left_runs_down_between_two_loads_and_not_below_nothing() -> None:
    load = FirstLoad(START, 100, 200, START + timedelta(seconds=10))
    assert [load.left_s(START + timedelta(seconds=second)) for second in (10, 14, 20, 60)] == [10, 6, 0, 0]
    assert load.per_s == 10
