"""When two texts are the same value (semantics 1.11)."""

import unicodedata
from collections.abc import Mapping


def text_key(text: str, aliases: Mapping[str, str] | None = None) -> str:
    """Return the text in NFKC, trimmed, blanks collapsed, case kept; then the alias table's spelling if any."""
    key = " ".join(unicodedata.normalize("NFKC", text).split())
    return (aliases or {}).get(key, key)


def is_same(a: str | None, b: str | None, aliases: Mapping[str, str] | None = None) -> bool:
    """Return whether two texts are one value; a missing text equals a missing text only."""
    if a is None or b is None:
        return a is b
    return text_key(a, aliases) == text_key(b, aliases)
