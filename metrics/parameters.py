"""What a KPI's parameter may be, and what is told about one that it cannot be (docs/metrics.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from data.questionnaires import OWN
from metrics.catalog import CATALOG
from metrics.metric import Metric
from metrics.model import Desk, Text
from metrics.survey import below

LEAST = {"hours": 0.0, "department/minutes": 0.0, "department/hours": 0.0, "tickets": 0.0, "score": None}
WANTED: Mapping[str, Text] = {
    "hours": {"en": "hours as a number, such as 4", "zh-CN": "小时数，例如 4"},
    "tickets": {"en": "a number of tickets, such as 350", "zh-CN": "工单数，例如 350"},
    "score": {"en": "a score as a number, such as 5", "zh-CN": "分值，例如 5"},
    "department": {"en": "a department as assignments name it", "zh-CN": "分派记录中的部门名称"},
    "department/minutes": {"en": "department/minutes, such as tech/10", "zh-CN": "部门/分钟数，例如 技术部/10"},
    "department/hours": {"en": "department/hours, such as tech/4", "zh-CN": "部门/小时数，例如 技术部/4"},
    "dimension": {"en": "a survey dimension as the mapping names it", "zh-CN": "映射文件中的问卷维度名称"},
    "vendor field": {"en": "a field under vendor of the mapping", "zh-CN": "映射文件 vendor 下的字段名"},
}
NONE_TAKEN: Text = {"en": "none: this KPI takes no parameter", "zh-CN": "不填：该指标没有参数"}
TEXT: Text = {"en": "a text", "zh-CN": "一段文字"}
SENTENCE = {
    "en": ("{field}: got {value!r}; wanted: {wanted}", "{field}: missing; wanted: {wanted}"),
    "zh-CN": ("{field}：收到 {value!r}；应为：{wanted}", "{field}：缺少；应为：{wanted}"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A field of a question that fits nothing: its value (None = not given), and what would do."""

    field: str
    value: str | None
    wanted: Text

    def sentence(self, language: str) -> str:
        """Return the fault in one sentence."""
        given, missing = SENTENCE.get(language, SENTENCE["en"])
        wanted = self.wanted.get(language, self.wanted["en"])
        return (missing if self.value is None else given).format(field=self.field, value=self.value, wanted=wanted)


def fault(metric: str, given: str | None, desk: Desk) -> Fault | None:
    """Return what is wrong with a KPI's name or parameter; None when it can be asked."""
    found = CATALOG.get(metric)
    if found is None:
        return Fault("metric", metric, _one_of(sorted(CATALOG)))
    form = found.parameter or found.option
    if form is None:
        return None if given is None else Fault("parameter", given, NONE_TAKEN)
    if given is None and found.option:
        return None
    known = choices(found, desk)
    fits = _is_form(form, given) if known is None else given in known
    return None if fits else Fault("parameter", given, WANTED.get(form, TEXT) if known is None else _one_of(known))


def choices(metric: Metric, desk: Desk) -> tuple[str, ...] | None:
    """Return the parameters there are where the settings list them; None where the data do, or it is a number."""
    form = metric.parameter or metric.option
    if form == "map/stage":
        return tuple(f"{name}/{stage.key}" for name, way in desk.stages.items() for stage in way)
    if form == "tier":
        return (*desk.loyalty, below(desk.loyalty))
    return (OWN, *desk.csi_sets) if form == "questionnaire" else None


def _one_of(known: Sequence[str]) -> Text:
    return {"en": f"one of {', '.join(known)}", "zh-CN": f"以下之一：{'、'.join(known)}"}


def _is_form(form: str, given: str | None) -> bool:
    """Return whether a text is a number, something/number, or any text, as the parameter's name says."""
    name, slash, last = ("", "", given or "") if "/" not in form else (given or "").rpartition("/")
    if form not in LEAST:
        return bool(last.strip())
    try:
        number = float(last)
    except ValueError:
        return False
    least = LEAST[form]
    return (
        isfinite(number) and (least is None or number >= least) and ("/" not in form or bool(slash and name.strip()))
    )
