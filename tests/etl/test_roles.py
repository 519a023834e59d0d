"""Roles of agents: from a table of the staff, or beside `by` of events and messages."""

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError
from tests.etl.loading import Desk, desk, fates

STAFF = """
version: 1
tables:
  - name: staff
    rows: agent
    agent: {id: who, role: {column: title, values: {lead: supervisor, clerk: agent}}}
  - name: posts
    rows: message
    ticket: {id: ticket}
    messages:
      - author_kind: {column: kind, values: {a: agent, b: bot, c: customer}}
        at: sent
        by: author
        role: rank
        id: id
"""
COLUMNS = ("who", "title")
POSTS = ("ticket", "kind", "sent", "author", "rank", "id")


@pytest.fixture
def at_work() -> Desk:
    return desk(STAFF)


def roles(at_work: Desk) -> dict[str, str | None]:
    return dict(at_work.all("SELECT src_id, role FROM agent"))


def take(at_work: Desk, *rows: tuple[str, str]) -> tuple[int, int, int, int]:
    return fates(at_work.load(rows, table="staff", columns=COLUMNS))


def test_a_table_of_the_staff_gives_roles(at_work: Desk) -> None:
    assert take(at_work, ("ann", "lead"), ("bob", "clerk"), ("cy", "cook")) == (3, 0, 0, 0)
    assert roles(at_work) == {"ann": "supervisor", "bob": "agent", "cy": "cook"}


def test_only_the_agent_whose_role_changed_is_changed(at_work: Desk) -> None:
    take(at_work, ("ann", "lead"), ("bob", "clerk"))
    version = at_work.all("SELECT value FROM meta WHERE name = 'data_version'")
    assert take(at_work, ("ann", "lead"), ("bob", "clerk")) == (0, 0, 2, 0)
    assert at_work.all("SELECT value FROM meta WHERE name = 'data_version'") == version
    assert take(at_work, ("ann", "clerk"), ("bob", "clerk")) == (0, 1, 1, 0)
    assert roles(at_work) == {"ann": "agent", "bob": "agent"}
    assert at_work.all("SELECT value FROM meta WHERE name = 'data_version'") != version


def test_the_last_row_of_an_agent_counts_and_comes_in_once(at_work: Desk) -> None:
    assert take(at_work, ("ann", "lead"), ("ann", "clerk")) == (2, 0, 0, 0)
    assert roles(at_work) == {"ann": "agent"}
    assert take(at_work, ("ann", "lead"), ("ann", "clerk")) == (0, 0, 2, 0)


def test_a_row_without_an_agent_is_refused_and_one_without_a_role_takes_none_away(at_work: Desk) -> None:
    take(at_work, ("ann", "lead"))
    assert take(at_work, ("ann", ""), ("", "lead")) == (0, 0, 1, 1)
    assert roles(at_work) == {"ann": "supervisor"}
    assert at_work.all("SELECT rule, field FROM reject") == [("missing_key", "agent.id")]


def test_messages_tell_the_role_of_their_author(at_work: Desk) -> None:
    rows = [
        ("5", "a", "2026-01-02 08:00:00", "ann", "clerk", "1"),
        ("5", "a", "2026-01-02 09:00:00", "ann", "supervisor", "2"),
        ("5", "a", "2026-01-02 10:00:00", "ann", "", "3"),
        ("5", "b", "2026-01-02 10:30:00", "robo", "", "4"),
        ("5", "c", "2026-01-02 11:00:00", "a customer", "supervisor", "5"),
    ]
    at_work.load(rows, table="posts", columns=POSTS)
    assert roles(at_work) == {"ann": "supervisor", "robo": None}


def test_the_staff_says_nothing_about_who_is_a_bot(at_work: Desk) -> None:
    at_work.load([("5", "b", "2026-01-02 08:00:00", "robo", "", "1")], table="posts", columns=POSTS)
    take(at_work, ("robo", "clerk"))
    assert at_work.all("SELECT src_id, role, is_bot FROM agent") == [("robo", "agent", True)]


def test_events_tell_the_role_of_the_actor() -> None:
    at_work = desk(
        "version: 1\ntables:\n  - name: log\n    rows: event\n    ticket: {id: ticket}\n    events:\n"
        "      - {kind: followup, at: done, by: who, role: {column: rank, values: {L: supervisor}}}\n"
    )
    columns = ("ticket", "done", "who", "rank")
    at_work.load([("5", "2026-01-02 08:00:00", "ann", "L")], table="log", columns=columns)
    assert roles(at_work) == {"ann": "supervisor"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("rows: agent, agent: {id: a}", "mapping.yaml:3: tables.0.agent.role: "),
        ("rows: agent", "rows: agent and the section `agent: {id: <column>, role: <column>}` go together"),
        ("rows: ticket, ticket: {id: a}, agent: {id: a, role: b}", "go together"),
        ("rows: agent, agent: {id: a, role: b}, ticket: {id: a}", "rows: agent takes only the section agent"),
        ("rows: agent, agent: {id: a, role: b}, fold: {sequence: v}", "rows: agent takes no fold"),
        ("rows: agent, agent: {id: a, role: b, name: c}", "unknown field"),
        (
            "rows: message, ticket: {id: a}, messages: [{author_kind: agent, at: b, role: c}]",
            "`role` is the role of the agent that `by` names; add `by` or leave it out",
        ),
    ],
)
def test_an_impossible_table_names_file_and_line(table: str, message: str) -> None:
    with pytest.raises(MappingError) as raised:
        parse_mapping(f"version: 1\ntables:\n  - {{name: t, {table}}}\n")
    assert str(raised.value).startswith("mapping.yaml:3: ")
    assert message in str(raised.value)
