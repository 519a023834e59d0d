"""Work lists: hand-overs, assignment, updates, reach and follow-up (semantics 4.8, 4.12)."""

from metrics.catalog.anchors import ASSIGNED, DATED, FOLLOWED_UP, OWNED, UNASSIGNED, UPDATE_GAPS
from metrics.catalog.basis import BY_CREATED, BY_EVENT, BY_LAST_RESOLUTION, SNAPSHOT
from metrics.kinds.averaging import Duration, Mean
from metrics.kinds.counting import Share
from metrics.kinds.work import Gaps, Reach, Unassigned
from metrics.metric import Metric
from metrics.model import Unit

METRICS = (
    Metric(
        name="stage_assign",
        title={"en": "Time to first assignment", "zh-CN": "分配耗时"},
        definition={
            "en": "Mean time from creation to the first assignment",
            "zh-CN": "从创建到首次分派的平均时长",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=ASSIGNED,
        kind=Duration("assign_us", "assign_biz_us"),
        basis=BY_CREATED,
        source="semantics 4.8",
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First assignment", "zh-CN": "首次分派"},
        twin="transfer_share",
        clock_dependent=True,
    ),
    Metric(
        name="transfer_share",
        title={"en": "Cross-department transfers", "zh-CN": "跨部门转接率"},
        definition={
            "en": "Cases with two consecutive assignments to different departments / cases",
            "zh-CN": "连续两次分派到不同部门的工单占比",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=DATED,
        kind=Share("n_transfers > 0", "TRUE"),
        basis=BY_CREATED,
        source="semantics 4.8",
        interval="Wilson",
    ),
    Metric(
        name="reach_rate",
        title={"en": "Reached in time", "zh-CN": "触达率"},
        definition={
            "en": "Cases first assigned to the desk within the limit / decided cases; never assigned is a miss",
            "zh-CN": "在时限内首次分派到目标部门的工单占已判定工单的比例；从未分派计为未达标",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=DATED,
        kind=Reach(),
        basis=BY_CREATED,
        source="semantics 4.12; R-090",
        parameter="department/minutes",
        interval="Wilson",
    ),
    Metric(
        name="followup_24h",
        title={"en": "Follow-up within 24 h", "zh-CN": "24 小时回访率"},
        definition={
            "en": "Closed cases whose first follow-up after the last resolution came within 24 h / decided cases",
            "zh-CN": "最后一次解决后 24 小时内完成首次回访的已关闭工单占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=FOLLOWED_UP,
        kind=Share(
            "followup_us <= 86400000000",
            "followup_us IS NOT NULL OR epoch_us($as_of) - epoch_us(last_resolved_at) >= 86400000000",
        ),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.12",
        interval="Wilson",
    ),
    Metric(
        name="update_gaps",
        title={"en": "Update gaps", "zh-CN": "进度同步超时次数"},
        definition={
            "en": "Gaps between a reply and the next one (or the end of the case) longer than the given hours",
            "zh-CN": "相邻两次答复（或最后答复到工单结束）间隔超过指定小时数的次数",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=UPDATE_GAPS,
        kind=Gaps(),
        basis=BY_EVENT,
        source="semantics 4.12",
        parameter="hours",
        digits=0,
    ),
    Metric(
        name="transfers_per_ticket",
        title={"en": "Transfers per ticket", "zh-CN": "单均转接次数"},
        definition={
            "en": "Assignments to a department other than the one before / cases; those without one are left out",
            "zh-CN": "分派到与前一次不同部门的次数 / 工单数；未注明部门的分派不计",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=DATED,
        kind=Mean("n_transfers * 1000"),
        basis=BY_CREATED,
        source="semantics 4.8; R-083",
        interval="day-cluster",
        digits=2,
    ),
    Metric(
        name="first_owner_share",
        title={"en": "Resolved by the first owner", "zh-CN": "首问负责率"},
        definition={
            "en": "Cases whose last resolution was entered by the first assigned owner / resolved cases",
            "zh-CN": "最后一次解决由首个分派的负责人完成的工单占已解决工单的比例",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=OWNED,
        kind=Share("is_first_owner", "is_first_owner IS NOT NULL"),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.6",
        population={
            "en": "Resolved cases of which first owner and resolver are known",
            "zh-CN": "首个负责人与解决人均已知的已解决工单",
        },
        interval="Wilson",
    ),
    Metric(
        name="unassigned",
        title={"en": "Unassigned", "zh-CN": "未分配工单"},
        definition={
            "en": "Open cases without owner and without any assignment as of now; the window does not apply",
            "zh-CN": "截至目前既无负责人也未分派过的未关闭工单；与所选期间无关",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=UNASSIGNED,
        kind=Unassigned(),
        basis=SNAPSHOT,
        source="semantics 4.12; R-023",
        digits=0,
    ),
)
