"""What the bot does: three shares that are never added up, and how fast it answers (semantics 4.17)."""

from metrics.catalog.anchors import CREATED
from metrics.catalog.basis import BY_BOT_REPLY, BY_CREATED
from metrics.kinds.beside import ShareBeside
from metrics.kinds.counting import Share
from metrics.kinds.turns import Median
from metrics.metric import Anchor, Metric
from metrics.model import Unit

BOT_US = "epoch_us(bot_at) - epoch_us(created_at)"
ANSWER = f"CASE WHEN {BOT_US} >= -60000000 THEN greatest(0, {BOT_US}) END"
BOT_REPLY = Anchor("fact_case", "bot_at", None, where="bot_at IS NOT NULL")
BOT_CASE = Anchor("fact_case", "created_at", "created_day", where="bot_at IS NOT NULL")
CONTAINED = "bot_at IS NOT NULL AND reply_at IS NULL AND handoff_at IS NULL AND is_closed"
NOT_BACK = "chain_position = chain_cases AND (first_reopened_at IS NULL OR first_reopened_at > matures_at)"
MATURE = "coalesce(matures_at <= $as_of::TIMESTAMPTZ, FALSE)"

METRICS = (
    Metric(
        name="ai_involvement",
        title={"en": "AI involvement", "zh-CN": "AI 参与率"},
        definition={
            "en": "Cases in which the bot gave an answer of substance / cases",
            "zh-CN": "机器人给出实质答复的工单占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=CREATED,
        kind=Share("bot_at IS NOT NULL", "created_at IS NOT NULL"),
        basis=BY_CREATED,
        source="semantics 4.17; R-086",
        interval="Wilson",
    ),
    Metric(
        name="ai_containment",
        title={"en": "AI containment", "zh-CN": "AI 独立处理率"},
        definition={
            "en": "Of the cases the bot replied in: closed without a reply by a person and without hand-off",
            "zh-CN": "机器人答复过的工单中，未经人工答复、未转人工且已关闭的占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=CREATED,
        kind=Share(CONTAINED, "bot_at IS NOT NULL"),
        basis=BY_CREATED,
        source="semantics 4.17; R-086",
        population={"en": "Cases the bot replied in, open ones too", "zh-CN": "机器人答复过的工单，含未关闭"},
        interval="Wilson",
        twin="ai_confirmed",
    ),
    Metric(
        name="ai_confirmed",
        title={"en": "Confirmed AI resolution", "zh-CN": "AI 确认解决率"},
        definition={
            "en": "Of the mature cases the bot replied in: contained, without repeat or reopening within 7 days",
            "zh-CN": "机器人答复过且观察期满的工单中，独立处理且 7 天内无重复、无重开的占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=BOT_CASE,
        kind=ShareBeside(
            f"{CONTAINED} AND {NOT_BACK}",
            f"{MATURE} AND chain_key IS NOT NULL",
            beside=(
                ("immature", f"NOT {MATURE} AND chain_key IS NOT NULL"),
                ("unlinkable", "chain_key IS NULL"),
            ),
        ),
        basis=BY_CREATED,
        source="semantics 4.17; R-086",
        fixed_clock="elapsed",
        population={
            "en": "Cases of identified customers first resolved at least 7 days ago; immature and unlinkable "
            "ones are shown beside",
            "zh-CN": "已识别客户、首次解决满 7 天的工单；未满与无法关联的另列",
        },
        interval="Wilson",
    ),
    Metric(
        name="ai_response",
        title={"en": "AI response time", "zh-CN": "AI 响应时长"},
        definition={
            "en": "Median time from creation to the bot's first answer, elapsed: the bot keeps no hours",
            "zh-CN": "从创建到机器人首次答复的时长中位数，按自然时间：机器人无工作时间",
        },
        unit=Unit.MINUTES,
        better="lower",
        anchor=BOT_REPLY,
        kind=Median(ANSWER, ANSWER),
        basis=BY_BOT_REPLY,
        source="semantics 4.17; R-086",
        fixed_clock="elapsed",
        population={"en": "Cases the bot replied in", "zh-CN": "机器人答复过的工单"},
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First answer of the bot", "zh-CN": "机器人首次答复"},
        twin="ai_confirmed",
        interval="order statistics",
        has_cohort=True,
        digits=2,
    ),
)
