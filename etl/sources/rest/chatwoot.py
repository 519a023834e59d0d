"""A Chatwoot account as a source: conversations as they change, what happened to them, messages, CSAT answers.

Its list of conversations is filtered by seconds back from the server's now, and is whole then; without the filter it
comes in pages, the last active first. The first pull, and one after a long pause, goes through the pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from etl.model import SourceError
from etl.sources.rest.access import Access
from etl.sources.rest.chatwoot_rows import (
    TABLES,
    Names,
    Whole,
    conversation_row,
    event_rows,
    invitation_rows,
    message_rows,
    response_row,
    version,
)
from etl.sources.rest.client import Answer, Gone, Query, RestClient, Site
from etl.sources.rest.paging import DAY_S, SETTLED_S, Headway, Page, Row, State, Stream, Walk, reaching_back
from etl.sources.rest.records import epoch_s, member
from etl.sources.rest.source import Pull, Record, Shared, System

MESSAGES_PER_PAGE = 100
LATEST = 20  # messages that older programs give
AGAIN = 10  # messages of a full page that come again: numbers may be given in another order than instants
RESPONSES_PER_PAGE = 25
OVERLAP_S = 120  # reporting events are written some time after what they tell of
SINCE_ACTIVE_S = DAY_S  # after a longer pause the list is read page by page
CHUNK = 25  # conversations of a filtered list that are delivered together
RESPONSE_OVERLAP_S = 3600
REACH_S = 15 * DAY_S  # an answer may be changed for fourteen days after it was asked for
ALL: Mapping[str, str] = {"status": "all", "assignee_type": "all"}


@dataclass(frozen=True)
class Account(Shared):
    """What the streams of one pull share; names of inboxes and agents are read once when first asked for."""

    @cached_property
    def served(self) -> int:
        """Return the second of the server's clock when the pull began."""
        return self.pull.second(self._inboxes)

    @cached_property
    def inboxes(self) -> Names:
        """Return the names of inboxes by number."""
        return {str(each.get("id")): str(each.get("name")) for each in self._inboxes.listed("payload")}

    @cached_property
    def agents(self) -> Names:
        """Return the names of agents by number."""
        return {str(each.get("id")): str(each.get("name")) for each in self.client.get("/agents").listed("")}

    @cached_property
    def _inboxes(self) -> Answer:
        return self.client.get("/inboxes")

    def whole(self, conversation: Record) -> Whole:
        """Return a conversation with its messages and events, as far as the mapping asks for them."""
        columns, number = self.pull.columns, conversation.get("id")
        events = self._events(number) if "reporting_events" in columns else []
        is_read = {"messages", "invitations"} & columns.keys()
        return Whole(conversation, events, self._messages(number) if is_read else [])

    def _events(self, number: object) -> list[Record]:
        """Return what happened to a conversation; none where it was deleted meanwhile."""
        path = f"/conversations/{number}/reporting_events"
        try:
            return self.client.get(path).listed("")
        except Gone:
            if self._is_there(number):
                raise SourceError(
                    f"{self.client.place(path)}: this edition of Chatwoot does not tell its reporting events; leave"
                    " the table reporting_events out of the mapping, or read the database (docs/sources.md)",
                    permanent=True,
                ) from None
            return []

    def _is_there(self, number: object) -> bool:
        try:
            self.client.get(f"/conversations/{number}")
        except Gone:
            return False
        return True

    def _messages(self, number: object) -> list[Record]:
        """Return the messages of a conversation; none where it was deleted meanwhile."""
        path = f"/conversations/{number}/messages"
        try:
            found = self._messages_after(path)
            if len(found) == LATEST:
                found.update(self._messages_before(path, min(found)))
        except Gone:
            return []
        return list(found.values())

    def _messages_after(self, path: str) -> dict[int, Record]:
        found, after, walk = dict[int, Record](), 0, Walk(self.client.place(path))
        while True:
            walk.step(after)
            records = _by_number(self.client.get(path, {"after": after}))
            found.update(records)
            if len(records) < MESSAGES_PER_PAGE:
                return found
            after = sorted(records)[-AGAIN]

    def _messages_before(self, path: str, number: int) -> dict[int, Record]:
        """Return the messages before one; programs that do not know of `after` give the latest twenty alone."""
        found, walk = dict[int, Record](), Walk(self.client.place(path))
        while True:
            walk.step(number)
            records = _by_number(self.client.get(path, {"before": number}))
            if not records:
                return found
            found.update(records)
            number = min(records)


def _by_number(answer: Answer) -> dict[int, Record]:
    return {int(each["id"]): each for each in answer.listed("payload")}


@dataclass(frozen=True)
class Conversations:
    """The list of conversations.

    State: `from` second of the server's clock up to which all was read, `seen` id -> version of those that
    an interrupted pull has read, of the last page alone; while it goes through pages `page`, `count` of all and
    `began`, the second of the first one
    """

    account: Account
    name: str = "conversations"
    weight: float = 1.0

    def pages(self, state: State) -> Iterator[Page]:
        """Yield conversations that are new or changed."""
        state = {"from": self.account.pull.start, "seen": {}, **state}
        if "page" in state or self.account.served - state["from"] > SINCE_ACTIVE_S:
            return self._walked(state)
        return self._followed(state)

    def _walked(self, state: State) -> Iterator[Page]:
        """Read page by page, the last active first, down to those that were not active since."""
        state = {"page": 1, "began": self.account.served, **state}
        floor = state["from"] - OVERLAP_S
        for answer, place in listed(self.account.client, ALL, state["page"], state.get("count", 0)):
            records = answer.listed("data.payload")
            active = [each for each in records if _active_at(each) >= floor]
            fresh = self._fresh(active, state)
            is_last = place["page"] > state["page"] and (len(active) < len(records) or not records)
            state = {**state, **place, "seen": self._seen(active, state["began"])}
            passed = self._passed(records, state)
            yield Page(self._rows(fresh), _finished(state, state["began"]) if is_last else state, passed)
            if is_last:
                return

    def _passed(self, records: Sequence[Record], state: State) -> float | None:
        """Return how much of the list is gone through: by time where it has a beginning, else by count."""
        if state["from"]:
            return Headway(state["began"], state["from"]).at(min(map(_active_at, records), default=None))
        return min(1.0, (state["page"] - 1) * len(records) / state["count"]) if state["count"] else None

    def _followed(self, state: State) -> Iterator[Page]:
        """Read all that changed since the last pull, in one answer."""
        answer = self._changed(state["from"])
        fresh, second = self._fresh(answer.listed("data.payload"), state), self.account.pull.second(answer)
        for first in range(0, len(fresh), CHUNK):
            part = fresh[first : first + CHUNK]
            state = {**state, "seen": {**state["seen"], **self._seen(part, second)}}
            yield Page(self._rows(part), state, (first + len(part)) / len(fresh))
        yield Page({}, _finished(state, second), 1.0)

    def _changed(self, since: int) -> Answer:
        """Return what changed since a second of the server's clock, however long the answer was waited for."""
        path, second = "/conversations", self.account.served
        walk = Walk(self.account.client.place(path))
        while True:
            within = second - since + OVERLAP_S
            walk.step(within)
            answer = self.account.client.get(path, {**ALL, "updated_within": within})
            second = self.account.pull.second(answer)
            if second - within <= since:
                return answer

    def _fresh(self, records: Sequence[Record], state: State) -> list[Record]:
        """Return what is new of the records, and lies before the end of what is asked for."""
        is_past, seen = self.account.pull.is_past, state["seen"]
        new = [each for each in records if seen.get(str(each.get("id"))) != version(each)]
        return [each for each in new if not is_past(_active_at(each))]

    def _seen(self, records: Sequence[Record], second: int) -> Mapping[str, str]:
        """Return what need not be read again by a pull that goes on; of the last seconds events may be missing."""
        return {
            str(each.get("id")): version(each)
            for each in records
            if (epoch_s(version(each)) or second) < second - OVERLAP_S
        }

    def _rows(self, records: Sequence[Record]) -> Mapping[str, Sequence[Row]]:
        account, wholes = self.account, [self.account.whole(each) for each in records]
        columns = account.pull.columns
        found: dict[str, Sequence[Row]] = {
            "reporting_events": [row for each in wholes if each.events for row in event_rows(each, account.agents)],
            "messages": [row for each in wholes for row in message_rows(each)],
            "invitations": [row for each in wholes for row in invitation_rows(each)],
        }
        if wanted := columns.get("conversations"):
            found["conversations"] = [conversation_row(each, account.inboxes, wanted) for each in wholes]
        return {name: rows for name, rows in found.items() if name in columns}


def _active_at(conversation: Record) -> int:
    return epoch_s(conversation.get("last_activity_at")) or 0


def _finished(state: State, second: int) -> State:
    return {"from": max(state["from"], second), "until": second - SETTLED_S, "seen": {}}


@dataclass(frozen=True)
class Responses:
    """CSAT answers by when they were given; they may be changed later.

    State: `from` epoch second, `page` and `upto` inside of a pull
    """

    account: Account
    name: str = "csat"
    weight: float = 0.05

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages of answers."""
        path, pull = "/csat_survey_responses", self.account.pull
        walk = Walk(self.account.client.place(path))
        state = {"from": pull.start, **state}
        if "page" not in state:
            state = {
                **reaching_back(state, pull.start, pull.now, REACH_S),
                "page": 1,
                "upto": min(self.account.served, pull.last) + 1 if pull.end else self.account.served + 1,
            }
        headway = Headway(state["from"], state["upto"])
        while True:
            walk.step(state["page"])
            asked = {"since": state["from"], "until": state["upto"], "sort": "created_at", "page": state["page"]}
            records = self.account.client.get(path, asked).listed("")
            is_last = len(records) < RESPONSES_PER_PAGE
            state = self._over(state) if is_last else {**state, "page": state["page"] + 1}
            passed = max((epoch_s(each.get("created_at")) or 0 for each in records), default=None)
            yield Page({"csat": [response_row(each) for each in records]}, state, headway.at(passed))
            if is_last:
                return

    def _over(self, state: State) -> State:
        since = max(state["from"], state["upto"] - RESPONSE_OVERLAP_S)
        return {"from": since, "until": state["upto"] - 1 - SETTLED_S, "deep": state["deep"]}


def listed(client: RestClient, query: Query, page: int = 1, count: int = 0) -> Iterator[tuple[Answer, State]]:
    """Yield the answers of the list of conversations, each with the page and count to go on with.

    Where conversations were deleted meanwhile, the pages that moved are read again. Ends at an empty page.
    """
    path, n_back = "/conversations", 0
    walk = Walk(client.place(path))
    while True:
        walk.step((page, n_back))
        answer = client.get(path, {**query, "page": page})
        size, lost, count = len(answer.listed("data.payload")), count - _count(answer), _count(answer)
        if lost > 0 and page > 1:
            page, n_back = max(1, page - ceil(lost / max(size, 1))), n_back + 1
        else:
            page += 1
        yield answer, {"page": page, "count": count}
        if not size and not lost > 0:
            return


def _count(answer: Answer) -> int:
    found = member(answer.data, "data.meta.all_count")
    return found if isinstance(found, int) else 0


def _site(source_id: str, access: Access) -> Site:
    """Return the account with its secret in place; the address is that of the account, as a browser shows it."""
    head, _, rest = access.url.partition("/accounts/")
    number = rest.partition("/")[0]
    if not number.isdecimal():
        raise SourceError(
            f"source {source_id}: url: write the address with the number of the account, as a browser shows it:"
            " https://chat.example.com/app/accounts/1",
            permanent=True,
        )
    host = head.removesuffix("/app").removesuffix("/api/v1")
    return Site(source_id, f"{host}/api/v1/accounts/{number}", {"api_access_token": access.token})


def _streams(pull: Pull) -> Sequence[Stream]:
    account, names = Account(pull), pull.columns.keys()
    found: list[Stream] = [Conversations(account)] if names - {"csat"} else []
    return [*found, Responses(account)] if "csat" in names else found


def _held(pull: Pull) -> Iterator[Sequence[Record]]:
    """Yield all conversations, oldest first: what is written meanwhile moves none to another page."""
    for answer, _ in listed(pull.client, {**ALL, "sort_by": "created_at_asc"}):
        yield answer.listed("data.payload")


def _is_extra(column: str) -> bool:
    return column.startswith("custom_attributes.")


SPANNED = "its list comes the last active first: what was active behind the span was gone through, and not read"
CHATWOOT = System("Chatwoot", TABLES, "conversations", _site, _streams, _held, _is_extra, SPANNED)
