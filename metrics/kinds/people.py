"""Kinds of people's load: contacts and tickets over the hours in which agents acted (semantics 4.18, decision 18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.calendar import HOUR_US
from metrics.combine import peak_ratio
from metrics.hours import hour_us_sql
from metrics.kinds.counting import EveryRow, first_row, with_extra
from metrics.load import load_spread
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DIMENSIONS, DataState, Desk, Question

STORED = ("team", "agent", "channel")  # with the hours themselves; the case tells the rest
PRESENCE = Anchor("fact_agent_hour", "hour_at", None, has_creation=False)
OF_CASES = replace(
    PRESENCE,
    table=f"(SELECT h.*, {', '.join(f'c.{name}' for name in DIMENSIONS if name not in STORED)}"
    " FROM fact_agent_hour h JOIN fact_case c ON c.case_key = h.case_key)",
)
# An agent in an hour counts once, however many cases he acted on.
AGENT_HOURS = f"count(DISTINCT epoch_us(hour_at) // {HOUR_US} * 1000000 + agent)"


def presence(question: Question) -> Anchor:
    """Return the hours in which agents acted, with the dimensions a question asks for."""
    asked = {question.split, *(name for name, _ in question.slice.by)} - {None}
    return OF_CASES if asked & set(DIMENSIONS) - set(STORED) or any(map(_is_problem, asked)) else PRESENCE


def _is_problem(name: str | None) -> bool:
    return (name or "").partition(".")[0] == "problem"  # told by the category


@dataclass(frozen=True, slots=True)
class PerAgentHour(EveryRow):
    """Contacts per active agent-hour; None where nobody was active."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the contacts, and the agent-hours."""
        return Need(metric.anchor, ("count(*)",)), Need(presence(question), (AGENT_HOURS,))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the ratio, n = contacts; parts `contacts` and `agent_hours`."""
        (n,), (hours,) = first_row(groups[0], 1), first_row(groups[1], 1)
        state = DataState.FRESH if n or hours else DataState.EMPTY
        return Figure(peak_ratio([(hours, n)]), n, (("contacts", n), ("agent_hours", hours)), state=state)


@dataclass(frozen=True, slots=True)
class PerAgent(EveryRow):
    """Rows per agent active in the period; None where nobody was."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the rows, and the agents."""
        return Need(metric.anchor, ("count(*)",)), Need(presence(question), ("count(DISTINCT agent)",))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the ratio, n = rows; part `agents`."""
        (n,), (agents,) = first_row(groups[0], 1), first_row(groups[1], 1)
        state = DataState.FRESH if n or agents else DataState.EMPTY
        return Figure(n / agents if agents else None, n, (("agents", agents),), state=state)


@dataclass(frozen=True, slots=True)
class Spread(EveryRow):
    """p90 / p50 of the load of the hours, contacts per active agent in each; None where half of them had none."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return contacts and agents per local hour."""
        contacts = with_extra(metric.anchor, hour_us_sql(metric.anchor.instant, desk.tz))
        agents = with_extra(presence(question), "epoch_us(hour_at)")
        return Need(contacts, ("count(*)",)), Need(agents, ("count(DISTINCT agent)",))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the spread, n = contacts; parts: p50, p90, hours with agents, contacts in hours without any."""
        came, active = ({row[0]: row[1] for row in rows} for rows in groups)
        found = load_spread((agents, came.get(hour, 0)) for hour, agents in active.items())
        n = sum(came.values())
        alone = sum(contacts for hour, contacts in came.items() if hour not in active)
        parts = (("p50", found.p50), ("p90", found.p90), ("hours", found.hours), ("unstaffed", alone))
        return Figure(found.ratio, n, parts, state=DataState.FRESH if n or active else DataState.EMPTY)
