"""Complaints 投诉: how many, how often again, and those about slow response (semantics 4.6, 4.16, 12.8, 12.10)."""

from dataclasses import replace

from metrics.calendar import DAY_US
from metrics.catalog.anchors import CREATED, SERVED
from metrics.catalog.basis import BY_CREATED
from metrics.kinds.complaints import DeskShare, PerThousand
from metrics.kinds.counting import Count, Share, quoted
from metrics.metric import Anchor, Metric
from metrics.model import ComplaintRules, Unit

COMPLAINT = "type IN (SELECT member_id FROM member WHERE dimension = 'type' AND label = 'complaint')"
COMPLAINTS = replace(CREATED, where=COMPLAINT)
# Set against customers served in a period, which only dated cases can be (12.2, decision 11).
DATED_COMPLAINTS = replace(CREATED, where=f"{COMPLAINT} AND created_at IS NOT NULL")
# The first of every chain made of complaints alone (decision 16).
CHAINS = Anchor("fact_complaint", "created_at", "created_day", where="n_complaints IS NOT NULL")


def tagged(rules: ComplaintRules) -> str:
    """Return the cases with is_slow: complaints with the tag of slow response."""
    slow = f"SELECT case_key FROM fact_complaint WHERE {_is_tagged(rules)}"
    return f"(SELECT *, case_key IN ({slow}) AS is_slow FROM fact_case)"


def supervised(rules: ComplaintRules) -> str:
    """Return dated complaints about slow response with supervised_us: creation to a supervisor's first action."""
    named = ", ".join(f"'{quoted(one)}'" for one in rules.supervisors) or "NULL"
    in_role = f"(SELECT source_no, src_id FROM agent WHERE role = '{quoted(rules.role)}')"
    return (
        "(SELECT f.*, x.supervised_us FROM fact_complaint f LEFT JOIN ("
        "SELECT case_key, min(acted_us) AS supervised_us FROM fact_act"
        f" WHERE actor IN ({named}) OR (source_no, actor) IN {in_role}"
        f" GROUP BY case_key) x ON x.case_key = f.case_key WHERE f.created_at IS NOT NULL AND {_is_tagged(rules)})"
    )


def _is_tagged(rules: ComplaintRules) -> str:
    return f"list_contains(tags, '{quoted(rules.slow_tag)}')"


METRICS = (
    Metric(
        name="complaints",
        title={"en": "Complaints", "zh-CN": "投诉量"},
        definition={"en": "Complaints created", "zh-CN": "新建投诉工单数"},
        unit=Unit.COUNT,
        better="lower",
        anchor=COMPLAINTS,
        kind=Count(),
        basis=BY_CREATED,
        source="semantics 4.6; R-082",
        population={"en": "Complaints", "zh-CN": "投诉工单"},
        digits=0,
    ),
    Metric(
        name="complaint_rate",
        title={"en": "Complaint rate", "zh-CN": "客户投诉率"},
        definition={"en": "Complaints / tickets created", "zh-CN": "投诉工单占新建工单的比例"},
        unit=Unit.PERCENT,
        better="lower",
        anchor=CREATED,
        kind=Share(COMPLAINT, "TRUE"),
        basis=BY_CREATED,
        source="semantics 4.6; R-082",
        interval="Wilson",
    ),
    Metric(
        name="complaints_per_1000",
        title={"en": "Complaints per 1,000 customers", "zh-CN": "每千名客户投诉量"},
        definition={
            "en": "Complaints created / distinct customers with a case resolved in the period, per thousand",
            "zh-CN": "新建投诉数 ÷ 期间内有工单解决的客户数（去重）× 1000",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=DATED_COMPLAINTS,
        kind=PerThousand(SERVED),
        basis=BY_CREATED,
        source="semantics 4.6, 12.10; R-082",
        population={"en": "Complaints", "zh-CN": "投诉工单"},
    ),
    Metric(
        name="second_complaints",
        title={"en": "Second-complaint rate", "zh-CN": "客户二次投诉率"},
        definition={
            "en": "Chains of complaints of one customer and category with two or more / chains; a complaint follows "
            "another up to N days after its resolution",
            "zh-CN": "同一客户同类投诉链中含两次及以上投诉的占比；前次投诉解决后 N 天内再次投诉计入同一链",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=CHAINS,
        kind=Share("n_complaints >= 2", "TRUE"),
        basis=BY_CREATED,
        source="semantics 4.16; R-081",
        population={
            "en": "Chains of complaints, by their first one; cases without a customer cannot be linked",
            "zh-CN": "投诉链，按其首次投诉计；无客户信息的工单无法关联",
        },
        interval="Wilson",
    ),
    Metric(
        name="slow_complaint_rate",
        title={"en": "Complaints about slow response", "zh-CN": "响应相关投诉率"},
        definition={
            "en": "Complaints with the tag of slow response (settings) / tickets created",
            "zh-CN": "带有“响应慢”标签（见设置）的投诉占新建工单的比例",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=CREATED,
        kind=DeskShare("is_slow", "TRUE", table=tagged),
        basis=BY_CREATED,
        source="semantics 4.6, 12.8; R-082",
        interval="Wilson",
    ),
    Metric(
        name="slow_complaint_followup",
        title={"en": "Slow-response complaints followed up within 24 h", "zh-CN": "“响应慢”投诉 24 小时主管跟进率"},
        definition={
            "en": "Complaints about slow response on which a supervisor acted within 24 h of creation / decided ones",
            "zh-CN": "创建后 24 小时内有主管处理动作的“响应慢”投诉占已判定的比例",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=CREATED,
        kind=DeskShare(
            f"supervised_us <= {DAY_US}",
            f"(supervised_us IS NOT NULL OR epoch_us($as_of) - epoch_us(created_at) >= {DAY_US})",
            table=supervised,
        ),
        basis=BY_CREATED,
        source="semantics 4.12, 12.8; R-096",
        start={"en": "Creation", "zh-CN": "工单创建"},
        stop={"en": "First action of a supervisor", "zh-CN": "主管的首个处理动作"},
        population={
            "en": "Complaints about slow response on which a supervisor acted or that are past the 24 h",
            "zh-CN": "主管已跟进或已超过 24 小时的“响应慢”投诉",
        },
        fixed_clock="elapsed",
        uncounted="not_due",
        interval="Wilson",
    ),
)
