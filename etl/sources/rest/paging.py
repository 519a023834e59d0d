"""Pages of a web interface become deliveries; the cursor says for each stream where it goes on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from etl.model import Batch, Delivery, SourceError
from etl.sources.text_rows import TextRows

ROWS_PER_DELIVERY = 20_000
MOST_PAGES = 50_000  # of one stream in one run
SETTLED_S = 60  # interfaces leave out, or have not indexed, what happened in the last minute

State = dict[str, Any]  # as JSON in the cursor; `until` = epoch second before which all was delivered
Row = Sequence[object]


@dataclass(frozen=True)
class Page:
    """Rows by table, and where the stream goes on after them."""

    rows: Mapping[str, Sequence[Row]]
    state: State


class Stream(Protocol):
    """One list of the interface that is read page by page."""

    @property
    def name(self) -> str:
        """Return its name in the cursor."""

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages from a state on, until the system has no more; {} = from the start."""


class Walk:
    """Watches that paging gets on: raises SourceError for a place seen before, or for pages without end."""

    def __init__(self, place: str, most: int = MOST_PAGES) -> None:
        self._place = place
        self._most = most
        self._seen: set[str] = set()

    def step(self, where: object) -> None:
        """Note where the next page begins."""
        key = str(where)
        if key in self._seen:
            raise SourceError(
                f"{self._place}: the cursor does not advance (page {len(self._seen)}); what was read is kept."
                " Try again later; if it stays so, ask the maker of the system",
                permanent=False,
            )
        self._seen.add(key)
        if len(self._seen) > self._most:
            raise SourceError(
                f"{self._place}: more than {self._most:,} pages; what was read is kept, the next pull goes on",
                permanent=False,
            )


@dataclass
class _Pending:
    """Rows read and not delivered yet."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    is_moved: bool = False

    def add(self, page: Page) -> None:
        self.is_moved = True
        for table, rows in page.rows.items():
            if rows:
                self.rows.setdefault(table, []).extend(rows)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))


@dataclass(frozen=True)
class Deliverer:
    """Turns streams, each read to its end in turn, into deliveries of bounded size.

    headers  columns of every table
    start    epoch second from which a stream without a state is read
    """

    source_id: str
    headers: Mapping[str, Sequence[str]]
    start: int
    rows_per_delivery: int = ROWS_PER_DELIVERY

    def deliveries(self, streams: Sequence[Stream], cursor: str | None) -> Iterator[Delivery]:
        """Yield deliveries; what was read before an error is delivered before the error comes out."""
        states: dict[str, State] = json.loads(cursor or "{}")
        pending = _Pending()
        try:
            for stream in streams:
                for page in stream.pages(states.get(stream.name, {})):
                    states[stream.name] = page.state
                    pending.add(page)
                    if len(pending) >= self.rows_per_delivery:
                        yield self._delivery(pending, states, streams)
                        pending = _Pending()
        except SourceError:
            if pending.is_moved:
                yield self._delivery(pending, states, streams)
            raise
        yield self._delivery(pending, states, streams)

    def _delivery(self, pending: _Pending, states: Mapping[str, State], streams: Sequence[Stream]) -> Delivery:
        reached = [states.get(stream.name, {}).get("until") or self.start for stream in streams]
        return Delivery(
            self.source_id,
            [Batch(table, TextRows.of(self.headers[table], rows)) for table, rows in pending.rows.items()],
            cursor=json.dumps(states, separators=(",", ":"), sort_keys=True),
            until=datetime.fromtimestamp(min(reached), UTC),
        )


def settled_until(served_at: datetime | None, now: datetime) -> int:
    """Return the epoch second before which a stream that is at its end is complete, by the server's clock."""
    return int((served_at or now).timestamp()) - SETTLED_S
