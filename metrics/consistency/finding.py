"""What a check found: the rule, how bad it is, the numbers, and what would do, in both languages (R-127)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from metrics.model import Text

Severity = Literal["refuse", "flag"]
Number = float | str


@dataclass(frozen=True, slots=True)
class Rule:
    """How bad a breach is, and the words for it; braces stand for the numbers of the finding."""

    severity: Severity
    en: str
    zh: str


RULES: Mapping[str, Rule] = {
    "weights_sum": Rule(
        "refuse",
        "The weights add up to {total:.10g}, not to 1. Nothing is rescaled: correct the weights.",
        "权重之和为 {total:.10g}，应为 1。系统不会自动折算，请修正权重。",
    ),
    "weights_negative": Rule(
        "refuse",
        "The weight of {name} is {weight:.6g}. A weight is 0 or more: correct it or leave the dimension out.",
        "{name} 的权重为 {weight:.6g}。权重不能为负，请修正或去掉该维度。",
    ),
    "weights_order": Rule(
        "flag",
        "{name} ({weight:.6g}) stands before {after} ({after_weight:.6g}): order reads as rank. Sort by weight.",
        "{name}（{weight:.6g}）排在 {after}（{after_weight:.6g}）之前，次序会被理解为重要性。请按权重排序。",
    ),
    "distribution_total": Rule(
        "refuse",
        "The shares add up to {total:.6g} %, not to 100 ± 0.5 %. Check the shares against the counts.",
        "各项占比之和为 {total:.6g}%，应为 100% ± 0.5%。请用原始数量核对占比。",
    ),
    "distribution_mean": Rule(
        "flag",
        "The claimed mean is {claimed:.6g}, the shares give {actual:.4g}. The recomputed mean is used.",
        "所称均值为 {claimed:.6g}，按占比计算为 {actual:.4g}。以重新计算的均值为准。",
    ),
    "aggregate_sum": Rule(
        "refuse",
        "The total is given as {claimed:.6g}, its parts add up to {actual:.6g}. Leave the total out: it is computed.",
        "合计写为 {claimed:.6g}，各部分之和为 {actual:.6g}。合计由系统计算，请勿填写。",
    ),
    "funnel_grows": Rule(
        "refuse",
        "{stages}: {later_name} ({later:.10g}) is more than {earlier_name} ({earlier:.10g}). "
        "A later stage cannot hold more than the one before it: check both counts.",
        "{stages}：{later_name}（{later:.10g}）多于 {earlier_name}（{earlier:.10g}）。"
        "后一环节不可能多于前一环节，请核对两个数量。",
    ),
    "tiers_hole": Rule(
        "refuse",
        "Values from {low:.6g} to {high:.6g} belong to no tier. End one tier where the next begins: [from, to).",
        "{low:.6g} 至 {high:.6g} 之间的值不属于任何等级。请让相邻等级首尾相接：[起, 止)。",
    ),
    "tiers_overlap": Rule(
        "refuse",
        "Values from {low:.6g} to {high:.6g} belong to two tiers. End one tier where the next begins: [from, to).",
        "{low:.6g} 至 {high:.6g} 之间的值同时属于两个等级。请让相邻等级首尾相接：[起, 止)。",
    ),
    "tiers_empty": Rule(
        "refuse",
        "Tier {name} runs from {low:.6g} to {high:.6g} and holds nothing. It has to end above its start.",
        "等级 {name} 从 {low:.6g} 到 {high:.6g}，不含任何值。终点须大于起点。",
    ),
    "margin_claim": Rule(
        "flag",
        "±{claimed:.6g} points do not hold with {n:.10g} answers: ±{plain:.2f} without population correction "
        "({needed:.10g} answers are needed).",
        "{n:.10g} 份答卷达不到 ±{claimed:.6g} 个百分点：不作总体修正为 ±{plain:.2f}（需 {needed:.10g} 份）。",
    ),
    "margin_needs_population": Rule(
        "flag",
        "±{claimed:.6g} points hold only with the population correction: ±{corrected:.2f} with N = "
        "{population:.10g}, ±{plain:.2f} without ({needed:.10g} answers are needed). Name the N that is used.",
        "±{claimed:.6g} 个百分点仅在作总体修正后成立：N = {population:.10g} 时为 ±{corrected:.2f}，"
        "不修正为 ±{plain:.2f}（需 {needed:.10g} 份）。请注明所用的 N。",
    ),
    "margin_fails_corrected": Rule(
        "flag",
        "±{claimed:.6g} points do not hold: ±{corrected:.2f} with N = {population:.10g} ({needed_corrected:.10g} "
        "answers are needed), ±{plain:.2f} without correction ({needed:.10g}).",
        "±{claimed:.6g} 个百分点不成立：N = {population:.10g} 时为 ±{corrected:.2f}"
        "（需 {needed_corrected:.10g} 份），不修正为 ±{plain:.2f}（需 {needed:.10g} 份）。",
    ),
    "change_claim": Rule(
        "flag",
        "{current:.6g} against {base:.6g} is {actual:+.1f} %, not {claimed:+.6g} %: "
        "({current:.6g} - {base:.6g}) / {base:.6g}. Print the formula beside the figure.",
        "{current:.6g} 对 {base:.6g} 为 {actual:+.1f}%，而非 {claimed:+.6g}%："
        "（{current:.6g} - {base:.6g}）/ {base:.6g}。请在数字旁写出公式。",
    ),
    "percent_for_points": Rule(
        "flag",
        "{current:.6g} % against {base:.6g} % is {points:+.6g} percentage points; relative it is {relative:+.1f} %. "
        "Say percentage points.",
        "{current:.6g}% 对 {base:.6g}% 相差 {points:+.6g} 个百分点；相对变化为 {relative:+.1f}%。请写“个百分点”。",
    ),
    "points_for_percent": Rule(
        "flag",
        "{current:.6g} % against {base:.6g} % is {relative:+.1f} % relative; in points it is {points:+.6g}. "
        "Say %, or give the points.",
        "{current:.6g}% 对 {base:.6g}% 的相对变化为 {relative:+.1f}%；以百分点计为 {points:+.6g}。"
        "请写“%”或改用百分点。",
    ),
    "two_values": Rule(
        "refuse",
        "{metric} has two values as of {as_of}: {first:.6g} and {second:.6g}. One KPI has one value per as-of: "
        "keep one, or give them different as-ofs.",
        "{metric} 在 {as_of} 有两个值：{first:.6g} 与 {second:.6g}。"
        "同一时点一个指标只有一个值，请只保留一个或注明不同时点。",
    ),
    "mix_unknown": Rule(
        "flag",
        "{a:.6g} against {b:.6g} compares different problem mixes. Give the score by problem type; "
        "the mix-adjusted difference then stands beside the raw one.",
        "{a:.6g} 与 {b:.6g} 的问题构成不同，不能直接比较。请按问题类型给出评分，届时并列显示结构调整后的差异。",
    ),
    "mix_turns": Rule(
        "flag",
        "Raw {raw:+.4g}, with the same problem mix {adjusted:+.4g}: the sign turns. Show both, "
        "decide on the adjusted.",
        "原始差异 {raw:+.4g}，同等问题构成下为 {adjusted:+.4g}，方向相反。请并列显示，以调整后的差异为准。",
    ),
    "fraction_for_percent": Rule(
        "flag",
        "The target {value:.6g} of {metric} is {value:.6g} %; the KPI is told in percent. Write {percent:.6g} "
        "if {percent:.6g} % is meant.",
        "{metric} 的目标 {value:.6g} 即 {value:.6g}%；该指标以百分数计。若指 {percent:.6g}%，请写 {percent:.6g}。",
    ),
    "fraction_for_benchmark": Rule(
        "flag",
        "The benchmark {value:.6g} of {metric} is {value:.6g} %; the KPI is told in percent. Write {percent:.6g} "
        "if {percent:.6g} % is meant.",
        "{metric} 的标杆值 {value:.6g} 即 {value:.6g}%；该指标以百分数计。若指 {percent:.6g}%，请写 {percent:.6g}。",
    ),
    "scorecard_response": Rule(
        "refuse",
        "KPIs of response weigh {percent:.6g} % of the scorecard; at least 30 % are wanted. Known: {known}.",
        "评分卡中响应类指标的权重为 {percent:.6g}%，应不低于 30%。响应类指标：{known}。",
    ),
    "scorecard_quality": Rule(
        "refuse",
        "The scorecard has no KPI of quality: speed alone is not measured. Add at least one of: {known}.",
        "评分卡缺少质量类指标（不可唯速度论）。请至少加入以下之一：{known}。",
    ),
    "scorecard_direction": Rule(
        "refuse",
        "{metric} has no better or worse, so it gives no points. Take another KPI.",
        "{metric} 没有好坏方向，无法计分。请换用其他指标。",
    ),
    "alert_at_limit": Rule(
        "flag",
        "{value:.6g} is no alert: it is not beyond the limit of {limit:.6g}. Rules are strict, equality is silent.",
        "{value:.6g} 不触发预警：未超过界限 {limit:.6g}。规则为严格不等式，相等不报。",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: the rule it breaks and the numbers that show it."""

    rule: str
    numbers: tuple[tuple[str, Number], ...]

    @classmethod
    def of(cls, rule: str, **numbers: Number) -> "Finding":
        """Return a finding of a known rule; KeyError for an unknown one."""
        if rule not in RULES:
            raise KeyError(f"unknown rule {rule!r}; known: {', '.join(RULES)}")
        return cls(rule, tuple(numbers.items()))

    @property
    def severity(self) -> Severity:
        """Return refuse (cannot be kept) or flag (kept, and said so)."""
        return RULES[self.rule].severity

    @property
    def text(self) -> Text:
        """Return what is wrong and what would do, by language."""
        rule, numbers = RULES[self.rule], dict(self.numbers)
        return {"en": rule.en.format(**numbers), "zh-CN": rule.zh.format(**numbers)}

    def number(self, name: str) -> Number:
        """Return one of the numbers; KeyError when it is not there."""
        return dict(self.numbers)[name]


class Refused(ValueError):
    """Input that contradicts itself; `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(" ".join(one.text["en"] for one in findings))
        self.findings = findings


def demand(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are only flagged; Refused when one must not be kept."""
    listed = tuple(findings)
    refused = tuple(one for one in listed if one.severity == "refuse")
    if refused:
        raise Refused(refused)
    return listed
