"""A source that is not asked: what it pushed waits in the inbox and is delivered from there."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from data.inbox import Inbox, Kept
from etl.mapping import Mapping as SourceMapping
from etl.model import Delivery, SourceError
from etl.push.events import Sorted, check_tables

EVENTS_PER_DELIVERY = 10_000


class PushSource:
    """Delivers the events of one source in the order they came. The cursor is the place of the last one loaded."""

    def __init__(
        self, source_id: str, inbox: Inbox, mapping: SourceMapping, per_delivery: int = EVENTS_PER_DELIVERY
    ) -> None:
        check_tables(mapping)
        self._source_id, self._inbox, self._mapping = source_id, inbox, mapping
        self._per_delivery = per_delivery

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield what waits; the last delivery says that all of it came until the source was last heard.

        Raises SourceError when the inbox cannot be read.
        """
        try:
            yield from self._read(cursor)
        except sqlite3.Error as error:
            raise SourceError(f"the inbox cannot be read: {error}", permanent=False) from error

    def _read(self, cursor: str | None) -> Iterator[Delivery]:
        state = json.loads(cursor or "{}")
        place, headers = (
            int(state.get("seq", 0)),
            {name: tuple(has) for name, has in state.get("columns", {}).items()},
        )
        self._inbox.settle(self._source_id, place)
        heard_at = self._inbox.heard_at(self._source_id)  # before what waits is read: it covers all of that
        while kept := self._inbox.waiting(self._source_id, place, self._per_delivery):
            found = Sorted(self._mapping, headers)
            for number, each in enumerate(kept):
                found.add(number, json.loads(each.body))
            place, headers = kept[-1].seq, found.headers
            is_last = len(kept) < self._per_delivery
            yield self._delivery(found, place, heard_at if is_last else _reached(kept, heard_at))
            if is_last:
                return
        if heard_at is None or heard_at.isoformat() == state.get("heard"):
            yield Delivery(self._source_id, (), note="nothing new was pushed")
        else:
            yield self._delivery(Sorted(self._mapping, headers), place, heard_at)

    def _delivery(self, found: Sorted, place: int, until: datetime | None) -> Delivery:
        state = {"seq": place, "columns": found.headers, "heard": until.isoformat() if until else None}
        return Delivery(self._source_id, found.batches(), cursor=json.dumps(state), until=until)


def _reached(kept: Sequence[Kept], heard_at: datetime | None) -> datetime | None:
    reached = max(each.received_at for each in kept)
    return reached if heard_at is None else min(reached, heard_at)
