"""Where a query goes on: the highest value of its change column, read again with an overlap."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from etl.model import MappingError
from etl.sources.sql_dialect import START

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIN_STEPS = 2  # the overlap is at least so many steps of the column, for such that round up
MINUTE_S = 60
# what orders as text; infinity, BC, five-digit years and zero dates neither move nor hold a position
USABLE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+( ?Z|[+-][0-9:]+)?)?$"
STRANGE = r"^-?infinity$| BC$|^[0-9]{5,}-|^0000-|^[0-9]{4}-00|^[0-9]{4}-[0-9]{2}-00"


@dataclass(frozen=True)
class Position:
    """How far one query was pulled.

    value    where to go on: highest value of the cursor column, not beyond what may still commit; None = nothing yet
    seen     hash of the rows of the last whole pull; equal again = nothing new
    highest  highest value seen, not beyond the source's clock
    at       instant up to which rows had appeared for good at that pull, ISO
    """

    value: str | None = None
    seen: str | None = None
    highest: str | None = None
    at: str | None = None

    def stored(self) -> dict[str, str | None]:
        """Return the fields as they stand in the stored cursor."""
        return asdict(self)


@dataclass(frozen=True)
class SqlCursor:
    """The change column of a query, how its instants are written, and how much is read again.

    overlap_s  seconds below the position that the next pull reads again; where open transactions cannot be read it
               has to be longer than the longest of them. It is at least two steps of the column
    key        column that orders rows of the same instant
    """

    column: str
    overlap_s: int = 600
    format: Literal["text", "epoch_s", "epoch_ms"] = "text"
    key: str | None = None

    def since(self, position: Position, limit: datetime | None = None, start: str = START) -> str | int:
        """Return the value to bind to :since.

        limit  from where on rows may still appear, in the source's zone; a position beyond it (the source's clock
               went back) does not count
        """
        if position.value is None:
            return start if self.format == "text" else 0
        value = position.value if limit is None else self._lower(position.value, self._written(limit, position.value))
        if self.format != "text":
            step = 1000 if self.format == "epoch_ms" else 1
            return int(value) - max(self.overlap_s, MIN_STEPS) * step
        return self._shifted(str(value), _turned_back(position, limit))

    def _shifted(self, value: str, more: timedelta) -> str:
        """Return the text less the overlap, in whole seconds and without offset, so that it sorts before."""
        overlap = timedelta(seconds=max(self.overlap_s, MIN_STEPS * _step_s(value))) + more
        earlier = self._instant(value).replace(tzinfo=None, microsecond=0) - overlap
        separator = value[10] if len(value) > 10 else " "
        return earlier.isoformat(sep=separator) if len(value) > 10 else earlier.date().isoformat()

    def _instant(self, value: str) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise MappingError(
                f"cursor column {self.column!r}: {value!r} is no ISO instant; say `format: epoch_s` or `epoch_ms`,"
                " or let the query write it as YYYY-MM-DD HH:MM:SS"
            ) from None

    def falls_back(self, before: pa.Array, values: pa.Array) -> bool:
        """Return whether a page holds a lower value than the page before it reached."""
        reached, lowest = self._bounds(before)[1], self._bounds(values)[0]
        return reached is not None and lowest is not None and lowest < reached

    def _bounds(self, values: pa.Array) -> tuple[Any, Any]:
        found = pc.min_max(values if self.format == "text" else self._numbers(values)).as_py()
        if self.format == "text" and not _is_usable(*found.values()):
            found = pc.min_max(self._usable(values)).as_py()
        return found["min"], found["max"]

    def _usable(self, values: pa.Array) -> pa.Array:
        strange = pc.match_substring_regex(values, STRANGE)
        usable = values.filter(pc.and_not(pc.match_substring_regex(values, USABLE), strange))
        if len(usable) == 0:
            plain = values.filter(pc.invert(strange)).drop_null()
            if len(plain):
                self._instant(plain[0].as_py())
        return usable

    def _numbers(self, values: pa.Array) -> pa.Array:
        try:
            return pc.cast(pc.floor(pc.cast(values, pa.float64())), pa.int64())
        except pa.ArrowInvalid as error:
            raise MappingError(
                f"cursor column {self.column!r}: not all values are numbers ({error}); say `format: text`"
            ) from None

    def moved(self, position: Position, values: pa.Array, limit: datetime, clock: datetime | None = None) -> Position:
        """Return the position after a page of rows.

        limit  from where on rows may still appear, in the source's zone: a later value does not move the position
               beyond it
        clock  the source's now, in its zone; None = the limit
        """
        found = self._bounds(values)[1]
        if found is None:
            return position
        reached = self._lower(str(found), self._written(limit, str(found)))
        highest = self._lower(str(found), self._written(clock or limit, str(found)))
        if position.value is None or self._comes_before(position.value, reached):
            position = replace(position, value=reached)
        if position.highest is None or self._comes_before(position.highest, highest):
            position = replace(position, highest=highest)
        return position

    def went_back(self, before: Position, after: Position) -> bool:
        """Return whether the newest row is older than at the last pull."""
        if before.highest is None:
            return False
        return after.highest is None or self._comes_before(after.highest, before.highest)

    def _lower(self, left: str, right: str) -> str:
        return right if self._comes_before(right, left) else left

    def _comes_before(self, left: str, right: str) -> bool:
        return left < right if self.format == "text" else int(left) < int(right)

    def _written(self, limit: datetime, like: str) -> str:
        """Return an instant written as the column writes it."""
        if self.format != "text":
            seconds = (limit - EPOCH) / timedelta(seconds=1)
            return str(int(seconds * (1000 if self.format == "epoch_ms" else 1)))
        offset = self._instant(like).tzinfo
        local = limit.astimezone(offset) if offset is not None else limit
        separator = like[10] if len(like) > 10 else " "
        text = (local if offset is not None else local.replace(tzinfo=None)).isoformat(sep=separator)
        return text if len(like) > 10 else text[:10]


def _is_usable(*values: str | None) -> bool:
    return all(value and re.search(USABLE, value) and not re.search(STRANGE, value) for value in values)


def _step_s(value: str) -> int:
    """Return the seconds between two neighbouring values of a column that writes like this; dates round down."""
    return MINUTE_S if value.count(":") == 1 else 1


def _turned_back(position: Position, limit: datetime | None) -> timedelta:
    """Return by how much clocks of the source's zone were turned back since the last pull."""
    if position.at is None or limit is None or limit.tzinfo is None:
        return timedelta()
    before = datetime.fromisoformat(position.at).astimezone(limit.tzinfo).utcoffset()
    return max((before or timedelta()) - (limit.utcoffset() or timedelta()), timedelta())
