"""From settings and a mapping to something that can be pulled; the one place that knows the kinds of sources."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from data.settings import filled, rooted
from data.source_rules import SourceRule
from etl.mapping import Mapping as SourceMapping
from etl.mapping import load_mapping
from etl.model import Origin, Source, SourceError
from etl.run import Intake
from etl.sources import open_source

Environment = Mapping[str, str]
Maker = Callable[[SourceRule, SourceMapping, Environment], Source]


def scheduled(rule: SourceRule, salt: str, environment: Environment) -> Intake:
    """Return the intake of a source of the settings; raises SourceError or MappingError."""
    mapping = load_mapping(rooted(rule.mapping))
    origin = Origin(rule.kind, rule.name, is_live=True, max_age_s=rule.max_age_s, salt=salt)
    return Intake(rule.id, KINDS[rule.kind](rule, mapping, environment), mapping, origin, is_whole=rule.kind == "sql")


def imported(name: str, files: Sequence[Path], mapping: SourceMapping, origin: Origin) -> Intake:
    """Return the intake of files named on the command line."""
    return Intake(name, open_source(name, "file", files, mapping), mapping, origin)


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
    return open_source(rule.id, "sql", address(rule, environment), mapping)


def _file(rule: SourceRule, mapping: SourceMapping, environment: Environment) -> Source:
    return open_source(rule.id, "folder", [rooted(Path(rule.path or "."))], mapping)


KINDS: Mapping[str, Maker] = {"sql": _sql, "file": _file}
