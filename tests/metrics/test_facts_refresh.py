"""Creating, ensuring and refreshing the facts; members and local days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from metrics import facts
from metrics.facts import days, fingerprint
from metrics.facts.script import instant_sql
from metrics.model import SlaTier
from tests.metrics.world import DESK, END, World, at


def test_creating_twice_changes_nothing() -> None:
    world = World()
    before = world.rows("FROM member ORDER BY ALL")
    facts.create(world.con)
    assert world.rows("FROM member ORDER BY ALL") == before


def test_every_dimension_has_a_member_for_nothing() -> None:
    world = World()
    assert world.rows("SELECT DISTINCT member_id, label FROM member") == [(0, "(none)")]


def test_members_keep_their_ids_through_a_rebuild() -> None:
    world = World()
    world.ticket(1, team="B")
    world.refresh()
    world.ticket(1, team="A")
    world.refresh()
    world.rebuild()
    found = world.rows("SELECT label, member_id FROM member WHERE dimension = 'team' ORDER BY 2")
    assert found == [("(none)", 0), ("B", 1), ("A", 2)]


def test_an_empty_warehouse_has_empty_facts() -> None:
    world = World()
    world.refresh()
    assert world.rows("FROM fact_case") == []
    assert facts.ensure(world.con, END, world.desk) is False


def test_another_desk_rebuilds_once() -> None:
    world = World()
    world.ticket(1)
    world.refresh()
    desk = replace(DESK, sla={"P2": SlaTier(30, None)})
    assert facts.ensure(world.con, END, desk) is True
    assert facts.ensure(world.con, END, desk) is False
    assert world.row("SELECT due_at FROM fact_sla WHERE what = 'first_reply'") == (at("10 10:30"),)


def test_what_facts_do_not_depend_on_rebuilds_nothing() -> None:
    later = replace(DESK, clock="business", csi_min_weight=0.5, csi_weights={"a": 1.0})
    assert fingerprint.of(later) == fingerprint.of(DESK)
    assert fingerprint.of(replace(DESK, repeat_days=8)) != fingerprint.of(DESK)


def test_a_desk_is_the_same_however_it_is_written() -> None:
    other = replace(DESK, sla=dict(reversed(list(DESK.sla.items()))))
    assert fingerprint.of(other) == fingerprint.of(DESK)


def test_a_naive_watermark_is_refused() -> None:
    with pytest.raises(ValueError, match="naive instant"):
        instant_sql(datetime.fromisoformat("2025-03-10T10:00:00"))


def test_refreshing_leaves_no_temporary_tables() -> None:
    world = World()
    for key in range(20):
        world.ticket(key, merged_into=key + 1)
        world.survey(key, ticket_key=key)
    world.refresh()
    world.ticket(1)
    world.refresh()
    left = world.rows("SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY 1")
    assert left == [("touched_survey",), ("touched_ticket",)]


def test_last_change_is_the_latest_event_or_message() -> None:
    world = World()
    world.ticket(1)
    world.event(1, "10 12:00", "assign", "x")
    world.message(1, "10 13:00", "customer", None)
    world.ticket(2)
    world.refresh()
    assert world.rows("SELECT last_change_at FROM fact_case ORDER BY case_key") == [(at("10 13:00"),), (None,)]


@pytest.mark.parametrize("tz", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_local_days_are_those_of_the_zone(tz: str) -> None:
    world = World(tz=tz)
    random = Random(5)
    start = datetime(2010, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(minutes=random.randrange(30 * 365 * 1440)) for _ in range(4000)]
    world.con.execute(days.macro_sql(tz))
    found = world.con.execute("SELECT t, local_day(t) FROM (SELECT unnest($t::TIMESTAMPTZ[]) AS t)", {"t": instants})
    assert [day for _, day in found.fetchall()] == [instant.astimezone(ZoneInfo(tz)).date() for instant in instants]


def test_local_days_reach_beyond_the_written_years() -> None:
    world = World()
    world.con.execute(days.macro_sql("Asia/Shanghai"))
    sql = "SELECT local_day(TIMESTAMPTZ '1999-12-31 16:00:00+00'), local_day(TIMESTAMPTZ '2098-12-31 15:59:00+00')"
    assert world.row(sql) == (date(2000, 1, 1), date(2098, 12, 31))


def test_no_instant_has_no_local_day() -> None:
    world = World()
    world.con.execute(days.macro_sql("America/New_York"))
    assert world.row("SELECT local_day(NULL::TIMESTAMPTZ)") == (None,)
