"""The source's own figures, for reconciliation only (semantics 12.3)."""

from metrics.catalog.anchors import TICKET
from metrics.catalog.basis import BY_CREATED
from metrics.kinds.averaging import Vendor
from metrics.metric import Metric
from metrics.model import Text, Unit

OWN_FIGURE: Text = {
    "en": "Source's own figure, kept for reconciliation; no headline uses it",
    "zh-CN": "来源系统自带数值，仅用于核对，不作为考核指标",
}


def _vendor(name: str, title: Text, unit: Unit, what: str, digits: int = 1) -> Metric:
    return Metric(
        name=name,
        title=title,
        definition=OWN_FIGURE,
        unit=unit,
        better="neither",
        anchor=TICKET,
        kind=Vendor(what),
        basis=BY_CREATED,
        source="semantics 12.3",
        population={"en": "Tickets that carry the field", "zh-CN": "带有该字段的工单"},
        uncounted="field_missing",
        parameter="vendor field",
        digits=digits,
    )


METRICS = (
    _vendor(
        "vendor_share", {"en": "Share (source's own figure)", "zh-CN": "占比（来源自带）"}, Unit.PERCENT, "share"
    ),
    _vendor("vendor_mean", {"en": "Mean (source's own figure)", "zh-CN": "均值（来源自带）"}, Unit.SCORE, "mean", 2),
    _vendor("vendor_sum", {"en": "Sum (source's own figure)", "zh-CN": "合计（来源自带）"}, Unit.COUNT, "sum"),
)
