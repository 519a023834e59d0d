"""The definition panel: what a figure counts, and the text that ran (semantics 1.14)."""

from collections.abc import Mapping

from metrics.age import age_shape
from metrics.backlog import DAYS, FIRST_CHANGES
from metrics.catalog import metric_of
from metrics.compile import Shape, literal_sql, scan_sql, shape_filters
from metrics.kinds.stock import FirstStock
from metrics.metric import Metric
from metrics.model import Question, Text, Window
from metrics.scan import Ground, Scan, field_of

CLOCKS: Mapping[str, Text] = {
    "calendar": {"en": "elapsed time", "zh-CN": "自然时间"},
    "business": {"en": "business hours of the case's calendar", "zh-CN": "按工单所用日历的工作时间"},
}
NO_CLOCK: Text = {"en": "no clock", "zh-CN": "不涉及计时"}
EVERYWHERE: Text = {
    "en": "Spam, test and deleted tickets everywhere, in history too; merged tickets count as one",
    "zh-CN": "垃圾、测试与已删除工单一律剔除（含历史）；合并工单计为一张",
}


def definition(metric: Metric, language: str, question: Question | None = None) -> dict[str, str]:
    """Return the metric's own words by heading; headings without content are left out."""
    clock = question.clock if question else "calendar"
    created: Text = {"en": "by creation (cohort)", "zh-CN": "按创建时间（同期群）"}
    texts: dict[str, Text | None] = {
        "definition": metric.definition,
        "population": metric.population,
        "start": metric.start,
        "stop": metric.stop,
        "clock": CLOCKS[clock] if metric.clock_dependent else NO_CLOCK,
        "basis": created if question and question.basis == "created" else metric.basis,
        "exclusions": EVERYWHERE,
    }
    panel = {name: text.get(language, text["en"]) for name, text in texts.items() if text is not None}
    if metric.twin:
        panel["twin"] = metric_of(metric.twin).title[language]
    return panel


def texts_run(ground: Ground, question: Question) -> list[str]:
    """Return the statements that answer a question, their parameters written out, ready to be run."""
    metric = metric_of(question.metric)
    if metric.kind.solver == "scan":
        needs = metric.kind.needs(metric, question, ground.desk)
        scans = []
        for need in needs:
            place, window = field_of(question, need)
            scans.append(Scan(place, (window,), need.measures, ground))
        return [literal_sql(scan_sql(scan.shape), scan.params()) for scan in scans]
    return [scan_sql(stock_shape(question))]


def stock_shape(question: Question) -> Shape:
    """Return the scan behind a stock figure, its instants still named."""
    metric = metric_of(question.metric)
    if metric.kind.solver == "age":
        return age_shape(question.slice, question.split, question.clock, question.quantile)
    if isinstance(metric.kind, FirstStock):
        by = shape_filters(question.slice.by)
        return Shape(FIRST_CHANGES, "moment", ("sum(change)",), ((False, True),), by, question.split)
    return Shape(DAYS, "day", ("sum(delta)",), ((False, True),), (), question.split)


def example(metric: Metric, window: Window) -> Question:
    """Return a plain question of a metric, for its panel before anything was asked."""
    return Question(metric.name, window, parameter="..." if metric.parameter else None)


def with_sql(ground: Ground, metric: Metric, language: str, question: Question) -> dict[str, str]:
    """Return the panel with the statements as `sql`."""
    return definition(metric, language, question) | {"sql": ";\n\n".join(texts_run(ground, question))}
