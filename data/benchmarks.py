"""Benchmarks 行业标杆值: what others reach, by industry, each with its source and date (R-019, R-072)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Words = Mapping[Literal["zh-CN", "en"], str]
IndustryId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class Benchmark(BaseModel):
    """What an industry reaches in a KPI, in the KPI's own unit.

    source  who says so; dated: when, null = the source does not tell
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    value: float
    parameter: str | None = None
    source: Annotated[str, Field(min_length=1)]
    dated: date | None


class Industry(BaseModel):
    """An industry and its benchmarks, one per KPI and parameter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Words = Field(default_factory=dict)
    values: tuple[Benchmark, ...]


Industries = Mapping[IndustryId, Industry]
SOURCE = "响应速度提升工具包 (D2)"


def _of(zh: str, en: str, **values: float) -> Industry:
    found = (Benchmark(metric=metric, value=value, source=SOURCE, dated=None) for metric, value in values.items())
    return Industry(name={"zh-CN": zh, "en": en}, values=tuple(found))


INDUSTRIES: Industries = {
    "general": _of("综合", "All industries", frt=15, resolution=2, backlog=100, csat=90),
    "ecommerce": _of("电商", "E-commerce", frt=15),
    "finance": _of("金融", "Finance", frt=10),
}
