"""Pages of a web interface become deliveries; the cursor says for each stream where it goes on."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Protocol

from etl.model import Batch, Delivery, SourceError
from etl.sources.text_rows import TextRows

ROWS_PER_DELIVERY = 20_000
SECONDS_PER_DELIVERY = 60.0  # of a system that answers slowly: what is read is loaded, and told of
MOST_PAGES = 50_000  # of one stream in one run
DAY_S = 86_400
SETTLED_S = 60  # interfaces leave out, or have not indexed, what happened in the last minute

State = dict[str, Any]  # as JSON in the cursor; `until` = epoch second before which all was delivered
Row = Sequence[object]


@dataclass(frozen=True)
class Page:
    """Rows by table, where the stream goes on after them, and how much of it is read (None = it cannot tell)."""

    rows: Mapping[str, Sequence[Row]]
    state: State
    share: float | None = None


class Stream(Protocol):
    """One list of the interface that is read page by page."""

    @property
    def name(self) -> str:
        """Return its name in the cursor."""

    @property
    def weight(self) -> float:
        """Return how long it takes to read against the other streams of its system, roughly."""

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages from a state on, until the system has no more; {} = from the start."""


class Headway:
    """How much of a span a list has passed that comes by time, one way or the other.

    first  epoch second where it begins; 0 = not known: with the first record
    last   epoch second where it ends
    """

    def __init__(self, first: int, last: int) -> None:
        self._first, self._last = first, last
        self._share: float | None = None

    def at(self, second: int | None) -> float | None:
        """Return the share that is passed where a page ends at a second; None = nothing was passed so far."""
        if second:
            self._first = self._first or second
            whole = self._last - self._first
            self._share = min(1.0, max(0.0, (second - self._first) / whole)) if whole else 1.0
        return self._share


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
    """Rows read and not delivered yet, and since when."""

    since: float
    rows: dict[str, list[Row]] = field(default_factory=dict)
    is_moved: bool = False
    share: float | None = None

    def add(self, page: Page, share: float | None) -> None:
        self.is_moved, self.share = True, share
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
    clock    of seconds that pass
    """

    source_id: str
    headers: Mapping[str, Sequence[str]]
    start: int
    rows_per_delivery: int = ROWS_PER_DELIVERY
    clock: Callable[[], float] = time.monotonic

    def deliveries(self, streams: Sequence[Stream], cursor: str | None) -> Iterator[Delivery]:
        """Yield deliveries; what was read before an error is delivered before the error comes out."""
        states: dict[str, State] = json.loads(cursor or "{}")
        pending, passed, whole = _Pending(self.clock()), 0.0, sum(stream.weight for stream in streams)
        try:
            for stream in streams:
                for page in self._pages(stream, states.get(stream.name, {})):
                    states[stream.name] = page.state
                    part = None if page.share is None else passed + stream.weight * page.share
                    pending.add(page, None if part is None else part / whole)
                    if self._is_enough(pending):
                        yield self._delivery(pending, states, streams)
                        pending = _Pending(self.clock())
                passed += stream.weight
        except SourceError:
            if pending.is_moved:
                yield self._delivery(pending, states, streams)
            raise
        pending.share = 1.0
        yield self._delivery(pending, states, streams)

    def _is_enough(self, pending: _Pending) -> bool:
        is_long = self.clock() - pending.since >= SECONDS_PER_DELIVERY
        return len(pending) >= self.rows_per_delivery or (is_long and len(pending) > 0)

    def _pages(self, stream: Stream, state: State) -> Iterator[Page]:
        """Yield the pages of a stream; raises SourceError for records that are not built as documented."""
        try:
            yield from stream.pages(state)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            last = extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(last.filename).stem}:{last.lineno}"  # its text may hold values
            raise SourceError(
                f"source {self.source_id}: {stream.name}: an answer is not built as documented ({place});"
                " what was read before it is kept, the next pull tries again",
                permanent=False,
            ) from error

    def _delivery(self, pending: _Pending, states: Mapping[str, State], streams: Sequence[Stream]) -> Delivery:
        until = _reached([states.get(stream.name, {}) for stream in streams])
        return Delivery(
            self.source_id,
            [Batch(table, TextRows.of(self.headers[table], rows)) for table, rows in pending.rows.items()],
            cursor=json.dumps(states, separators=(",", ":"), sort_keys=True),
            until=until,
            is_part=until is None,
            share=pending.share,
        )


def _reached(states: Sequence[State]) -> datetime | None:
    """Return up to when all streams were delivered; None = one of them was never read to its end."""
    seconds: list[int] = [state["until"] for state in states if "until" in state]
    return datetime.fromtimestamp(min(seconds), UTC) if len(seconds) == len(states) else None


def reaching_back(state: State, start: int, now: datetime, reach_s: int) -> State:
    """Return the state to begin a pull with: once a day the list is read again from far back.

    For lists that are filtered by when a record was made, while it may still be changed after. `reach_s` 0 = never.
    State: `deep` epoch second, by the clock here, of the last reading from far back
    """
    second = int(now.timestamp())
    if not reach_s or second - state.get("deep", second) < DAY_S:
        return {"deep": second, **state} if reach_s else state
    return {**state, "from": max(start, state["from"] - reach_s), "deep": second}


def settled_until(served_at: datetime | None, now: datetime) -> int:
    """Return the epoch second before which a stream that is at its end is complete, by the server's clock."""
    return int((served_at or now).timestamp()) - SETTLED_S
