"""A Zendesk desk as a source: tickets, their history and comments, and satisfaction, over its interface."""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from etl.mapping import Mapping as SourceMapping
from etl.mapping.model import TableMapping
from etl.model import Delivery, MappingError
from etl.sources.rest.access import Access
from etl.sources.rest.client import RestClient, Site
from etl.sources.rest.paging import ROWS_PER_DELIVERY, Deliverer, Stream
from etl.sources.rest.records import columns_named
from etl.sources.rest.retry import Patience
from etl.sources.rest.zendesk_people import People
from etl.sources.rest.zendesk_rows import FREE_TEXT, TABLES, custom_field
from etl.sources.rest.zendesk_streams import Desk, Events, Tickets, ratings, survey_responses


def site(source_id: str, access: Access) -> Site:
    """Return the desk with its secret in place; without a user the token is one of OAuth. Raises SourceError."""
    if access.user is None:
        return Site(source_id, access.url, {"Authorization": f"Bearer {access.token}"})
    pair = b64encode(f"{access.user}/token:{access.token}".encode()).decode()
    return Site(source_id, access.url, {"Authorization": f"Basic {pair}"})


class ZendeskSource:
    """Pulls the tables that the mapping names; each goes on where its own cursor stands."""

    def __init__(
        self,
        source_id: str,
        access: Access,
        mapping: SourceMapping,
        patience: Patience | None = None,
        wait: Callable[[float], None] = time.sleep,
        rows_per_delivery: int = ROWS_PER_DELIVERY,
    ) -> None:
        self._site = site(source_id, access)
        self._patience = patience
        self._wait = wait
        headers = {table.name: _header(mapping, table) for table in mapping.tables}
        self._deliverer = Deliverer(source_id, headers, access.start, rows_per_delivery)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries; the last one says that all up to a minute ago, by the desk's own clock, was delivered."""
        with RestClient(self._site, self._patience, self._wait) as client:
            desk = Desk(client, People(client), self._deliverer.start, now)
            yield from self._deliverer.deliveries(self._streams(desk), cursor)

    def _streams(self, desk: Desk) -> Sequence[Stream]:
        headers = self._deliverer.headers
        found: list[tuple[bool, Callable[[], Stream]]] = [
            ("tickets" in headers, lambda: Tickets(desk, headers["tickets"])),
            (bool({"changes", "comments"} & headers.keys()), lambda: Events(desk, tuple(headers))),
            ("ratings" in headers, lambda: ratings(desk)),
            ("survey_responses" in headers, lambda: survey_responses(desk)),
        ]
        return [stream() for is_wanted, stream in found if is_wanted]


def _header(mapping: SourceMapping, table: TableMapping) -> Sequence[str]:
    if table.name not in TABLES:
        raise MappingError(f"{mapping.name}: table {table.name!r} is none of Zendesk's, use {', '.join(TABLES)}")
    if table.name != "tickets":
        return TABLES[table.name]
    named = columns_named(table)
    return (*TABLES["tickets"], *sorted(name for name in named if name in FREE_TEXT or custom_field(name)))
