"""Attributes whose names Python cannot spell."""

from typing import Any


def attrs(**named: Any) -> dict[str, Any]:
    """Return the keyword arguments with `_` as `-`: data_age, aria_label -> data-age, aria-label."""
    return {name.replace("_", "-"): value for name, value in named.items()}
