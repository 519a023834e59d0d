"""Stages 环节 and hand-overs: how long a ticket stays where (semantics 4.8, 12.8)."""

from metrics.calendar import HOUR_US
from metrics.catalog.anchors import VISITED
from metrics.catalog.basis import BY_EXIT, BY_LIMIT
from metrics.kinds.visits import Between, DepartmentVisits, Escalations, StageVisits
from metrics.metric import Metric
from metrics.model import Text, Unit
from metrics.visits import ELSEWHERE, HANDOVER

ENDED: Text = {
    "en": "Visits that ended; open ones are counted apart",
    "zh-CN": "已结束的环节停留；尚未结束的另行计数",
}
ACTION: Text = {"en": "Next action of an agent", "zh-CN": "客服的下一个动作"}

METRICS = (
    Metric(
        name="stage_time",
        title={"en": "Stage time", "zh-CN": "环节耗时"},
        definition={
            "en": "Mean time of the visits to a stage of a stage map, with its share of the time of all stages",
            "zh-CN": "流程图中某一环节每次停留的平均时长，及其占全部环节耗时的比例",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=VISITED,
        kind=StageVisits("stage_us", "stage_biz_us"),
        basis=BY_EXIT,
        source="semantics 4.8, 12.8; R-042, R-044",
        start={"en": "First event of the stage's pair (settings)", "zh-CN": "该环节事件对的起点（见设置）"},
        stop={"en": "Next second event of the pair", "zh-CN": "其后首个终点事件"},
        population=ENDED,
        twin="reopen_rate",
        interval="day-cluster",
        parameter="map/stage",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="transfer_handling",
        title={"en": "Transfer handling time", "zh-CN": "跨部门转接耗时"},
        definition={
            "en": "Mean time from an assignment to another department to the next action of an agent",
            "zh-CN": "从转派到其他部门到其首个处理动作的平均时长",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=VISITED,
        kind=Between("stage_us", "stage_biz_us", pair=HANDOVER),
        basis=BY_EXIT,
        source="semantics 4.8; R-043",
        start={"en": "Assignment to another department", "zh-CN": "分派到其他部门"},
        stop=ACTION,
        population=ENDED,
        twin="transfer_share",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="time_elsewhere",
        title={"en": "Time in other departments", "zh-CN": "其他部门停留时长"},
        definition={
            "en": "Mean time between an assignment away from the first department and the one back, or resolution",
            "zh-CN": "从分派离开首个部门到分派回来（或解决）的平均时长",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=VISITED,
        kind=Between("stage_us", "stage_biz_us", HOUR_US, pair=ELSEWHERE),
        basis=BY_EXIT,
        source="semantics 4.8, 12.8; R-083",
        start={"en": "Assignment to a department other than the first", "zh-CN": "分派到首个部门以外的部门"},
        stop={"en": "Assignment back, or resolution", "zh-CN": "分派回首个部门，或解决"},
        population=ENDED,
        twin="transfer_share",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="department_response",
        title={"en": "Department response time", "zh-CN": "部门响应时长"},
        definition={
            "en": "Mean time from an assignment to the given department to the next action of an agent",
            "zh-CN": "从分派到指定部门到其首个处理动作的平均时长",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=VISITED,
        kind=DepartmentVisits("stage_us", "stage_biz_us", HOUR_US),
        basis=BY_EXIT,
        source="semantics 4.8; R-091",
        start={"en": "Assignment to the department", "zh-CN": "分派到该部门"},
        stop=ACTION,
        population=ENDED,
        twin="transfer_share",
        interval="day-cluster",
        parameter="department",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="department_escalations",
        title={"en": "Department escalations", "zh-CN": "部门未响应升级次数"},
        definition={
            "en": "Assignments to the given department without an action of an agent for longer than the given hours",
            "zh-CN": "分派到指定部门后超过指定小时数仍无客服动作的次数",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=VISITED,
        kind=Escalations(),
        basis=BY_LIMIT,
        source="semantics 4.8; R-091",
        start={"en": "Assignment to the department", "zh-CN": "分派到该部门"},
        stop=ACTION,
        population={
            "en": "Assignments answered late, and those still waiting",
            "zh-CN": "超时响应的分派，以及仍在等待的分派",
        },
        fixed_clock="elapsed",
        parameter="department/hours",
        digits=0,
    ),
)
