"""Costs of the desk by month, as people enter them (semantics 2.1 cost_month, 4.20; R-108)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Amounts = Mapping[Month, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


class CostRules(BaseModel):
    """What the desk costs, month -> amount; a month that is not written is not known, which is not 0.

    currency  printed beside the figures, as written
    months    the whole desk; teams: one team each
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = ""
    months: Amounts = Field(default_factory=dict)
    teams: Mapping[str, Amounts] = Field(default_factory=dict)
