"""The demo desk's own tables: their columns, and blocks of rows of them held as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.demo import cast

MISSING = -1  # in a whole-number column: NULL
BAD_DATE = -2  # in an instant column: the row carries "0000-00-00", as careless imports leave it
BAD_DATE_TEXT = "0000-00-00 00:00:00"


@dataclass(frozen=True)
class Column:
    """A column of whole numbers; with `words`, each number stands for a text (MISSING for none)."""

    name: str
    words: tuple[str, ...] | None = None
    is_instant: bool = False


Block = Mapping[str, NDArray[Any]]  # column name -> values; of whole numbers


def _numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _instant(name: str) -> Column:
    return Column(name, is_instant=True)


CONTACT = (
    Column("id"),
    Column("full_name", cast.NAMES),
    Column("region", cast.REGIONS),
    Column("level", cast.LEVELS),
    _instant("joined_at"),
)
CASE = (
    Column("id"),
    Column("subject", tuple(topic.subject for topic in cast.TOPICS)),
    Column("source", cast.SOURCES),
    Column("kind", cast.KINDS),
    Column("topic", tuple(topic.name for topic in cast.TOPICS)),
    Column("is_common"),
    Column("product", cast.PRODUCTS),
    Column("urgency", cast.URGENCIES),
    Column("urgency_now", cast.URGENCIES),
    Column("state", cast.VALUES),
    Column("outcome", cast.OUTCOMES),
    *_numbers("group_id", "owner_id", "contact_id"),
    Column("opened_by", cast.OPENERS),
    *_numbers("is_spam", "is_test", "is_trashed", "duplicate_of"),
    Column("tags", cast.TAGS),
    _instant("opened_at"),
    _instant("updated_at"),
)
LOG = (
    *_numbers("id", "case_id"),
    Column("action", cast.ACTIONS),
    Column("old_value", cast.VALUES),
    Column("new_value", cast.VALUES),
    *_numbers("group_id", "owner_id", "other_case_id"),
    Column("actor_kind", cast.ACTORS),
    Column("actor_id"),
    _instant("logged_at"),
)
POST = (
    *_numbers("id", "case_id"),
    Column("author_kind", cast.ACTORS),
    *_numbers("author_id", "is_internal", "is_automatic"),
    Column("medium", cast.SOURCES),
    _instant("sent_at"),
    _instant("updated_at"),
)
INVITE = (
    *_numbers("id", "case_id", "contact_id"),
    Column("way", cast.WAYS),
    _instant("sent_at"),
)
RATING = (
    *_numbers("id", "case_id", "contact_id", "agent_id"),
    Column("way", cast.WAYS),
    *_numbers("seconds", "overall", "efficiency", "attitude", "clarity", "resolution", "empathy", "nps"),
    Column("solved_first"),
    _instant("answered_at"),
    _instant("updated_at"),
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "hd_contact": CONTACT,
    "hd_case": CASE,
    "hd_case_log": LOG,
    "hd_post": POST,
    "hd_invite": INVITE,
    "hd_rating": RATING,
}


def size(block: Block) -> int:
    """Return the number of rows of a block."""
    return len(block["id"])


def python_values(column: Column, values: NDArray[Any]) -> list[object]:
    """Return the values as SQLite takes them: texts for words, None for MISSING."""
    if column.words is not None:
        words: list[object] = np.array([*column.words, None], dtype=object)[values].tolist()
        return words
    if len(values) and values.min() < 0:
        loose = values.astype(object)
        loose[values == MISSING] = None
        loose[values == BAD_DATE] = BAD_DATE_TEXT
        told: list[object] = loose.tolist()
        return told
    plain: list[object] = values.tolist()
    return plain
