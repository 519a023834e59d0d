"""How cases ended, where the source marks it (semantics 4.6)."""

from dataclasses import replace

from metrics.catalog.basis import BY_CREATED, BY_LAST_RESOLUTION
from metrics.kinds.beside import ShareBeside
from metrics.metric import Anchor, Metric
from metrics.model import Unit

CLOSED_COHORT = Anchor(
    "(SELECT f.*, t.resolution_kind, t.solution_complete FROM fact_case f JOIN ticket t ON t.ticket_key = f.case_key"
    " WHERE f.is_closed AND f.created_at IS NOT NULL)",
    "created_at",
    "created_day",
)
CLOSED = replace(CLOSED_COHORT, instant="last_resolved_at", day=None)
RESOLVED = "(resolution_kind = 'resolved' OR resolution_kind IS NULL)"

METRICS = (
    Metric(
        name="resolution_rate",
        title={"en": "Resolution rate", "zh-CN": "问题解决率"},
        definition={
            "en": "Of the cases created in the period and closed now: marked as resolved / marked as resolved or "
            "as closed unresolved",
            "zh-CN": "期间内创建且当前已关闭的工单中，标记为已解决的占已标记（已解决与未解决）工单的比例",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=CLOSED_COHORT,
        kind=ShareBeside(
            "resolution_kind = 'resolved'",
            "resolution_kind IS NOT NULL",
            beside=(("unmarked", "resolution_kind IS NULL"),),
        ),
        basis=BY_CREATED,
        source="semantics 4.6; R-015",
        population={
            "en": "Closed cases that the source marks as resolved or unresolved; unmarked ones are shown beside",
            "zh-CN": "来源系统标记为已解决或未解决的已关闭工单；未标记的另列",
        },
        interval="Wilson",
    ),
    Metric(
        name="complete_share",
        title={"en": "Complete solutions", "zh-CN": "完整解决方案率"},
        definition={
            "en": "Resolved cases marked as completely solved / resolved cases with such a mark",
            "zh-CN": "已解决且带标记的工单中，标记为方案完整的占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=CLOSED,
        kind=ShareBeside(
            "solution_complete",
            f"solution_complete IS NOT NULL AND {RESOLVED}",
            beside=(("unmarked", f"solution_complete IS NULL AND {RESOLVED}"),),
        ),
        basis=BY_LAST_RESOLUTION,
        source="semantics 4.6",
        population={
            "en": "Cases closed now, not as unresolved, that carry the mark; unmarked ones are shown beside",
            "zh-CN": "当前已关闭（非未解决关闭）且带标记的工单；未标记的另列",
        },
        interval="Wilson",
    ),
)
