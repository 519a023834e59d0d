"""Single filtered questions: every KPI of the catalogue on its own, as a drill-down asks it."""

from bench.questions import SPAN_DAYS, TREND_DAYS, Dashboard
from metrics.catalog import CATALOG
from metrics.definition import EXAMPLES
from metrics.metric import Metric
from metrics.model import Question, Slice

TEAM = Slice.of(team="技术支持一组")
CHANNEL = Slice.of(channel="online")


def singles(dashboard: Dashboard) -> dict[str, tuple[Question, ...]]:
    """Return per KPI what a reviewer asks of one team or channel: the figure, its daily trend, its agents."""
    return {name: _of(metric, dashboard) for name, metric in CATALOG.items()}


def _of(metric: Metric, dashboard: Dashboard) -> tuple[Question, ...]:
    parameter = EXAMPLES.get(metric.parameter or "", metric.parameter)
    now, trend = dashboard.window(SPAN_DAYS), dashboard.window(TREND_DAYS)
    return (
        Question(metric.name, now, TEAM, parameter=parameter),
        Question(metric.name, trend, CHANNEL, grain="day", parameter=parameter),
        Question(metric.name, now, TEAM, split="agent", parameter=parameter),
    )
