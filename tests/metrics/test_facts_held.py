"""What a refresh does not find needs no statement, and what stands in for it has the shape of what would be there."""

from typing import Any, cast

import duckdb
import pytest

from metrics import facts
from metrics.facts.job import Job
from tests.metrics.world import END, World

MOST = 100  # statements for a plain ticket, answered and resolved


class Counting:
    """A connection that counts what it is asked to do."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.statements = con, 0

    def execute(self, sql: str, *more: Any) -> duckdb.DuckDBPyConnection:
        self.statements += 1
        return self.con.execute(sql, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)


def plain() -> World:
    world = World()
    world.ticket(1)
    world.reply(1, "10 12:00")
    world.status(1, "10 13:00", "resolved")
    return world


def rich() -> World:
    """Return a world with all that most tickets do not have."""
    world = World(pause_statuses=("pending_customer",))
    for key in (1, 2):
        world.ticket(key, customer_key=1, category="x", type="complaint", given_resolution_s=5.0)
        for hour, dept in ((11, "a"), (12, "b"), (13, "a")):
            world.insert(
                "ticket_event", event_key=100 * key + hour, ticket_key=key, stream=3, seq=hour, kind="assign",
                occurred_at=END.replace(month=3, day=10, hour=hour), new="agent", dept=dept, actor="boss",
            )  # fmt: skip
        world.reply(key, "10 12:00")
        world.message(key, "10 12:30", "customer", None)
        world.message(key, "10 13:30", "agent", "a1", article_id=7)
        world.event(key, "10 13:40", "priority", "P1")
        for hour, status in ((14, "pending_customer"), (15, "resolved"), (16, "open"), (17, "resolved")):
            world.status(key, f"10 {hour}:00", status)
        world.event(key, "10 18:00", "followup")
        world.survey(key, "10 19:00", {"clarity": 5.0}, ticket_key=key)
    world.event(1, "2025-07-01 10:00:00", "status", "open")
    return world


def left(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """Return the columns and types of all temporary tables that making the facts leaves when none is dropped."""
    monkeypatch.setattr(Job, "drop", lambda *_: None)
    world.refresh()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in world.rows(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'temp'"
    ):
        found.setdefault(table, {})[column] = kind
    return found


def test_stand_ins_have_the_shape_of_what_would_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    told, standing_in = left(rich(), monkeypatch), left(plain(), monkeypatch)
    names = {"new_assigned", "new_handed", "new_followup", "new_surveyed", "new_chain", "new_updated", "new_step"}
    assert names | {"new_pause", "new_paused", "new_stop"} <= set(told) & set(standing_in)
    for table in set(told) & set(standing_in):
        assert standing_in[table].items() <= told[table].items(), table


def test_a_plain_ticket_needs_few_statements() -> None:
    world = plain()
    con = Counting(world.con)
    facts.refresh(cast("duckdb.DuckDBPyConnection", con), END, world.desk)
    assert world.case(1, "reason") == "ok"
    assert 0 < con.statements <= MOST


def test_all_that_most_tickets_do_not_have_is_found() -> None:
    world = rich()
    world.refresh()
    tables = ("fact_gap", "fact_complaint", "fact_act", "fact_linked", "fact_issue", "fact_revisit", "fact_survey")
    for table in (*tables, "fact_defect", "awaited", "fact_agent_hour", "fact_answer"):
        assert world.rows(f"SELECT count(*) > 0 FROM {table}") == [(True,)], table
