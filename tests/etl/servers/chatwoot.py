"""An emulated Chatwoot account: a list of conversations in pages or by seconds back, messages after a number, CSAT.

As its programs are published: pages of 25 sorted by last activity unless asked otherwise, no pages at all with
`updated_within`; at most 100 messages after a number, 20 before one (old ones do not know of `after` and give the
latest 20); 429 is plain text without a wait.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.etl.servers.web import Asked, Reply, Web
from tests.etl.servers.zendesk import instant

TOKEN = "s3cret-key"
ACCOUNT = "/api/v1/accounts/3"
LIMITED = Reply(429, text="Retry later\n", headers={"Content-Type": "text/plain"})
Record = dict[str, Any]


@dataclass
class Chatwoot:
    """Conversations and what belongs to them, written by the test; `per_page` is what its owner has set."""

    conversations: dict[int, Record] = field(default_factory=dict)
    messages: dict[int, list[Record]] = field(default_factory=dict)
    events: dict[int, list[Record]] = field(default_factory=dict)
    responses: list[Record] = field(default_factory=list)
    agents: list[Record] = field(default_factory=list)
    inboxes: list[Record] = field(default_factory=list)
    per_page: int = 25
    messages_at_once: int = 100
    is_community: bool = False
    is_old: bool = False
    after_each: Callable[[], None] = lambda: None
    numbers: Iterator[int] = field(default_factory=lambda: count(7000))

    def __post_init__(self) -> None:
        self.web = Web(self.answer)

    @contextmanager
    def serving(self) -> Iterator["Chatwoot"]:
        with self.web.serving():
            yield self

    @property
    def url(self) -> str:
        return f"{self.web.url}/app/accounts/3/dashboard"

    # -- what a test writes

    def conversation(self, number: int, at: str, **more: Any) -> None:
        """Write a conversation, or change it."""
        second = instant(at).timestamp()
        known = self.conversations.get(number, {"created_at": int(second), "status": "open", "priority": None})
        stamps = {"updated_at": second + 0.25, "last_activity_at": int(second)}
        self.conversations[number] = {"labels": [], **known, "id": number, **more, **stamps}

    def message(self, number: int, at: str, kind: int, sender: Record | None = None, **more: Any) -> int:
        """Write a message, which changes its conversation; return its number."""
        named = next(self.numbers)
        told = {"message_type": kind, "sender": sender, "private": False, "content": "s0me text", **more}
        stamp = int(instant(at).timestamp())
        self.messages.setdefault(number, []).append({"id": named, **told, "created_at": stamp})
        self.conversation(number, at)
        return named

    def event(self, number: int, at: str, name: str, user: int | None = None) -> None:
        """Write a reporting event, which changes nothing else."""
        told = {"name": name, "user_id": user, "conversation_id": 900_000 + number, "value": 60.0}
        stamp = instant(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.events.setdefault(number, []).append({"id": next(self.numbers), **told, "event_end_time": stamp})

    # -- what it answers

    def answer(self, asked: Asked) -> Reply:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if headers.get("api_access_token") != TOKEN:
            return Reply(401, {"error": "Invalid Access Token"})
        reply = self._answer(asked, asked.path.removeprefix(f"{ACCOUNT}/").split("/"))
        self.after_each()
        return reply

    def _answer(self, asked: Asked, parts: list[str]) -> Reply:
        lists: dict[str, Callable[[Asked], Any]] = {
            "conversations": self._conversations,
            "csat_survey_responses": self._responses,
            "agents": lambda _: self.agents,
            "inboxes": lambda _: {"payload": self.inboxes},
        }
        if len(parts) == 1 and parts[0] in lists:
            return Reply(200, lists[parts[0]](asked))
        number = int(parts[1]) if parts[0] == "conversations" and parts[1].isdecimal() else 0
        if number not in self.conversations or (parts[2:] == ["reporting_events"] and self.is_community):
            return Reply(404, {"error": "Resource could not be found"})
        if parts[2:] == ["messages"]:
            return Reply(200, {"meta": {}, "payload": self._messages(number, asked)})
        if parts[2:] == ["reporting_events"]:
            return Reply(200, self.events.get(number, []))
        return Reply(200, self.conversations[number])

    def _conversations(self, asked: Asked) -> Record:
        found = [each for each in self.conversations.values() if asked.query.get("status") in ("all", each["status"])]
        total = len(found)
        if asked.query.get("sort_by") == "created_at_asc":
            found.sort(key=lambda each: (each["created_at"], each["id"]))
        else:
            found.sort(key=lambda each: (-each["last_activity_at"], each["id"]))
        if "updated_within" in asked.query:
            since = (self.web.clock - timedelta(seconds=int(asked.query["updated_within"]))).timestamp()
            found = [each for each in found if each["updated_at"] > since]
        else:
            start = (int(asked.query.get("page", 1)) - 1) * self.per_page
            found = found[start : start + self.per_page]
        return {"data": {"meta": {"all_count": total}, "payload": found}}

    def _messages(self, number: int, asked: Asked) -> list[Record]:
        known = self.messages.get(number, [])
        if "before" in asked.query or self.is_old:
            before = int(asked.query.get("before", 10**9))
            earlier = [each for each in known if each["id"] < before]
            return sorted(earlier, key=lambda each: (each["created_at"], each["id"]))[-20:]
        later = [each for each in known if each["id"] > int(asked.query["after"])]
        return sorted(later, key=lambda each: (each["created_at"], each["id"]))[: self.messages_at_once]

    def _responses(self, asked: Asked) -> list[Record]:
        assert asked.query["sort"] == "created_at"
        start = (int(asked.query["page"]) - 1) * 25
        found = [
            each
            for each in sorted(self.responses, key=lambda each: int(each["created_at"]))
            if int(asked.query["since"]) <= each["created_at"] < int(asked.query["until"])
        ]
        return found[start : start + 25]


def second(at: str | datetime) -> int:
    return int((at if isinstance(at, datetime) else instant(at)).timestamp())
