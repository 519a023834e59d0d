"""Records of JSON made into rows: the columns a table has by name, members of objects by dotted names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from etl.mapping.model import TableMapping


def member(record: Mapping[str, Any], name: str) -> Any:
    """Return the value at a dotted name such as via.channel; None = there is none."""
    found: Any = record
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def inner(found: Any) -> Mapping[str, Any]:
    """Return an object inside of a record; anything else, where one is documented, is an empty one."""
    return found if isinstance(found, Mapping) else {}


def row(record: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """Return the values of the columns; all else of the record is left behind."""
    return [record[name] if name in record else member(record, name) for name in columns]


def columns_named(table: TableMapping) -> set[str]:
    """Return the columns that a table of a mapping names anywhere."""
    return set(_named(table.model_dump(exclude_none=True)))


def _named(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "column" and isinstance(value, str):
                yield value
            elif key == "template" and isinstance(value, str):
                yield from re.findall(r"\{([^{}]+)\}", value)
            elif key in ("when", "only") and isinstance(value, Mapping):
                yield from value
            else:
                yield from _named(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            yield from _named(value)


def objects(found: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list inside of a record; anything else gives none."""
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, (list, tuple)) else []


def epoch_s(text: object) -> int | None:
    """Return the whole epoch second of an ISO instant or a number; None = it is neither."""
    try:
        if isinstance(text, (int, float)):
            return int(text)
        found = datetime.fromisoformat(str(text))
    except (ValueError, OverflowError):
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def instant_of_epoch(value: object) -> str | None:
    """Return an epoch second, with a fraction or not, as ISO text in UTC; None = no value.

    Anything else comes as it is, for the mapping to reject: texts, and numbers that are no second, such as
    milliseconds.
    """
    if value in (None, "", 0):
        return None
    if not isinstance(value, (int, float)):
        return str(value)
    try:
        return datetime.fromtimestamp(value, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(value)
