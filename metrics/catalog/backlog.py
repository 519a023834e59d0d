"""Open cases: how many, how old (semantics 4.7)."""

from metrics.catalog.anchors import CREATED, SPAN
from metrics.catalog.basis import SNAPSHOT
from metrics.kinds.stock import FirstStock, Stock, StockAge
from metrics.metric import Metric
from metrics.model import Unit

METRICS = (
    Metric(
        name="backlog",
        title={"en": "Backlog", "zh-CN": "工单积压量"},
        definition={
            "en": "Cases created before the instant and not closed by then, rebuilt from their history",
            "zh-CN": "在该时刻之前创建且尚未关闭的工单数，由历史记录还原",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=SPAN,
        kind=Stock(),
        basis=SNAPSHOT,
        source="semantics 4.7; R-005",
        population={"en": "All open cases", "zh-CN": "全部未关闭工单"},
        twin="csi",
        digits=0,
    ),
    Metric(
        name="backlog_first",
        title={"en": "Backlog without reopened cases", "zh-CN": "工单积压量（不含重开）"},
        definition={
            "en": "Cases created before the instant and not resolved a first time by then; reopening is left aside",
            "zh-CN": "在该时刻之前创建且尚未首次解决的工单数；不计重开",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=CREATED,
        kind=FirstStock(),
        basis=SNAPSHOT,
        source="semantics 4.7; the backlog from the history in the reference tables",
        population={"en": "Cases never resolved so far", "zh-CN": "从未解决过的工单"},
        twin="csi",
        digits=0,
    ),
    Metric(
        name="backlog_age",
        title={"en": "Age of the backlog", "zh-CN": "积压工单时长"},
        definition={
            "en": "Median time since creation of the cases open at the end of the period; a snapshot of survivors",
            "zh-CN": "期末未关闭工单自创建以来时长的中位数；仅反映仍未关闭者",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=SPAN,
        kind=StockAge(),
        basis=SNAPSHOT,
        source="semantics 4.7",
        clock_dependent=True,
    ),
)
