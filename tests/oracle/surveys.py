"""Surveys by hand: cleaning, CSI with its error, satisfied share, NPS, means (semantics 5)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum, sqrt

from metrics.model import Desk
from tests.oracle.cases import House, labels_of
from tests.oracle.figures import Figure, Row, Z, mean, wilson
from tests.oracle.raw import Survey

LOW, HIGH = 1.0, 5.0


def in_scale(score: float | None, low: float = LOW, high: float = HIGH) -> float | None:
    return score if score is not None and low <= score <= high else None


def answers(one: Survey) -> dict[str, float]:
    """Return the answered dimensions within the scale."""
    scores = {name: in_scale(score) for name, score in one.dims.items()}
    return {name: score for name, score in scores.items() if score is not None}


def received(house: House) -> list[Survey]:
    """Return visible surveys; those of spam, test and deleted tickets left with their ticket (1.7)."""
    return [
        one
        for one in house.rows.surveys
        if (one.submitted is None or one.submitted <= house.as_of)
        and (one.ticket is None or one.ticket in house.present)
    ]


def _is_contradictory(one: Survey) -> bool:
    overall, scores = in_scale(one.overall), list(answers(one).values())
    if overall is None or not scores:
        return False
    return (overall >= 4 and max(scores) <= 2) or (overall <= 2 and min(scores) >= 4)


def valid(house: House) -> list[Survey]:
    """Return what is left after too fast, contradictory and doubled ones, in this order (5.2).

    Of two submitted in one instant the later in the source is the latest (2.5).
    """
    kept = [one for one in received(house) if one.seconds is None or one.seconds >= 30]
    kept = [one for one in kept if not _is_contradictory(one)]
    latest: dict[tuple[int | None, int | None], Survey] = {}
    alone = []
    for one in kept:
        # all metrics work on cases (golden/README, World): a merged ticket's survey is one of the survivor
        pair = (None if one.ticket is None else house.survivor(one.ticket), one.customer)
        if pair == (None, None) or one.submitted is None:
            alone.append(one)
            continue
        other = latest.get(pair)
        if other is None or other.submitted is None or one.submitted >= other.submitted:
            latest[pair] = one
    return alone + list(latest.values())


def _row(house: House, one: Survey) -> Row:
    """Return a survey with its case's labels; without a ticket it has none of its own here."""
    case = house.by_key.get(house.survivor(one.ticket)) if one.ticket is not None else None
    labels: Mapping[str, str] = case.labels if case else labels_of({})
    if one.ticket is not None and case is None:
        labels = labels_of(house.present[one.ticket].labels)
    return Row(one.submitted, case.created if case else None, labels, one)


def all_rows(house: House, clock: str) -> Iterator[Row]:
    return (_row(house, one) for one in received(house))


def rows(house: House, clock: str) -> Iterator[Row]:
    return (_row(house, one) for one in valid(house))


def csi_of(desk: Desk) -> Callable[[Sequence[Row]], Figure]:
    """Return the fold of surveys to their CSI (5.3) with 1.96 standard errors around it (5.4)."""

    def fold(found: Sequence[Row]) -> Figure:
        surveys = [answers(row.value) for row in found]
        means = {name: mean([one[name] for one in surveys if name in one]) for name in desk.csi_weights}
        used = {name: desk.csi_weights[name] for name, value in means.items() if value is not None}
        weight, n = fsum(used.values()), len(surveys)
        if weight < desk.csi_min_weight - 1e-9:
            return Figure(None, n)
        value = fsum(part * (means[name] or 0.0) for name, part in used.items()) / weight
        error = _error(surveys, used, means, weight)
        return Figure(value, n, {}, None if error is None else (value - Z * error, value + Z * error))

    return fold


def _error(
    surveys: Sequence[Mapping[str, float]],
    used: Mapping[str, float],
    means: Mapping[str, float | None],
    weight: float,
) -> float | None:
    n = len(surveys)
    if n < 2:
        return None
    counts = {name: sum(1 for one in surveys if name in one) for name in used}
    z = [
        fsum(
            used[name] / weight * (one[name] - (means[name] or 0.0)) * n / counts[name]
            for name in used
            if name in one
        )
        for one in surveys
    ]
    return sqrt(fsum(each * each for each in z) / (n - 1) / n)


def _ratings(found: Sequence[Row]) -> list[float]:
    scores = [in_scale(row.value.overall) for row in found]
    return [score for score in scores if score is not None]


def csat(found: Sequence[Row]) -> Figure:
    ratings = _ratings(found)
    n, good = len(ratings), sum(1 for rating in ratings if rating >= 4)
    return Figure(100 * good / n if n else None, n, interval=wilson(good, n))


def overall_mean(found: Sequence[Row]) -> Figure:
    ratings = _ratings(found)
    return Figure(mean(ratings), len(ratings))


def dimension_mean(name: str) -> Callable[[Sequence[Row]], Figure]:
    """Return the fold of surveys to the mean of one dimension."""

    def fold(found: Sequence[Row]) -> Figure:
        scores = [answers(row.value)[name] for row in found if name in answers(row.value)]
        return Figure(mean(scores), len(scores))

    return fold


def nps(found: Sequence[Row]) -> Figure:
    """Return NPS with the adjusted Wald interval; ratings outside 0 to 10 are missing (5.2, 5.7)."""
    given = [row.value.nps for row in found if in_scale(row.value.nps, 0, 10) is not None]
    n = len(given)
    if not n:
        return Figure(None, 0)
    good, bad = sum(1 for one in given if one >= 9), sum(1 for one in given if one <= 6)
    a, b = (good + 0.75) / (n + 3), (bad + 0.75) / (n + 3)
    half = Z * sqrt((a + b - (a - b) ** 2) / (n + 3))
    low, high = max(-100.0, 100 * (a - b - half)), min(100.0, 100 * (a - b + half))
    return Figure(100 * (good - bad) / n, n, {}, (low, high))
