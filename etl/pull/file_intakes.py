"""From settings to the source of files: a plain folder, one whose files are moved, or one at another computer."""

from collections.abc import Mapping
from pathlib import Path

from data.remote_rules import RemoteRule, address, is_remote
from data.settings import filled, rooted
from data.source_rules import SourceRule
from etl.mapping import Mapping as SourceMapping
from etl.model import Source, SourceError
from etl.sources import file_reader, open_drop_folder, open_source
from etl.sources.drop_folder import Drop
from etl.sources.remote import open_remote
from etl.sources.remote.store import Access

KNOWN_HOSTS = Path("~/.ssh/known_hosts")


def file_source(rule: SourceRule, mapping: SourceMapping, environment: Mapping[str, str]) -> Source:
    """Return the source of kind file that a rule describes; relative folders start at the project.

    Raises SourceError for secrets that are not there.
    """
    if is_remote(rule.path):
        return _remote(rule, rule.remote or RemoteRule(), mapping, environment)
    place = rooted(Path(rule.path or "."))
    if not rule.is_drop:
        return open_source(rule.id, "folder", [place], mapping)
    archive, quarantine = (folder and rooted(folder) for folder in (rule.archive, rule.quarantine))
    return open_drop_folder(rule.id, place, mapping, Drop(archive, quarantine, rule.order, mapping.zone))


def _remote(rule: SourceRule, remote: RemoteRule, mapping: SourceMapping, environment: Mapping[str, str]) -> Source:
    try:
        user, password, phrase = (
            text if text is None else filled(text, environment)
            for text in (remote.user, remote.password, remote.passphrase)
        )
    except KeyError as error:
        raise SourceError(f"source {rule.id}: {error.args[0]}", permanent=True) from None
    except OSError as error:
        place = f"{error.filename}: cannot be read ({error.strerror})"
        raise SourceError(f"source {rule.id}: {place}", permanent=True) from None
    access = Access(
        user=user,
        password=password,
        key=_here(remote.key),
        passphrase=phrase,
        known_hosts=_here(remote.known_hosts or KNOWN_HOSTS),
        endpoint=remote.endpoint,
        region=remote.region,
        ca=_here(remote.ca),
    )
    reader = file_reader(rule.id, mapping)
    return open_remote(reader, address(rule.path or ""), access, rooted(remote.copies), rule.order)


def _here(path: Path | None) -> Path | None:
    return path and rooted(path.expanduser())
