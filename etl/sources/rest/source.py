"""One source for every system with a web interface; what differs from system to system stands in its System."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from etl.mapping import Mapping as SourceMapping
from etl.mapping.model import TableMapping
from etl.model import Batch, Delivery, MappingError, SourceError
from etl.sources.rest.access import Access
from etl.sources.rest.client import Answer, RestClient, Site
from etl.sources.rest.paging import ROWS_PER_DELIVERY, Deliverer, Stream
from etl.sources.rest.records import columns_named, row
from etl.sources.rest.retry import Patience
from etl.sources.text_rows import TextRows

RECENT_S = 3600  # "from today on" may lie ahead by the system's clock, which then refuses to answer
Record = Mapping[str, Any]
Wait = Callable[[float], None]


@dataclass(frozen=True)
class Manner:
    """How a source is read.

    wait   called with seconds before a request is tried again; what it raises ends the pull (etl/schedule/gate.py)
    clock  of seconds that pass
    """

    patience: Patience = field(default_factory=Patience)
    wait: Wait = time.sleep
    rows_per_delivery: int = ROWS_PER_DELIVERY
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Pull:
    """What the streams of one pull share.

    start    epoch second at which the first pull begins
    columns  of every table that the mapping names
    end      epoch second behind which nothing is asked for; None = up to now
    """

    client: RestClient
    start: int
    now: datetime
    columns: Mapping[str, Sequence[str]]
    end: int | None = None

    @property
    def last(self) -> int:
        """Return the epoch second where the lists end, by the clock here."""
        now = int(self.now.timestamp())
        return now if self.end is None else min(now, self.end)

    def second(self, answer: Answer) -> int:
        """Return the second of the server's clock when it answered; without one, of ours when the pull began."""
        return int((answer.served_at or self.now).timestamp())

    def is_past(self, second: int | None) -> bool:
        """Return whether a second lies behind what is asked for; None, an unknown one, does not."""
        return self.end is not None and second is not None and second >= self.end


@dataclass(frozen=True)
class Shared:
    """What the streams of one pull share; systems add what they read once, such as names."""

    pull: Pull

    @property
    def client(self) -> RestClient:
        """Return what asks the system."""
        return self.pull.client

    @property
    def start(self) -> int:
        """Return the epoch second of the first pull's beginning."""
        return self.pull.start

    @property
    def now(self) -> datetime:
        """Return when the pull began, by the clock here."""
        return self.pull.now


@dataclass(frozen=True)
class System:
    """A kind of system.

    name       as people know it
    tables     columns of each table that it offers
    tickets    the table of tickets; `is_extra` tells which columns it has besides, where the mapping names them
    site       where it is and what opens it; raises SourceError
    streams    the lists that are read for the tables of a pull
    held       all tickets that it has now, page by page; what is missing counts as deleted; None = it cannot tell
    spanned    what is to be said where a past span alone is read; None = nothing
    """

    name: str
    tables: Mapping[str, Sequence[str]]
    tickets: str
    site: Callable[[str, Access], Site]
    streams: Callable[[Pull], Sequence[Stream]]
    held: Callable[[Pull], Iterator[Sequence[Record]]] | None
    is_extra: Callable[[str], bool]
    spanned: str | None = None


class RestSource:
    """Pulls the tables that the mapping names; each goes on where its own cursor stands."""

    def __init__(
        self,
        system: System,
        source_id: str,
        access: Access,
        mapping: SourceMapping,
        manner: Manner | None = None,
    ) -> None:
        self._system, self._manner = system, manner or Manner()
        self._access, self._mapping = access, mapping
        self._site = system.site(source_id, access)
        self._ids = {table.name: _id_columns(table) for table in mapping.tables if table.name == system.tickets}
        columns = {table.name: _columns(system, mapping, table) for table in mapping.tables}
        rows, clock = self._manner.rows_per_delivery, self._manner.clock
        self._deliverer = Deliverer(source_id, columns, access.start, rows, clock)

    def up_to(self, day: date) -> "RestSource":
        """Return it with a first day that is not read any more, for a past span; its cursor then leads nowhere."""
        access = replace(self._access, until=day)
        return RestSource(self._system, self._site.source_id, access, self._mapping, self._manner)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries; the last one says up to when all was delivered, by the system's own clock."""
        note = self._system.spanned if self._access.until is not None else None
        with self._client() as client:
            for delivery in self._deliverer.deliveries(self._system.streams(self._pull(client, now)), cursor):
                yield replace(delivery, note=note)

    def keys(self, now: datetime) -> Iterator[Batch]:
        """Yield the ids of all tickets that the system has now; raises SourceError when not all could be read."""
        held = self._system.held
        if held is None:
            raise SourceError(
                f"source {self._site.source_id}: {self._system.name} does not list all tickets that it has, so it"
                " cannot be asked which are gone; deleted ones come with every pull",
                permanent=True,
            )
        with self._client() as client:
            for name, columns in self._ids.items():
                for records in held(self._pull(client, now)):
                    yield Batch(name, TextRows.of(columns, [row(each, columns) for each in records]))

    def _client(self) -> RestClient:
        return RestClient(self._site, self._manner.patience, self._manner.wait)

    def _pull(self, client: RestClient, now: datetime) -> Pull:
        start = min(self._deliverer.start, int(now.timestamp()) - RECENT_S)
        return Pull(client, start, now, self._deliverer.headers, self._access.end)


def _id_columns(table: TableMapping) -> Sequence[str]:
    return tuple(dict.fromkeys(table.ticket.id.columns())) if table.ticket is not None else ()


def _columns(system: System, mapping: SourceMapping, table: TableMapping) -> Sequence[str]:
    known = system.tables.get(table.name)
    if known is None:
        raise MappingError(
            f"{mapping.name}: table {table.name!r} is none of {system.name}'s, use {', '.join(system.tables)}"
        )
    if table.name != system.tickets:
        return known
    return (*known, *sorted(filter(system.is_extra, columns_named(table))))
