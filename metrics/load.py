"""Load of people: spread over hours, and the heat map of a week (semantics 4.18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from metrics.combine import peak_ratio
from metrics.model import Reading


@dataclass(frozen=True, slots=True)
class LoadSpread:
    """How uneven the hours are: contacts per active agent, median and p90 over hours with agents.

    ratio   p90 / p50; None without hours, or where the median hour had no contact
    """

    ratio: float | None
    p50: float | None
    p90: float | None
    hours: int


def load_spread(hours: Iterable[Sequence[float]]) -> LoadSpread:
    """Return the spread of (active agents, contacts) per hour; hours without agents have no load."""
    loads = sorted(contacts / agents for agents, contacts in hours if agents)
    if not loads:
        return LoadSpread(None, None, None, 0)
    p50, p90 = _quantile(loads, 0.5), _quantile(loads, 0.9)
    return LoadSpread(p90 / p50 if p50 else None, p50, p90, len(loads))


def _quantile(ordered: Sequence[float], q: float) -> float:
    """Return the type-7 quantile (semantics 1.10)."""
    low, rest = divmod((len(ordered) - 1) * q, 1)
    after = ordered[min(int(low) + 1, len(ordered) - 1)]
    return ordered[int(low)] + rest * (after - ordered[int(low)])


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week: weekday 1 (Monday) to 7, hour 0 to 23, in local time.

    ratio   contacts per active agent-hour; None where nobody was active
    """

    weekday: int
    hour: int
    contacts: int
    agent_hours: int
    ratio: float | None


def heat_map(readings: Iterable[Reading]) -> tuple[Cell, ...]:
    """Return the 7 x 24 cells of contacts_per_agent_hour asked with grain "hour", Monday 0:00 first.

    A local hour that comes twice or never on a day the clocks change counts as often as it came.
    ValueError for readings of another grain.
    """
    sums: dict[tuple[int, int], list[int]] = {}
    for one in readings:
        place = _place(one)
        found = sums.setdefault(place, [0, 0])
        found[0] += int(one.part("contacts") or 0)
        found[1] += int(one.part("agent_hours") or 0)
    return tuple(_cell(day, hour, *sums.get((day, hour), (0, 0))) for day in range(1, 8) for hour in range(24))


def _place(one: Reading) -> tuple[int, int]:
    if one.question.grain != "hour" or one.bucket is None:
        raise ValueError(f"a heat map is made of hours, got grain {one.question.grain!r}; ask with grain 'hour'")
    begin = datetime.fromisoformat(one.bucket)
    return begin.isoweekday(), begin.hour


def _cell(weekday: int, hour: int, contacts: int, agent_hours: int) -> Cell:
    return Cell(weekday, hour, contacts, agent_hours, peak_ratio([(agent_hours, contacts)]))
