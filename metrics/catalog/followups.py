"""What customers said when they were called back 回访 (semantics 12.10); whether in time: metrics/catalog/work.py."""

from metrics.kinds.counting import Share
from metrics.metric import Anchor, Metric
from metrics.model import Text, Unit
from metrics.visits import OF_CASE

FOLLOWUPS = Anchor(
    "(SELECT f.*, e.occurred_at AS followed_at, e.effective, e.satisfied"
    f" FROM ticket_event e {OF_CASE.format(e='e')}"
    " JOIN fact_case f ON f.case_key = coalesce(l.case_key, e.ticket_key)"
    " WHERE e.kind = 'followup' AND e.occurred_at <= $as_of AND f.created_at IS NOT NULL)",
    "followed_at",
    None,
)
BY_FOLLOWUP: Text = {"en": "by the follow-up", "zh-CN": "按回访时间"}


def _said(name: str, column: str, title: Text, definition: Text, population: Text) -> Metric:
    return Metric(
        name=name,
        title=title,
        definition=definition,
        unit=Unit.PERCENT,
        better="higher",
        anchor=FOLLOWUPS,
        kind=Share(column, f"{column} IS NOT NULL"),
        basis=BY_FOLLOWUP,
        source="semantics 12.10; R-066",
        population=population,
        uncounted="no_answer",
        interval="Wilson",
    )


METRICS = (
    _said(
        "followup_effective",
        "effective",
        {"en": "Solution effective, by follow-up", "zh-CN": "回访有效率"},
        {
            "en": "Follow-ups in which the customer says that the solution worked / follow-ups with an answer",
            "zh-CN": "回访中客户确认方案有效的次数占已作答回访的比例",
        },
        {"en": "Follow-ups that asked whether it worked", "zh-CN": "询问过方案是否有效的回访"},
    ),
    _said(
        "followup_satisfied",
        "satisfied",
        {"en": "Satisfied, by follow-up", "zh-CN": "回访满意率"},
        {
            "en": "Follow-ups in which the customer says to be satisfied / follow-ups with an answer",
            "zh-CN": "回访中客户表示满意的次数占已作答回访的比例",
        },
        {"en": "Follow-ups that asked for satisfaction", "zh-CN": "询问过是否满意的回访"},
    ),
)
