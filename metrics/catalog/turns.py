"""Every reply, not only the first (semantics 4.2, 12.11; decision 10)."""

from metrics.catalog.basis import BY_TURN
from metrics.kinds.turns import Pairs, Turns
from metrics.metric import Anchor, Metric
from metrics.model import Text, Unit

TURN = Anchor("fact_turn", "ended_at", "ended_day")
WAITING_TURN = Anchor("fact_turn", "start_at", None, where="ended_at IS NULL")
ASKED: Text = {
    "en": "First unanswered message of the customer; the creation of a case the customer opened counts as one",
    "zh-CN": "客户首条未获答复的消息；客户发起的工单以创建为首条消息",
}
ANSWERED: Text = {"en": "Next public reply by a person", "zh-CN": "人工下一次公开答复"}
PAIRS: Text = {
    "en": "Answered turns; messages in a row are one turn. Turns closed without a reply are shown as a share, "
    "waiting ones as a count; cases contained by the bot are left out; a bot's reply ends no turn",
    "zh-CN": "已答复的轮次；连续消息计为一轮。未答复即关闭的轮次另列占比，仍在等待的另列数量；"
    "不含机器人独立处理的工单，机器人答复不结束轮次",
}

METRICS = (
    Metric(
        name="response_time",
        title={"en": "Response time, all turns", "zh-CN": "平均响应时间"},
        definition={
            "en": "Mean time from a customer's first unanswered message to the next reply by a person, in all turns",
            "zh-CN": "从客户首条未获答复的消息到人工下一次答复的平均时长，计入全部轮次",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=TURN,
        kind=Turns("turn_us", "turn_biz_us", waiting=WAITING_TURN),
        basis=BY_TURN,
        source="semantics 4.2; R-016",
        uncounted="unanswered",
        start=ASKED,
        stop=ANSWERED,
        population=PAIRS,
        twin="fcr",
        interval="ticket-cluster; order statistics for quantiles",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="next_reply",
        title={"en": "Next reply time", "zh-CN": "后续响应时间"},
        definition={
            "en": "Mean response time of the reply pairs after a case's first one",
            "zh-CN": "每张工单首次答复之后各轮次的平均响应时间",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=TURN,
        kind=Pairs("CASE WHEN is_next THEN turn_us END", "CASE WHEN is_next THEN turn_biz_us END"),
        basis=BY_TURN,
        source="semantics 12.11",
        start=ASKED,
        stop=ANSWERED,
        population={"en": "Answered turns after the first answered one", "zh-CN": "首个已答复轮次之后的已答复轮次"},
        twin="fcr",
        interval="ticket-cluster; order statistics for quantiles",
        clock_dependent=True,
        has_cohort=True,
    ),
)
