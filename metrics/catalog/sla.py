"""Service level agreements (semantics 4.9-4.11)."""

from metrics.catalog.anchors import SLA_FIRST_REPLY, SLA_RESOLUTION, UNDATED_FIRST_REPLY, UNDATED_RESOLUTION
from metrics.catalog.basis import BY_DECISION
from metrics.kinds.counting import SlaShare
from metrics.metric import Metric
from metrics.model import Unit

METRICS = (
    Metric(
        name="sla_first_reply",
        title={"en": "First reply within SLA", "zh-CN": "首次响应达标率"},
        definition={
            "en": "Met / (met + breached); a clock that has run out is a breach even without a reply",
            "zh-CN": "达标 /（达标 + 超时）；已超时而未答复的也计为超时",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=SLA_FIRST_REPLY,
        kind=SlaShare(UNDATED_FIRST_REPLY),
        basis=BY_DECISION,
        source="semantics 4.9; R-020",
        fixed_clock="promise",
        population={
            "en": "Cases whose first-reply promise is met or has run out",
            "zh-CN": "首次响应承诺已达标或已超时的工单",
        },
        start={"en": "First hand-off if any, else creation", "zh-CN": "首次转人工；没有则为创建时间"},
        stop={"en": "First public reply by a person", "zh-CN": "人工首次公开答复"},
        twin="fcr",
        interval="Wilson",
    ),
    Metric(
        name="sla_resolution",
        title={"en": "Resolution within SLA", "zh-CN": "解决达标率"},
        definition={
            "en": "Met / (met + breached) of the resolution clock, pauses subtracted",
            "zh-CN": "解决时限的达标 /（达标 + 超时），扣除暂停时间",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=SLA_RESOLUTION,
        kind=SlaShare(UNDATED_RESOLUTION),
        basis=BY_DECISION,
        source="semantics 4.10",
        fixed_clock="promise",
        population={
            "en": "Cases whose resolution promise is met or has run out",
            "zh-CN": "解决承诺已达标或已超时的工单",
        },
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "Last resolution", "zh-CN": "最后一次解决"},
        twin="reopen_rate",
        interval="Wilson",
    ),
)
