"""A Freshdesk desk as a source: tickets as they change, their messages, and satisfaction ratings.

Freshdesk has no history: every snapshot of a ticket is a row, and the instants it keeps of itself (resolved,
reopened, pending since) tell what happened in between.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from etl.sources.rest.access import Access
from etl.sources.rest.client import Gone, Site
from etl.sources.rest.freshdesk_rows import (
    FREE_TEXT,
    TABLES,
    Names,
    comment_row,
    custom_field,
    rating_row,
    ticket_row,
)
from etl.sources.rest.paging import DAY_S, Headway, Page, Row, State, Stream, Walk, reaching_back, settled_until
from etl.sources.rest.records import epoch_s, member
from etl.sources.rest.source import Pull, Record, Shared, System

PER_PAGE = 100
OVERLAP_S = 60  # read again: what was written while the last pull was answered
REACH_S = 30 * DAY_S  # ratings are listed by when they were made, and may be changed after
TICKETS = "/api/v2/tickets"
LISTS: Mapping[str, Mapping[str, str]] = {  # a ticket is in one of them
    "tickets": {},
    "deleted": {"filter": "deleted"},
    "spam": {"filter": "spam"},
}


@dataclass(frozen=True)
class Desk(Shared):
    """What the streams of one pull share; names of agents and groups are read once when first asked for."""

    @cached_property
    def agents(self) -> Names:
        """Return the names of agents by number."""
        return {str(each.get("id")): str(member(each, "contact.name")) for each in self.listed("agents")}

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
    The pages of one such second are gone through until nothing new is on them: those that move away shift the rest.

    name     in the cursor; `query` what is asked for besides the time in `filter`; `stamp` the field it goes by
    reach_s  so much is read again once a day, 0 = never
    weight   see etl/sources/rest/paging.py
    State: `from` epoch second, `page` of it, `seen` id -> version of records of that second or later,
    `newest` latest second of all, `fresh` how many were new on the pages of that second so far
    """

    desk: Desk
    name: str
    path: str
    filter: str
    query: Mapping[str, str]
    stamp: str
    to_rows: Callable[[Sequence[Record]], Mapping[str, Sequence[Row]]]
    reach_s: int = 0
    weight: float = 1.0

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages of records that are new or changed."""
        walk = Walk(self.desk.client.place(self.path))
        state = {"from": self.desk.start, "page": 1, "seen": {}, **state}
        if state["page"] == 1:
            state = reaching_back(state, self.desk.start, self.desk.now, self.reach_s)
        headway, n_again = Headway(state["from"], self.desk.pull.last), 0
        while True:
            walk.step((state["from"], state["page"], n_again))
            since = datetime.fromtimestamp(state["from"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            asked = {**self.query, self.filter: since, "per_page": PER_PAGE, "page": state["page"]}
            answer = self.desk.client.get(self.path, asked)
            records = answer.listed("")
            fresh = [each for each in records if state["seen"].get(str(each.get("id"))) != self._version(each)]
            settled = settled_until(answer.served_at, self.desk.now)
            before, is_last = {**state, "fresh": self._n_fresh(fresh, state, settled)}, len(records) < PER_PAGE
            state = self._after(records, before, settled, is_last)
            if self._is_shifted(before, state):
                state, is_last, n_again = self._again(before, records, settled), False, n_again + 1
            wanted = [each for each in fresh if not self.desk.pull.is_past(self._second(each))]
            yield Page(self.to_rows(wanted), state, headway.at(state["from"]))
            if is_last or self.desk.pull.is_past(state["from"]):
                return

    def _n_fresh(self, fresh: Sequence[Record], state: State, settled: int) -> int:
        """Return how many were new on the pages of a second; those of the last minute are so every time."""
        known = sum((epoch_s(self._version(each)) or 0) <= settled for each in fresh)
        return known + (state.get("fresh", 0) if state["page"] > 1 else 0)

    def _is_shifted(self, before: State, after: State) -> bool:
        """Return whether a second of several pages was left that may hold more than was seen."""
        is_left = after["page"] == 1 and before["page"] > 1
        return is_left and before["fresh"] > 0 and self.stamp == "updated_at"

    def _again(self, before: State, records: Sequence[Record], settled: int) -> State:
        versions = {str(each.get("id")): self._version(each) for each in records}
        kept = {number: version for number, version in versions.items() if (epoch_s(version) or 0) <= settled}
        return {**before, "page": 1, "seen": {**before["seen"], **kept}}

    def _second(self, record: Record) -> int:
        return epoch_s(record.get(self.stamp)) or 0

    def _version(self, record: Record) -> str:
        return str(record.get("updated_at") or record.get(self.stamp) or "")

    def _after(self, records: Sequence[Record], state: State, settled: int, is_last: bool) -> State:
        seconds = [self._second(each) for each in records]
        reached = max([state["from"], *seconds])
        newest = max(reached, state.get("newest", 0))
        since = min(newest, settled) - OVERLAP_S if is_last else min(reached, settled) - 1
        since = max(state["from"], since)
        if not is_last and seconds != sorted(seconds):
            since = state["from"]  # not oldest first: only the end of the list says that all was read
        page = state["page"] + 1 if not is_last and since == state["from"] else 1
        seen = {**state["seen"], **{str(each.get("id")): self._version(each) for each in records}}
        # Written in the minute before, it may have changed once more within its second
        kept = {
            number: version for number, version in seen.items() if since <= (epoch_s(version) or since) <= settled
        }
        moved = {**state, "from": since, "page": page, "seen": kept, "newest": newest}
        return {**moved, "until": settled} if is_last else moved


def _site(source_id: str, access: Access) -> Site:
    pair = b64encode(f"{access.token}:X".encode()).decode()
    return Site(source_id, access.url, {"Authorization": f"Basic {pair}"})


def _streams(pull: Pull) -> Sequence[Stream]:
    desk = Desk(pull)
    found: list[Stream] = []
    if {"tickets", "comments"} & pull.columns.keys():
        found += [_tickets(pull, desk, name, query) for name, query in LISTS.items()]
    if "ratings" in pull.columns:
        path = "/api/v2/surveys/satisfaction_ratings"
        made = _ratings_of(desk)
        found.append(Changed(desk, "ratings", path, "created_since", {}, "created_at", made, REACH_S, weight=0.05))
    return found


def _tickets(pull: Pull, desk: Desk, name: str, query: Mapping[str, str]) -> Changed:
    asked = {"order_by": "updated_at", "order_type": "asc", "include": "stats", **query}
    made = _tickets_of(desk, pull.columns, is_deleted=name == "deleted")
    weight = 1.0 if name == "tickets" else 0.05
    return Changed(desk, name, TICKETS, "updated_since", asked, "updated_at", made, weight=weight)


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


def _is_extra(column: str) -> bool:
    return column in FREE_TEXT or custom_field(column)


# Without all that it holds: closed tickets are archived after 120 days, and in no list any more
FRESHDESK = System("Freshdesk", TABLES, "tickets", _site, _streams, None, _is_extra)
