"""An emulated Intercom workspace: a search by whole seconds with cursors, parts with the conversation, windows of ten
seconds in which so many requests are answered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.etl.servers.web import Asked, Reply, Web
from tests.etl.servers.zendesk import instant

TOKEN = "s3cret-key"
MOST_PARTS = 500
Record = dict[str, Any]


@dataclass
class Intercom:
    """Conversations with their parts, written by the test; `per_page` caps pages, `most` requests of ten seconds."""

    conversations: dict[int, Record] = field(default_factory=dict)
    parts: dict[int, list[Record]] = field(default_factory=dict)
    admins: list[Record] = field(default_factory=list)
    teams: list[Record] = field(default_factory=list)
    per_page: int = 150
    most: int = 10_000
    is_sorting: bool = True
    windows: dict[int, int] = field(default_factory=dict)
    after_each: Callable[[], None] = lambda: None
    numbers: Iterator[int] = field(default_factory=lambda: count(5000))

    def __post_init__(self) -> None:
        self.web = Web(self.answer)

    @contextmanager
    def serving(self) -> Iterator["Intercom"]:
        with self.web.serving():
            yield self

    # -- what a test writes

    def conversation(self, number: int, at: str, **more: Any) -> None:
        """Write a conversation, or change it."""
        second = int(instant(at).timestamp())
        known = self.conversations.get(number, {"created_at": second, "state": "open", "priority": "not_priority"})
        self.conversations[number] = {**known, "id": str(number), **more, "updated_at": second}

    def part(self, number: int, at: str, kind: str, by: Record, **more: Any) -> None:
        """Write a part, which changes its conversation."""
        stamp = int(instant(at).timestamp())
        told = {"type": "conversation_part", "id": str(next(self.numbers)), "part_type": kind, "author": by}
        self.parts.setdefault(number, []).append({**told, "body": None, "created_at": stamp, **more})
        self.conversation(number, at)

    # -- what it answers

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"type": "error.list", "errors": [{"code": "unauthorized"}]})
        assert asked.headers["Intercom-Version"] == "2.11"
        window = int(self.web.clock.timestamp()) // 10
        self.windows[window] = self.windows.get(window, 0) + 1
        if self.windows[window] > self.most:
            reset = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str((window + 1) * 10)}
            return Reply(429, {"type": "error.list", "errors": [{"code": "rate_limit_exceeded"}]}, reset)
        reply = self._answer(asked)
        self.after_each()
        return reply

    def _answer(self, asked: Asked) -> Reply:
        if asked.path == "/conversations/search":
            return self._search(asked.body)
        if asked.path in ("/admins", "/teams"):
            name = asked.path[1:]
            return Reply(200, {"type": f"{name[:-1]}.list", name: self.admins if name == "admins" else self.teams})
        number = int(asked.path.rpartition("/")[2])
        if number not in self.conversations:
            return Reply(404, {"type": "error.list", "errors": [{"code": "not_found"}]})
        parts = self.parts.get(number, [])
        held = {"conversation_parts": parts[-MOST_PARTS:], "total_count": len(parts)}
        return Reply(200, {**self.conversations[number], "conversation_parts": held})

    def _search(self, body: Record) -> Reply:
        query, page, before = body["query"], body["pagination"], float("inf")
        if query["operator"] == "AND":
            query, end = query["value"]
            assert (end["field"], end["operator"]) == ("updated_at", "<")
            before = end["value"]
        assert (query["field"], query["operator"], body["sort"]["order"]) == ("updated_at", ">", "ascending")
        by, turn = (body["sort"]["field"], 1) if self.is_sorting else ("updated_at", -1)
        found = sorted(
            (each for each in self.conversations.values() if query["value"] < each["updated_at"] < before),
            key=lambda each: (turn * each[by], int(each["id"])),
        )
        total = len(found)
        if after := page.get("starting_after"):
            found = [
                each for each in found if [turn * each[by], int(each["id"])] > [int(x) for x in after.split(":")]
            ]
        size = min(self.per_page, page["per_page"])
        pages: Record = {"type": "pages", "per_page": size}
        if len(found) > size:
            last = found[size - 1]
            pages["next"] = {"page": 2, "starting_after": f"{turn * last[by]}:{last['id']}"}
        told = {"type": "conversation.list", "total_count": total, "pages": pages}
        return Reply(200, {**told, "conversations": found[:size]})
