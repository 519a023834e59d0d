"""From settings and a mapping to something that can be pulled; the one place that knows the kinds of sources."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from data.settings import SourceRule, filled, rooted
from etl.mapping import Mapping as SourceMapping
from etl.mapping import TableMapping, load_mapping
from etl.model import MappingError, Origin, Source, SourceError
from etl.run import Intake
from etl.sources.file import FileSource, FileTable
from etl.sources.sql_cursor import SqlCursor
from etl.sources.sql_database import SqlSource, SqlTable

SETTLE_S = 2.0  # a file that was written to so recently may still be growing
Environment = Mapping[str, str]
Maker = Callable[[SourceRule, SourceMapping, Environment], Source]


def scheduled(rule: SourceRule, salt: str, environment: Environment) -> Intake:
    """Return the intake of a source of the settings; raises SourceError or MappingError."""
    mapping = load_mapping(rooted(rule.mapping))
    origin = Origin(rule.kind, rule.name, is_live=True, max_age_s=rule.max_age_s, salt=salt)
    return Intake(rule.id, KINDS[rule.kind](rule, mapping, environment), mapping, origin, is_whole=rule.kind == "sql")


def imported(name: str, files: Sequence[Path], mapping: SourceMapping, origin: Origin) -> Intake:
    """Return the intake of files named on the command line."""
    return Intake(name, FileSource(name, files, _file_tables(mapping)), mapping, origin)


def address(rule: SourceRule, environment: Environment) -> str:
    """Return the database address with its secrets filled in; a relative SQLite file starts at the project."""
    try:
        url = sa.make_url(filled(rule.url or "", environment))
    except KeyError as error:
        raise SourceError(f"source {rule.id}: {error.args[0]}", permanent=True) from None
    except (sa.exc.ArgumentError, OSError) as error:
        raise SourceError(f"source {rule.id}: url: {error}", permanent=True) from None
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(rooted(Path(url.database))))
    return url.render_as_string(hide_password=False)


def _sql(rule: SourceRule, mapping: SourceMapping, environment: Environment) -> Source:
    tables = [_sql_table(mapping, table) for table in mapping.tables]
    return SqlSource(rule.id, address(rule, environment), tables, mapping.timezone)


def _file(rule: SourceRule, mapping: SourceMapping, environment: Environment) -> Source:
    path = rooted(Path(rule.path or "."))
    return FileSource(rule.id, [path], _file_tables(mapping), settle_s=SETTLE_S)


KINDS: Mapping[str, Maker] = {"sql": _sql, "file": _file}


def _sql_table(mapping: SourceMapping, table: TableMapping) -> SqlTable:
    if table.query is None:
        raise MappingError(f"{mapping.name}: table {table.name}: a source of kind sql needs `query`")
    rule = table.cursor
    return SqlTable(table.name, table.query, SqlCursor(rule.column, rule.overlap_s, rule.format) if rule else None)


def _file_tables(mapping: SourceMapping) -> list[FileTable]:
    return [FileTable(table.name, **table.file.model_dump()) for table in mapping.tables]
