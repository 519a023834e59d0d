"""Small pieces of SQL text: literals, lists, lookups. Values of strangers enter SQL only through here."""

from collections.abc import Iterable, Mapping


def literal(text: str | None) -> str:
    """Return a SQL text literal; None is NULL."""
    if text is None:
        return "NULL"
    quoted = text.replace("'", "''")
    if "\0" not in quoted:
        return f"'{quoted}'"
    return "(" + " || chr(0) || ".join(f"'{piece}'" for piece in quoted.split("\0")) + ")"


def listing(texts: Iterable[str]) -> str:
    """Return literals in parentheses, for IN."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"


def lookup(value: str, table: Mapping[str, str], otherwise: str) -> str:
    """Return SQL that replaces the text `value` by the table's; `otherwise` is SQL for the rest and for NULL."""
    if not table:
        return otherwise
    cases = " ".join(f"WHEN {literal(key)} THEN {literal(target)}" for key, target in table.items())
    return f"CASE {value} {cases} ELSE {otherwise} END"
