"""A Freshdesk desk as a source: tickets as they change, their messages, and satisfaction ratings.

Freshdesk has no history: every snapshot of a ticket is a row, and the instants it keeps of itself (resolved,
reopened, pending since) tell what happened in between.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from etl.mapping import Mapping as SourceMapping
from etl.mapping.model import TableMapping
from etl.model import Delivery, MappingError
from etl.sources.rest.access import Access
from etl.sources.rest.client import Gone, RestClient, Site
from etl.sources.rest.freshdesk_rows import (
    FREE_TEXT,
    TABLES,
    Names,
    comment_row,
    custom_field,
    rating_row,
    ticket_row,
)
from etl.sources.rest.paging import ROWS_PER_DELIVERY, Deliverer, Page, Row, State, Stream, Walk, settled_until
from etl.sources.rest.records import columns_named, epoch_s
from etl.sources.rest.retry import Patience

PER_PAGE = 100
OVERLAP_S = 60  # read again: what was written while the last pull was answered
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Desk:
    """What the streams of one pull share; names of agents and groups are read once when first asked for."""

    client: RestClient
    start: int
    now: datetime

    @cached_property
    def agents(self) -> Names:
        """Return the names of agents by number."""
        return {str(each.get("id")): str((each.get("contact") or {}).get("name")) for each in self.listed("agents")}

    @cached_property
    def groups(self) -> Names:
        """Return the names of groups by number."""
        return {str(each.get("id")): str(each.get("name")) for each in self.listed("groups")}

    def conversation(self, ticket: object) -> list[Record]:
        """Return the messages of a ticket; none where it was deleted meanwhile."""
        try:
            return list(self.listed(f"tickets/{ticket}/conversations"))
        except Gone:
            return []

    def listed(self, name: str) -> Iterator[Record]:
        """Yield all records of a list, page by page."""
        walk, path, page = Walk(self.client.place(f"/api/v2/{name}")), f"/api/v2/{name}", 1
        while True:
            walk.step(page)
            found = self.client.get(path, {"per_page": PER_PAGE, "page": page}).listed("")
            yield from found
            if len(found) < PER_PAGE:
                return
            page += 1


@dataclass(frozen=True)
class Changed:
    """A list filtered by time, oldest change first, that moves while it is read.

    A page is never asked for by number unless all of one second fill it: the next page begins one second before the
    last change of this one. So nothing is skipped when records move to the end, and 300 pages are never reached.

    name     in the cursor; `query` what is asked for besides the time in `filter`; `stamp` the field it goes by
    State: `from` epoch second, `page` of it, `seen` id -> stamp of records of that second or later
    """

    desk: Desk
    name: str
    path: str
    filter: str
    query: Mapping[str, str]
    stamp: str
    to_rows: Callable[[Sequence[Record]], Mapping[str, Sequence[Row]]]

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages of records that are new or changed."""
        walk = Walk(self.desk.client.place(self.path))
        state = {"from": self.desk.start, "page": 1, "seen": {}, **state}
        while True:
            walk.step((state["from"], state["page"]))
            since = datetime.fromtimestamp(state["from"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            asked = {**self.query, self.filter: since, "per_page": PER_PAGE, "page": state["page"]}
            answer = self.desk.client.get(self.path, asked)
            records = answer.listed("")
            fresh = [each for each in records if state["seen"].get(str(each.get("id"))) != self._stamp(each)]
            settled = settled_until(answer.served_at, self.desk.now)
            is_last = len(records) < PER_PAGE
            state = self._after(records, state, settled, is_last)
            yield Page(self.to_rows(fresh), state)
            if is_last:
                return

    def _stamp(self, record: Record) -> str:
        return str(record.get(self.stamp) or "")

    def _after(self, records: Sequence[Record], state: State, settled: int, is_last: bool) -> State:
        newest = max([state["from"], *(epoch_s(self._stamp(each)) or 0 for each in records)])
        since = max(state["from"], min(newest, settled) - (OVERLAP_S if is_last else 1))
        page = state["page"] + 1 if not is_last and since == state["from"] else 1
        seen = {**state["seen"], **{str(each.get("id")): self._stamp(each) for each in records}}
        kept = {number: stamp for number, stamp in seen.items() if (epoch_s(stamp) or since) >= since}
        moved = {**state, "from": since, "page": page, "seen": kept}
        return {**moved, "until": settled} if is_last else moved


class FreshdeskSource:
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
        pair = b64encode(f"{access.token}:X".encode()).decode()
        self._site = Site(source_id, access.url, {"Authorization": f"Basic {pair}"})
        self._patience = patience
        self._wait = wait
        headers = {table.name: _header(mapping, table) for table in mapping.tables}
        self._deliverer = Deliverer(source_id, headers, access.start, rows_per_delivery)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries; the last one says that all up to a minute ago, by the desk's own clock, was delivered."""
        with RestClient(self._site, self._patience, self._wait) as client:
            yield from self._deliverer.deliveries(self._streams(Desk(client, self._deliverer.start, now)), cursor)

    def _streams(self, desk: Desk) -> Sequence[Stream]:
        headers = self._deliverer.headers
        found: list[Stream] = []
        if {"tickets", "comments"} & headers.keys():
            found += [self._tickets(desk, "tickets", {}), self._tickets(desk, "deleted", {"filter": "deleted"})]
        if "ratings" in headers:
            path = "/api/v2/surveys/satisfaction_ratings"
            found.append(Changed(desk, "ratings", path, "created_since", {}, "created_at", _ratings_of(desk)))
        return found

    def _tickets(self, desk: Desk, name: str, query: Mapping[str, str]) -> Changed:
        asked = {"order_by": "updated_at", "order_type": "asc", "include": "stats", **query}
        made = _tickets_of(desk, self._deliverer.headers, is_deleted=name == "deleted")
        return Changed(desk, name, "/api/v2/tickets", "updated_since", asked, "updated_at", made)


def _tickets_of(
    desk: Desk, headers: Mapping[str, Sequence[str]], is_deleted: bool
) -> Callable[[Sequence[Record]], Mapping[str, Sequence[Row]]]:
    """Return what makes rows of tickets, and of their messages where the mapping asks for them."""

    def rows(tickets: Sequence[Record]) -> Mapping[str, Sequence[Row]]:
        found: dict[str, Sequence[Row]] = {}
        if "tickets" in headers and tickets:
            columns = headers["tickets"]
            found["tickets"] = [ticket_row(each, is_deleted, desk.agents, desk.groups, columns) for each in tickets]
        if "comments" in headers and not is_deleted:
            found["comments"] = [
                comment_row(comment, ticket.get("id"), desk.agents)
                for ticket in tickets
                for comment in desk.conversation(ticket.get("id"))
            ]
        return found

    return rows


def _ratings_of(desk: Desk) -> Callable[[Sequence[Record]], Mapping[str, Sequence[Row]]]:
    return lambda ratings: {"ratings": [rating_row(each, desk.agents, desk.groups) for each in ratings]}


def _header(mapping: SourceMapping, table: TableMapping) -> Sequence[str]:
    if table.name not in TABLES:
        raise MappingError(f"{mapping.name}: table {table.name!r} is none of Freshdesk's, use {', '.join(TABLES)}")
    named = columns_named(table) if table.name == "tickets" else set()
    return (*TABLES[table.name], *sorted(name for name in named if name in FREE_TEXT or custom_field(name)))
