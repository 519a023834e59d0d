"""A Zendesk desk as a source: tickets, their history and comments, and satisfaction, over its interface."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence

from etl.sources.rest.access import Access
from etl.sources.rest.client import Site
from etl.sources.rest.paging import Stream
from etl.sources.rest.source import Pull, Record, System
from etl.sources.rest.zendesk_people import People
from etl.sources.rest.zendesk_rows import FREE_TEXT, TABLES, custom_field
from etl.sources.rest.zendesk_streams import Desk, Events, Tickets, exported, ratings, survey_responses


def site(source_id: str, access: Access) -> Site:
    """Return the desk with its secret in place; without a user the token is one of OAuth. Raises SourceError."""
    if access.user is None:
        return Site(source_id, access.url, {"Authorization": f"Bearer {access.token}"})
    pair = b64encode(f"{access.user}/token:{access.token}".encode()).decode()
    return Site(source_id, access.url, {"Authorization": f"Basic {pair}"})


def _streams(pull: Pull) -> Sequence[Stream]:
    desk, columns = Desk(pull, People(pull.client)), pull.columns
    found: list[tuple[bool, Callable[[], Stream]]] = [
        ("tickets" in columns, lambda: Tickets(desk, columns["tickets"])),
        (bool({"changes", "comments"} & columns.keys()), lambda: Events(desk, tuple(columns))),
        ("ratings" in columns, lambda: ratings(desk)),
        ("survey_responses" in columns, lambda: survey_responses(desk)),
    ]
    return [stream() for is_wanted, stream in found if is_wanted]


def _held(pull: Pull) -> Iterator[Sequence[Record]]:
    """Yield the tickets of the whole export that are not deleted; the list of tickets leaves archived ones out."""
    for answer in exported(pull.client, {"start_time": pull.start}):
        yield [each for each in answer.listed("tickets") if each.get("status") != "deleted"]


def _is_extra(column: str) -> bool:
    return column in FREE_TEXT or custom_field(column)


ZENDESK = System("Zendesk", TABLES, "tickets", site, _streams, _held, _is_extra)
