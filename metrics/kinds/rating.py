"""Kinds of survey figures: the index over weighted dimensions, one dimension, the net promoter score."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.distributions import Z95
from metrics.intervals import nps, nps_interval, wilson
from metrics.kinds.counting import first_row, is_plain, quoted
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DIMENSIONS, DataState, Desk, Question
from metrics.survey import AnswerSets, answers_and_sums, covered_weight, csi_from_means, csi_se, weights_error


def pivot(names: Sequence[str], question: Question) -> str:
    """Return SQL for one row per survey with its answers side by side (d0, d1, ... in thousandths) and what it
    is sliced and split by."""
    used = {question.split, *(dimension for dimension, _ in question.slice.by)}
    dims = [f"any_value({name}) AS {name}" for name in DIMENSIONS if name in used]
    answers = [
        f"max(CASE WHEN dimension = '{quoted(name)}' THEN score_milli END) AS d{i}" for i, name in enumerate(names)
    ]
    columns = ", ".join(["response_key", "submitted_at", "submitted_day", *dims, *answers])
    # Grouped by the instant too, so that the engine can push the window below the grouping.
    return f"(SELECT {columns} FROM fact_answer GROUP BY response_key, submitted_at, submitted_day)"


def side_by_side(anchor: Anchor, question: Question, names: Sequence[str]) -> Need:
    """Return the need for how many surveys gave which set of answers."""
    columns = tuple(f"d{i}" for i in range(len(names)))
    return Need(replace(anchor, table=pivot(names, question), extra=columns), ("count(*)",))


def as_sets(rows: Sequence[Row]) -> AnswerSets:
    """Return the sets of answers in thousandths of the scale's unit."""
    *columns, counts = zip(*rows, strict=True) if rows else ((),)
    return AnswerSets(columns, counts)


@dataclass(frozen=True, slots=True)
class Index:
    """CSI: weighted mean of the dimensions' means over available cases (5.3)."""

    surveys: Anchor
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return valid surveys, and answers per dimension; sums of pairs instead where an interval is due."""
        surveys = Need(self.surveys, ("count(*)",))
        if not self._has_interval(question) or not desk.csi_weights:
            return surveys, Need(metric.anchor, ("count(score_milli)", "sum(score_milli)"))
        return surveys, side_by_side(metric.anchor, question, sorted(desk.csi_weights))

    @staticmethod
    def _has_interval(question: Question) -> bool:
        return question.with_interval or is_plain(question)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the index; value None and method `error:weights` when the weights do not sum to 1."""
        if wrong := weights_error(desk.csi_weights):
            return Figure(None, 0, (), None, f"error:weights {wrong}", DataState.ERROR)
        n = first_row(groups[0], 1)[0]
        sets = as_sets(groups[1]) if self._has_interval(question) else None
        sums = self._sums(groups[1], desk) if sets is None else answers_and_sums(sets, sorted(desk.csi_weights))
        means = {name: total / 1000.0 / answers for name, (answers, total) in sums.items()}
        value = csi_from_means(means, desk.csi_weights, desk.csi_min_weight)
        weight = covered_weight(means, desk.csi_weights)
        parts: list[tuple[str, float | int | None]] = [("weight", weight)]
        parts += [("linear_0_100", None if value is None else (value - 1.0) * 25.0)]
        if value is None or sets is None:
            return Figure(value, n, tuple(parts))
        spread = csi_se(n, sets, desk.csi_weights)
        se = None if spread is None else spread / 1000.0
        interval = None if se is None else (value - Z95 * se, value + Z95 * se)
        return Figure(value, n, (*parts, ("se", se)), interval, "linearised")

    @staticmethod
    def _sums(rows: Sequence[Row], desk: Desk) -> dict[str, tuple[int, float]]:
        return {row[0]: (row[1], row[2]) for row in rows if row[1] and row[0] in desk.csi_weights}

    def counted(self, question: Question) -> str | None:
        """Return all valid surveys."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return the survey's overall rating; the index has no value per row."""
        return "overall_milli / 1000.0"


@dataclass(frozen=True, slots=True)
class CompleteCase:
    """Mean weighted composite of the surveys that answered every weighted dimension; a diagnostic (5.3)."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return how many surveys gave which set of answers; shares the scan with the index."""
        return (side_by_side(metric.anchor, question, sorted(desk.csi_weights)),) if desk.csi_weights else ()

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the composite's mean; n = complete surveys."""
        names = sorted(desk.csi_weights)
        sets = as_sets([row for group in groups for row in group if None not in row])
        n = sum(sets.counts)
        means = {name: total / 1000.0 / n for name, (_, total) in answers_and_sums(sets, names).items()}
        return Figure(csi_from_means(means, desk.csi_weights, desk.csi_min_weight), n)

    def counted(self, question: Question) -> str | None:
        """Return all answers: completeness shows only when they stand side by side."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return None: the composite is formed of the sums."""
        return None


@dataclass(frozen=True, slots=True)
class Dimension:
    """Mean, or top-box share, of one survey dimension, named by the parameter (5.6)."""

    is_share: bool = False
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return n and sum (or top-box count) per dimension; all dimensions share one scan."""
        top = "count(CASE WHEN score_milli >= 600 * scale_max + 400 * scale_min + 600 THEN 1 END)"
        return (Need(metric.anchor, ("count(score_milli)", top if self.is_share else "sum(score_milli)")),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean on the dimension's own scale, or the share in percent with Wilson's interval."""
        found = next((row for row in groups[0] if row[0] == question.parameter), None)
        if found is None or not found[1]:
            return Figure(None, 0)
        _, n, total = found
        if self.is_share:
            return Figure(100.0 * total / n, n, (("passed", total),), wilson(total, n), "wilson")
        return Figure(total / n / 1000.0, n)

    def counted(self, question: Question) -> str | None:
        """Return the answers in the dimension."""
        return f"dimension = '{quoted(question.parameter or '')}'"

    def row_value(self, question: Question) -> str | None:
        """Return the answer."""
        return "score_milli / 1000.0"


@dataclass(frozen=True, slots=True)
class Promoters:
    """Net promoter score in points, plain or with weighted shares (5.7, 12.10)."""

    weight: str | None = None
    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return answers, and promoters, passives, detractors (weighted when asked)."""
        one = self.weight or "1"
        n = f"count(CASE WHEN {self.counted(question)} THEN 1 END)" if self.weight else "count(nps)"
        bands = ("nps >= 9", "nps BETWEEN 7 AND 8", "nps <= 6")
        return (Need(metric.anchor, (n, *(f"sum(CASE WHEN {band} THEN {one} END)" for band in bands))),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the score in -100..100, n = answers."""
        n, *bands = first_row(groups[0], 4)
        promoters, passives, detractors = (float(band or 0) for band in bands)
        value = nps(promoters, passives, detractors)
        names = ("promoters", "passives", "detractors")
        parts = tuple(zip(names, (promoters, passives, detractors), strict=True))
        if self.weight:
            return Figure(value, n, parts, None, "none")
        return Figure(value, n, parts, nps_interval(promoters, passives, detractors), "adjusted Wald")

    def counted(self, question: Question) -> str | None:
        """Return the surveys with a recommendation score; of a weighted one, those that carry a weight."""
        return f"nps IS NOT NULL AND {self.weight} IS NOT NULL" if self.weight else "nps IS NOT NULL"

    def row_value(self, question: Question) -> str | None:
        """Return the recommendation score 0..10."""
        return "CAST(nps AS DOUBLE)"
