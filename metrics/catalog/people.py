"""People 人员: contacts and tickets per active agent, and how evenly they come (semantics 4.18)."""

from dataclasses import replace

from metrics.catalog.anchors import FLOW, FLOW_OF_CASE
from metrics.catalog.basis import BY_EVENT
from metrics.kinds.people import PerAgent, PerAgentHour, Spread
from metrics.metric import Anchor, Metric
from metrics.model import Text, Unit

CONTACT = Anchor("fact_turn", "start_at", None, has_creation=False)
HANDLED = replace(FLOW, where="NOT is_reopen")
BY_CONTACT: Text = {"en": "by the instant of the contact", "zh-CN": "按客户来询时刻"}
CONTACTS: Text = {
    "en": "Contacts: a customer's question that opens a turn, by creating a case or writing again; those the bot "
    "solved alone are none",
    "zh-CN": "客户联系：客户新建工单或再次来询而开启的一轮对话；机器人独立解决的不计",
}

METRICS = (
    Metric(
        name="contacts_per_agent_hour",
        title={"en": "Contacts per agent-hour", "zh-CN": "专员/客户比"},
        definition={
            "en": "Contacts / active agent-hours; an agent is active in a local hour in which he acted on a case: "
            "reply, note, status, assignment or priority",
            "zh-CN": "客户联系数 ÷ 在岗专员小时数；专员在某小时内有任一处理动作（回复、备注、改状态、分派、改优先级）"
            "即计该小时在岗",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=CONTACT,
        kind=PerAgentHour(),
        basis=BY_CONTACT,
        source="semantics 4.18; R-084; decision 18",
        population=CONTACTS,
    ),
    Metric(
        name="tickets_per_agent",
        title={"en": "Tickets per active agent", "zh-CN": "人均处理工单量"},
        definition={
            "en": "Resolve events / distinct agents who acted on a case in the period",
            "zh-CN": "期间解决事件数 ÷ 期间有处理动作的专员数（去重）",
        },
        unit=Unit.COUNT,
        better="higher",
        anchor=HANDLED,
        drill=replace(FLOW_OF_CASE, where="NOT is_reopen", has_creation=False),
        kind=PerAgent(),
        basis=BY_EVENT,
        source="semantics 4.18; R-085; decision 18",
    ),
    Metric(
        name="load_spread",
        title={"en": "Load spread over hours", "zh-CN": "忙闲不均度"},
        definition={
            "en": "p90 / p50 over hours with active agents of contacts per active agent; 1 = every hour alike",
            "zh-CN": "按有专员在岗的小时计算每名在岗专员的客户联系数，取 P90 ÷ P50；1 表示各小时相同",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=CONTACT,
        kind=Spread(),
        basis=BY_CONTACT,
        source="semantics 4.18; R-085; decision 18",
        population=CONTACTS,
    ),
)
