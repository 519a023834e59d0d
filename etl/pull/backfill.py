"""Reading a past span of a source again: what it says of those days now replaces what it said then."""

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from etl.mapping.model import TableMapping
from etl.model import Delivery, Source

KIND = "backfill"
MARGIN = timedelta(days=1)  # zones of source and desk may differ; a row read twice changes nothing
Form = Literal["text", "epoch_s", "epoch_ms"]


@dataclass(frozen=True)
class Span:
    """The days that are read again; the last one is the first that is not."""

    first: date
    end: date

    def __post_init__(self) -> None:
        """Raise ValueError for a span without a day in it."""
        if self.first >= self.end:
            raise ValueError(f"the span {self} has no day in it; --until is the first day after it")

    def __str__(self) -> str:
        return f"{self.first} to {self.end}"

    @property
    def since(self) -> datetime:
        """Return the instant from which rows are asked for."""
        return datetime.combine(self.first, time(), UTC) - MARGIN

    @property
    def until(self) -> datetime:
        """Return the instant up to which rows are asked for."""
        return datetime.combine(self.end, time(), UTC) + MARGIN


def written(instant: datetime, form: Form) -> str:
    """Return an instant as a change column of that form writes it."""
    seconds = int(instant.timestamp())
    return {"text": f"{instant:%Y-%m-%d %H:%M:%S}", "epoch_s": str(seconds), "epoch_ms": f"{seconds}000"}[form]


@dataclass(frozen=True)
class Part:
    """A source that is read from a cursor until a delivery has passed the end of the span; never = None."""

    source: Source
    cursor: str | None = None
    is_past: Callable[[Delivery], bool] | None = None


def table_part(source: Source, table: TableMapping, span: Span) -> Part:
    """Return how a query is read again: from the start of the span to its end, by the change column."""
    if table.cursor is None:
        return Part(source)
    form = table.cursor.format
    until = written(span.until, form)

    def is_past(delivery: Delivery) -> bool:
        reached = json.loads(delivery.cursor or "{}").get(table.name, {}).get("value")
        if reached is None:
            return False
        return str(reached) > until if form == "text" else int(reached) > int(until)

    return Part(source, json.dumps({table.name: {"value": written(span.since, form)}}), is_past)


class SpanSource:
    """The parts of a source one after another; neither its cursor nor its watermark moves. See etl.model.Source."""

    def __init__(self, parts: Sequence[Part], span: Span) -> None:
        self._parts, self._span = parts, span

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield what the source has of the span now, and somewhat more; the stored cursor does not matter."""
        for part in self._parts:
            with closing(_read(part, now)) as found:
                yield from (_still(delivery, self._span) for delivery in found)


def _read(part: Part, now: datetime) -> Generator[Delivery, None, None]:
    for delivery in part.source.read(part.cursor, now):
        yield delivery
        if part.is_past is not None and part.is_past(delivery):
            return


def _still(delivery: Delivery, span: Span) -> Delivery:
    """Return a delivery that moves nothing but its rows; a file is loaded though it was loaded before."""
    note = "; ".join(part for part in (f"backfill of {span}", delivery.note) if part)
    batches = [replace(batch, until=None) for batch in delivery.batches]
    return replace(
        delivery,
        batches=batches,
        cursor=None,
        seen={},
        until=None,
        file_hash=None,
        settle=None,
        note=note,
        is_part=True,
        kind=KIND,
    )
