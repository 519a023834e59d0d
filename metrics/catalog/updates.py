"""Progress updates 进度同步 per case (semantics 4.12); the gaps themselves stand in metrics/catalog/work.py."""

from metrics.catalog.basis import BY_CREATED, SNAPSHOT
from metrics.catalog.events import LAST_GAP
from metrics.kinds.counting import Share
from metrics.kinds.work import Silent
from metrics.metric import Anchor, Metric
from metrics.model import Unit

LONGEST = Anchor(
    f"(SELECT *, greatest(coalesce(longest_gap_us, 0), {LAST_GAP}) AS longest_us FROM fact_case"
    " WHERE updated_at IS NOT NULL)",
    "created_at",
    "created_day",
)
SILENT = Anchor(
    f"(SELECT *, {LAST_GAP} AS silent_us FROM fact_case"
    " WHERE NOT is_closed AND updated_at IS NOT NULL AND created_at IS NOT NULL)",
    "updated_at",
    None,
)

METRICS = (
    Metric(
        name="update_gap_rate",
        title={"en": "Cases with an update gap", "zh-CN": "进度同步超时率"},
        definition={
            "en": "Cases in which a reply was followed by none for longer than the given hours / cases with a reply",
            "zh-CN": "答复之后超过指定小时数未再答复的工单占有答复工单的比例",
        },
        unit=Unit.PERCENT,
        better="lower",
        anchor=LONGEST,
        kind=Share("longest_us > 3600000000 * CAST('{parameter}' AS DOUBLE)", "TRUE"),
        basis=BY_CREATED,
        source="semantics 4.0, 4.12; R-021",
        start={"en": "A reply by a person", "zh-CN": "人工答复"},
        stop={
            "en": "The next one, else the last resolution or now",
            "zh-CN": "下一次答复；没有则为最后一次解决或当前",
        },
        population={
            "en": "Cases with a reply by a person, up to the last resolution, or now while open",
            "zh-CN": "有人工答复的工单，计至最后一次解决；未关闭者计至当前",
        },
        fixed_clock="elapsed",
        parameter="hours",
        interval="Wilson",
    ),
    Metric(
        name="silent_now",
        title={"en": "Silent too long", "zh-CN": "超时未同步工单"},
        definition={
            "en": "Open cases whose last reply is longer ago than the given hours, as of now; the window does not "
            "apply",
            "zh-CN": "截至目前未关闭、距最后一次答复超过指定小时数的工单；与所选期间无关",
        },
        unit=Unit.COUNT,
        better="lower",
        anchor=SILENT,
        kind=Silent(),
        basis=SNAPSHOT,
        source="semantics 4.12; R-021",
        start={"en": "Last reply by a person", "zh-CN": "人工最后一次答复"},
        stop={"en": "Now", "zh-CN": "当前"},
        population={
            "en": "Open cases with a reply by a person; those without one are waiting for a first reply",
            "zh-CN": "已有人工答复的未关闭工单；尚无答复的计入等待首次响应",
        },
        fixed_clock="elapsed",
        parameter="hours",
        digits=0,
    ),
)
