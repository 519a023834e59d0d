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
    """A source that is read from a cursor until a delivery has passed the end of the span.

    share  how much of the span is read with a delivery, 0 to 1 and more behind its end; None = not known
    """

    source: Source
    cursor: str | None = None
    share: Callable[[Delivery], float | None] = lambda delivery: delivery.share

    def is_past(self, delivery: Delivery) -> bool:
        """Return whether nothing that follows a delivery is of the span."""
        return (self.share(delivery) or 0) > 1


def table_part(source: Source, table: TableMapping, span: Span) -> Part:
    """Return how a query is read again: from the start of the span to its end, by the change column."""
    if table.cursor is None:
        return Part(source)
    form = table.cursor.format

    def share(delivery: Delivery) -> float | None:
        reached = json.loads(delivery.cursor or "{}").get(table.name, {}).get("value")
        return None if reached is None else passed(str(reached), form, span)

    return Part(source, json.dumps({table.name: {"value": written(span.since, form)}}), share)


def passed(reached: str, form: Form, span: Span) -> float:
    """Return how much of a span a value of a change column has passed; a text that is no instant has none or all."""
    try:
        second = _second(reached, form)
    except ValueError:
        return 2.0 if reached > written(span.until, form) else 0.0
    return (second - span.since.timestamp()) / (span.until - span.since).total_seconds()


def _second(reached: str, form: Form) -> float:
    if form != "text":
        return int(reached) / (1000 if form == "epoch_ms" else 1)
    found = datetime.fromisoformat(reached)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


class SpanSource:
    """The parts of a source one after another; neither its cursor nor its watermark moves. See etl.model.Source."""

    def __init__(self, parts: Sequence[Part], span: Span) -> None:
        self._parts, self._span = parts, span

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield what the source has of the span now, and somewhat more; the stored cursor does not matter."""
        for number, part in enumerate(self._parts):
            with closing(_read(part, now)) as found:
                for delivery in found:
                    share = part.share(delivery)
                    whole = None if share is None else (number + min(1.0, max(0.0, share))) / len(self._parts)
                    yield replace(_still(delivery, self._span), share=whole)


def _read(part: Part, now: datetime) -> Generator[Delivery, None, None]:
    for delivery in part.source.read(part.cursor, now):
        yield delivery
        if part.is_past(delivery):
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
