"""From settings to the source of files: a plain folder, or one whose files are moved once they were read."""

from pathlib import Path

from data.settings import rooted
from data.source_rules import SourceRule
from etl.mapping import Mapping
from etl.model import Source
from etl.sources import open_drop_folder, open_source
from etl.sources.drop_folder import Drop


def file_source(rule: SourceRule, mapping: Mapping) -> Source:
    """Return the source of kind file that a rule describes; relative folders start at the project."""
    place = rooted(Path(rule.path or "."))
    if not rule.is_drop:
        return open_source(rule.id, "folder", [place], mapping)
    archive, quarantine = (folder and rooted(folder) for folder in (rule.archive, rule.quarantine))
    return open_drop_folder(rule.id, place, mapping, Drop(archive, quarantine, rule.order, mapping.zone))
