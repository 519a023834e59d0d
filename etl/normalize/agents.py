"""A table of agents: who has which role (semantics 2.1, 12.8)."""

from etl.normalize.forms import KEY, TEXT
from etl.normalize.tickets import account, insert_agents
from etl.normalize.work import Work


def plan_agents(work: Work) -> None:
    """Lay out the slots of the agent section."""
    if work.table.agent is not None:
        work.add("agent.id", work.table.agent.id, KEY)
        work.add("agent.role", work.table.agent.role, TEXT)


def insert_agent_rows(work: Work) -> None:
    """Append the agents, once each, with the role of the last row that has one; every row counts as read."""
    # Whether an agent is a bot is known from messages: a table of roles says nothing about it.
    insert_agents(work, "agent.id", "NULL::BOOLEAN", work.folded)
    account(work, "agent", "agent_key")
