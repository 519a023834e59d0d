"""Costs 成本: of a resolved ticket and of repeats, from monthly amounts of the settings (semantics 4.20)."""

from dataclasses import replace

from metrics.catalog.anchors import CREATED, FIRST_RESOLUTION
from metrics.catalog.basis import BY_CREATED, BY_FIRST_RESOLUTION
from metrics.kinds.costs import CostOfRepeats, CostPerResolved
from metrics.metric import Metric
from metrics.model import Unit

RESOLVED = replace(FIRST_RESOLUTION, has_creation=False)
REPEATS = replace(CREATED, where="chain_position > 1", has_creation=False)

METRICS = (
    Metric(
        name="cost_per_resolved",
        title={"en": "Cost per resolved ticket", "zh-CN": "单位服务成本"},
        definition={
            "en": "Cost of the months (settings) / tickets first resolved in them; whole months that are over only, "
            "for the desk or for teams",
            "zh-CN": "当月成本（见设置）÷ 当月首次解决的工单数；仅限已结束的完整月份，可看全部或分团队",
        },
        unit=Unit.MONEY,
        better="lower",
        anchor=RESOLVED,
        kind=CostPerResolved(),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.20; R-108; decision 19",
        digits=2,
    ),
    Metric(
        name="cost_of_repeats",
        title={"en": "Cost of repeat tickets", "zh-CN": "重复工单成本"},
        definition={
            "en": "Repeat tickets created in the months x cost per resolved ticket of the same months",
            "zh-CN": "当月新建的重复工单数 × 同月单位服务成本",
        },
        unit=Unit.MONEY,
        better="lower",
        anchor=REPEATS,
        kind=CostOfRepeats(RESOLVED),
        basis=BY_CREATED,
        source="semantics 4.16, 4.20; R-108; decision 19",
        population={
            "en": "Cases that continue an earlier issue of the same customer and category",
            "zh-CN": "延续同一客户同类问题的工单",
        },
        digits=2,
    ),
)
