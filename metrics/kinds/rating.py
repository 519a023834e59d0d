"""Kinds of survey figures: the index over weighted dimensions, one dimension, the net promoter score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.distributions import Z95
from metrics.intervals import mean_interval, nps, nps_interval, wilson
from metrics.kinds.counting import Share, first_row, is_plain, quoted
from metrics.metric import Anchor, Figure, Metric, Need, Row, Solver
from metrics.model import DIMENSIONS, DataState, Desk, Question
from metrics.questionnaires import of_template, set_fault, set_of, unknown_set
from metrics.survey import FIVE, AnswerSets, answers_and_sums, covered_weight, csi_from_means, csi_se


def pivot(names: Sequence[str], question: Question) -> str:
    """Return SQL for one row per survey with its answers side by side (d0, d1, ... in parts of FIVE) and what it
    is sliced and split by."""
    used = {question.split, *(dimension for dimension, _ in question.slice.by)}
    dims = [f"any_value({name}) AS {name}" for name in DIMENSIONS if name in used]
    answers = [
        f"max(CASE WHEN dimension = '{quoted(name)}' THEN five_parts END) AS d{i}" for i, name in enumerate(names)
    ]
    columns = ", ".join(["response_key", "submitted_at", "submitted_day", *dims, *answers])
    # Grouped by the instant too, so that the engine can push the window below the grouping.
    return f"(SELECT {columns} FROM fact_answer GROUP BY response_key, submitted_at, submitted_day)"


def side_by_side(anchor: Anchor, question: Question, names: Sequence[str]) -> Need:
    """Return the need for how many surveys gave which set of answers."""
    columns = tuple(f"d{i}" for i in range(len(names)))
    return Need(replace(anchor, table=pivot(names, question), extra=columns), ("count(*)",))


def as_sets(rows: Sequence[Row]) -> AnswerSets:
    """Return the sets of answers on 1-5, in parts of FIVE."""
    *columns, counts = zip(*rows, strict=True) if rows else ((),)
    return AnswerSets(columns, counts)


@dataclass(frozen=True, slots=True)
class Index:
    """CSI: weighted mean of the dimensions' means over available cases (5.3)."""

    surveys: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return valid surveys, and answers per dimension; sums of pairs instead where an interval is due."""
        chosen = set_of(question, desk)
        surveys = Need(of_template(self.surveys, chosen), ("count(*)",))
        answers = of_template(metric.anchor, chosen)
        if not self._has_interval(question) or not chosen.weights:
            return surveys, Need(answers, ("count(five_parts)", "sum(five_parts)"))
        return surveys, side_by_side(answers, question, sorted(chosen.weights))

    @staticmethod
    def _has_interval(question: Question) -> bool:
        return question.with_interval or is_plain(question)

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the questionnaire's valid surveys; none where its weights are wrong."""
        if set_fault(question, desk):
            return replace(self.surveys, where="FALSE")
        return of_template(self.surveys, set_of(question, desk))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the index; value None and method `error:weights` when the weights do not sum to 1."""
        if wrong := set_fault(question, desk):
            return faulty(wrong)
        weights = set_of(question, desk).weights
        n = first_row(groups[0], 1)[0]
        sets = as_sets(groups[1]) if self._has_interval(question) else None
        sums = self._sums(groups[1], weights) if sets is None else answers_and_sums(sets, sorted(weights))
        means = {name: total / FIVE / answers for name, (answers, total) in sums.items()}
        value = csi_from_means(means, weights, desk.csi_min_weight)
        parts: list[tuple[str, float | int | None]] = [("weight", covered_weight(means, weights))]
        parts += [("linear_0_100", None if value is None else (value - 1.0) * 25.0)]
        if value is None or sets is None:
            return Figure(value, n, tuple(parts))
        spread = csi_se(n, sets, sums, weights)
        se = None if spread is None else spread / FIVE
        interval = None if se is None else (value - Z95 * se, value + Z95 * se)
        return Figure(value, n, (*parts, ("se", se)), interval, "linearised")

    @staticmethod
    def _sums(rows: Sequence[Row], weights: Mapping[str, float]) -> dict[str, tuple[int, float]]:
        return {row[0]: (row[1], row[2]) for row in rows if row[1] and row[0] in weights}

    def counted(self, question: Question) -> str | None:
        """Return all valid surveys."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return the survey's overall rating; the index has no value per row."""
        return "overall_milli / 1000.0"


def faulty(wrong: str) -> Figure:
    """Return the figure of a questionnaire that cannot be weighed: no value, and why (5.1)."""
    return Figure(None, 0, (), None, f"error:weights {wrong}", DataState.ERROR)


@dataclass(frozen=True, slots=True)
class CompleteCase:
    """Mean weighted composite of the surveys that answered every weighted dimension; a diagnostic (5.3)."""

    surveys: Anchor
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return how many surveys gave which set of answers; shares the scan with the index."""
        chosen = set_of(question, desk)
        if not chosen.weights:
            return ()
        return (side_by_side(of_template(metric.anchor, chosen), question, sorted(chosen.weights)),)

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the complete surveys with their composites; none where the weights are wrong."""
        chosen = set_of(question, desk)
        if set_fault(question, desk):
            return replace(self.surveys, table="(SELECT *, NULL AS composite FROM fact_survey)", where="FALSE")
        weights = " ".join(f"WHEN '{quoted(name)}' THEN {weight!r}" for name, weight in chosen.weights.items())
        names = ", ".join(f"'{quoted(name)}'" for name in chosen.weights)
        composites = (
            f"SELECT response_key, sum(five_parts * CASE dimension {weights} END) / {FIVE}.0 AS composite"
            f" FROM fact_answer WHERE dimension IN ({names}) GROUP BY response_key"
            f" HAVING count(DISTINCT dimension) = {len(chosen.weights)}"
        )
        table = (
            f"(SELECT s.*, c.composite FROM fact_survey s JOIN ({composites}) c ON c.response_key = s.response_key)"
        )
        return of_template(replace(self.surveys, table=table), chosen)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the composite's mean; n = complete surveys."""
        if wrong := set_fault(question, desk):
            return faulty(wrong)
        weights = set_of(question, desk).weights
        sets = as_sets([row for group in groups for row in group if None not in row])
        n = sum(sets.counts)
        sums = answers_and_sums(sets, sorted(weights))
        means = {name: total / FIVE / n for name, (_, total) in sums.items()}
        return Figure(csi_from_means(means, weights, desk.csi_min_weight), n)

    def counted(self, question: Question) -> str | None:
        """Return all complete surveys."""
        return None

    def row_value(self, question: Question) -> str | None:
        """Return the survey's weighted composite."""
        return "composite"


@dataclass(frozen=True, slots=True)
class Satisfied(Share):
    """Share of satisfied customers, by the overall rating, or by the dimension for speed of response (5.6, 12.9)."""

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the two counts, of the questionnaire's surveys."""
        return Share.needs(self, replace(metric, anchor=self.rows(metric, question, desk)), question, desk)

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return valid surveys, their rating being the answer in the dimension for speed where there is one."""
        chosen = set_of(question, desk)
        if unknown_set(question, desk):
            return replace(metric.anchor, where="FALSE")
        if not chosen.speed:
            return of_template(metric.anchor, chosen)
        speed = f"'{quoted(chosen.speed)}'"
        table = (
            "(SELECT s.response_key, s.submitted_at, s.submitted_day, s.created_at, s.case_key, s.customer_key,"
            f" s.dropped_by, {', '.join(f's.{name}' for name in DIMENSIONS)},"
            " a.score_milli AS overall_milli, r.scale_min, r.scale_max"
            f" FROM fact_survey s JOIN fact_answer a ON a.response_key = s.response_key AND a.dimension = {speed}"
            f" JOIN survey_answer r ON r.response_key = s.response_key AND r.dimension = {speed})"
        )
        return of_template(replace(metric.anchor, table=table), chosen)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share; value None for an unknown questionnaire."""
        if wrong := unknown_set(question, desk):
            return faulty(wrong)
        return Share.finish(self, metric, question, desk, groups)


@dataclass(frozen=True, slots=True)
class Dimension:
    """Mean, or top-box share, of one survey dimension, named by the parameter (5.6)."""

    is_share: bool = False
    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return n and sums (or top-box count) per dimension; all dimensions share one scan."""
        top = ("count(CASE WHEN score_milli >= 600 * scale_max + 400 * scale_min + 600 THEN 1 END)",)
        sums = ("sum(score_milli)", "sum(CAST(score_milli AS BIGINT) * score_milli)")
        return (Need(metric.anchor, ("count(score_milli)", *(top if self.is_share else sums))),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean on the dimension's own scale with Student's interval, or the share with Wilson's (8.1)."""
        found = next((row for row in groups[0] if row[0] == question.parameter), None)
        if found is None or not found[1]:
            return Figure(None, 0)
        _, n, total, *squares = found
        if self.is_share:
            return Figure(100.0 * total / n, n, (("passed", total),), wilson(total, n), "wilson")
        ends = mean_interval(n, total, squares[0])
        return Figure(total / n / 1000.0, n, (), ends and (ends[0] / 1000.0, ends[1] / 1000.0), "t" if ends else None)

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
    is_stock: ClassVar[bool] = False

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
