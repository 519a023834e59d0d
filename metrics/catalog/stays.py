"""Where the time of a resolved case went: sums of its status intervals (semantics 4.4)."""

from metrics.calendar import HOUR_US
from metrics.catalog.anchors import RESOLUTION
from metrics.catalog.basis import BY_LAST_RESOLUTION
from metrics.catalog.resolution import CLOSED_NOW, CREATION, LAST_RESOLUTION
from metrics.kinds.averaging import Duration
from metrics.metric import Metric
from metrics.model import Better, Text, Unit


def _stay(name: str, columns: tuple[str, str], title: Text, definition: Text, better: Better = "lower") -> Metric:
    return Metric(
        name=name,
        title=title,
        definition=definition,
        unit=Unit.HOURS,
        better=better,
        anchor=RESOLUTION,
        kind=Duration(*columns, HOUR_US),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.4",
        start=CREATION,
        stop=LAST_RESOLUTION,
        population=CLOSED_NOW,
        twin="reopen_rate",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    )


METRICS = (
    _stay(
        "requester_wait",
        ("work_us + hold_us", "work_biz_us + hold_biz_us"),
        {"en": "Requester wait time", "zh-CN": "客户等待总时长"},
        {
            "en": "Mean time in new, open and on hold up to the last resolution: the time the customer waits for us",
            "zh-CN": "最后一次解决之前处于新建、处理中与挂起状态的平均时长，即客户等待我方的时间",
        },
    ),
    _stay(
        "agent_work",
        ("work_us", "work_biz_us"),
        {"en": "Agent work time", "zh-CN": "客服处理时长"},
        {
            "en": "Mean time in new and open up to the last resolution",
            "zh-CN": "最后一次解决之前处于新建与处理中状态的平均时长",
        },
    ),
    _stay(
        "pending_time",
        ("pending_us", "pending_biz_us"),
        {"en": "Time pending", "zh-CN": "等待客户回复时长"},
        {
            "en": "Mean time waiting for the customer up to the last resolution; cases that never waited count as 0",
            "zh-CN": "最后一次解决之前等待客户回复的平均时长；从未等待的工单计为 0",
        },
        "neither",
    ),
    _stay(
        "hold_time",
        ("hold_us", "hold_biz_us"),
        {"en": "Time on hold", "zh-CN": "挂起时长"},
        {
            "en": "Mean time on hold up to the last resolution; cases never on hold count as 0",
            "zh-CN": "最后一次解决之前处于挂起状态的平均时长；从未挂起的工单计为 0",
        },
    ),
)
