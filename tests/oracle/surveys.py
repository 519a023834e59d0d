"""Surveys by hand: cleaning, CSI with its error, satisfied share, NPS, means (semantics 5)."""

from collections.abc import Iterator, Mapping, Sequence
from math import fsum, sqrt

from metrics.model import NONE_LABEL, Desk
from tests.oracle.cases import House, labels_of, ticket_labels
from tests.oracle.figures import Figure, Fold, Row, Z, mean, wilson
from tests.oracle.issues import by_customer
from tests.oracle.raw import Survey

LOW, HIGH = 1.0, 5.0


def in_scale(score: float | None, low: float = LOW, high: float = HIGH) -> float | None:
    return score if score is not None and low <= score <= high else None


def rating(one: Survey) -> float | None:
    """Return the overall rating; out of its scale it is missing (5.2)."""
    return in_scale(one.overall, *one.scale)


def answers(one: Survey) -> dict[str, float]:
    """Return the answered dimensions within the scale."""
    scores = {name: in_scale(score, *one.dims_scale) for name, score in one.dims.items()}
    return {name: score for name, score in scores.items() if score is not None}


def as_five(score: float, low: float, high: float) -> float:
    """Return a score of any scale on 1 to 5 (5.5)."""
    return 1 + 4 * (score - low) / (high - low)


def fives(one: Survey) -> dict[str, float]:
    """Return the answered dimensions on 1 to 5, as the index and the rules speak of them."""
    return {name: as_five(score, *one.dims_scale) for name, score in answers(one).items()}


def _is_contradictory(one: Survey) -> bool:
    given, scores = rating(one), list(fives(one).values())
    if given is None or not scores:
        return False
    overall = as_five(given, *one.scale)
    return (overall >= 4 and max(scores) <= 2) or (overall <= 2 and min(scores) >= 4)


def valid(house: House) -> list[Survey]:
    """Return what is left after too fast, contradictory and doubled ones, in this order (5.2).

    Of two submitted in one instant the later in the source is the latest (2.5).
    """
    kept = [one for one in house.received if one.seconds is None or one.seconds >= 30]
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


def row_of(house: House, one: Survey) -> Row:
    """Return a survey with its case's labels; without a ticket it has its own team and agent."""
    case = house.by_key.get(house.survivor(one.ticket)) if one.ticket is not None else None
    labels: Mapping[str, str] = case.labels if case else labels_of({"team": one.team, "agent": one.agent})
    if one.ticket is not None and case is None:
        labels = ticket_labels(house.present[house.survivor(one.ticket)])
    labels = {**labels, "mode": one.mode or NONE_LABEL}
    return Row(one.submitted, case.created if case else None, labels, one)


def all_rows(house: House, clock: str) -> Iterator[Row]:
    return (row_of(house, one) for one in house.received)


def rows(house: House, clock: str) -> Iterator[Row]:
    return (row_of(house, one) for one in valid(house))


def csi_of(desk: Desk) -> Fold:
    """Return the fold of surveys to their CSI (5.3) with 1.96 standard errors around it (5.4)."""

    def fold(found: Sequence[Row]) -> Figure:
        surveys = [fives(row.value) for row in found]
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


def _share(verdicts: Sequence[bool | None]) -> Figure:
    """Return the percentage of yes among those who answered."""
    given = [one for one in verdicts if one is not None]
    n, good = len(given), sum(given)
    return Figure(100 * good / n if n else None, n, interval=wilson(good, n))


def _mean(scores: Sequence[float | None]) -> Figure:
    given = [score for score in scores if score is not None]
    return Figure(mean(given), len(given))


def is_top(score: float | None, low: float = LOW, high: float = HIGH) -> bool | None:
    """Return whether a rating is among the upper 40 % of the steps of its scale, 4 and 5 of 1 to 5 (12.9)."""
    steps = int(high - low) + 1
    return None if score is None else score > high - int(0.4 * steps)


def csat(found: Sequence[Row]) -> Figure:
    return _share([is_top(rating(row.value), *row.value.scale) for row in found])


def overall_mean(found: Sequence[Row]) -> Figure:
    return _mean([rating(row.value) for row in found])


def overall_mean_weighted(found: Sequence[Row]) -> Figure:
    """Return the weighted mean over the ratings that carry a weight (12.10)."""
    given = [(rating(row.value), row.value.weight) for row in found if row.value.weight is not None]
    pairs = [(score, weight) for score, weight in given if score is not None]
    total = fsum(weight for _, weight in pairs)
    return Figure(fsum(score * weight for score, weight in pairs) / total if pairs else None, len(pairs))


def rating_share(score: float) -> Fold:
    """Return the fold of surveys to the share of one overall rating (5.8)."""
    return lambda found: _share([None if rating(row.value) is None else rating(row.value) == score for row in found])


def loyal(found: Sequence[Row]) -> Figure:
    """Return the share of customers whose mean rating, on 1 to 5, is at least 4.6 (5.10); n = their ratings."""
    scores: dict[int, list[float]] = {}
    for row in found:
        given, (low, high) = rating(row.value), row.value.scale
        if given is not None and row.value.customer is not None:
            scores.setdefault(row.value.customer, []).append(1 + 4 * (given - low) / (high - low))
    best = sum(1 for each in scores.values() if round(fsum(each) / len(each), 9) >= 4.6)
    n = sum(len(each) for each in scores.values())
    return Figure(100 * best / len(scores) if scores else None, n, {"customers": len(scores), "passed": best})


def solved_first(found: Sequence[Row]) -> Figure:
    marks = [(row.value.customer, row.value.solved_first) for row in found]
    return by_customer([(customer, mark) for customer, mark in marks if mark is not None])


def confirmed(found: Sequence[Row]) -> Figure:
    return _share([row.value.resolved_confirmed for row in found])


def straight_lined(found: Sequence[Row]) -> Figure:
    """Return the share of surveys that gave every dimension the same answer, of those with three or more (5.2)."""
    scores = [list(answers(row.value).values()) for row in found]
    return _share([len(set(one)) == 1 for one in scores if len(one) >= 3])


def effort(found: Sequence[Row]) -> Figure:
    return _mean([row.value.effort for row in found])


def complete_case_of(desk: Desk) -> Fold:
    """Return the fold to the mean composite of the surveys that answered every weighted dimension (5.3)."""

    def fold(found: Sequence[Row]) -> Figure:
        complete = [one for one in (fives(row.value) for row in found) if desk.csi_weights.keys() <= one.keys()]
        return _mean([fsum(weight * one[name] for name, weight in desk.csi_weights.items()) for one in complete])

    return fold


def dimension_mean(name: str) -> Fold:
    """Return the fold of surveys to the mean of one dimension."""
    return lambda found: _mean([answers(row.value).get(name) for row in found])


def dimension_top2(name: str) -> Fold:
    """Return the fold of surveys to the share of 4 and 5 in one dimension."""
    return lambda found: _share([is_top(answers(row.value).get(name), *row.value.dims_scale) for row in found])


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


def nps_weighted(found: Sequence[Row]) -> Figure:
    """Return NPS with weighted shares over the answers that carry a weight, without interval (12.10)."""
    given = [(row.value.nps, row.value.weight) for row in found if in_scale(row.value.nps, 0, 10) is not None]
    pairs = [(score, weight) for score, weight in given if weight is not None]
    good, bad = fsum(w for score, w in pairs if score >= 9), fsum(w for score, w in pairs if score <= 6)
    total = fsum(weight for _, weight in pairs)
    return Figure(100 * (good - bad) / total if pairs else None, len(pairs))
