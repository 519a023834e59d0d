"""Whether a changed mapping is the old one mended: it reads more, and what it read before it reads as before.

Decision 22. Only what the old mapping could not read may differ, so that the rows loaded under it stay as they are.
"""

from typing import Any

from pydantic import ValidationError

from etl.mapping import Field, Mapping
from etl.mapping.fields import REFUSE
from etl.normalize.tidy import tidy

Path = tuple[str | int, ...]
Change = tuple[Path, Any, Any]  # where, before, after; None = not there

# Fields that take certain words only: a text that `values` does not list had no meaning before.
_CLOSED = {
    "ticket": ("created_by", "channel", "type", "priority", "resolution_kind"),
    "events": ("kind", "actor_kind"),
    "messages": ("author_kind", "channel"),
}
_CLOSED_TO = ("status", "priority")


def is_mended(before: str | None, after: Mapping) -> bool:
    """Return whether a mapping is the mended form of the one in JSON; False when that was not kept or is too old."""
    changes = _changed(before, after)
    return changes is not None and all(_is_mend(change, after) for change in changes)


def mended_fields(before: str | None, after: Mapping) -> list[tuple[str, str]]:
    """Return table and path (ticket.priority) of the fields of which `values` lists more words than before."""
    words = [path for path, _, _ in _changed(before, after) or () if len(path) > 4 and path[-2] == "values"]
    return list(dict.fromkeys((after.tables[int(path[1])].name, _told(path[2:-2])) for path in words))


def _told(path: Path) -> str:
    return ".".join(map(str, path))


def _changed(before: str | None, after: Mapping) -> list[Change] | None:
    try:
        old = Mapping.model_validate_json(before or "")
    except ValidationError:
        return None
    left, right = (each.model_dump(mode="json", exclude_defaults=True) for each in (old, after))
    return _changes(left, right)


def _changes(before: Any, after: Any, path: Path = ()) -> list[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys([*before, *after])
        return [each for key in keys for each in _changes(before.get(key), after.get(key), (*path, key))]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [each for place, (one, other) in pairs for each in _changes(one, other, (*path, place))]
    return [] if before == after else [(path, before, after)]


def _is_mend(change: Change, after: Mapping) -> bool:
    path, before, _ = change
    if path[-1] in ("timezone", "zone"):
        return bool(before == REFUSE)  # instants without an offset were refused, now they have a zone
    return before is None and len(path) > 4 and path[-2] == "values" and _is_new_word(path, after)


def _is_new_word(path: Path, after: Mapping) -> bool:
    """Return whether a text that got a translation had no meaning before: not listed, and no default for the rest."""
    table = after.tables[int(path[1])]
    field = table.field(_told(path[2:-2]))
    line = table.events[int(path[3])] if path[2] == "events" else None
    is_closed = path[-3] in _CLOSED.get(str(path[2]), ())
    is_closed |= line is not None and path[-3] == "to" and line.kind.constant in _CLOSED_TO
    return field is not None and is_closed and field.default is None and _is_listed_once(field, str(path[-1]))


def _is_listed_once(field: Field, word: str) -> bool:
    return sum(tidy(each) == tidy(word) for each in field.values or {}) == 1
