"""Golden files: reading, and what a check is (see ../shared/spec/golden/README.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFAULT_AS_OF = "2099-01-01T00:00:00Z"


class TextDates(yaml.SafeLoader):
    """YAML without dates: an instant stays the text it is, so that a missing offset shows."""


TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Check:
    """One line of a golden case with everything that holds for it."""

    case: str
    metric: str
    params: dict[str, Any]
    expect: Any
    tol: float
    config: dict[str, Any]
    as_of: str
    given: dict[str, Any]
    calendars: dict[str, Any]

    @property
    def label(self) -> str:
        """Return case, metric and params in one line."""
        return f"{self.case} {self.metric} {self.params}"


def checks(path: Path) -> Iterator[Check]:
    """Yield the checks of a golden file in order."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=TextDates)
    defaults, calendars = document.get("defaults") or {}, document.get("calendars") or {}
    for case in document.get("cases") or []:
        for check in case.get("checks") or []:
            yield Check(
                str(case["id"]),
                check["metric"],
                check.get("params") or {},
                check.get("expect"),
                float(check.get("tol", 1e-6)),
                {**defaults, **(case.get("config") or {}), **(check.get("config") or {})},
                str(check.get("as_of") or case.get("as_of") or DEFAULT_AS_OF),
                case.get("given") or {},
                calendars,
            )
