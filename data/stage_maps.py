"""Stage maps 环节: the pairs of events that make up the way of a ticket, three of them shipped (semantics 12.8)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Point = Literal[
    "created",
    "type_set",
    "first_assign",
    "assign",
    "transfer",
    "first_agent_action",
    "agent_action",
    "reply",
    "acknowledgement",
    "resolved",
    "closed",
    "followup",
    "survey",
]
StageId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Words = Mapping[Literal["zh-CN", "en"], str]


class StageRule(BaseModel):
    """One stage: a visit opens with `start` and ends with the next of `stop`; what a point is: docs/settings.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: StageId
    name: Words
    start: Point
    stop: Annotated[tuple[Point, ...], Field(min_length=1)]


StageMaps = Mapping[StageId, tuple[StageRule, ...]]


def _stage(id: str, zh: str, en: str, start: Point, *stop: Point) -> StageRule:
    return StageRule(id=id, name={"zh-CN": zh, "en": en}, start=start, stop=stop)


STAGE_MAPS: StageMaps = {
    "D1": (
        _stage("accept", "受理", "Intake", "created", "first_assign"),
        _stage("dispatch", "派单", "Dispatch", "assign", "agent_action"),
        _stage("handle", "处理", "Handling", "first_agent_action", "resolved"),
        _stage("followup", "回访", "Follow-up", "resolved", "followup"),
    ),
    "D2": (
        _stage("submit", "提报", "Submission", "created", "first_assign"),
        _stage("assign", "分配", "Assignment", "first_assign", "agent_action"),
        _stage("handle", "处理", "Handling", "first_agent_action", "resolved"),
        _stage("feedback", "反馈", "Feedback", "resolved", "reply", "followup"),
    ),
    "D4": (
        _stage("identify", "需求识别", "Identification", "created", "type_set"),
        _stage("receive", "请求接收", "Reception", "created", "reply", "acknowledgement"),
        _stage("classify", "问题分类", "Classification", "created", "first_assign"),
        _stage("serve", "服务提供", "Service", "first_assign", "resolved"),
        _stage("feedback", "客户反馈", "Customer feedback", "resolved", "survey"),
        _stage("monitor", "流程监控", "Monitoring", "resolved", "closed"),
    ),
}
