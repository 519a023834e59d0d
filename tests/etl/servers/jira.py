"""An emulated Jira: search by last change in its user's zone, a cut changelog, comments per issue."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.etl.servers.web import Asked, Reply, Web
from tests.etl.servers.zendesk import instant

USER, TOKEN = "admin@example.com", "s3cret-key"
Record = dict[str, Any]


def written(at: str) -> str:
    return instant(at).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@dataclass
class Jira:
    """Issues, written by the test; `cut` and `few` are how many histories and comments the search gives at most.

    What it gives of them has the number given as `total` and `maxResults`, whatever there is besides, as it is
    documented and seen; `is_honest` = the number there is.
    """

    issues: dict[int, Record] = field(default_factory=dict)
    histories: dict[int, list[Record]] = field(default_factory=dict)
    comments: dict[int, list[Record]] = field(default_factory=dict)
    zone: str = "America/New_York"
    cut: int = 40
    few: int = 20
    per_page: int = 100
    at_once: int = 100
    is_honest: bool = False

    def __post_init__(self) -> None:
        self.web = Web(self.answer)

    @contextmanager
    def serving(self) -> Iterator["Jira"]:
        with self.web.serving():
            yield self

    def issue(self, number: int, at: str, **fields: Any) -> None:
        known = self.issues.get(number, {"created": written(at), "status": {"name": "Open"}})
        self.issues[number] = {**known, **fields, "updated": written(at)}

    def change(self, number: int, at: str, by: Record, name: str, to: str | None, before: str | None = None) -> None:
        known = self.histories.setdefault(number, [])
        item = {"field": name, "toString": to, "fromString": before}
        known.insert(0, {"id": f"{number}-{len(known)}", "author": by, "created": written(at), "items": [item]})
        self.issue(number, at)

    def comment(self, number: int, at: str, by: Record, public: bool = True) -> None:
        known = self.comments.setdefault(number, [])
        told = {"author": by, "created": written(at), "jsdPublic": public, "body": "s0me text"}
        known.append({"id": f"{number}-{len(known)}", **told})
        self.issue(number, at)

    def answer(self, asked: Asked) -> Reply:
        pair = b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {pair}":
            return Reply(401)
        if asked.path.endswith("/myself"):
            return Reply(200, {"timeZone": self.zone})
        if asked.path.endswith("/search/jql"):
            return self._search(asked)
        number, part = asked.path.split("/")[-2:]
        held = self.histories if part == "changelog" else self.comments
        return self._part(asked, "values" if part == "changelog" else "comments", held.get(int(number), []))

    def _part(self, asked: Asked, name: str, records: list[Record]) -> Reply:
        start = int(asked.query["startAt"])
        found = records[start : start + self.at_once]
        end = {"isLast": start + self.at_once >= len(records)} if name == "values" else {}
        return Reply(200, {name: found, "maxResults": self.at_once, "total": len(found), **end})

    def _part_of(self, name: str, records: list[Record], most: int) -> Record:
        found = records[:most]
        return {name: found, "maxResults": len(found), "total": len(records if self.is_honest else found)}

    def _search(self, asked: Asked) -> Reply:
        jql = r'updated >= "([^"]+)"(?: AND updated <= "([^"]+)")? ORDER BY (updated|created) ASC'
        ((first, last, by),) = re.findall(jql, asked.query["jql"])
        since, until = self._instant(first), self._instant(last) if last else datetime.max.replace(tzinfo=UTC)
        found = sorted(
            (
                number
                for number, fields in self.issues.items()
                if since <= datetime.fromisoformat(fields["updated"]) <= until
            ),
            key=lambda number: (self.issues[number][by], number),
        )
        start = int(asked.query.get("nextPageToken", 0))
        end = start + min(self.per_page, int(asked.query["maxResults"]))
        data: Record = {"issues": [self._told(number) for number in found[start:end]]}
        return Reply(200, data | ({"nextPageToken": str(end)} if end < len(found) else {"isLast": True}))

    def _instant(self, minute: str) -> datetime:
        """Return the instant of a local minute; of one that comes twice the later one, the worse for who asks."""
        local = datetime.strptime(minute, "%Y/%m/%d %H:%M").replace(tzinfo=ZoneInfo(self.zone), fold=1)
        return local.astimezone(UTC)

    def _told(self, number: int) -> Record:
        histories, comments = self.histories.get(number, []), self.comments.get(number, [])
        changelog = self._part_of("histories", histories, self.cut)
        comment = self._part_of("comments", comments, self.few)
        fields = {**self.issues[number], "comment": comment}
        return {"id": str(number), "key": f"HELP-{number}", "fields": fields, "changelog": changelog}
