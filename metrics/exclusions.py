"""What a figure leaves out, counted: the other half of its population (semantics 1.7, 1.14, 2.4)."""

from collections.abc import Mapping
from dataclasses import replace

from metrics.catalog import metric_of
from metrics.catalog.anchors import COHORT, REPLY, RESOLUTION, SLA_FIRST_REPLY, VISITED
from metrics.catalog.complaints import CHAINS, DATED_COMPLAINTS
from metrics.catalog.people import CONTACT
from metrics.catalog.turns import TURN
from metrics.compile import ARTICLE, Shape, shape_filters, source_sql, where_sql
from metrics.drill import drill_sql
from metrics.metric import Anchor, Metric, rows_of
from metrics.model import Question, Reading, Slice, Text
from metrics.periods import bounds
from metrics.scan import Ground

CASES = Anchor("fact_case", "created_at", None)
SURVEYS = Anchor("fact_survey", "submitted_at", None, row_key="response_key")
EVERY_REASON = ("agent_initiated", "bot_contained", "resolved_without_reply", "open_unanswered", "negative_duration")
REASONS: Mapping[Anchor, tuple[str, ...]] = {  # why cases have no row here (4.1)
    REPLY: EVERY_REASON,
    SLA_FIRST_REPLY: EVERY_REASON,
    COHORT: ("agent_initiated", "bot_contained", "negative_duration"),
    TURN: ("bot_contained",),
    CONTACT: ("bot_contained",),
}
TEXTS: Mapping[str, Text] = {
    "spam": {"en": "spam", "zh-CN": "垃圾工单"},
    "test": {"en": "test", "zh-CN": "测试工单"},
    "deleted": {"en": "deleted", "zh-CN": "已删除"},
    "merged": {"en": "merged into another", "zh-CN": "已合并到其他工单"},
    "undated": {"en": "without a creation time", "zh-CN": "无创建时间"},
    "future": {"en": "later than the data reach", "zh-CN": "晚于数据截止时间"},
    "agent_initiated": {"en": "started by an agent", "zh-CN": "客服发起"},
    "bot_contained": {"en": "solved by the bot", "zh-CN": "机器人已解决"},
    "resolved_without_reply": {"en": "closed without a reply", "zh-CN": "未答复即关闭"},
    "open_unanswered": {"en": "open without a reply", "zh-CN": "未关闭且未回复"},
    "negative_duration": {"en": "stop before start", "zh-CN": "终点早于起点"},
    "speeder": {"en": "answered in under 30 s", "zh-CN": "作答不足 30 秒"},
    "contradictory": {"en": "contradicting themselves", "zh-CN": "评分自相矛盾"},
    "duplicate": {"en": "answered twice", "zh-CN": "重复作答"},
    "out_of_range": {"en": "scores outside the scale", "zh-CN": "超出量表的评分"},
    "immature": {"en": "not yet mature", "zh-CN": "待观察"},
    "unlinkable": {"en": "customer unknown", "zh-CN": "客户未知"},
    "undecided": {"en": "undecided", "zh-CN": "未判定"},
    "na": {"en": "without a deadline", "zh-CN": "没有时限"},
    "unmarked": {"en": "without the source's mark", "zh-CN": "来源未标记"},
    "open": {"en": "not yet ended", "zh-CN": "尚未结束"},
    "unanswered": {"en": "turns without a reply", "zh-CN": "未获答复的轮次"},
    "not_due": {"en": "not yet due", "zh-CN": "尚未到期"},
    "owner_unknown": {"en": "first owner or resolver unknown", "zh-CN": "首个负责人或解决人未知"},
    "no_answer": {"en": "without this answer", "zh-CN": "未作答该题"},
    "few_answers": {"en": "with fewer than three answers", "zh-CN": "作答不足三个维度"},
    "field_missing": {"en": "without the field", "zh-CN": "无该字段"},
    "no_calendar": {"en": "without business hours", "zh-CN": "未设工作时间"},
    "of_dropped_ticket": {"en": "of spam, test or deleted tickets", "zh-CN": "属于垃圾、测试或已删除工单"},
}
BY_PART = ("immature", "unlinkable", "undecided", "na", "unmarked")
TICKETS = """
SELECT count(CASE WHEN is_spam THEN 1 END), count(CASE WHEN is_test AND is_spam IS NOT TRUE THEN 1 END),
       count(CASE WHEN is_deleted AND is_spam IS NOT TRUE AND is_test IS NOT TRUE THEN 1 END),
       count(CASE WHEN is_in AND ticket_key IN (SELECT ticket_key FROM case_link) THEN 1 END),
       count(CASE WHEN is_in AND created_at IS NULL THEN 1 END),
       count(CASE WHEN is_in AND created_at > $as_of::TIMESTAMPTZ THEN 1 END)
FROM (SELECT *, is_spam IS NOT TRUE AND is_test IS NOT TRUE AND is_deleted IS NOT TRUE AS is_in FROM ticket)
WHERE created_at IS NULL
   OR (($low::TIMESTAMPTZ IS NULL OR created_at >= $low) AND ($high::TIMESTAMPTZ IS NULL OR created_at < $high))
"""

SURVEY_ROWS = """
SELECT count(CASE WHEN ticket_key IN (SELECT ticket_key FROM ticket WHERE is_spam OR is_test OR is_deleted)
                  THEN 1 END),
       count(CASE WHEN {instant} > $as_of::TIMESTAMPTZ THEN 1 END)
FROM survey_response
WHERE {instant} IS NOT NULL AND ($low::TIMESTAMPTZ IS NULL OR {instant} >= $low)
  AND ($high::TIMESTAMPTZ IS NULL OR {instant} < $high)
"""


def left_out(ground: Ground, question: Question, found: Reading | None) -> dict[str, int]:
    """Return rule -> rows left out of the figure, those of 0 too; the names are the keys of TEXTS.

    Tickets and reasons are counted by creation in the window, surveys by submission, invitations by their sending,
    the rest as the figure itself; the slice narrows what has one (spam, merged tickets and what is theirs have none).
    """
    metric = metric_of(question.metric)
    counts = _population(ground, question, metric)
    if reasons := REASONS.get(metric.anchor):
        counts |= _reasons(ground, question, reasons)
    if metric.anchor == RESOLUTION:
        counts |= _defects(ground)
    if metric.anchor == CHAINS:
        nobody = ["count(CASE WHEN customer_key IS NULL THEN 1 END)"]
        counts["unlinkable"] = _counted(ground, question, DATED_COMPLAINTS, nobody)[0]
    counts |= _uncounted(ground, question, metric)
    names = (*BY_PART, *(("open",) if metric.anchor == VISITED else ()))
    parts = {name: found.part(name) for name in names} if found else {}
    return counts | {name: int(n) for name, n in parts.items() if n is not None}


def _population(ground: Ground, question: Question, metric: Metric) -> dict[str, int]:
    if metric.anchor.row_key == "response_key":
        return _survey_rows(ground, question, "submitted_at") | _surveys(ground, question)
    if metric.anchor.row_key == ARTICLE:
        return {}
    if metric.anchor.row_key == "offer_key":
        return _survey_rows(ground, question, "offered_at")
    return _tickets(ground, question)


def told(counts: Mapping[str, int], language: str) -> str:
    """Return the counts as one line; rules that left nothing out are not told."""
    comma = "：" if language.startswith("zh") else ": "
    return " · ".join(f"{TEXTS[name][language]}{comma}{n:,}" for name, n in counts.items() if n)


def _tickets(ground: Ground, question: Question) -> dict[str, int]:
    low, high = bounds(question.window)
    given = {"as_of": ground.as_of, "low": low, "high": high}
    row = ground.con.execute(TICKETS, given).fetchall()[0]
    counts = dict(zip(("spam", "test", "deleted", "merged", "undated", "future"), map(int, row), strict=True))
    return counts | {"undated": counts["undated"] - (_undated_in(ground, question) if counts["undated"] else 0)}


def _undated_in(ground: Ground, question: Question) -> int:
    """Return the undated cases that the figure counts: over the whole import some do (12.2, decision 11)."""
    if bounds(question.window) != (None, None):
        return 0
    text, params = drill_sql(ground, replace(question, slice=Slice()))
    return int(ground.con.execute(f"SELECT count(*) FROM ({text}) WHERE created_at IS NULL", params).fetchall()[0][0])


def _reasons(ground: Ground, question: Question, names: tuple[str, ...]) -> dict[str, int]:
    counts = [f"count(CASE WHEN reason = '{name}' THEN 1 END)" for name in names]
    return dict(zip(names, _counted(ground, question, CASES, counts), strict=True))


def _uncounted(ground: Ground, question: Question, metric: Metric) -> dict[str, int]:
    """Return the rows of window and slice that n leaves out, under the KPI's own rule; what has no hours apart."""
    counted = metric.kind.counted(question)
    if counted is None or metric.kind.is_stock or not (metric.uncounted or metric.clock_dependent):
        return {}
    elapsed = metric.kind.counted(replace(question, clock="calendar"))
    anchor = rows_of(metric, question, ground.desk)
    if question.basis == "created":
        anchor = replace(anchor, instant="created_at")
    rest = [f"({elapsed}) IS NOT TRUE", f"({elapsed}) AND ({counted}) IS NOT TRUE"]
    counts = _counted(ground, question, anchor, [f"count(CASE WHEN {test} THEN 1 END)" for test in rest])
    named = {metric.uncounted: counts[0]} if metric.uncounted else {}
    return named | ({"no_calendar": counts[1]} if question.clock == "business" and metric.clock_dependent else {})


def _survey_rows(ground: Ground, question: Question, instant: str) -> dict[str, int]:
    low, high = bounds(question.window)
    given = {"as_of": ground.as_of, "low": low, "high": high}
    row = ground.con.execute(SURVEY_ROWS.format(instant=instant), given).fetchall()[0]
    return dict(zip(("of_dropped_ticket", "future"), map(int, row), strict=True))


def _surveys(ground: Ground, question: Question) -> dict[str, int]:
    rules = ("speeder", "contradictory", "duplicate")
    counts = [f"count(CASE WHEN dropped_by = '{rule}' THEN 1 END)" for rule in rules]
    counts.append("coalesce(sum(n_out_of_range), 0)")
    return dict(zip((*rules, "out_of_range"), _counted(ground, question, SURVEYS, counts), strict=True))


def _counted(ground: Ground, question: Question, anchor: Anchor, counts: list[str]) -> list[int]:
    low, high = bounds(question.window)
    shape = Shape(
        anchor, anchor.instant, (), ((low is not None, high is not None),), shape_filters(question.slice.by)
    )
    given = {"low0": low, "high0": high}
    params = ground.filter_params(question.slice) | {name: at for name, at in given.items() if at}
    text = f"SELECT {', '.join(counts)} FROM {source_sql(shape)} WHERE {where_sql(shape)}"
    if "$as_of" in text:
        params["as_of"] = ground.as_of
    return [int(n) for n in ground.con.execute(text, params).fetchall()[0]]


def _defects(ground: Ground) -> dict[str, int]:
    """Return the resolutions before their creation; they have no place in time, so all of them (2.7)."""
    text = "SELECT count(*) FROM fact_defect WHERE rule = 'negative_duration' AND field = 'resolution'"
    return {"negative_duration": int(ground.con.execute(text).fetchall()[0][0])}
