"""Resolution, reopening and first-contact resolution (semantics 4.4, 4.5, 4.13, 4.14, 4.16)."""

from metrics.calendar import HOUR_US
from metrics.catalog.anchors import CREATED, FIRST_RESOLUTION, FLOW, FLOW_OF_CASE, ISSUE, RESOLUTION, UNLINKABLE
from metrics.catalog.basis import BY_CREATED, BY_EVENT, BY_FIRST_RESOLUTION, BY_LAST_RESOLUTION
from metrics.kinds.averaging import Duration
from metrics.kinds.beside import ShareBeside
from metrics.kinds.clustered import CustomerShare, NoRepeat
from metrics.kinds.counting import Count, Share
from metrics.metric import Metric
from metrics.model import Text, Unit

CREATION: Text = {"en": "Creation", "zh-CN": "工单创建"}
LAST_RESOLUTION: Text = {"en": "Last entry into resolved or closed", "zh-CN": "最后一次进入已解决或已关闭"}
FIRST_RESOLUTION_TEXT: Text = {"en": "First entry into resolved or closed", "zh-CN": "首次进入已解决或已关闭"}
YOUNG = "epoch_us($as_of::TIMESTAMPTZ) - epoch_us(resolved_at) < 604800000000"  # 7 days
CLOSED_NOW: Text = {
    "en": "Cases closed as of now; ends more than 60 s before creation are left out and counted as defects",
    "zh-CN": "截至目前已关闭的工单；早于创建 60 秒以上的结束时间剔除并计为数据缺陷",
}

METRICS = (
    Metric(
        name="resolution",
        title={"en": "Resolution time", "zh-CN": "平均解决时长"},
        definition={
            "en": "Mean time from creation to the last resolution of cases that are closed now, pauses included",
            "zh-CN": "当前已关闭工单从创建到最后一次解决的平均时长，含等待客户时间",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=RESOLUTION,
        kind=Duration("res_us", "res_biz_us", HOUR_US),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.4; R-003",
        start=CREATION,
        stop=LAST_RESOLUTION,
        population=CLOSED_NOW,
        twin="fcr",
        interval="day-cluster; order statistics for quantiles",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="net_resolution",
        title={"en": "Net resolution time", "zh-CN": "净解决时长"},
        definition={
            "en": "Resolution time without the time spent in pause statuses (waiting for the customer)",
            "zh-CN": "扣除暂停状态（等待客户）时间后的平均解决时长",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=RESOLUTION,
        kind=Duration("net_us", "net_biz_us", HOUR_US),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.4",
        start=CREATION,
        stop=LAST_RESOLUTION,
        population=CLOSED_NOW,
        twin="reopen_rate",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="first_resolution",
        title={"en": "Time to first resolution", "zh-CN": "首次解决时长"},
        definition={
            "en": "Mean time from creation to the first resolution, whatever followed",
            "zh-CN": "从创建到首次解决的平均时长，不论其后是否重开",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=FIRST_RESOLUTION,
        kind=Duration("res_us", "res_biz_us", HOUR_US),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.4",
        uncounted="negative_duration",
        start=CREATION,
        stop=FIRST_RESOLUTION_TEXT,
        population={"en": "Cases ever resolved", "zh-CN": "曾经解决过的工单"},
        twin="reopen_rate",
        interval="day-cluster",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="net_first_resolution",
        title={"en": "Net time to first resolution", "zh-CN": "首次解决净时长"},
        definition={
            "en": "Time to first resolution without the time in pause statuses",
            "zh-CN": "扣除暂停状态时间后的首次解决时长",
        },
        unit=Unit.HOURS,
        better="lower",
        anchor=FIRST_RESOLUTION,
        kind=Duration("net_us", "net_biz_us", HOUR_US),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.4",
        uncounted="negative_duration",
        interval="day-cluster",
        population={"en": "Cases ever resolved", "zh-CN": "曾经解决过的工单"},
        start=CREATION,
        stop=FIRST_RESOLUTION_TEXT,
        twin="reopen_rate",
        clock_dependent=True,
        has_cohort=True,
    ),
    Metric(
        name="resolve_events",
        title={"en": "Resolve events", "zh-CN": "解决次数"},
        definition={
            "en": "Entries into resolved or closed from outside; a reopened case counts again",
            "zh-CN": "从其他状态进入已解决或已关闭的次数；重开后再解决重复计数",
        },
        unit=Unit.COUNT,
        better="neither",
        anchor=FLOW,
        kind=Count("NOT is_reopen"),
        drill=FLOW_OF_CASE,
        basis=BY_EVENT,
        source="semantics 4.4",
        digits=0,
    ),
    Metric(
        name="reopen_events",
        title={"en": "Reopen events", "zh-CN": "重开次数"},
        definition={"en": "Ways back out of resolved or closed", "zh-CN": "离开已解决或已关闭状态的次数"},
        unit=Unit.COUNT,
        better="lower",
        anchor=FLOW,
        kind=Count("is_reopen"),
        drill=FLOW_OF_CASE,
        basis=BY_EVENT,
        source="semantics 4.4",
        digits=0,
    ),
    Metric(
        name="reopen_rate",
        title={"en": "Reopen rate", "zh-CN": "重开率"},
        definition={
            "en": "Cases first resolved in the period that were reopened since; provisional for 7 days",
            "zh-CN": "期间内首次解决的工单中此后被重开的占比；7 天内为暂定值",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=FIRST_RESOLUTION,
        kind=ShareBeside("is_reopened", "TRUE", beside=(("provisional", YOUNG),)),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.5",
        population={
            "en": "Cases first resolved in the period; those of the last 7 days, which may still be reopened, are "
            "counted beside",
            "zh-CN": "期间内首次解决的工单；最近 7 天内解决、仍可能重开的另列其数",
        },
        interval="Wilson",
    ),
    Metric(
        name="fcr",
        title={"en": "First-contact resolution", "zh-CN": "首次解决率"},
        definition={
            "en": "Issues (cases of one customer and category) solved by one case without repeat or reopening "
            "within 7 days; only issues observed for that long count",
            "zh-CN": "同一客户同类问题仅一张工单且 7 天内无重复、无重开的占比；仅计观察期满的问题",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=ISSUE,
        kind=NoRepeat(UNLINKABLE),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.14; R-006",
        fixed_clock="elapsed",
        population={
            "en": "Mature issues of identified customers; immature and unlinkable ones are shown beside",
            "zh-CN": "已识别客户的观察期满问题；未满与无法关联的另列",
        },
        interval="Wilson, by customer",
    ),
    Metric(
        name="fcr_one_touch",
        title={"en": "One-touch resolution", "zh-CN": "一次答复解决率"},
        definition={
            "en": "Of cases first resolved in the period with a reply up to then: exactly one reply and no reopening",
            "zh-CN": "期间内首次解决且此前有答复的工单中，仅一次答复且未重开的占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=FIRST_RESOLUTION,
        kind=CustomerShare("n_replies = 1 AND NOT is_reopened", "n_replies >= 1"),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.13",
        uncounted="resolved_without_reply",
        population={
            "en": "Cases first resolved in the period with a reply by a person up to then",
            "zh-CN": "期间内首次解决且此前有人工答复的工单",
        },
        interval="Wilson, by customer",
    ),
    Metric(
        name="repeat_share",
        title={"en": "Repeat tickets", "zh-CN": "重复工单占比"},
        definition={
            "en": "Cases that continue an earlier issue of the same customer and category, of all linkable cases",
            "zh-CN": "可关联工单中，延续同一客户同类问题的工单占比",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=CREATED,
        kind=Share("chain_position > 1", "chain_key IS NOT NULL"),
        basis=BY_CREATED,
        source="semantics 4.16",
        uncounted="unlinkable",
        fixed_clock="elapsed",
        population={"en": "Cases of identified customers", "zh-CN": "已识别客户的工单"},
        interval="Wilson",
    ),
)
