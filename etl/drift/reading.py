"""Which canonical fields of a mapping read a column."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from etl.mapping import EventLine, MessageLine, Part, TableMapping
from etl.model import MappingError
from etl.normalize.header import Header


def readers(table: TableMapping, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return column -> canonical fields that read it, of a header's distinct names; those nobody reads are left out.

    Fields of event and message lines have the kind of the line in their path: events.status.at.
    """
    header = Header(columns)
    found: dict[str, dict[str, None]] = {}
    for path, name in _named(table):
        try:
            place = int(header.column(name, path)[1:])
        except MappingError:
            continue  # not of this header: normalizing tells it
        found.setdefault(header.names[place - 1], {})[path] = None
    return {column: tuple(paths) for column, paths in found.items()}


def _named(table: TableMapping) -> Iterator[tuple[str, str]]:
    """Yield field and column for every column that the mapping of a table names."""
    for section in ("fold", "ticket", "due", "vendor", "custom", "survey", "agent", "article", "revision"):
        yield from _inside(section, getattr(table, section))
    lines: list[EventLine | MessageLine] = [*table.events, *table.messages]
    for line in lines:
        yield from _inside(_line(line), line)
    if table.cursor is not None:
        yield "fold.sequence", table.cursor.column


def _line(line: EventLine | MessageLine) -> str:
    if isinstance(line, EventLine):
        return f"events.{line.kind.constant}" if line.kind.constant else "events"
    return f"messages.{line.author_kind.constant}" if line.author_kind.constant else "messages"


def _inside(path: str, part: object) -> Iterator[tuple[str, str]]:
    if isinstance(part, Part):
        yield from ((path, name) for name in part.columns())
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            only = name == "only" and getattr(part, name) or {}
            yield from ((path, column) for column in only)
            yield from _inside(f"{path}.{name}", getattr(part, name))
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _inside(f"{path}.{name}", inner)
