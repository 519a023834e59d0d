"""Pushed events made into rows of the mapping's tables: which table takes an event, and its columns."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from etl.mapping import Mapping as SourceMapping
from etl.mapping.model import TableMapping
from etl.model import Batch, MappingError, Reject
from etl.normalize.tidy import tidy
from etl.sources.rest.records import columns_named, member
from etl.sources.text_rows import TextRows, as_text, text_batch

DEPTH = 5  # objects inside of objects that become columns
MOST_COLUMNS = 300  # of one table; further keys that the mapping does not name are left out
Row = Mapping[str, str | None]
Header = tuple[str, ...]


def written(event: object) -> str:
    """Return an event as one line of JSON, the same for the same content."""
    return json.dumps(event, sort_keys=True, separators=(",", ":"))


def id_of(event: object, event_id: str | None) -> str:
    """Return what an event is known by: its field of that (dotted) name, else its content; hashed."""
    named = member(event, event_id) if event_id and isinstance(event, dict) else None
    text = f"content {written(event)}" if named is None else f"id {as_text(named)}"
    return sha256(text.encode()).hexdigest()[:32]


def is_heartbeat(event: object) -> bool:
    """Return whether an event only says that its sender lives."""
    return isinstance(event, dict) and set(event) == {"heartbeat"}


def row_of(event: Mapping[str, Any]) -> Row:
    """Return an event as columns: members of objects by dotted names, lists as JSON."""
    return dict(_cells(event, "", DEPTH))


def _cells(part: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, str | None]]:
    for key, value in part.items():
        if isinstance(value, dict) and value and depth:
            yield from _cells(value, f"{before}{key}.", depth - 1)
        else:
            yield before + key, as_text(value)


def check_tables(mapping: SourceMapping) -> None:
    """Raise MappingError when events cannot be read by a mapping: their place in a delivery means nothing."""
    for table in mapping.tables:
        if '"row_number":true' in table.model_dump_json(exclude_defaults=True):
            raise MappingError(
                f"{mapping.name}: table {table.name}: row_number is no id of pushed events, which have no place in a"
                " file; name the column of the id"
            )
        if table.file.gather is not None:
            raise MappingError(f"{mapping.name}: table {table.name}: file.gather is for files; leave it out")


@dataclass
class Sorted:
    """Events by the table that takes them.

    headers  columns of each table so far; they only grow, because the next event need not have them all
    places   of each table the numbers of its events, in the order of its rows
    malformed  number and content of what is no object
    unused   numbers of the events that no table takes
    """

    mapping: SourceMapping
    headers: dict[str, Header] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    malformed: list[tuple[int, object]] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give every table the columns that its mapping names, also when no event had them yet."""
        known = self.headers
        self.headers = {
            table.name: tuple(dict.fromkeys((*known.get(table.name, ()), *sorted(columns_named(table)))))
            for table in self.mapping.tables
        }

    def add(self, number: int, event: object) -> None:
        """Put an event to the rows of every table that takes it."""
        if not isinstance(event, dict):
            self.malformed.append((number, event))
            return
        row = row_of(event)
        takers = [table for table in self.mapping.tables if _takes(table, row)]
        for table in takers:
            self.rows.setdefault(table.name, []).append(row)
            self.places.setdefault(table.name, []).append(number)
            self._widen(table, row)
        if not takers:
            self.unused.append(number)

    def _widen(self, table: TableMapping, row: Row) -> None:
        known = self.headers[table.name]
        new = [name for name in row if name not in known]
        self.headers[table.name] = (*known, *new)[: max(len(known), MOST_COLUMNS)] if new else known

    def placed(self) -> Iterator[tuple[str, int, int]]:
        """Yield table, number of the row in its batch, and number of the event."""
        first = self.mapping.tables[0].name
        bad = [number for number, _ in self.malformed]
        for table in dict.fromkeys([first, *self.places]):
            numbers = [*self.places.get(table, ()), *(bad if table == first else ())]
            yield from ((table, row, number) for row, number in enumerate(numbers, start=1))

    def batches(self) -> list[Batch]:
        """Return the rows of each table; what is no object stands with the first one as malformed."""
        first = self.mapping.tables[0].name
        names = [name for name in (table.name for table in self.mapping.tables) if name in self.rows]
        names = [first, *names] if self.malformed and first not in names else names
        return [self._batch(name, self._rejects() if name == first else ()) for name in names]

    def _batch(self, name: str, malformed: Sequence[Reject]) -> Batch:
        rows, header = self.rows.get(name, []), self.headers[name]
        cells = [[row.get(column) for column in header] for row in rows]
        return Batch(name, TextRows(header, [text_batch(cells, len(header))], malformed), is_picked=True)

    def _rejects(self) -> list[Reject]:
        good = len(self.rows.get(self.mapping.tables[0].name, ()))
        hint = "an event is a JSON object; have the sender mend it and send it again"
        return [
            Reject(good + place, {"raw": written(event)}, "malformed", hint=hint)
            for place, (_, event) in enumerate(self.malformed, start=1)
        ]


def _takes(table: TableMapping, row: Row) -> bool:
    wanted = table.file.only or {}
    return all(tidy(row.get(name) or "") in values for name, values in wanted.items())
