"""Scorecards of agents and the ranking 响应效率之星 (semantics 4.18; R-092, R-093), out of readings split by agent.

For permitted roles only: whoever shows them has to see to that (R-094).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metrics.catalog import metric_of
from metrics.consistency.finding import Finding, demand
from metrics.consistency.inputs import weights
from metrics.model import NONE_LABEL, Reading
from metrics.verdict import TOLERANCE, attainment

RESPONSE = frozenset(("frt", "frt_any", "frt_km", "wait_total", "response_time", "next_reply", "sla_first_reply"))
QUALITY = frozenset(
    (
        *("fcr", "fcr_one_touch", "fcr_survey", "csat", "csi", "overall_mean", "rating_share", "dimension_mean"),
        *("dimension_top2", "nps", "ces", "survey_confirmed", "complete_share", "reopen_rate", "followup_satisfied"),
    )
)
MIN_RESPONSE = 0.3
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One KPI of a scorecard: what it weighs, and the goal in the KPI's own unit that gives all its points."""

    metric: str
    weight: float
    target: float

    def __post_init__(self) -> None:
        if self.target <= 0:
            raise ValueError(f"the goal of {self.metric} is {self.target:g}; points need a goal above 0")


def findings(card: Sequence[Measure]) -> list[Finding]:
    """Return what is wrong with a scorecard: sum of weights, too little response, no quality, no direction.

    ValueError for an unknown KPI.
    """
    directionless = [one.metric for one in card if metric_of(one.metric).better == "neither"]
    found = weights({f"{one.metric} ({number})": one.weight for number, one in enumerate(card, start=1)})
    found += [Finding.of("scorecard_direction", metric=name) for name in directionless]
    response = sum(one.weight for one in card if one.metric in RESPONSE)
    if response < MIN_RESPONSE - TOLERANCE:
        found.append(Finding.of("scorecard_response", percent=100 * response, known=", ".join(sorted(RESPONSE))))
    if not any(one.metric in QUALITY and one.weight > 0 for one in card):
        found.append(Finding.of("scorecard_quality", known=", ".join(sorted(QUALITY))))
    return found


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an agent, 0 to 100.

    value    None while a KPI has no value for the agent: points are not shared out among the others (1.9)
    points   per KPI of the card: weight x attainment, at most the weight x 100; None = no value
    missing  the KPIs without a value
    """

    member: str
    value: float | None
    points: tuple[float | None, ...]
    missing: tuple[str, ...]


def scores(card: Sequence[Measure], readings: Sequence[Sequence[Reading]]) -> tuple[Score, ...]:
    """Return the score of every agent, the best first, those without one last.

    readings   per KPI of the card its readings split by agent, in the same order
    More than the goal gives no more points, so that speed cannot make up for quality.
    Refused when the card does not stand (see `findings`); ValueError for readings that are not the card's.
    """
    demand(findings(card))
    if len(card) != len(readings) or any(map(_is_of_another, card, readings)):
        raise ValueError(f"wanted readings of {', '.join(one.metric for one in card)}, in this order")
    values = [{one.member: one.value for one in listed} for listed in readings]
    members = sorted({member for one in values for member in one if member not in (None, NONE_LABEL)}, key=str)
    found = [_score(member or "", card, [one.get(member) for one in values]) for member in members]
    return tuple(sorted(found, key=lambda one: (one.value is None, -(one.value or 0.0), one.member)))


def _is_of_another(measure: Measure, listed: Sequence[Reading]) -> bool:
    return any(one.question.metric != measure.metric for one in listed)


def _score(member: str, card: Sequence[Measure], values: Sequence[float | None]) -> Score:
    points = tuple(_points(measure, value) for measure, value in zip(card, values, strict=True))
    missing = tuple(measure.metric for measure, one in zip(card, points, strict=True) if one is None)
    return Score(member, None if missing else sum(one or 0.0 for one in points), points, missing)


def _points(measure: Measure, value: float | None) -> float | None:
    if value is None:
        return None
    reached = attainment(value, measure.target, metric_of(measure.metric).better)
    if reached is None:  # no ratio (6.2): a time of 0 could not be better, a score below 0 has earned nothing
        reached = FULL if value == 0 else 0.0
    return measure.weight * min(reached, FULL)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may become a star.

    min_n        cases behind the speed; min_answers: ratings behind the satisfaction, below 5 nothing is told (1.12)
    floor        least satisfaction, in the unit of its KPI, inclusive
    places       how many ranks are shown; ties at the last one are all shown
    """

    floor: float
    min_n: int = 30
    min_answers: int = 5
    places: int = 3


@dataclass(frozen=True, slots=True)
class Star:
    """A rank with the figures behind it; equal speeds share a rank, the next one counts everybody before it."""

    rank: int
    member: str
    speed: float
    n: int
    satisfaction: float
    is_tied: bool


@dataclass(frozen=True, slots=True)
class Ranking:
    """The stars, and how many agents were left out: too few cases, too few ratings, satisfaction below the floor."""

    stars: tuple[Star, ...]
    few: int
    unrated: int
    below: int


def ranking(speed: Iterable[Reading], satisfaction: Iterable[Reading], rules: Rules) -> Ranking:
    """Return 响应效率之星: the fastest of those who have enough cases and satisfied customers.

    speed, satisfaction   readings of one period split by agent; the former's KPI says which way is better
    """
    timed = [one for one in speed if one.value is not None and one.member not in (None, NONE_LABEL)]
    rated = {one.member: one for one in satisfaction if one.value is not None and one.n >= rules.min_answers}
    enough = [one for one in timed if one.n >= rules.min_n]
    known = [one for one in enough if one.member in rated]
    good = [one for one in known if (rated[one.member].value or 0.0) >= rules.floor - TOLERANCE]
    ranked = _ranked(good, {one.member: rated[one.member].value or 0.0 for one in good})
    stars = tuple(one for one in ranked if one.rank <= rules.places)
    return Ranking(stars, len(timed) - len(enough), len(enough) - len(known), len(known) - len(good))


def _ranked(good: Sequence[Reading], rated: dict[str | None, float]) -> list[Star]:
    keys = [_key(one) for one in good]
    stars = []
    for key, one in zip(keys, good, strict=True):
        rank = 1 + sum(other < key - TOLERANCE for other in keys)
        is_tied = sum(abs(other - key) <= TOLERANCE for other in keys) > 1
        stars.append(Star(rank, one.member or "", one.value or 0.0, one.n, rated[one.member], is_tied))
    return sorted(stars, key=lambda one: (one.rank, one.member))


def _key(one: Reading) -> float:
    value = one.value or 0.0
    return value if metric_of(one.question.metric).better == "lower" else -value
