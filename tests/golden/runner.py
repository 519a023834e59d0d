"""Runs a golden file through the product and tells what came out otherwise."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.golden.compare import is_equal
from tests.golden.document import Check
from tests.golden.vocabulary import NO_VALUE, VOCABULARY
from tests.golden.world import Asked, Unsupported, Worlds


@dataclass(frozen=True)
class Outcome:
    """What became of a check: passed, failed or unsupported, and what was got."""

    check: Check
    state: str
    got: Any = None

    @property
    def line(self) -> str:
        """Return the report line of a check that did not pass."""
        if self.state == "unsupported":
            return f"UNSUPPORTED {self.check.label}: {self.got}"
        return f"FAIL {self.check.label}: expected {self.check.expect!r}, got {self.got!r}"


def run(checks: Iterable[Check], tell: Callable[[str], None]) -> dict[str, int]:
    """Return how many checks passed, failed and are unsupported; tell a line for each that did not pass."""
    counts = {"passed": 0, "failed": 0, "unsupported": 0}
    worlds = Worlds()
    for check in checks:
        outcome = run_one(check, worlds)
        counts[outcome.state] += 1
        if outcome.state != "passed":
            tell(outcome.line)
    return counts


def run_one(check: Check, worlds: Worlds) -> Outcome:
    """Return the outcome of one check; an error of the product is a failed check, not a stop."""
    entry = VOCABULARY.get(check.metric)
    if entry is None:
        return Outcome(check, "unsupported", "metric")
    try:
        got = entry(Asked(check, worlds))
    except Unsupported as error:
        return Outcome(check, "unsupported", str(error))
    except Exception as error:  # the file may ask for anything; the line shows what went wrong
        got = f"error: {type(error).__name__}: {error}"
    return Outcome(check, "passed" if _is_as_expected(check, got) else "failed", got)


def _is_as_expected(check: Check, got: Any) -> bool:
    if check.metric == "frt_ci" and check.expect is not None and not isinstance(got, str):
        return got is not None  # "anything not null"
    if got is None and check.expect == NO_VALUE:
        return True  # "null = no value (shown as a dash)"
    return is_equal(got, check.expect, check.tol)
