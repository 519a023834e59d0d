"""What a mapping says may be known of people, per column and field, for whoever shows rows as they were read.

The mapping stands in the warehouse as JSON, without what is at its default (decision 26).
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HIDING = ("drop", "hash", "mask", "keep")  # of two readers of a column the stricter one counts
NO_FIELDS = ("name", "file", "query", "cursor", "rows", "only")
FREE = ("custom.", "survey.custom.", "ticket.reason_breach")  # masked unless the field says more
CUSTOMER = ("customer",)  # a salted hash in any case
AGENT = ("agent", "by", "agents")  # known by name: KPIs are read by agent
SOURCES = ("column", "template", "first_of", "when")
Json = Any


@dataclass(frozen=True)
class Policies:
    """What is kept of columns and fields of one source: drop, hash, mask or keep.

    columns  (table, column in lower case) -> policy; a column that is not in it has none
    fields   (table, path such as ticket.agent) -> policy
    """

    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of_column(self, table: str | None, column: str) -> str | None:
        """Return what the mapping says of a column; None = nothing, or it does not read it."""
        return self.columns.get((table or "", _tidy(column)))

    def of_field(self, table: str | None, path: str | None) -> str | None:
        """Return what the mapping says of a field; None = nothing."""
        return self.fields.get((table or "", path or ""))


NONE = Policies()


def policies(mapping: str | None) -> Policies:
    """Return the policies of a mapping as it stands in the warehouse; None = it was not kept, nothing is known."""
    columns, fields = defaultdict[tuple[str, str], set[str]](set), {}
    for table in json.loads(mapping or "{}").get("tables", ()):
        name = table.get("name", "")
        for path, found in _fields(table):
            policy = found.get("policy") or _usual(path)
            if policy is None:
                continue
            fields[name, path] = policy
            for column in _columns(found):
                columns[name, _tidy(column)].add(policy)
    return Policies({place: min(said, key=HIDING.index) for place, said in columns.items()}, fields)


def _usual(path: str) -> str | None:
    """Return what is kept of a field that says nothing; None = it is not about people, as far as one can tell."""
    last = path.rsplit(".", 1)[-1]
    if path.startswith(FREE):
        return "mask"
    return "hash" if last in CUSTOMER else "keep" if last in AGENT else None


def _fields(table: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for name, node in table.items():
        if name not in NO_FIELDS:
            yield from _within(node, name)


def _within(node: Json, path: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield every field below a place, with its path as the ledger writes it."""
    if isinstance(node, dict) and any(name in node for name in SOURCES):
        yield path, node
        return
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, each in inner:
        yield from _within(each, f"{path}.{step}")


def _columns(found: Mapping[str, Json]) -> Iterator[str]:
    """Yield every column that a field reads."""
    if isinstance(found.get("column"), str):
        yield found["column"]
    yield from re.findall(r"\{([^{}]+)\}", found.get("template") or "")
    yield from found.get("when") or ()
    plus = found.get("plus")
    for part in (*(found.get("first_of") or ()), *([plus] if plus else [])):
        yield from _columns(part)


def _tidy(column: str) -> str:
    return " ".join(column.casefold().split())
