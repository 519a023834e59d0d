"""Resolutions, reopens, pauses, backlog by hand (semantics 4.4, 4.7; golden RES, SLA-03 and BKL cases)."""

from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from tests.metrics.random_world import Loader
from tests.metrics.world import END, World, at, first, minutes

# What happens to tickets created on 10 March, 10:00.
LIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "resolved twice": (("10 12:00", "closed"), ("11 09:00", "open"), ("11 11:00", "resolved")),
    "open again": (("10 12:00", "resolved"), ("11 09:00", "open")),
    "resolved, then closed": (("10 12:00", "resolved"), ("11 12:00", "closed")),
    "resolved before created": (("10 08:00", "resolved"),),
    "resolved a little early": (("10 09:59:30", "resolved"),),
    "waited": (("10 11:00", "pending_customer"), ("11 09:00", "open"), ("11 13:00", "resolved")),
    "on hold": (("10 11:00", "on_hold"), ("10 12:00", "open"), ("10 13:00", "resolved")),
    "waited when resolved": (
        ("10 11:00", "pending_customer"), ("10 12:00", "resolved"), ("10 15:00", "pending_customer"),
        ("10 16:00", "open"), ("10 17:00", "closed"),
    ),
    "waited before created": (("10 09:00", "pending_customer"), ("10 10:30", "open"), ("10 11:00", "resolved")),
    "over a weekend": (("17 10:00", "resolved"),),
}  # fmt: skip


def solved(*lives: str, **desk: Any) -> World:
    """Return a world with a ticket 1, 2, ... for each life."""
    world = World(**desk)
    for key, life in enumerate(lives, start=1):
        world.ticket(key, "14 17:00" if life == "over a weekend" else "10 10:00")
        for when, to in LIVES[life]:
            world.status(key, when, to)
    world.refresh()
    return world


@cache
def lived() -> World:
    """Return a world with all lives, only to be read."""
    return solved(*LIVES)


def key_of(life: str) -> int:
    return list(LIVES).index(life) + 1


def told(life: str, columns: str, table: str = "fact_resolution") -> list[tuple[Any, ...]]:
    return lived().rows(f"SELECT {columns} FROM {table} WHERE case_key = {key_of(life)} ORDER BY ALL")


def defects(life: str) -> list[tuple[Any, ...]]:
    return [found[1:] for found in lived().defects() if found[0] == key_of(life)]


def test_a_reopened_case_has_a_first_and_a_last_resolution() -> None:
    assert told("resolved twice", "resolved_at, res_us") == [(at("11 11:00"), minutes(1500))]
    assert told("resolved twice", "res_us, is_reopened", "fact_first_resolution") == [(minutes(120), True)]
    assert told("resolved twice", "is_reopen", "fact_flow") == [(False,), (False,), (True,)]
    assert told("resolved twice", "is_closed, n_reopens, first_reopened_at", "fact_case") == [
        (True, 1, at("11 09:00"))
    ]


def test_a_case_open_again_is_not_resolved() -> None:
    assert told("open again", "*") == []
    assert told("open again", "is_closed", "fact_case") == [(False,)]
    assert len(told("open again", "*", "fact_first_resolution")) == 1


def test_resolved_then_closed_is_one_resolve_event() -> None:
    assert told("resolved, then closed", "occurred_at, is_reopen", "fact_flow") == [(at("10 12:00"), False)]
    assert told("resolved, then closed", "resolved_at") == [(at("10 12:00"),)]


def test_resolved_before_created_is_a_defect() -> None:
    assert told("resolved before created", "*") == []
    assert told("resolved before created", "res_us, net_us", "fact_first_resolution") == [(None, None)]
    assert defects("resolved before created") == [("negative_duration", "resolution")]


def test_a_little_early_is_clamped() -> None:
    assert told("resolved a little early", "res_us, net_us, res_biz_us") == [(0, 0, 0)]
    assert defects("resolved a little early") == [("clock_skew_clamped", "resolution")]


def test_waiting_for_the_customer_pauses_the_net_clock() -> None:
    assert told("waited", "res_us, net_us") == [(minutes(1620), minutes(300))]
    assert told("waited", "res_biz_us, net_biz_us", "fact_first_resolution") == [(minutes(720), minutes(300))]


def test_on_hold_pauses_only_where_configured() -> None:
    assert told("on hold", "net_us") == [(minutes(180),)]
    world = solved("on hold", pause_statuses=("on_hold", "pending_customer"))
    assert world.row("SELECT net_us FROM fact_resolution") == (minutes(120),)


def test_between_resolution_and_reopening_nothing_pauses() -> None:
    assert told("waited when resolved", "net_us") == [(minutes(420 - 60 - 60),)]
    assert told("waited when resolved", "net_us", "fact_first_resolution") == [(minutes(60),)]


def test_a_pause_before_creation_counts_from_creation() -> None:
    assert told("waited before created", "net_us") == [(minutes(30),)]


def test_business_time_over_a_weekend() -> None:
    assert told("over a weekend", "res_biz_us") == [(minutes(120),)]


def test_at_one_instant_the_source_sequence_decides() -> None:
    world = World()
    world.ticket(1)
    world.event(1, "10 12:00", "status", "open", seq=2)
    world.event(1, "10 12:00", "status", "resolved", seq=1)
    world.refresh()
    assert world.case(1, "is_closed, n_reopens") == (False, 1)


def test_replies_up_to_the_first_resolution_are_counted() -> None:
    world = World()
    world.ticket(1)
    for when in ("10 10:05", "10 11:00", "10 12:00"):
        world.reply(1, when)
    world.status(1, "10 11:00", "resolved")
    world.refresh()
    assert world.row("SELECT n_replies FROM fact_first_resolution") == (2,)


def backlog(world: World, instant: datetime) -> int:
    sql = "SELECT count(*) FROM fact_span WHERE opened_at < $x AND (closed_at IS NULL OR closed_at >= $x)"
    row = world.con.execute(sql, {"x": instant}).fetchone()
    return int(row[0]) if row else 0


def test_an_event_at_the_instant_of_the_snapshot_is_not_seen() -> None:
    world = World()
    world.ticket(1, "11 00:00")
    world.ticket(2, "10 09:00")
    world.status(2, "11 00:00", "resolved")
    world.refresh()
    assert backlog(world, at("11 00:00")) == 1
    assert world.rows("SELECT opened_at, closed_at FROM fact_span WHERE case_key = 2") == [
        (at("10 09:00"), at("11 00:00"))
    ]


def test_a_reopened_case_has_two_open_intervals() -> None:
    world = solved("open again")
    assert [backlog(world, at(when)) for when in ("10 11:00", "11 00:00", "12 00:00")] == [1, 0, 1]


def test_a_case_resolved_before_creation_is_never_open() -> None:
    world = solved("resolved before created")
    assert world.rows("FROM fact_span") == world.rows("FROM backlog_day") == []
    assert world.rows("SELECT occurred_at FROM fact_flow") == [(at("10 10:00"),)]


def test_the_flow_identity_of_six_tickets() -> None:
    world = World()
    for key, created in (
        (1, "09 10:00"),
        (2, "09 10:00"),
        (3, "09 08:00"),
        (4, "10 10:00"),
        (5, "10 10:00"),
        (6, "10 10:00"),
    ):
        world.ticket(key, created)
    world.status(3, "09 09:00", "resolved")
    world.status(3, "10 09:00", "open")
    for key, to in ((1, "resolved"), (2, "resolved"), (4, "resolved"), (5, "closed")):
        world.status(key, "10 11:00", to)
    world.refresh()
    assert (backlog(world, at("10 00:00")), backlog(world, at("11 00:00"))) == (2, 2)
    assert world.rows("SELECT day, sum(delta)::INTEGER FROM backlog_day GROUP BY 1 ORDER BY 1") == [
        (date(2025, 3, 9), 2)
    ]


def test_cells_of_the_backlog_that_become_zero_vanish() -> None:
    world = World()
    world.ticket(1)
    world.refresh()
    assert world.rows("SELECT day, delta FROM backlog_day") == [(date(2025, 3, 10), 1)]
    world.status(1, "10 12:00", "closed")
    world.refresh()
    assert world.rows("FROM backlog_day") == []


@pytest.fixture(scope="module")
def busy() -> World:
    world = World()
    Loader(world, Random(11)).batch(160)
    world.refresh(END)
    return world


def test_spans_and_flow_balance_on_every_day(busy: World) -> None:
    created = first(busy.rows("SELECT created_at FROM fact_case WHERE created_at IS NOT NULL"))
    flow = busy.rows("SELECT occurred_at, is_reopen FROM fact_flow")
    steps = [(instant, 1) for instant in created] + [(instant, 1 if again else -1) for instant, again in flow]
    days = [at("09 00:00") + timedelta(days=number) for number in range(16)]
    assert [backlog(busy, day) for day in days] == [sum(step for when, step in steps if when < day) for day in days]


def test_the_backlog_of_days_is_that_of_the_spans(busy: World) -> None:
    for number in range(16):
        midnight = at("09 00:00") + timedelta(days=number)
        stored = busy.row(f"SELECT coalesce(sum(delta), 0) FROM backlog_day WHERE day < DATE '{midnight.date()}'")
        assert stored == (backlog(busy, midnight),)


def test_spans_equal_a_plain_walk_over_the_status_changes(busy: World) -> None:
    changes = busy.rows(
        "SELECT ticket_key, occurred_at, new FROM ticket_event WHERE kind = 'status'"
        " ORDER BY ticket_key, occurred_at, seq, stream, event_key"
    )
    cases = busy.rows("SELECT case_key, created_at FROM fact_case WHERE created_at IS NOT NULL")
    spans = [span for key, created in cases for span in walk(key, created, changes)]
    assert sorted(spans, key=str) == sorted(
        busy.rows("SELECT case_key, opened_at, closed_at FROM fact_span"), key=str
    )


def walk(key: int, created: datetime, changes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return (case, opened, closed) by going through the changes one by one."""
    spans, opened = [], created
    is_open = True
    for when, to in ((when, to) for ticket, when, to in changes if ticket == key):
        closes = to in ("resolved", "closed")
        if is_open and closes:
            spans.append((key, opened, max(created, when)))
        elif not is_open and not closes:
            opened = max(created, when)
        is_open = not closes
    return [span for span in spans if span[1] < span[2]] + ([(key, opened, None)] if is_open else [])
