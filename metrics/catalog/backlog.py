"""Open cases: how many, how old (semantics 4.7)."""

from metrics.catalog.anchors import CREATED, SPAN
from metrics.catalog.basis import BY_EVENT, SNAPSHOT
from metrics.kinds.stock import FirstStock, Pace, Stock, StockAge, StockChange
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
        population={"en": "All open cases", "zh-CN": "全部未关闭工单"},
        twin="csi",
        clock_dependent=True,
    ),
    Metric(
        name="backlog_change",
        title={"en": "Change of the backlog", "zh-CN": "积压变化"},
        definition={
            "en": "Created + reopened - resolve events in the period = backlog at its end - backlog at its start",
            "zh-CN": "期间内新建 + 重开 - 解决次数 = 期末积压 - 期初积压",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=SPAN,
        kind=StockChange(),
        basis=BY_EVENT,
        source="semantics 4.7, 1.15",
        population={"en": "n and the list: cases open at the end", "zh-CN": "n 与明细：期末未关闭工单"},
        twin="csi",
        digits=0,
    ),
    Metric(
        name="coverage_days",
        title={"en": "Backlog in days of work", "zh-CN": "积压可覆盖天数"},
        definition={
            "en": "Backlog at the end of the period / resolve events per day of the 28 days before; none without any",
            "zh-CN": "期末积压量 / 此前 28 天日均解决次数；无解决则无值",
        },
        unit=Unit.DAYS,
        better="lower",
        anchor=SPAN,
        kind=Pace(),
        basis=SNAPSHOT,
        source="semantics 4.7",
        interval="resampled days",
        population={"en": "All open cases", "zh-CN": "全部未关闭工单"},
        twin="csi",
    ),
    Metric(
        name="burn_down_days",
        title={"en": "Days to burn the backlog down", "zh-CN": "积压清零天数"},
        definition={
            "en": "Backlog at the end of the period / (resolve events - created cases per day of 28 days before it); "
            "none while it grows",
            "zh-CN": "期末积压量 /（此前 28 天日均解决次数 - 日均新建量）；积压未减少则无值",
        },
        unit=Unit.DAYS,
        better="lower",
        anchor=SPAN,
        kind=Pace(is_net=True),
        basis=SNAPSHOT,
        source="semantics 4.7",
        interval="resampled days",
        population={"en": "All open cases", "zh-CN": "全部未关闭工单"},
        twin="csi",
    ),
)
