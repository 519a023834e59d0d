"""From settings and a mapping to something that can be pulled; the one place that knows the kinds of sources."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from data.inbox import Inbox
from data.settings import filled, rooted
from data.source_rules import SourceRule
from etl.mapping import Mapping as SourceMapping
from etl.mapping import load_mapping
from etl.model import Origin, Source, SourceError
from etl.pull.file_intakes import file_source
from etl.pull.run import Intake
from etl.pull.span_intakes import bounded
from etl.push.inlet import token_of
from etl.push.source import PushSource
from etl.sources import open_source
from etl.sources.rest.access import Access
from etl.sources.rest.chatwoot import CHATWOOT
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.intercom import INTERCOM
from etl.sources.rest.jira import JIRA
from etl.sources.rest.source import Manner, RestSource, System, Wait
from etl.sources.rest.zendesk import ZENDESK

WHOLE = ("sql", "zendesk", "jira", "chatwoot", "intercom")  # have all they ever had; Freshdesk has not
Environment = Mapping[str, str]
Maker = Callable[[SourceRule, SourceMapping, Environment, Wait], Source]


def scheduled(
    rule: SourceRule,
    salt: str,
    environment: Environment,
    max_age_s: int | None,
    wait: Wait = time.sleep,
    inbox: Inbox | None = None,
) -> Intake:
    """Return the intake of a source of the settings; raises SourceError or MappingError.

    max_age_s  older than this the source is stale (etl/schedule/freshness.py); None = never
    wait       how a source waits that is asked to; raises LoadStopped when the process is stopping
    inbox      where events wait that were pushed; only sources of kind push need it
    """
    mapping = load_mapping(rooted(rule.mapping))
    if rule.kind == "push":
        return _pushed(rule, mapping, Origin(rule.kind, rule.name, True, max_age_s, salt), environment, inbox)
    by_turns = rule.max_age_s is None and rule.path is None
    origin = Origin(rule.kind, rule.name, True, max_age_s, salt, rule.max_bad_share, is_age_by_turns=by_turns)
    source = KINDS[rule.kind](rule, mapping, environment, wait)
    return Intake(rule.id, source, mapping, origin, is_whole=rule.kind in WHOLE)


def _pushed(
    rule: SourceRule, mapping: SourceMapping, origin: Origin, environment: Environment, inbox: Inbox | None
) -> Intake:
    """Return the intake of a source that sends by itself; each event stands alone, so bad ones refuse no others."""
    token_of(rule, environment)
    if inbox is None:
        raise SourceError(f"source {rule.id}: there is no inbox here; its events come to the monitor", permanent=True)
    return Intake(rule.id, PushSource(rule.id, inbox, mapping), mapping, replace(origin, max_bad_share=1.0))


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


def signature(rule: SourceRule, environment: Environment) -> str:
    """Return a hash of what a source is made of: settings with their secrets, mapping, names and times of its files.

    Never raises: what cannot be read is a state like another.
    """
    parts = [_read(lambda: filled(rule.model_dump_json(), environment).encode())]
    parts.append(_read(rooted(rule.mapping).read_bytes))
    if rule.path is not None:
        parts.append(_read(lambda: _listing(rooted(Path(rule.path or ".")))))
    return sha256(b"\0".join(parts)).hexdigest()


def _read(part: Callable[[], bytes]) -> bytes:
    try:
        return part()
    except (OSError, KeyError, ValueError) as error:
        return repr(error).encode()


def _listing(place: Path) -> bytes:
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    return repr([(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]).encode()


def _sql(rule: SourceRule, mapping: SourceMapping, environment: Environment, _: Wait) -> Source:
    return open_source(rule.id, "sql", address(rule, environment), bounded(mapping))


def _file(rule: SourceRule, mapping: SourceMapping, environment: Environment, _: Wait) -> Source:
    return file_source(rule, mapping, environment)


def _over_the_web(system: System) -> Maker:
    """Return the maker of a source that is opened with an address and a token."""

    def made(rule: SourceRule, mapping: SourceMapping, environment: Environment, wait: Wait) -> Source:
        try:
            url, token, user = (filled(text or "", environment) for text in (rule.url, rule.token, rule.user))
        except KeyError as error:
            raise SourceError(f"source {rule.id}: {error.args[0]}", permanent=True) from None
        except OSError as error:
            place = f"{error.filename}: cannot be read ({error.strerror})"
            raise SourceError(f"source {rule.id}: {place}", permanent=True) from None
        return RestSource(system, rule.id, Access(url, token, user or None, rule.since), mapping, Manner(wait=wait))

    return made


KINDS: Mapping[str, Maker] = {
    "sql": _sql,
    "file": _file,
    "zendesk": _over_the_web(ZENDESK),
    "freshdesk": _over_the_web(FRESHDESK),
    "jira": _over_the_web(JIRA),
    "intercom": _over_the_web(INTERCOM),
    "chatwoot": _over_the_web(CHATWOOT),
}
