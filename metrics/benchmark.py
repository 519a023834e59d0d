"""A reading held against the benchmark of the chosen industry: the gap, its formula, and both numbers (6.1)."""

from dataclasses import dataclass

from data.benchmarks import Benchmark
from metrics.catalog import metric_of
from metrics.model import Better, Desk, Reading, Unit
from metrics.verdict import TOLERANCE, gap, is_met

SIDES = {
    "en": ("above the benchmark", "below the benchmark", "level with the benchmark"),
    "zh-CN": ("超出标杆", "低于标杆", "与标杆持平"),
}
JUDGED = {"en": {True: "as good or better", False: "worse"}, "zh-CN": {True: "不差于标杆", False: "差于标杆"}}
IN_POINTS = (Unit.PERCENT, Unit.POINTS)


@dataclass(frozen=True, slots=True)
class Lead:
    """How far a reading is from its benchmark.

    gap         points for percentages and NPS (6.1, 5.7), else percent of the benchmark; None for a benchmark of 0
    is_reached  whether the reading is as good as the benchmark; None for KPIs without direction
    """

    own: float
    benchmark: Benchmark
    industry: str
    unit: Unit
    gap: float | None
    is_reached: bool | None

    def sentence(self, language: str) -> str:
        """Return formula and words: "4.5 against 4.2: (4.5 - 4.2) / 4.2 = +7.1%, above the benchmark ..."."""
        own, other = f"{self.own:.4g}", f"{self.benchmark.value:.4g}"
        is_chinese = language.startswith("zh")
        told = f"{own} 对 {other}" if is_chinese else f"{own} against {other}"
        if self.gap is not None:
            told += ("：" if is_chinese else ": ") + self._formula(own, other, language)
        comma, (high, low, level) = "，" if is_chinese else ", ", SIDES[language]
        difference = self.own - self.benchmark.value
        told += comma + (level if abs(difference) <= TOLERANCE else high if difference > 0 else low)
        judged = JUDGED[language].get(self.is_reached) if self.is_reached is not None else None
        told += (f"（{judged}）" if is_chinese else f" ({judged})") if judged else ""
        return f"{told} · {self._origin(language)}"

    def _formula(self, own: str, other: str, language: str) -> str:
        if self.unit in IN_POINTS:
            points = (" 个百分点" if language.startswith("zh") else " pp") if self.unit is Unit.PERCENT else ""
            return f"{own} - {other} = {self.gap:+.1f}{points}"
        return f"({own} - {other}) / {other} = {self.gap:+.1f}%"

    def _origin(self, language: str) -> str:
        undated = {"en": "undated", "zh-CN": "日期不详"}[language]
        dated = self.benchmark.dated.isoformat() if self.benchmark.dated else undated
        return " · ".join(one for one in (self.industry, self.benchmark.source, dated) if one)


def benchmark_of(reading: Reading, desk: Desk) -> Benchmark | None:
    """Return the chosen industry's benchmark for a reading of the whole desk; None where it has none."""
    question = reading.question
    if desk.industry is None or question.slice.by or question.split or question.quantile is not None:
        return None
    asked = (question.metric, question.parameter)
    values = desk.benchmarks[desk.industry].values
    return next((one for one in values if (one.metric, one.parameter) == asked), None)


def held_against(reading: Reading, desk: Desk, language: str = "en") -> Lead | None:
    """Return the lead over the benchmark, or the gap to it; None without a value or a benchmark (6.1, R-072)."""
    benchmark = benchmark_of(reading, desk)
    if benchmark is None or reading.value is None or desk.industry is None:
        return None
    metric, industry = metric_of(reading.question.metric), desk.benchmarks[desk.industry]
    name = {str(code): word for code, word in industry.name.items()}.get(language, desk.industry)
    return lead(reading.value, benchmark, name, metric.unit, metric.better)


def lead(own: float, benchmark: Benchmark, industry: str, unit: Unit, better: Better) -> Lead:
    """Return how far an own value is from a benchmark."""
    distance = gap(own, benchmark.value, "pct" if unit in IN_POINTS else unit)
    return Lead(own, benchmark, industry, unit, distance, is_met(own, benchmark.value, better))
