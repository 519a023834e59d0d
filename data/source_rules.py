"""The systems that are pulled on a schedule, as people write them in settings (docs/settings.md)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]


class SourceRule(BaseModel):
    """A system that is pulled on a schedule.

    kind        how it is read (etl/intakes.py)
    url         database address (sql); ${NAME}, ${NAME:-default} and ${file:/path} keep secrets out of the file
    path        file or folder (file)
    every_s     seconds between pulls
    max_age_s   older than this the numbers count as stale; null = never
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    name: str
    kind: Literal["sql", "file"]
    url: str | None = None
    path: str | None = None
    mapping: Path
    every_s: Annotated[float, Field(gt=0)] = 60.0
    max_age_s: Annotated[int, Field(gt=0)] | None = 900

    @model_validator(mode="after")
    def _has_a_place(self) -> "SourceRule":
        wanted, other = ("url", "path") if self.kind == "sql" else ("path", "url")
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            raise ValueError(f"a source of kind {self.kind} has {wanted!r} and no {other!r}")
        return self
