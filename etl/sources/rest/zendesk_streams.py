"""The lists of Zendesk that are read page by page: tickets by cursor, ticket events by time, ratings as they move."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.sources.rest.client import Answer, RestClient, Unfit
from etl.sources.rest.paging import DAY_S, Headway, Page, Row, State, Walk, reaching_back, settled_until
from etl.sources.rest.records import epoch_s, inner, objects
from etl.sources.rest.source import Shared
from etl.sources.rest.zendesk_people import PER_PAGE, People
from etl.sources.rest.zendesk_rows import (
    change_rows,
    comment_rows,
    instant_of,
    rating_row,
    response_row,
    staff_of,
    submitted_at,
    ticket_row,
)

Record = Mapping[str, Any]
REACH_S = 30 * DAY_S  # a rating may be changed until its ticket is closed, which is 28 days after it was solved
AGAIN_S = 3600  # before the last ticket, where the cursor behind it is refused
EXPORT = "/api/v2/incremental/tickets/cursor.json"


@dataclass(frozen=True)
class Desk(Shared):
    """What the streams of one pull share."""

    people: People


def exported(client: RestClient, query: Mapping[str, str | int]) -> Iterator[Answer]:
    """Yield the answers of the ticket export from a cursor or a start_time on, up to the end of its stream."""
    walk = Walk(client.place(EXPORT))
    while True:
        walk.step(query.get("cursor"))
        answer = client.get(EXPORT, query)
        yield answer
        if answer.data.get("end_of_stream"):
            return
        rest = {name: value for name, value in query.items() if name != "start_time"}
        query = {**rest, "cursor": answer.data.get("after_cursor") or query.get("cursor", "")}


@dataclass(frozen=True)
class Tickets:
    """Incremental cursor export of tickets with their metric sets; deleted ones come with status deleted."""

    desk: Desk
    columns: Sequence[str]
    name: str = "tickets"
    weight: float = 1.0

    def pages(self, state: State) -> Iterator[Page]:
        """Yield pages up to the end of the stream; its cursor is the system's own and stays valid.

        One that is refused all the same is left: the export is read again from an hour before its last ticket on.
        State: `cursor`, `at` epoch second of the last ticket
        """
        headway = Headway(0 if state.get("cursor") else self.desk.start, self.desk.pull.last)
        for answer in self._answers(state):
            state = {**state, "cursor": answer.data.get("after_cursor") or state.get("cursor")}
            if answer.data.get("end_of_stream"):
                state["until"] = settled_until(answer.served_at, self.desk.now)
            passed = max(map(_exported_at, answer.listed("tickets")), default=None)
            if passed:
                state["at"] = max(passed, state.get("at", 0))
            yield Page({self.name: self._rows(answer)}, state, headway.at(passed))
            if self.desk.pull.is_past(passed):
                return

    def _answers(self, state: State) -> Iterator[Answer]:
        query: dict[str, str | int] = {"include": "metric_sets"}
        if state.get("cursor"):
            found = exported(self.desk.client, {**query, "cursor": state["cursor"]})
            first = _unless_refused(found)
            if first is not None:
                yield first
                yield from found
                return
        start = max(self.desk.start, state.get("at", 0) - AGAIN_S)
        yield from exported(self.desk.client, {**query, "start_time": start})

    def _rows(self, answer: Answer) -> list[Row]:
        tickets = answer.listed("tickets")
        metrics = {each.get("ticket_id"): each for each in objects(answer.data.get("metric_sets"))}
        self.desk.people.learn(ticket.get("assignee_id") for ticket in tickets)
        return [ticket_row(each, metrics.get(each.get("id")), self.desk.people, self.columns) for each in tickets]


def _unless_refused(answers: Iterator[Answer]) -> Answer | None:
    """Return the first of the answers; None = the system does not take its cursor."""
    try:
        return next(answers, None)
    except Unfit:
        return None


def _exported_at(ticket: Record) -> int:
    """Return the second by which the export sorts a ticket; 0 = it does not tell."""
    return epoch_s(ticket.get("generated_timestamp")) or epoch_s(ticket.get("updated_at")) or 0


@dataclass(frozen=True)
class Events:
    """Incremental export of ticket events with comments, by time: events of a page's last second come again.

    State: `from` epoch second, `border` ids of its events that were read, `staff` numbers of who is or was staff.
    """

    desk: Desk
    tables: Sequence[str] = ("changes", "comments")
    name: str = "ticket_events"
    path: str = "/api/v2/incremental/ticket_events.json"
    weight: float = 5.0  # so many updates to a ticket

    def pages(self, state: State) -> Iterator[Page]:
        """Yield pages up to the end of the stream."""
        walk = Walk(self.desk.client.place(self.path))
        self.desk.people.learn(state.get("staff", ()))
        headway = Headway(state.get("from", self.desk.start), self.desk.pull.last)
        while True:
            since = state.get("from", self.desk.start)
            walk.step(since)
            answer = self.desk.client.get(self.path, {"start_time": since, "include": "comment_events"})
            events = answer.listed("ticket_events")
            fresh = [each for each in events if each.get("id") not in state.get("border", ())]
            is_last = bool(answer.data.get("end_of_stream"))
            rows = self._rows(fresh)
            state = self._after(answer, fresh, state, is_last)
            yield Page(rows, state, headway.at(state["from"]))
            if is_last or self.desk.pull.is_past(state["from"]):
                return

    def _rows(self, events: Sequence[Record]) -> dict[str, list[Row]]:
        people = self.desk.people
        people.learn(user for event in events for user in staff_of(event))
        found: dict[str, list[Row]] = {
            "changes": [row for event in events for row in change_rows(event, people)],
            "comments": [row for event in events for row in comment_rows(event, people)],
        }
        return {table: rows for table, rows in found.items() if table in self.tables}

    def _after(self, answer: Answer, fresh: Sequence[Record], state: State, is_last: bool) -> State:
        before = state.get("from", self.desk.start)
        since = max(before, epoch_s(answer.data.get("end_time")) or before)
        border = [each.get("id") for each in fresh if (epoch_s(instant_of(each)) or 0) >= since]
        kept = state.get("border", []) if since == before else []
        until = settled_until(answer.served_at, self.desk.now) if is_last else since
        staff = self.desk.people.known if fresh else state.get("staff", [])
        return {"from": since, "border": [*kept, *border], "until": until, "staff": staff}


@dataclass(frozen=True)
class Moving:
    """A list that is filtered by time and has no export of its own: what is left of it to read is read again.

    stamp      when a record was last changed, as text that sorts
    overlap_s  this much before the latest change is read again; what did not change is left out
    Once a day REACH_S is: lists filtered by when a record was made do not show a later change.
    State: `from` epoch second, `after` page cursor inside of a pull, `newest` epoch second, `seen` id -> stamp
    """

    desk: Desk
    name: str
    path: str
    filter: str
    to_row: Callable[[Record], Row]
    stamp: Callable[[Record], str | None]
    overlap_s: int
    weight: float = 0.05

    def pages(self, state: State) -> Iterator[Page]:
        """Yield the pages of records that are new or changed."""
        walk = Walk(self.desk.client.place(self.path))
        state = {"from": self.desk.start, "newest": self.desk.start, "seen": {}, **state}
        if "after" not in state:
            state = reaching_back(state, self.desk.start, self.desk.now, REACH_S)
        is_kept = "after" in state
        while True:
            walk.step(state.get("after"))
            answer, is_kept = self._answer(state, is_kept), False
            records = answer.listed(self.name)
            fresh = [each for each in records if state["seen"].get(str(each.get("id"))) != self._stamp(each)]
            state = self._after(answer, fresh, state)
            wanted = [each for each in fresh if not self.desk.pull.is_past(epoch_s(each.get("created_at")))]
            yield Page({self.name_of_table: [self.to_row(each) for each in wanted]}, state)
            if "after" not in state:
                return

    def _answer(self, state: State, is_kept: bool) -> Answer:
        """Return a page; a place that was kept from an earlier pull may be known no more: then the first one."""
        asked: dict[str, str | int] = {self.filter: state["from"], "page[size]": PER_PAGE}
        after = {"page[after]": state["after"]} if state.get("after") else {}
        try:
            return self.desk.client.get(self.path, {**asked, **after})
        except Unfit:
            if not is_kept:
                raise
        return self.desk.client.get(self.path, asked)

    @property
    def name_of_table(self) -> str:
        """Return the table of the mapping that the records are rows of."""
        return {"satisfaction_ratings": "ratings"}.get(self.name, self.name)

    def _stamp(self, record: Record) -> str:
        return self.stamp(record) or ""

    def _after(self, answer: Answer, fresh: Sequence[Record], state: State) -> State:
        stamps = {str(each.get("id")): self._stamp(each) for each in fresh}
        settled = settled_until(answer.served_at, self.desk.now)
        seconds = [min(epoch_s(stamp) or 0, settled) for stamp in stamps.values()]
        newest = max([state["newest"], *seconds])
        since = max(self.desk.start, newest - self.overlap_s)
        seen = {**state["seen"], **stamps}
        kept = {number: stamp for number, stamp in seen.items() if (epoch_s(stamp) or since) >= since}
        meta = inner(answer.data.get("meta"))
        moved = {**state, "newest": newest, "seen": kept}
        if meta.get("has_more"):
            return {**moved, "after": meta.get("after_cursor")}
        moved.pop("after", None)
        return {**moved, "from": since, "until": settled}


def ratings(desk: Desk) -> Moving:
    """Return the stream of satisfaction ratings (the older kind of survey)."""
    return Moving(
        desk,
        "satisfaction_ratings",
        "/api/v2/satisfaction_ratings.json",
        "start_time",
        lambda record: rating_row(record, desk.people),
        lambda record: record.get("updated_at"),
        DAY_S,
    )


def survey_responses(desk: Desk) -> Moving:
    """Return the stream of answered surveys (the newer kind), filtered by when they were created."""
    path = "/api/v2/guide/survey_responses"
    return Moving(desk, "survey_responses", path, "filter[created_at_start]", response_row, submitted_at, 7 * DAY_S)
