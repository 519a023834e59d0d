"""Costs of whole months (semantics 4.20, decision 19)."""

from collections.abc import Sequence
from datetime import date

from metrics.model import Costs, Grain, Window
from metrics.periods import MONTHS, add_months, next_step, step_start


def months_in(window: Window) -> tuple[date, ...]:
    """Return the first days of the months of a window; () unless it is made of whole months."""
    start, end = window.start, window.end
    if start is None or end is None or (start.day, end.day) != (1, 1):
        return ()
    n = (end.year - start.year) * 12 + end.month - start.month
    return tuple(add_months(start, number) for number in range(n))


def months_of_step(window: Window, grain: Grain, day: date) -> tuple[date, ...]:
    """Return the months of the step of a grain that holds a day; () for steps the window cuts, and for short ones."""
    if grain not in MONTHS:
        return ()
    start = step_start(day, grain)
    end = next_step(start, grain)
    if (window.start and start < window.start) or (window.end and end > window.end):
        return ()
    return months_in(Window(start, end, window.tz))


def cost_of(costs: Costs, months: Sequence[date], teams: Sequence[str] | None = None) -> float | None:
    """Return what the desk, or these teams, cost in these months; None where one month is not written."""
    books = [costs.months] if teams is None else [costs.teams.get(team, {}) for team in teams]
    amounts = [book.get(month) for book in books for month in months]
    known = [one for one in amounts if one is not None]
    return sum(known) if amounts and len(known) == len(amounts) else None
