"""The way of a survey from the served customer to the valid answer (semantics 5.8)."""

from metrics.catalog.anchors import ANSWER_SETS, OFFER, SERVED, SURVEY, VALID_CUSTOMER
from metrics.catalog.basis import BY_OFFER, BY_SUBMISSION
from metrics.kinds.beside import ShareBeside
from metrics.kinds.counting import Count, Share
from metrics.kinds.funnel import Coverage, ResponseRate
from metrics.metric import Metric
from metrics.model import Text, Unit

INVITED: Text = {
    "en": "Invitations that the source delivers, answered or not; without any there is no value",
    "zh-CN": "来源系统提供的问卷邀请，含未作答；未提供邀请时无值",
}
WATERFALL = tuple((rule, f"dropped_by = '{rule}'") for rule in ("speeder", "contradictory", "duplicate"))

METRICS = (
    Metric(
        name="survey_invited",
        title={"en": "Survey invitations", "zh-CN": "问卷邀请数"},
        definition={"en": "Invitations to a survey sent in the period", "zh-CN": "期间内发出的问卷邀请数"},
        unit=Unit.COUNT,
        better="neither",
        anchor=OFFER,
        kind=Count(),
        basis=BY_OFFER,
        source="semantics 5.8; R-053",
        population=INVITED,
        digits=0,
    ),
    Metric(
        name="response_rate",
        title={"en": "Response rate", "zh-CN": "问卷回复率"},
        definition={
            "en": "Surveys received in the period / invitations sent in the period; more received than invited is an "
            "error",
            "zh-CN": "期间内回收的问卷数 ÷ 期间内发出的邀请数；回收多于邀请时报错",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=OFFER,
        kind=ResponseRate(SURVEY),
        basis=BY_OFFER,
        source="semantics 5.8, 8.9; R-053",
        population=INVITED,
        interval="none",
    ),
    Metric(
        name="valid_rate",
        title={"en": "Valid rate", "zh-CN": "问卷有效率"},
        definition={
            "en": "Surveys left after cleaning / surveys received; what each rule took away stands beside",
            "zh-CN": "清洗后的有效问卷数 ÷ 回收问卷数；各规则剔除数另列",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=SURVEY,
        kind=ShareBeside("dropped_by IS NULL", "TRUE", beside=WATERFALL),
        basis=BY_SUBMISSION,
        source="semantics 5.2, 5.8; R-050, R-051, R-053",
        interval="Wilson",
    ),
    Metric(
        name="straight_lined",
        title={"en": "Straight-lined surveys", "zh-CN": "直线作答占比"},
        definition={
            "en": "Valid surveys whose answers in all dimensions are the same / valid surveys with three dimensions "
            "or more answered; flagged only, they stay in every figure",
            "zh-CN": "各维度评分全部相同的有效问卷 ÷ 至少作答三个维度的有效问卷；仅作提示，不剔除",
        },
        unit=Unit.PERCENT,
        better="neither",
        anchor=ANSWER_SETS,
        kind=Share("n_scores = 1", "n_answers >= 3"),
        basis=BY_SUBMISSION,
        source="semantics 5.2",
        population={
            "en": "Valid surveys with three dimensions or more answered",
            "zh-CN": "至少作答三个维度的有效问卷",
        },
        uncounted="few_answers",
        interval="Wilson",
    ),
    Metric(
        name="survey_coverage",
        title={"en": "Survey coverage", "zh-CN": "调研覆盖率"},
        definition={
            "en": "Distinct customers invited / distinct customers with a case resolved in the period; at least 80 % "
            "is wanted",
            "zh-CN": "期间内受邀客户数（去重）÷ 期间内有工单解决的客户数（去重）；应不低于 80%",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=SERVED,
        kind=Coverage(OFFER, VALID_CUSTOMER),
        basis={"en": "by resolution, invitation and submission", "zh-CN": "按解决、邀请与提交时间"},
        source="semantics 5.8; R-052",
        uncounted="unlinkable",
        population={
            "en": "Resolutions of identified customers; n counts them, the customers stand beside",
            "zh-CN": "已识别客户的解决记录；n 为其数量，去重客户数另列",
        },
        interval="none",
    ),
)
