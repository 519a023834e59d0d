"""What is done once a night, as people write it in settings (docs/settings.md)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data.cron import parse_cron


class NightRules(BaseModel):
    """What is done once a night, on the desk's clock.

    cron               when: minute hour day month weekday
    reconcile          look for tickets that databases have no more
    keep_rejects_days  rejected rows are kept whole for so long after they were last delivered; null = for ever
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cron: str = "30 3 * * *"
    reconcile: bool = True
    keep_rejects_days: Annotated[int, Field(ge=0)] | None = 90

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, line: str) -> str:
        parse_cron(line)
        return line
