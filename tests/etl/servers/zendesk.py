"""An emulated Zendesk: incremental exports, side lists and ratings as their documentation and recordings have them.

From recordings of the real one: `after_cursor` is base64 of "second||id|" and is there at the end of the stream too;
a page of a time-based export that lies in one second holds all of that second and ends one second later, any other
ends with the second of its last item, which then comes again.
"""

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.etl.servers.web import Asked, Reply, Web

USER, TOKEN = "admin@example.com", "s3cret-t0ken"
PER_MINUTE = 10
Record = dict[str, Any]


def instant(text: str) -> datetime:
    """Return "09:30", a time of 2 March 2026, or a full ISO text as an instant."""
    return datetime.fromisoformat(text if "T" in text else f"2026-03-02T{text}").replace(tzinfo=UTC)


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Desk:
    """Tickets and their history, written by the test; `page` is the size of export pages."""

    page: int = 1000
    tickets: dict[int, Record] = field(default_factory=dict)
    events: list[Record] = field(default_factory=list)
    metrics: dict[int, Record] = field(default_factory=dict)
    ratings: list[Record] = field(default_factory=list)
    responses: list[Record] = field(default_factory=list)
    users: list[Record] = field(default_factory=list)
    groups: list[Record] = field(default_factory=list)
    token: str = TOKEN
    per_minute: int = PER_MINUTE
    is_rated_by_creation: bool = False
    exports: deque[datetime] = field(default_factory=deque)
    numbers: Iterator[int] = field(default_factory=lambda: count(9000))

    def __post_init__(self) -> None:
        self.web = Web(self.answer)

    @contextmanager
    def serving(self) -> Iterator["Desk"]:
        with self.web.serving():
            yield self

    # -- what a test writes

    def ticket(self, number: int, at: str, **more: Any) -> None:
        """Write a ticket, or change it: it moves to the end of the export."""
        known = self.tickets.get(number, {"created_at": iso(instant(at)), "via": {"channel": "web"}, "status": "new"})
        stamps = {"updated_at": iso(instant(at)), "generated_timestamp": int(instant(at).timestamp())}
        self.tickets[number] = {**known, "id": number, "tags": [], **more, **stamps}

    def event(self, ticket: int, at: str, by: int, *children: Record, **more: Any) -> None:
        """Write an update of a ticket."""
        numbered = [{"id": next(self.numbers), "via": "Web form", **child} for child in children]
        told = {"ticket_id": ticket, "updater_id": by, "event_type": "Audit", "child_events": numbered, **more}
        stamps = {"created_at": iso(instant(at)), "timestamp": int(instant(at).timestamp())}
        self.events.append({"id": next(self.numbers), **told, **stamps})

    # -- what it answers

    def answer(self, asked: Asked) -> Reply:
        pair = b64encode(f"{USER}/token:{self.token}".encode()).decode()
        if asked.headers.get("Authorization") not in (f"Basic {pair}", f"Bearer {self.token}"):
            return Reply(401, {"error": "Couldn't authenticate you"})
        if "/incremental/" in asked.path and (wait := self._wait()):
            return Reply(429, {"error": "TooManyRequests"}, {"Retry-After": str(wait)})
        paths: dict[str, Callable[[Asked], Reply]] = {
            "/api/v2/incremental/tickets/cursor.json": self._tickets,
            "/api/v2/incremental/ticket_events.json": self._events,
            "/api/v2/satisfaction_ratings.json": self._ratings,
            "/api/v2/guide/survey_responses": self._responses,
            "/api/v2/users.json": self._users,
            "/api/v2/groups.json": self._groups,
        }
        return paths[asked.path](asked) if asked.path in paths else Reply(404, {"error": "InvalidEndpoint"})

    def _wait(self) -> int:
        """Return the seconds to wait: ten requests in a minute are allowed, all exports together."""
        now = self.web.clock
        while self.exports and (now - self.exports[0]).total_seconds() >= 60:
            self.exports.popleft()
        if len(self.exports) >= self.per_minute:
            return 60 - int((now - self.exports[0]).total_seconds())
        self.exports.append(now)
        return 0

    @property
    def _visible(self) -> int:
        """Return the second up to which exports go: the last minute is left out."""
        return int(self.web.clock.timestamp()) - 60

    def _tickets(self, asked: Asked) -> Reply:
        after = (asked.second or 0, 0) if "cursor" not in asked.query else _place(asked.query["cursor"])
        inclusive = "cursor" not in asked.query
        sorted_by = sorted(self.tickets.values(), key=_of_ticket)
        rest = [
            each
            for each in sorted_by
            if (_of_ticket(each) > after or (inclusive and _of_ticket(each)[0] >= after[0]))
            and _of_ticket(each)[0] <= self._visible
        ]
        found = rest[: self.page]
        last = _cursor(_of_ticket(found[-1])) if found else asked.query.get("cursor")
        data = {
            "tickets": found,
            "after_cursor": last,
            "after_url": f"https://desk.example/cursor.json?cursor={last}",
            "before_cursor": None,
            "end_of_stream": len(rest) <= self.page,
        }
        if asked.query.get("include") == "metric_sets":
            data["metric_sets"] = [self.metrics[each["id"]] for each in found if each["id"] in self.metrics]
        return Reply(200, data)

    def _events(self, asked: Asked) -> Reply:
        since = asked.second or 0
        if since > self._visible:
            return Reply(422, {"error": "StartTimeTooRecent"})
        ordered = sorted(self.events, key=lambda event: int(event["timestamp"]))
        rest = [each for each in ordered if since <= each["timestamp"] <= self._visible]
        found, end = rest[: self.page], None
        if found:
            end = found[-1]["timestamp"]
            if found[0]["timestamp"] == end and len(rest) > self.page:
                found, end = [each for each in rest if each["timestamp"] == end], end + 1
        is_end = len(rest) <= len(found)
        told = (
            found if asked.query.get("include") == "comment_events" else [_without_comments(each) for each in found]
        )
        return Reply(200, {"ticket_events": told, "end_time": end, "count": len(found), "end_of_stream": is_end})

    def _ratings(self, asked: Asked) -> Reply:
        since = asked.second or 0
        stamp = "created_at" if self.is_rated_by_creation else "updated_at"  # which of them is not documented
        found = [each for each in self.ratings if _second(each[stamp]) >= since]
        return _paged(asked, "satisfaction_ratings", found)

    def _responses(self, asked: Asked) -> Reply:
        since = int(asked.query.get("filter[created_at_start]", 0))
        found = [each for each in self.responses if _second(each["answers"][0]["created_at"]) >= since]
        return _paged(asked, "survey_responses", found)

    def _groups(self, asked: Asked) -> Reply:
        return _paged(asked, "groups", self.groups)

    def _users(self, asked: Asked) -> Reply:
        roles = asked.lists.get("role[]", [])
        return _paged(asked, "users", [each for each in self.users if each["role"] in roles])


def _second(text: str | None) -> float:
    """Return the second of an instant; what has none is never filtered out."""
    return instant(text[:19]).timestamp() if text else float("inf")


def _of_ticket(ticket: Record) -> tuple[int, int]:
    return ticket["generated_timestamp"], ticket["id"]


def _cursor(place: tuple[int, int]) -> str:
    return b64encode(f"{place[0]}.0||{place[1]}|".encode()).decode()


def _place(cursor: str) -> tuple[int, int]:
    second, number = b64decode(cursor).decode().rstrip("|").split("||")
    return int(float(second)), int(number)


def _paged(asked: Asked, name: str, records: Sequence[Mapping[str, Any]]) -> Reply:
    start = int(asked.query.get("page[after]", 0))
    end = start + int(asked.query.get("page[size]", 100))
    meta = {"has_more": end < len(records), "after_cursor": str(end) if end < len(records) else None}
    return Reply(200, {name: records[start:end], "meta": meta})


def _without_comments(event: Record) -> Record:
    return {**event, "child_events": [each for each in event["child_events"] if each["event_type"] != "Comment"]}
