"""An emulated Freshdesk: lists filtered by time and paged by number, 300 pages at most, conversations per ticket."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.etl.servers.web import Asked, Reply, Web
from tests.etl.servers.zendesk import instant, iso

TOKEN = "s3cret-key"
MOST_PAGES = 300
Record = dict[str, Any]


@dataclass
class Freshdesk:
    """Tickets, messages and ratings, written by the test; `page` caps the size of pages below what is asked for."""

    tickets: dict[int, Record] = field(default_factory=dict)
    conversations: dict[int, list[Record]] = field(default_factory=dict)
    ratings: list[Record] = field(default_factory=list)
    agents: list[Record] = field(default_factory=list)
    groups: list[Record] = field(default_factory=list)
    most_pages: int = MOST_PAGES
    after_each: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.web = Web(self.answer)

    @contextmanager
    def serving(self) -> Iterator["Freshdesk"]:
        with self.web.serving():
            yield self

    def ticket(self, number: int, at: str, **more: Any) -> None:
        """Write a ticket, or change it; `stats` are added to what they were."""
        known = self.tickets.get(number, {"created_at": iso(instant(at)), "status": 2, "priority": 1, "source": 2})
        stats = {**known.get("stats", {}), **more.pop("stats", {})}
        stamps = {"updated_at": iso(instant(at)), "stats": stats}
        self.tickets[number] = {"spam": False, "tags": [], **known, "id": number, **more, **stamps}

    def message(self, ticket: int, at: str, by: int, incoming: bool, private: bool = False) -> None:
        known = self.conversations.setdefault(ticket, [])
        told = {"user_id": by, "incoming": incoming, "private": private, "body": "s0me text"}
        known.append({"id": 1000 * ticket + len(known), **told, "created_at": iso(instant(at))})

    def answer(self, asked: Asked) -> Reply:
        pair = b64encode(f"{TOKEN}:X".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {pair}":
            return Reply(401, {"code": "invalid_credentials"})
        found = self._records(asked)
        reply = Reply(404) if found is None else self._paged(asked, found)
        self.after_each()
        return reply

    def _records(self, asked: Asked) -> list[Record] | None:
        parts = asked.path.removeprefix("/api/v2/").split("/")
        if parts[0] == "tickets" and parts[-1] == "conversations":
            number = int(parts[1])
            return self.conversations.get(number, []) if number in self.tickets else None
        lists: Mapping[str, Callable[[Asked], list[Record]]] = {
            "tickets": self._tickets,
            "satisfaction_ratings": self._ratings,
            "agents": lambda _: self.agents,
            "groups": lambda _: self.groups,
        }
        return lists[parts[-1]](asked) if parts[-1] in lists else None

    def _tickets(self, asked: Asked) -> list[Record]:
        wanted = asked.query.get("filter")
        found = [each for each in self.tickets.values() if _list_of(each) == wanted]
        since = asked.query["updated_since"].rstrip("Z")
        return sorted(
            (each for each in found if each["updated_at"].rstrip("Z") >= since),
            key=lambda each: (each["updated_at"], each["id"]),
        )

    def _ratings(self, asked: Asked) -> list[Record]:
        return [each for each in self.ratings if each["created_at"] >= asked.query["created_since"]]

    def _paged(self, asked: Asked, records: list[Record]) -> Reply:
        number, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 30))
        if number > self.most_pages:
            return Reply(400, {"description": "page: There are only 300 pages"})
        return Reply(200, records[(number - 1) * size : number * size])


def _list_of(ticket: Record) -> str | None:
    """Return the filter that shows a ticket; the list without one shows neither what is deleted nor spam."""
    return next((name for name in ("deleted", "spam") if ticket.get(name)), None)
