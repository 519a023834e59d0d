"""Where a query goes on: the highest value of its change column, read again with an overlap."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from etl.model import MappingError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = "0001-01-01 00:00:00"


@dataclass(frozen=True)
class Position:
    """How far one query was pulled.

    value  highest value of the cursor column, as the source has it; None = nothing pulled yet
    seen   hash of the rows of the last whole pull; equal again = nothing new
    """

    value: str | None = None
    seen: str | None = None

    def stored(self) -> dict[str, str | None]:
        """Return the fields as they stand in the stored cursor."""
        return asdict(self)


@dataclass(frozen=True)
class SqlCursor:
    """The change column of a query, how its instants are written, and how much is read again.

    overlap_s  seconds below the highest value seen that the next pull reads again; it has to be longer than the
               source's longest transaction and than the column's granularity
    """

    column: str
    overlap_s: int = 600
    format: Literal["text", "epoch_s", "epoch_ms"] = "text"

    def since(self, position: Position) -> str | int:
        """Return the value to bind to :since."""
        if self.format != "text":
            step = 1000 if self.format == "epoch_ms" else 1
            return 0 if position.value is None else int(position.value) - self.overlap_s * step
        if position.value is None:
            return START
        return self._shifted(position.value)

    def _shifted(self, value: str) -> str:
        """Return the text less the overlap, in whole seconds and without offset, so that it sorts before."""
        earlier = self._instant(value).replace(tzinfo=None, microsecond=0) - timedelta(seconds=self.overlap_s)
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
        found = pc.min_max(values if self.format == "text" else pc.cast(values, pa.int64())).as_py()
        return found["min"], found["max"]

    def moved(self, position: Position, values: pa.Array, limit: datetime) -> Position:
        """Return the position after a page of rows.

        limit  now in the source's zone; a value later than that does not move the position beyond it
        """
        found = self._bounds(values)[1]
        if found is None:
            return position
        highest = min(found, self._written(limit, str(found)))
        if position.value is not None and self._comes_before(str(highest), position.value):
            return position
        return replace(position, value=str(highest))

    def _comes_before(self, left: str, right: str) -> bool:
        return left < right if self.format == "text" else int(left) < int(right)

    def _written(self, limit: datetime, like: str) -> str | int:
        """Return an instant written as the column writes it."""
        if self.format != "text":
            seconds = (limit - EPOCH) / timedelta(seconds=1)
            return int(seconds * (1000 if self.format == "epoch_ms" else 1))
        offset = self._instant(like).tzinfo
        local = limit.astimezone(offset) if offset is not None else limit
        separator = like[10] if len(like) > 10 else " "
        text = local.replace(tzinfo=None).isoformat(sep=separator)
        return text if len(like) > 10 else text[:10]
