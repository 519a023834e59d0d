"""An Intercom workspace as a source: conversations as they change, their parts, and conversation ratings.

The search gives conversations by last change, to the second; each that changed is then asked for with its parts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from etl.sources.rest.access import Access
from etl.sources.rest.client import Answer, Gone, RestClient, Site
from etl.sources.rest.intercom_rows import (
    FREE_TEXT,
    TABLES,
    Staff,
    change_rows,
    conversation_row,
    custom_attribute,
    message_rows,
    rating_rows,
)
from etl.sources.rest.paging import Page, Row, State, Stream, Walk
from etl.sources.rest.records import epoch_s, member
from etl.sources.rest.source import Pull, Record, System

VERSION = "2.11"
PER_PAGE = 50  # of 150 that are allowed: larger pages time out, and each conversation is a request anyway
OVERLAP_S = 120  # the search may know of a change only some time later
SAME_S = 10  # changed so shortly before it was read, it may change once more within its second
SEARCH = "/conversations/search"


@dataclass(frozen=True)
class Workspace:
    """What one pull shares; names of teammates and teams are read once when first asked for."""

    client: RestClient

    @cached_property
    def staff(self) -> Staff:
        """Return the names of teammates and teams."""
        return Staff(self._names("admins"), self._names("teams"))

    def _names(self, name: str) -> Mapping[str, str]:
        found = self.client.get(f"/{name}").listed(name)
        return {str(each.get("id")): str(each.get("name")) for each in found}

    def whole(self, conversation: Record) -> Record | None:
        """Return a conversation with its parts; None = it was deleted meanwhile."""
        try:
            return self.client.get(f"/conversations/{conversation.get('id')}").data
        except Gone:
            return None


def changed_since(since: int, end: int | None = None) -> Record:
    """Return the question for what changed from a second on; `end` = and before that one."""
    later = {"field": "updated_at", "operator": ">", "value": max(0, since - 1)}
    if end is None:
        return later
    return {"operator": "AND", "value": [later, {"field": "updated_at", "operator": "<", "value": end}]}


def found_by(client: RestClient, question: Record, sort: str) -> Iterator[Answer]:
    """Yield the answers of a search page by page, the oldest `sort` first."""
    walk, after = Walk(client.place(SEARCH, "POST")), None
    while True:
        walk.step(after)
        body = {
            "query": question,
            "sort": {"field": sort, "order": "ascending"},
            "pagination": {"per_page": PER_PAGE, **({"starting_after": after} if after else {})},
        }
        answer = client.post(SEARCH, body)
        yield answer
        after = member(answer.data, "pages.next.starting_after")
        if not after:
            return


@dataclass(frozen=True)
class Conversations:
    """The search by last change.

    State: `from` epoch second, `seen` id -> last change of conversations of that second or later
    """

    pull: Pull
    name: str = "conversations"
    weight: float = 1.0

    def pages(self, state: State) -> Iterator[Page]:
        """Yield pages of conversations that are new or changed; the next pull needs no cursor of the search."""
        state = {"from": self.pull.start, "seen": {}, **state}
        workspace, began, top, read = Workspace(self.pull.client), 0, 0, 0
        for answer in found_by(self.pull.client, changed_since(state["from"], self.pull.end), "updated_at"):
            records, second = answer.listed("conversations"), self.pull.second(answer)
            began, read = began or second, read + len(records)
            fresh = [each for each in records if state["seen"].get(str(each.get("id"))) != changed(each)]
            rows = self._rows(workspace, fresh)
            state = _remembering(state, records, second)
            if member(answer.data, "pages.next.starting_after"):
                state, top = _further(state, records, top), max([top, *map(changed, records)])
                yield Page(rows, state, _share(read, answer))
            else:
                yield Page(rows, _finished(state, began), 1.0)

    def _rows(self, workspace: Workspace, fresh: Sequence[Record]) -> Mapping[str, Sequence[Row]]:
        columns = self.pull.columns
        is_whole = bool(columns.keys() - {"conversations"})
        wholes = [workspace.whole(each) if is_whole else each for each in fresh]
        there = [each for each in wholes if each is not None]
        found: dict[str, Sequence[Row]] = {}
        if wanted := columns.get("conversations"):
            found["conversations"] = [conversation_row(each, workspace.staff, wanted) for each in there]
        for name, made in (("changes", change_rows), ("messages", message_rows), ("ratings", rating_rows)):
            if name in columns:
                found[name] = [row for each in there for row in made(each, workspace.staff)]
        return found


def changed(conversation: Record) -> int:
    """Return the epoch second of a conversation's last change; 0 = it has none."""
    return epoch_s(conversation.get("updated_at")) or 0


def _share(read: int, answer: Answer) -> float | None:
    total = answer.data.get("total_count")
    return min(1.0, read / total) if isinstance(total, int) and total > 0 else None


def _remembering(state: State, records: Sequence[Record], second: int) -> State:
    settled = {str(each.get("id")): changed(each) for each in records if changed(each) <= second - SAME_S}
    return {**state, "seen": {**state["seen"], **settled}}


def _further(state: State, records: Sequence[Record], top: int) -> State:
    """Return the state after a page of several: a broken-off pull goes on there, where the oldest came first."""
    seconds = [top, *map(changed, records)]
    return _pruned(state, seconds[-1]) if seconds == sorted(seconds) else state


def _finished(state: State, began: int) -> State:
    """Return the state at the end: what changed since the search began is found by the next one."""
    return {**_pruned(state, max(state["from"], began - OVERLAP_S)), "until": began - OVERLAP_S}


def _pruned(state: State, since: int) -> State:
    kept = {number: second for number, second in state["seen"].items() if second >= since}
    return {**state, "from": since, "seen": kept}


def _site(source_id: str, access: Access) -> Site:
    headers: dict[str, Any] = {"Authorization": f"Bearer {access.token}", "Intercom-Version": VERSION}
    return Site(source_id, access.url, headers)


def _streams(pull: Pull) -> Sequence[Stream]:
    return [Conversations(pull)]


def _held(pull: Pull) -> Iterator[Sequence[Record]]:
    """Yield the conversations of the search, oldest first: what changes meanwhile moves none to another page."""
    for answer in found_by(pull.client, changed_since(pull.start), "created_at"):
        yield answer.listed("conversations")


def _is_extra(column: str) -> bool:
    return column in FREE_TEXT or custom_attribute(column)


INTERCOM = System("Intercom", TABLES, "conversations", _site, _streams, _held, _is_extra)
