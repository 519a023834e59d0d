"""From settings to the intake that reads a past span again, for the kinds of sources that can."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from data.settings import rooted
from data.source_rules import SourceRule
from etl.mapping import Mapping as SourceMapping
from etl.model import Source, SourceError
from etl.pull.backfill import Part, Span, SpanSource, table_part, written
from etl.pull.run import Intake
from etl.sources import open_source
from etl.sources.rest.source import RestSource

UNTIL = re.compile(r"(?<!:):until\b")
END = {"text": "'9999-12-31 00:00:00'", "epoch_s": "253402214400", "epoch_ms": "253402214400000"}
Opened = Callable[[SourceRule], Intake]


def bounded(mapping: SourceMapping, span: Span | None = None) -> SourceMapping:
    """Return a mapping whose queries have the end of the span in place of `:until`; without one the end of time."""
    tables = []
    for table in mapping.tables:
        form = table.cursor.format if table.cursor is not None else "text"
        value = END[form] if span is None else written(span.until, form)
        literal = f"'{value}'" if form == "text" and span is not None else value
        query = table.query and UNTIL.sub(literal, table.query)
        tables.append(table.model_copy(update={"query": query}))
    return mapping.model_copy(update={"tables": tuple(tables)})


def spanned(rule: SourceRule, span: Span, opened: Opened, url: Callable[[], str]) -> Intake:
    """Return the intake that reads a span again.

    opened  the ordinary intake of a rule
    url     address of a database
    Raises SourceError for a source that cannot give its past again.
    """
    intake = opened(rule)
    if rule.kind == "push":
        told = "what it pushed is not kept once it is loaded; have it send the span again, or import a file of it"
        raise SourceError(f"source {rule.id}: {told}", permanent=True)
    parts: Mapping[str, Callable[[], list[Part]]] = {
        "sql": lambda: _queries(rule, intake.mapping, span, url()),
        "file": lambda: [Part(_files(rule, intake.mapping))],
    }
    found = parts.get(rule.kind, lambda: [Part(_since(rule, span, opened))])()
    # a mapping that changed must not drop the rest of what was loaded: it is refused
    return replace(intake, source=SpanSource(found, span), is_whole=False)


def _queries(rule: SourceRule, mapping: SourceMapping, span: Span, url: str) -> list[Part]:
    """Return each query by itself, so that one ends where the span does and the next begins."""
    tables = bounded(mapping, span).tables
    alone = [mapping.model_copy(update={"tables": (table,)}) for table in tables]
    return [table_part(open_source(rule.id, "sql", url, one), one.tables[0], span) for one in alone]


def _since(rule: SourceRule, span: Span, opened: Opened) -> Source:
    """Return a source over the web that begins and ends with the span."""
    source = opened(rule.model_copy(update={"since": span.since.date()})).source
    return source.up_to(span.until.date()) if isinstance(source, RestSource) else source


def _files(rule: SourceRule, mapping: SourceMapping) -> Source:
    """Return all files there are, those that were put into the archive first: oldest first."""
    place = rooted(Path(rule.path or "."))
    archive = rooted(rule.archive) if rule.archive is not None else None
    kept = sorted(file for file in archive.rglob("*") if file.is_file()) if archive is not None else []
    return open_source(rule.id, "folder", [*kept, place], mapping)
