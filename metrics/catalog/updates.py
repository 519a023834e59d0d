"""Progress updates 进度同步 per case (semantics 4.12); the gaps themselves stand in metrics/catalog/work.py."""

from metrics.catalog.basis import BY_CREATED
from metrics.catalog.events import LAST_GAP
from metrics.kinds.counting import Share
from metrics.metric import Anchor, Metric
from metrics.model import Unit

LONGEST = Anchor(
    f"(SELECT *, greatest(coalesce(longest_gap_us, 0), {LAST_GAP}) AS longest_us FROM fact_case"
    " WHERE updated_at IS NOT NULL)",
    "created_at",
    "created_day",
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
)
