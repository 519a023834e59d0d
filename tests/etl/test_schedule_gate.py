"""The gate before the warehouse, and the alarms: threads, an interrupted load, the library that rings."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from data.warehouse import Warehouse, transaction
from etl.model import LoadStopped
from etl.schedule.alarms import Clockwork
from etl.schedule.gate import Gate

LONG_S = 30.0
ENDLESS = "SELECT count(*) FROM range(10_000_000) a, range(10_000_000) b WHERE (a.range * b.range) % 7 = 3"


@pytest.fixture
def store() -> Iterator[Warehouse]:
    opened = Warehouse(None, threads=1)
    yield opened
    opened.close()


@pytest.fixture
def clockwork() -> Iterator[Clockwork]:
    made = Clockwork()
    yield made
    made.stop()


def _now() -> datetime:
    return datetime.now(UTC)


def test_one_load_at_a_time(store: Warehouse) -> None:
    gate, inside, done = Gate(), threading.Event(), threading.Event()

    def other() -> None:
        inside.wait(LONG_S)
        with gate.entered(store.cursor()):
            done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with gate.entered(store.cursor()):
        inside.set()
        assert not done.wait(0.05)
    assert done.wait(LONG_S)
    thread.join()


def test_a_closed_gate_lets_nobody_in(store: Warehouse) -> None:
    gate = Gate()
    with gate.entered(store.cursor()):
        pass
    assert gate.close(0) is False and gate.is_closed
    with pytest.raises(LoadStopped), gate.entered(store.cursor()):
        pass


def test_a_load_that_outlasts_the_grace_is_rolled_back(store: Warehouse) -> None:
    gate, begun, errors = Gate(), threading.Event(), list[Exception]()

    def load() -> None:
        con = store.cursor()
        try:
            with gate.entered(con), transaction(con):
                con.execute("INSERT INTO team (team_key) VALUES (1)")
                begun.set()
                con.execute(ENDLESS)
        except duckdb.Error as error:
            errors.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    assert begun.wait(LONG_S)
    assert gate.close(0)
    thread.join()
    assert [type(error) for error in errors] == [duckdb.InterruptException]
    assert store.cursor().execute("SELECT count(*) FROM team").fetchall() == [(0,)]


def test_a_load_that_ends_within_the_grace_is_committed(store: Warehouse) -> None:
    gate, begun, closing = Gate(), threading.Event(), threading.Event()

    def load() -> None:
        con = store.cursor()
        with gate.entered(con), transaction(con):
            begun.set()
            closing.wait(LONG_S)
            con.execute("INSERT INTO team (team_key) VALUES (1)")

    thread = threading.Thread(target=load)
    thread.start()
    assert begun.wait(LONG_S)
    threading.Timer(0.01, closing.set).start()
    assert not gate.close(LONG_S)
    thread.join()
    assert store.cursor().execute("SELECT count(*) FROM team").fetchall() == [(1,)]


def test_an_alarm_of_the_past_rings_once_and_at_once(clockwork: Clockwork) -> None:
    rung = threading.Semaphore(0)
    clockwork.start()
    clockwork.at("desk", _now() - timedelta(days=3), rung.release)
    assert rung.acquire(timeout=LONG_S)
    assert not rung.acquire(blocking=False)


def test_a_later_alarm_of_the_same_name_replaces_the_earlier(clockwork: Clockwork) -> None:
    old, new = threading.Event(), threading.Event()
    clockwork.at("desk", _now() - timedelta(seconds=9), old.set)
    clockwork.at("desk", _now() - timedelta(seconds=9), new.set)
    clockwork.start()
    assert new.wait(LONG_S) and not old.is_set()


def test_a_dropped_alarm_does_not_ring_and_may_be_dropped_twice(clockwork: Clockwork) -> None:
    rung: list[str] = []
    ended = threading.Event()
    clockwork.at("desk", _now() - timedelta(seconds=9), lambda: rung.append("desk"))
    clockwork.at("last", _now(), ended.set)
    clockwork.drop("desk")
    clockwork.start()
    clockwork.drop("desk")
    assert ended.wait(LONG_S) and rung == []


def test_an_alarm_set_by_its_own_work_rings(clockwork: Clockwork) -> None:
    ended, left = threading.Event(), [5]

    def work() -> None:
        left[0] -= 1
        if left[0]:
            clockwork.at("desk", _now(), work)
        else:
            ended.set()

    clockwork.at("desk", _now(), work)
    clockwork.start()
    assert ended.wait(LONG_S)


def test_work_beside_keeps_no_alarm_waiting(clockwork: Clockwork) -> None:
    free, ended = threading.Event(), threading.Event()
    clockwork.start()
    for number in range(20):
        clockwork.beside(f"hanging {number}", lambda: free.wait(LONG_S))
    clockwork.at("desk", _now(), ended.set)
    assert ended.wait(LONG_S)
    free.set()


def test_repeated_work_is_done_again(clockwork: Clockwork) -> None:
    times = threading.Semaphore(0)
    clockwork.every("demo", 0.01, times.release, _now())
    clockwork.start()
    assert all(times.acquire(timeout=LONG_S) for _ in range(3))


def test_an_alarm_set_after_a_stop_is_no_error_and_a_second_stop_neither() -> None:
    made, rung = Clockwork(), threading.Event()
    made.start()
    made.stop()
    made.at("desk", _now(), rung.set)
    made.stop()
    assert not rung.is_set()
