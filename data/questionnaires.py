"""Questionnaires: the dimensions a survey asks and what they weigh in the index (semantics 5.1, 12.9)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Words = Mapping[Literal["zh-CN", "en"], str]
SetName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Weights = Mapping[str, Annotated[float, Field(gt=0)]]
OWN = "own"  # the name of the weights that stand under csi.weights

# semantics 5.3
CSI_WEIGHTS = {"efficiency": 0.29, "attitude": 0.22, "clarity": 0.18, "resolution": 0.16, "empathy": 0.15}
LOYALTY = {"5": 4.6, "4": 4.3}  # semantics 5.10: tier -> from which mean rating on
DIMENSIONS: Mapping[str, Words] = {
    "efficiency": {"zh-CN": "问题解决效率", "en": "Efficiency"},
    "attitude": {"zh-CN": "服务态度", "en": "Attitude"},
    "clarity": {"zh-CN": "沟通清晰度", "en": "Clarity"},
    "resolution": {"zh-CN": "问题解决率", "en": "Resolution"},
    "empathy": {"zh-CN": "情感共鸣", "en": "Empathy"},
    "response_speed": {"zh-CN": "响应速度", "en": "Speed of response"},
    "timeliness": {"zh-CN": "及时性", "en": "Timeliness"},
    "professionalism": {"zh-CN": "态度专业性", "en": "Professional attitude"},
    "effectiveness": {"zh-CN": "方案有效性", "en": "Effective solution"},
    "convenience": {"zh-CN": "流程便捷性", "en": "Ease of the process"},
}


def checked(weights: Mapping[str, float]) -> Mapping[str, float]:
    """Return the weights; ValueError when they do not add up to 1: they are never rescaled (5.1)."""
    total = sum(weights.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"weights add up to {total:.10g}; they must add up to 1")
    return weights


class Questionnaire(BaseModel):
    """One questionnaire.

    template  name of the questionnaire in the mapping; only its surveys count; null = surveys of every one
    speed     the dimension that "response satisfaction" is taken from; null = the overall rating (12.9)
    assumed   the weights are an assumption and are told so
    words     names of its dimensions, where the shipped ones do not fit
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Words = Field(default_factory=dict)
    weights: Weights
    template: str | None = None
    speed: str | None = None
    assumed: bool = False
    words: Mapping[str, Words] = Field(default_factory=dict)

    _sum_is_one = field_validator("weights")(checked)

    @model_validator(mode="after")
    def _speed_is_asked(self) -> "Questionnaire":
        if self.speed is not None and self.speed not in self.weights:
            raise ValueError(f"speed: {self.speed!r} is no dimension of it; there are {', '.join(self.weights)}")
        return self


D1 = {"timeliness": 0.30, "professionalism": 0.25, "effectiveness": 0.25, "convenience": 0.20}
D2 = {
    "response_speed": 0.30,
    "timeliness": 0.20,
    "professionalism": 0.20,
    "effectiveness": 0.15,
    "convenience": 0.15,
}
QUESTIONNAIRES: Mapping[str, Questionnaire] = {
    "D1": Questionnaire(name={"zh-CN": "售后问卷", "en": "After-sales survey"}, weights=D1, assumed=True),
    "D2": Questionnaire(
        name={"zh-CN": "响应问卷", "en": "Response survey"}, weights=D2, speed="response_speed", assumed=True
    ),
}


class CsiRules(BaseModel):
    """Weights of the customer satisfaction index and the least answered weight (semantics 5.3).

    weights         the desk's own, called `own` where a name is wanted
    questionnaires  further ones by name
    use             the one that counts where none is named; null = own
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_weight: Annotated[float, Field(ge=0, le=1)] = 0.8
    weights: Weights = Field(default_factory=lambda: dict(CSI_WEIGHTS))
    questionnaires: Mapping[SetName, Questionnaire] = Field(default_factory=lambda: dict(QUESTIONNAIRES))
    use: SetName | None = None

    _sum_is_one = field_validator("weights")(checked)

    @field_validator("questionnaires")
    @classmethod
    def _own_is_taken(cls, named: Mapping[str, Questionnaire]) -> Mapping[str, Questionnaire]:
        if OWN in named:
            raise ValueError(f"{OWN!r} is the name of the weights under csi.weights; take another one")
        return named

    @model_validator(mode="after")
    def _used_is_there(self) -> "CsiRules":
        if self.use not in (None, OWN, *self.questionnaires):
            known = ", ".join((OWN, *self.questionnaires))
            raise ValueError(f"use: unknown questionnaire {self.use!r}; known: {known}")
        return self
