"""First response and waiting (semantics 4.1-4.3)."""

from metrics.catalog.anchors import ANY_REPLY, COHORT, CREATED, REPLY, WAITING
from metrics.catalog.basis import BY_CREATED, BY_REPLY, SNAPSHOT
from metrics.kinds.averaging import Duration
from metrics.kinds.counting import Count
from metrics.kinds.stock import Survival
from metrics.metric import Metric
from metrics.model import Text, Unit

REPLIED: Text = {
    "en": "Cases answered by a person; without agent-initiated cases, cases closed without a reply, "
    "cases contained by the bot, and replies more than 60 s before the start (counted as defects)",
    "zh-CN": "由人工答复的工单；不含客服主动发起、未答复即关闭、机器人独立处理的工单，"
    "以及早于起点 60 秒以上的答复（计为数据缺陷）",
}
FIRST_HUMAN_REPLY: Text = {"en": "First public reply by a person", "zh-CN": "人工首次公开答复"}
CREATION: Text = {"en": "Creation", "zh-CN": "工单创建"}

METRICS = (
    Metric(
        name="frt",
        title={"en": "First response time", "zh-CN": "首次响应时长"},
        definition={
            "en": "Mean time from creation (or from the bot's first hand-off) to the first public reply by a person",
            "zh-CN": "从工单创建（或机器人首次转人工）到人工首次公开答复的平均时长",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=REPLY,
        kind=Duration("frt_us", "frt_biz_us", waiting=WAITING),
        basis=BY_REPLY,
        source="semantics 4.1; R-001",
        start={"en": "First hand-off if any, else creation", "zh-CN": "首次转人工；没有则为创建时间"},
        stop=FIRST_HUMAN_REPLY,
        population=REPLIED,
        twin="fcr",
        interval="day-cluster; order statistics for quantiles",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="frt_any",
        title={"en": "First response, any responder", "zh-CN": "首次响应时长（含机器人）"},
        definition={
            "en": "Mean time from creation to the first reply of a bot or a person",
            "zh-CN": "从工单创建到机器人或人工首次答复的平均时长",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=ANY_REPLY,
        kind=Duration("any_us", "any_biz_us"),
        basis=BY_REPLY,
        source="semantics 4.2",
        start=CREATION,
        stop={"en": "First reply of a bot or a person", "zh-CN": "机器人或人工首次答复"},
        population={"en": "Cases with such a reply", "zh-CN": "有答复的工单"},
        twin="fcr",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="wait_total",
        title={"en": "Total wait for a person", "zh-CN": "等待人工总时长"},
        definition={
            "en": "Mean time from creation to the first public reply by a person, bot time included",
            "zh-CN": "从工单创建到人工首次公开答复的平均时长，含机器人时间",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=REPLY,
        kind=Duration("wait_us", "wait_biz_us"),
        basis=BY_REPLY,
        source="semantics 4.2",
        start=CREATION,
        stop=FIRST_HUMAN_REPLY,
        population=REPLIED,
        twin="fcr",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="waiting_now",
        title={"en": "Waiting for a first reply", "zh-CN": "等待首次响应"},
        definition={
            "en": "Open cases without a reply as of now; the window does not apply",
            "zh-CN": "截至目前尚未答复的未关闭工单；与所选期间无关",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=WAITING,
        kind=Count(is_stock=True),
        basis=SNAPSHOT,
        source="semantics 4.3",
        start={"en": "First hand-off if any, else creation", "zh-CN": "首次转人工；没有则为创建时间"},
        stop={"en": "Now", "zh-CN": "当前"},
        population={
            "en": "Open cases without a reply; without agent-initiated ones",
            "zh-CN": "未关闭且尚未答复的工单；不含客服主动发起",
        },
        fixed_clock="elapsed",
        digits=0,
    ),
    Metric(
        name="frt_km",
        title={"en": "First response, cohort median", "zh-CN": "首次响应时长（同期群中位数）"},
        definition={
            "en": "Kaplan-Meier quantile of the wait of cases created in the period; still waiting ones are "
            "censored now, silently resolved ones at their resolution",
            "zh-CN": "期间内创建工单等待时长的 Kaplan-Meier 分位数；仍在等待的在当前时刻删失，"
            "未答复即解决的在解决时删失",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=COHORT,
        kind=Survival(),
        basis=BY_CREATED,
        source="semantics 4.3, 8.10",
        population={
            "en": "Cases created in the period; without agent-initiated ones, those contained by the bot and replies "
            "before the start",
            "zh-CN": "期间内创建的工单；不含客服主动发起、机器人独立处理及早于起点答复的工单",
        },
        start={"en": "First hand-off if any, else creation", "zh-CN": "首次转人工；没有则为创建时间"},
        stop=FIRST_HUMAN_REPLY,
        twin="fcr",
        clock_dependent=True,
    ),
    Metric(
        name="volume",
        title={"en": "Tickets created", "zh-CN": "工单量"},
        definition={
            "en": "Cases created, without spam, test and deleted ones; merged tickets count once",
            "zh-CN": "新建工单数，不含垃圾、测试与已删除工单；合并工单计一次",
        },
        unit=Unit.COUNT,
        better="neither",
        anchor=CREATED,
        kind=Count(),
        basis=BY_CREATED,
        source="semantics 1.6, 1.7",
        digits=0,
    ),
)
