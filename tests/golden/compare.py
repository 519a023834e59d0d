"""When an answer is the expected one (golden/README, Comparison)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any


def is_equal(got: Any, expect: Any, tol: float) -> bool:
    """Return whether got is what was expected: numbers within tol, of an object only the keys named."""
    if isinstance(expect, Mapping):
        return isinstance(got, Mapping) and all(
            str(key) in got and is_equal(got[str(key)], value, tol) for key, value in expect.items()
        )
    if isinstance(expect, list):
        is_list = isinstance(got, Sequence) and not isinstance(got, str)
        return is_list and len(got) == len(expect) and all(map(is_equal, got, expect, [tol] * len(expect)))
    if isinstance(expect, bool) or expect is None or isinstance(got, bool):
        return got is expect
    if isinstance(expect, int | float):
        return isinstance(got, int | float) and abs(got - expect) <= tol
    return bool(text(got) == expect)


def text(value: Any) -> Any:
    """Return dates and instants as ISO text, anything else as it is."""
    return value.isoformat() if isinstance(value, date | datetime) else value
