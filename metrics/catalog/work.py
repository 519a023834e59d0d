"""Work lists: hand-overs, assignment, updates, reach and follow-up (semantics 4.8, 4.12)."""

from metrics.catalog.anchors import DATED, FOLLOWED_UP, OWNED, UNASSIGNED, UPDATE_GAPS, VISITED
from metrics.catalog.basis import BY_CREATED, BY_EVENT, BY_EXIT, BY_LAST_RESOLUTION, SNAPSHOT
from metrics.kinds.averaging import Mean
from metrics.kinds.counting import Share
from metrics.kinds.visits import Between
from metrics.kinds.work import Gaps, Reach, Unassigned, UrgentReach
from metrics.metric import Metric
from metrics.model import Unit
from metrics.visits import INTAKE

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
        anchor=VISITED,
        kind=Between("stage_us", "stage_biz_us", pair=INTAKE),
        basis=BY_EXIT,
        source="semantics 4.0, 4.8; R-043",
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First assignment", "zh-CN": "首次分派"},
        population={
            "en": "Cases assigned at least once; those without assignment are counted apart",
            "zh-CN": "至少分派过一次的工单；尚未分派的另行计数",
        },
        twin="transfer_share",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
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
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First assignment to the desk", "zh-CN": "首次分派到目标部门"},
        population={
            "en": "Cases assigned to the desk, and those whose limit has passed; usually asked for urgent cases (P1)",
            "zh-CN": "已分派到目标部门或时限已过的工单；通常按紧急（P1）筛选",
        },
        fixed_clock="elapsed",
        uncounted="not_due",
        parameter="department/minutes",
        interval="Wilson",
    ),
    Metric(
        name="urgent_reach",
        title={"en": "Urgent cases reached in time", "zh-CN": "紧急工单触达率"},
        definition={
            "en": "Urgent cases first assigned to the desk's department within the minutes of the settings / decided "
            "cases; never assigned is a miss",
            "zh-CN": "在设置的时限内首次分派到目标部门的紧急工单占已判定紧急工单的比例；从未分派计为未达标",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=DATED,
        kind=UrgentReach(),
        basis=BY_CREATED,
        source="semantics 4.12, 12.8; R-090",
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First assignment to the department of the settings", "zh-CN": "首次分派到设置中的目标部门"},
        population={
            "en": "Urgent cases (settings, P1) that were assigned to the department or whose limit has passed",
            "zh-CN": "已分派到目标部门或时限已过的紧急工单（见设置，默认 P1）",
        },
        interval="Wilson",
        fixed_clock="elapsed",
        uncounted="not_due",
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
        start={"en": "Last resolution", "zh-CN": "最后一次解决"},
        stop={"en": "First follow-up at or after it", "zh-CN": "其后（含同时）首次回访"},
        population={
            "en": "Closed cases that were followed up or are past the 24 h",
            "zh-CN": "已回访或已超过 24 小时的已关闭工单",
        },
        fixed_clock="elapsed",
        uncounted="not_due",
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
        start={"en": "A reply by a person", "zh-CN": "人工答复"},
        stop={
            "en": "The next one, else the last resolution or now",
            "zh-CN": "下一次答复；没有则为最后一次解决或当前",
        },
        population={
            "en": "Replies by a person, up to the last resolution, or now while open",
            "zh-CN": "人工答复，计至最后一次解决；未关闭者计至当前",
        },
        fixed_clock="elapsed",
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
        uncounted="owner_unknown",
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
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "Now", "zh-CN": "当前"},
        population={
            "en": "Open cases without owner and without any assignment",
            "zh-CN": "既无负责人也未分派过的未关闭工单",
        },
        fixed_clock="elapsed",
        digits=0,
    ),
)
