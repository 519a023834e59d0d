"""Checks of what people claim: margins, leads, points, one value per KPI (semantics 5.9, 6.1, 7.1, 9.4)."""

from collections.abc import Iterable
from typing import Literal

from metrics.analysis import Segments, mean_difference
from metrics.consistency.finding import Finding
from metrics.intervals import margin_of_error, required_n
from metrics.verdict import TOLERANCE, is_beyond

Told = Literal["percent", "points"]


def margin(claimed: float, n: int, population: float | None = None) -> list[Finding]:
    """Return whether a claimed margin of error (points) does not hold, or holds only with the population N (5.9)."""
    plain, corrected = margin_of_error(n), margin_of_error(n, population)
    if plain is None or corrected is None:
        raise ValueError(f"a margin of error needs at least one answer, got n = {n}")
    if plain <= claimed + TOLERANCE:
        return []
    numbers: dict[str, float] = {"claimed": claimed, "n": n, "plain": plain, "needed": required_n(claimed / 100.0)}
    if population is None:
        return [Finding.of("margin_claim", **numbers)]
    rule = "margin_needs_population" if corrected <= claimed + TOLERANCE else "margin_fails_corrected"
    numbers |= {
        "population": population,
        "corrected": corrected,
        "needed_corrected": required_n(claimed / 100.0, population),
    }
    return [Finding.of(rule, **numbers)]


def change(current: float, base: float, claimed: float, digits: int = 0) -> list[Finding]:
    """Return whether a relative change claimed in percent is not (current - base) / base (6.1, R-072).

    digits   decimals in which the change is given
    Raises ValueError for base 0, which has no relative change.
    """
    actual = relative(current, base)
    if abs(actual - claimed) <= 0.5 / 10.0**digits + TOLERANCE:
        return []
    return [Finding.of("change_claim", current=current, base=base, actual=actual, claimed=claimed)]


def relative(current: float, base: float) -> float:
    """Return the relative change in percent; ValueError for base 0."""
    if base == 0:
        raise ValueError(f"no relative change against 0 (of {current:g}); give the difference in points")
    return 100.0 * (current - base) / base


def share_change(current: float, base: float, claimed: float, told: Told, digits: int = 0) -> list[Finding]:
    """Return whether percent and percentage points are mixed up in a claim about two percentages (6.1).

    told   the word used with the claimed number
    """
    slack = 0.5 / 10.0**digits + TOLERANCE
    numbers = {"current": current, "base": base, "points": current - base, "relative": relative(current, base)}
    is_points, is_percent = (abs(abs(numbers[name]) - abs(claimed)) <= slack for name in ("points", "relative"))
    if told == "percent" and is_points and not is_percent:
        return [Finding.of("percent_for_points", **numbers)]
    if told == "points" and is_percent and not is_points:
        return [Finding.of("points_for_percent", **numbers)]
    if is_points or is_percent:
        return []
    return [Finding.of("change_claim", current=current, base=base, actual=numbers["relative"], claimed=claimed)]


def one_value(values: Iterable[tuple[str, str, float]]) -> list[Finding]:
    """Return each KPI with two values for one as-of; values are (metric, as-of, value)."""
    held: dict[tuple[str, str], float] = {}
    found = []
    for metric, as_of, value in values:
        first = held.setdefault((metric, as_of), value)
        if abs(first - value) > TOLERANCE:
            found.append(Finding.of("two_values", metric=metric, as_of=as_of, first=first, second=value))
    return found


def raw_lead(a: float, b: float, types: tuple[Segments, Segments] | None = None) -> list[Finding]:
    """Return whether a raw lead of a over b rests on different problem mixes (9.4).

    types   per group: problem type -> (count, mean); None = not given, which is flagged too
    """
    if types is None:
        return [Finding.of("mix_unknown", a=a, b=b)]
    raw, adjusted = mean_difference(*types)
    if raw is None or adjusted is None:
        return [Finding.of("mix_unknown", a=a, b=b)]
    return [Finding.of("mix_turns", raw=raw, adjusted=adjusted)] if raw * adjusted < 0 else []


def alert(value: float, *, above: float | None = None, below: float | None = None) -> list[Finding]:
    """Return whether a value claimed to alert is not strictly beyond the limit (7.1)."""
    limit = above if above is not None else below
    if limit is None:
        raise ValueError("an alert needs a limit: above or below")
    return (
        [] if is_beyond(value, above=above, below=below) else [Finding.of("alert_at_limit", value=value, limit=limit)]
    )
