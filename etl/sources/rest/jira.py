"""Jira Service Management as a source: issues as they change, with changelog and comments.

The search gives issues by last change, to the minute of its user's zone, and may know of a change some minutes late.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from etl.mapping import Mapping as SourceMapping
from etl.mapping.model import TableMapping
from etl.model import Delivery, MappingError, SourceError
from etl.sources.rest.access import Access
from etl.sources.rest.client import Answer, Gone, RestClient, Site
from etl.sources.rest.jira_rows import TABLES, change_rows, comment_rows, custom_field, issue_row
from etl.sources.rest.paging import ROWS_PER_DELIVERY, Deliverer, Page, Row, State, Walk
from etl.sources.rest.records import columns_named, epoch_s, member, objects
from etl.sources.rest.retry import Patience

PER_PAGE = 100
OVERLAP_S = 600  # the search may know of a change only minutes later
SEARCH = "/rest/api/3/search/jql"
FIELDS = (
    *("created", "updated", "resolutiondate", "status", "priority", "issuetype", "project", "assignee", "reporter"),
    *("creator", "labels", "components", "resolution", "comment"),
)
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Issues:
    """The search by last change, oldest first.

    State: `from` epoch second, `seen` id -> last change of issues of that second or later
    """

    client: RestClient
    start: int
    now: datetime
    headers: Mapping[str, Sequence[str]]
    name: str = "issues"

    def pages(self, state: State) -> Iterator[Page]:
        """Yield pages of issues that are new or changed; the next pull needs no token, which would expire."""
        walk = Walk(self.client.place(SEARCH))
        token: str | None = None
        state = {"from": self.start, "seen": {}, **state}
        jql = self._jql(state["from"])
        while True:
            walk.step(token)
            following = {"nextPageToken": token} if token else {}
            asked: dict[str, str | int] = {
                "jql": jql,
                "maxResults": PER_PAGE,
                "fields": self._fields(),
                "expand": "changelog",
            }
            answer = self.client.get(SEARCH, {**asked, **following})
            issues = answer.listed("issues")
            token = answer.data.get("nextPageToken")
            fresh = [each for each in issues if state["seen"].get(str(each.get("id"))) != _changed(each)]
            state = self._after(answer, issues, state, is_last=not token)
            yield Page(self._rows(fresh), state)
            if not token:
                return

    def _fields(self) -> str:
        """Return the fields to ask for: those of the tables, and custom ones that the mapping names."""
        named = (name.partition(".")[0] for name in self.headers.get("issues", ()) if custom_field(name))
        return ",".join(dict.fromkeys([*FIELDS, *named]))

    def _jql(self, since: int) -> str:
        """Return the search; its minutes are in the zone of the user whose token it is."""
        zone = ZoneInfo(str(self.client.get("/rest/api/3/myself").data.get("timeZone") or "UTC"))
        minute = datetime.fromtimestamp(since, UTC).astimezone(zone)
        return f'updated >= "{minute:%Y/%m/%d %H:%M}" ORDER BY updated ASC'

    def _after(self, answer: Answer, issues: Sequence[Record], state: State, is_last: bool) -> State:
        served = int((answer.served_at or self.now).timestamp())
        newest = max([state["from"], *(min(epoch_s(_changed(each)) or 0, served) for each in issues)])
        since = max(state["from"], newest - (OVERLAP_S if is_last else 0))
        seen = {**state["seen"], **{str(each.get("id")): _changed(each) for each in issues}}
        floor = since - since % 60
        kept = {number: stamp for number, stamp in seen.items() if (epoch_s(stamp) or since) >= floor}
        moved = {**state, "from": since, "seen": kept}
        return {**moved, "until": served - OVERLAP_S} if is_last else moved

    def _rows(self, issues: Sequence[Record]) -> Mapping[str, Sequence[Row]]:
        found: dict[str, Sequence[Row]] = {}
        if "issues" in self.headers:
            found["issues"] = [issue_row(each, self.headers["issues"]) for each in issues]
        if "changes" in self.headers:
            found["changes"] = [row for each in issues for row in change_rows(each, self._histories(each))]
        if "comments" in self.headers:
            found["comments"] = [row for each in issues for row in comment_rows(each, self._comments(each))]
        return found

    def _histories(self, issue: Record) -> list[Record]:
        held = objects(member(issue, "changelog.histories"))
        return self._whole(issue, "changelog", "values", held, member(issue, "changelog.total"))

    def _comments(self, issue: Record) -> list[Record]:
        held = objects(member(issue, "fields.comment.comments"))
        return self._whole(issue, "comment", "comments", held, member(issue, "fields.comment.total"))

    def _whole(self, issue: Record, part: str, name: str, held: list[Record], total: object) -> list[Record]:
        """Return what belongs to an issue: as the search gave it, or asked for where that was cut off."""
        if isinstance(total, int) and total <= len(held):
            return held
        path, found = f"/rest/api/3/issue/{issue.get('id')}/{part}", list[Record]()
        walk = Walk(self.client.place(path))
        while True:
            walk.step(len(found))
            try:
                answer = self.client.get(path, {"startAt": len(found), "maxResults": PER_PAGE})
            except Gone:
                return found
            records = answer.listed(name)
            found += records
            if not records or len(found) >= int(answer.data.get("total") or 0):
                return found


def _changed(issue: Record) -> str:
    return str(member(issue, "fields.updated") or "")


class JiraSource:
    """Pulls the tables that the mapping names."""

    def __init__(
        self,
        source_id: str,
        access: Access,
        mapping: SourceMapping,
        patience: Patience | None = None,
        wait: Callable[[float], None] = time.sleep,
        rows_per_delivery: int = ROWS_PER_DELIVERY,
    ) -> None:
        if access.user is None:
            raise SourceError(
                f"source {source_id}: user: write the e-mail of whom the token belongs to", permanent=True
            )
        pair = b64encode(f"{access.user}:{access.token}".encode()).decode()
        self._site = Site(source_id, access.url, {"Authorization": f"Basic {pair}"})
        self._patience = patience
        self._wait = wait
        headers = {table.name: _header(mapping, table) for table in mapping.tables}
        self._deliverer = Deliverer(source_id, headers, access.start, rows_per_delivery)

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries; the last one says that all up to ten minutes ago, by Jira's clock, was delivered."""
        with RestClient(self._site, self._patience, self._wait) as client:
            issues = Issues(client, self._deliverer.start, now, self._deliverer.headers)
            yield from self._deliverer.deliveries([issues], cursor)


def _header(mapping: SourceMapping, table: TableMapping) -> Sequence[str]:
    if table.name not in TABLES:
        raise MappingError(f"{mapping.name}: table {table.name!r} is none of Jira's, use {', '.join(TABLES)}")
    named = columns_named(table) if table.name == "issues" else set()
    return (*TABLES[table.name], *sorted(name for name in named if custom_field(name)))
