"""Jira Service Management as a source: issues as they change, with changelog and comments.

The search gives issues by last change, to the minute of its user's zone, and may know of a change some minutes late.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.model import SourceError
from etl.sources.rest.access import Access
from etl.sources.rest.client import Answer, Gone, Query, RestClient, Site
from etl.sources.rest.jira_rows import TABLES, change_rows, comment_rows, custom_field, issue_row
from etl.sources.rest.paging import DAY_S, Headway, Page, Row, State, Stream, Walk
from etl.sources.rest.records import epoch_s, member, objects
from etl.sources.rest.source import Pull, Record, System

PER_PAGE = 100
IDS_PER_PAGE = 1000
OVERLAP_S = 600  # the search may know of a change only minutes later
SAME_S = 10
HELD = 20  # the search gives no more than 40 changes and 20 comments of an issue
SEARCH = "/rest/api/3/search/jql"
FIELDS = (
    *("created", "updated", "resolutiondate", "status", "priority", "issuetype", "project", "assignee", "reporter"),
    *("creator", "labels", "components", "resolution", "comment"),
)


def changed_since(client: RestClient, since: int, end: int | None = None) -> str:
    """Return the condition of a search; its minutes are in the zone of the user whose token it is.

    end  epoch second behind which nothing is asked for; None = up to now
    """
    zone = _zone(client)
    condition = f'updated >= "{_minute(since, zone, -60)}"'
    return condition if end is None else f'{condition} AND updated <= "{_minute(end + 60, zone, 60)}"'


def _zone(client: RestClient) -> ZoneInfo:
    path = "/rest/api/3/myself"
    name = str(client.get(path).data.get("timeZone") or "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SourceError(
            f"{client.place(path)}: the account's time zone {name!r} is not known here; choose another one in its"
            " profile",
            permanent=True,
        ) from None


def _minute(second: int, zone: ZoneInfo, step_s: int) -> str:
    """Return the local minute of a second; one that the clocks repeat would say two, so the next one that does not.

    step_s  the way to look for it
    """
    local = datetime.fromtimestamp(max(second, DAY_S), UTC).astimezone(zone)
    while local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local = (local.astimezone(UTC) + timedelta(seconds=step_s)).astimezone(zone)
    return f"{local:%Y/%m/%d %H:%M}"


def found_by(client: RestClient, query: Query) -> Iterator[Answer]:
    """Yield the answers of a search page by page."""
    walk, token = Walk(client.place(SEARCH)), None
    while True:
        walk.step(token)
        answer = client.get(SEARCH, {**query, "nextPageToken": token} if token else query)
        yield answer
        token = answer.data.get("nextPageToken")
        if not token:
            return


@dataclass(frozen=True)
class Issues:
    """The search by last change, oldest first.

    State: `from` epoch second, `seen` id -> last change of issues of that second or later
    """

    pull: Pull
    name: str = "issues"
    weight: float = 1.0

    def pages(self, state: State) -> Iterator[Page]:
        """Yield pages of issues that are new or changed; the next pull needs no token, which would expire."""
        state = {"from": self.pull.start, "seen": {}, **state}
        jql = f"{changed_since(self.pull.client, state['from'], self.pull.end)} ORDER BY updated ASC"
        headway = Headway(state["from"], self.pull.last)
        asked: dict[str, str | int] = {
            "jql": jql,
            "maxResults": PER_PAGE,
            "fields": self._fields(),
            "expand": "changelog",
        }
        for answer in found_by(self.pull.client, asked):
            issues = answer.listed("issues")
            fresh = [each for each in issues if state["seen"].get(str(each.get("id"))) != _changed(each)]
            state = self._after(answer, issues, state, is_last=not answer.data.get("nextPageToken"))
            passed = max((epoch_s(_changed(each)) or 0 for each in issues), default=None)
            yield Page(self._rows(fresh), state, headway.at(passed))

    def _fields(self) -> str:
        """Return the fields to ask for: those of the tables, and custom ones that the mapping names."""
        named = (name.partition(".")[0] for name in self.pull.columns.get("issues", ()) if custom_field(name))
        return ",".join(dict.fromkeys([*FIELDS, *named]))

    def _after(self, answer: Answer, issues: Sequence[Record], state: State, is_last: bool) -> State:
        served = self.pull.second(answer)
        newest = max([state["from"], *(min(epoch_s(_changed(each)) or 0, served) for each in issues)])
        since = max(state["from"], newest - (OVERLAP_S if is_last else 0))
        seen = {**state["seen"], **{str(each.get("id")): _changed(each) for each in issues}}
        floor = since - since % 60
        # Changed just before it was read, an issue may change once more at the same instant
        kept = {
            number: stamp for number, stamp in seen.items() if floor <= (epoch_s(stamp) or floor) < served - SAME_S
        }
        moved = {**state, "from": since, "seen": kept}
        return {**moved, "until": served - OVERLAP_S} if is_last else moved

    def _rows(self, issues: Sequence[Record]) -> Mapping[str, Sequence[Row]]:
        found: dict[str, Sequence[Row]] = {}
        if "issues" in self.pull.columns:
            found["issues"] = [issue_row(each, self.pull.columns["issues"]) for each in issues]
        if "changes" in self.pull.columns:
            found["changes"] = [row for each in issues for row in change_rows(each, self._histories(each))]
        if "comments" in self.pull.columns:
            found["comments"] = [row for each in issues for row in comment_rows(each, self._comments(each))]
        return found

    def _histories(self, issue: Record) -> list[Record]:
        held = objects(member(issue, "changelog.histories"))
        return self._whole(issue, "changelog", "values", held, member(issue, "changelog.total"))

    def _comments(self, issue: Record) -> list[Record]:
        held = objects(member(issue, "fields.comment.comments"))
        return self._whole(issue, "comment", "comments", held, member(issue, "fields.comment.total"))

    def _whole(self, issue: Record, part: str, name: str, held: list[Record], total: object) -> list[Record]:
        """Return what belongs to an issue: as the search gave it, or asked for where that may be cut off.

        The search calls the number that it gives the total, whatever there is besides.
        """
        if isinstance(total, int) and total <= len(held) < HELD:
            return held
        path, found = f"/rest/api/3/issue/{issue.get('id')}/{part}", list[Record]()
        walk = Walk(self.pull.client.place(path))
        while True:
            walk.step(len(found))
            try:
                answer = self.pull.client.get(path, {"startAt": len(found), "maxResults": PER_PAGE})
            except Gone:
                return found
            records = answer.listed(name)
            found += records
            if not records or _is_end(answer, len(records), len(found)):
                return found


def _is_end(answer: Answer, n_records: int, n_found: int) -> bool:
    """Return whether nothing follows a page; only where that is not told, the numbers have to tell."""
    is_last, most, total = (answer.data.get(name) for name in ("isLast", "maxResults", "total"))
    if isinstance(is_last, bool):
        return is_last
    is_short = n_records < (most if isinstance(most, int) else PER_PAGE)
    return is_short and n_found >= (total if isinstance(total, int) else 0)


def _changed(issue: Record) -> str:
    return str(member(issue, "fields.updated") or "")


def _site(source_id: str, access: Access) -> Site:
    if access.user is None:
        raise SourceError(f"source {source_id}: user: write the e-mail of whom the token belongs to", permanent=True)
    pair = b64encode(f"{access.user}:{access.token}".encode()).decode()
    return Site(source_id, access.url, {"Authorization": f"Basic {pair}"})


def _streams(pull: Pull) -> Sequence[Stream]:
    return [Issues(pull)]


def _held(pull: Pull) -> Iterator[Sequence[Record]]:
    """Yield the issues of the search, oldest first: what changes meanwhile moves none to another page."""
    jql = f"{changed_since(pull.client, pull.start)} ORDER BY created ASC"
    for answer in found_by(pull.client, {"jql": jql, "maxResults": IDS_PER_PAGE, "fields": "id"}):
        yield answer.listed("issues")


JIRA = System("Jira", TABLES, "issues", _site, _streams, _held, custom_field)
