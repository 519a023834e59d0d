"""Records of JSON made into rows: the columns a table has by name, members of objects by dotted names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from etl.mapping.model import TableMapping
from etl.model import SourceError


def member(record: Mapping[str, Any], name: str) -> Any:
    """Return the value at a dotted name such as via.channel; None = there is none."""
    found: Any = record
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


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


def epoch_s(text: object, place: str) -> int:
    """Return the whole epoch second of an ISO instant or a number; raises SourceError for anything else."""
    try:
        if isinstance(text, (int, float)):
            return int(text)
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise SourceError(f"{place}: {text!r} is no instant", permanent=False) from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
