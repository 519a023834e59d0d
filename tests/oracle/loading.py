"""Raw rows written into a warehouse and made facts, as the product does it."""

import json
from typing import Any

import duckdb
import pyarrow as pa

from metrics.model import Desk
from metrics.problems import place
from tests.metrics.world import World
from tests.oracle.desk import AS_OF, ROLES
from tests.oracle.knowledge import ARTICLES, REVISIONS
from tests.oracle.raw import Rows


def write(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Append rows to a table, columns by name."""
    if rows:
        con.register("incoming", pa.Table.from_pylist(rows))
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
        con.unregister("incoming")


def tickets(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "ticket_key": one.key, "source_no": 0, "src_ticket_id": str(one.key), "created_at": one.created,
            "created_by": one.created_by, "customer_key": one.customer, "is_spam": one.is_spam,
            "is_test": one.is_test, "is_deleted": one.is_deleted, "merged_into": one.merged_into,
            "is_common": one.is_common, "given_resolution_s": one.given_resolution_s, "tags": list(one.tags),
            "resolution_kind": one.resolution_kind, "solution_complete": one.solution_complete,
            "custom": json.dumps({"plan": one.plan} if one.plan else {}), "vendor": json.dumps(one.vendor),
            **one.labels,
        }
        for one in rows.tickets
    ]  # fmt: skip


def events(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "event_key": one.key, "ticket_key": one.ticket, "stream": 1, "seq": one.key, "occurred_at": one.when,
            "kind": one.kind, "new": one.new, "dept": one.dept, "actor": one.actor, "actor_kind": one.actor_kind,
            "effective": one.effective, "satisfied": one.satisfied,
        }
        for one in rows.events
    ]  # fmt: skip


def messages(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "message_key": one.key, "ticket_key": one.ticket, "stream": 2, "seq": one.key, "occurred_at": one.when,
            "author": one.author, "author_kind": one.author_kind, "is_public": one.is_public, "is_auto": one.is_auto,
            "article_id": one.article,
        }
        for one in rows.messages
    ]  # fmt: skip


def surveys(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "response_key": one.key, "source_no": 0, "ticket_key": one.ticket, "customer_key": one.customer,
            "submitted_at": one.submitted, "seconds": one.seconds, "overall": one.overall, "scale_min": one.scale[0],
            "scale_max": one.scale[1], "nps": one.nps, "effort": one.effort, "solved_first": one.solved_first,
            "resolved_confirmed": one.resolved_confirmed, "weight": one.weight, "mode": one.mode,
            "team": one.team, "agent": one.agent, "rules": ["speeder", "contradictory", "duplicate"],
            "offered_at": one.offered,
        }
        for one in rows.surveys
    ]  # fmt: skip


def answers(rows: Rows) -> list[dict[str, Any]]:
    return [
        {
            "response_key": one.key, "dimension": name, "score": score,
            "scale_min": one.dims_scale[0], "scale_max": one.dims_scale[1],
        }
        for one in rows.surveys
        for name, score in one.dims.items()
    ]  # fmt: skip


def dues(rows: Rows) -> list[dict[str, Any]]:
    return [{"ticket_key": one.ticket, "what": one.what, "due_at": one.due} for one in rows.dues]


def agents() -> list[dict[str, Any]]:
    return [{"source_no": 0, "src_id": name, "role": role} for name, role in ROLES.items()]


def articles() -> list[dict[str, Any]]:
    return [
        {"article_key": key, "category": category, "published_at": published}
        for key, (category, published) in ARTICLES.items()
    ]


def furnish(world: World) -> None:
    """Write agents and articles, which come once, in no delivery of tickets."""
    write(world.con, "agent", agents())
    write(world.con, "kb_article", articles())
    write(world.con, "kb_revision", [{"article_key": article, "revised_at": when} for article, when in REVISIONS])


def pour(world: World, rows: Rows) -> None:
    """Write every row and mark what was touched; no facts yet."""
    con = world.con
    write(con, "ticket", tickets(rows))
    write(con, "ticket_event", events(rows))
    write(con, "message", messages(rows))
    write(con, "survey_response", surveys(rows))
    write(con, "survey_answer", answers(rows))
    write(con, "sla_due", dues(rows))
    write(con, "touched_ticket", [{"ticket_key": one.key} for one in rows.tickets])
    write(con, "touched_survey", [{"response_key": one.key} for one in rows.surveys])


def load(rows: Rows, desk: Desk) -> World:
    """Return a world with the rows' facts as of the end of the desk's life."""
    world = World(desk)
    place(world.con, desk.problem_types)
    furnish(world)
    pour(world, rows)
    world.rebuild(AS_OF)
    return world
