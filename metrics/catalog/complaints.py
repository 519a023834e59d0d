"""Complaints 投诉: how many, how often again, and those about slow response (semantics 4.6, 4.16, 12.8, 12.10)."""

from dataclasses import replace

from metrics.catalog.anchors import CREATED, SERVED
from metrics.catalog.basis import BY_CREATED
from metrics.kinds.complaints import DeskShare, PerThousand
from metrics.kinds.counting import Count, Share, quoted
from metrics.metric import Anchor, Metric
from metrics.model import ComplaintRules, Unit
from metrics.visits import ACTIONS

COMPLAINT = "type IN (SELECT member_id FROM member WHERE dimension = 'type' AND label = 'complaint')"
COMPLAINTS = replace(CREATED, where=COMPLAINT)
# Set against customers served in a period, which only dated cases can be (12.2, decision 11).
DATED_COMPLAINTS = replace(CREATED, where=f"{COMPLAINT} AND created_at IS NOT NULL")
CHAINS = Anchor(
    "(SELECT f.*, x.n_complaints FROM fact_case f JOIN ("
    "SELECT chain_key, arg_min(case_key, chain_position) AS case_key, count(*) AS n_complaints FROM fact_case"
    f" WHERE chain_key IS NOT NULL AND {COMPLAINT} GROUP BY chain_key) x ON x.case_key = f.case_key)",
    "created_at",
    "created_day",
)
DAY_US = 86_400_000_000


def tagged(rules: ComplaintRules) -> str:
    """Return the cases with is_slow: complaints with the tag of slow response."""
    return (
        f"(SELECT f.*, f.{COMPLAINT}"
        f" AND coalesce(list_contains(t.tags, '{quoted(rules.slow_tag)}'), FALSE) AS is_slow"
        " FROM fact_case f JOIN ticket t ON t.ticket_key = f.case_key)"
    )


def supervised(rules: ComplaintRules) -> str:
    """Return dated complaints about slow response with supervised_us: creation to a supervisor's first action."""
    slow = f"(SELECT * FROM {tagged(rules)} WHERE is_slow AND created_at IS NOT NULL)"
    named = ", ".join(f"'{quoted(one)}'" for one in rules.supervisors) or "NULL"
    in_role = f"(SELECT source_no, src_id FROM agent WHERE role = '{quoted(rules.role)}')"
    return (
        f"(SELECT f.*, x.supervised_us FROM {slow} f LEFT JOIN ("
        "SELECT c.case_key, min(epoch_us(a.moment) - epoch_us(c.created_at)) AS supervised_us"
        f" FROM ({ACTIONS}) a JOIN {slow} c ON c.case_key = a.case_key"
        " WHERE epoch_us(a.moment) - epoch_us(c.created_at) >= -60000000"
        f" AND (a.actor IN ({named}) OR (c.source_no, a.actor) IN {in_role})"
        " GROUP BY c.case_key) x ON x.case_key = f.case_key)"
    )


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
            "en": "Issues of one customer and category with two complaints or more / issues with a complaint",
            "zh-CN": "同一客户同类问题再次投诉的问题数占有投诉的问题数的比例",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=CHAINS,
        kind=Share("n_complaints >= 2", "TRUE"),
        basis=BY_CREATED,
        source="semantics 4.16; R-081",
        population={
            "en": "Issue chains, by their first complaint; cases without a customer cannot be linked",
            "zh-CN": "问题链，按其首次投诉计；无客户信息的工单无法关联",
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
