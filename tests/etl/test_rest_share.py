"""A first load over the web tells how much of it is read; a past span is read to its end, and no further."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count, pairwise
from typing import Any

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.sources.rest.access import Access
from etl.sources.rest.chatwoot import CHATWOOT, SPANNED
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.intercom import INTERCOM
from etl.sources.rest.jira import JIRA
from etl.sources.rest.paging import Headway
from etl.sources.rest.source import Manner, RestSource, System
from etl.sources.rest.zendesk import ZENDESK
from tests.etl import test_chatwoot as chatwoot
from tests.etl import test_freshdesk as freshdesk
from tests.etl import test_intercom as intercom
from tests.etl import test_jira as jira
from tests.etl.rest_desk import TRIES, RestDesk
from tests.etl.servers.chatwoot import Chatwoot
from tests.etl.servers.freshdesk import Freshdesk
from tests.etl.servers.intercom import Intercom
from tests.etl.servers.jira import USER, Jira
from tests.etl.servers.web import START
from tests.etl.servers.zendesk import Desk as Zendesk

DAYS = 200


def _day(number: int) -> str:
    return f"{(START - timedelta(days=DAYS - number)):%Y-%m-%dT%H:%M:%S}"


def _zendesk(desk: Zendesk, number: int) -> None:
    desk.page = 20
    desk.ticket(number, _day(number))


def _jira(desk: Jira, number: int) -> None:
    desk.per_page = 20
    jira.opened(desk, number, _day(number))


def _intercom(desk: Intercom, number: int) -> None:
    desk.per_page = 20
    intercom.opened(desk, number, _day(number))


KINDS: dict[str, tuple[Any, System, str, Any]] = {
    "zendesk": (Zendesk, ZENDESK, "zendesk", _zendesk),
    "freshdesk": (Freshdesk, FRESHDESK, "freshdesk", lambda desk, n: freshdesk.opened(desk, n, _day(n))),
    "jira": (Jira, JIRA, "jira", _jira),
    "intercom": (Intercom, INTERCOM, "intercom", _intercom),
    "chatwoot": (Chatwoot, CHATWOOT, "chatwoot_rest", lambda desk, n: chatwoot.opened(desk, n, _day(n))),
}


@contextmanager
def at_work(kind: str, since: date | None, tickets: int = DAYS) -> Iterator[RestDesk]:
    """Serve a desk with a ticket a day, the last of yesterday."""
    server, system, mapping, written = KINDS[kind]
    desk = server()
    with desk.serving():
        for number in range(1, tickets):
            written(desk, number)
        url = desk.url if kind == "chatwoot" else desk.web.url
        token = {"zendesk": "s3cret-t0ken"}.get(kind, "s3cret-key")
        user = USER if kind in ("zendesk", "jira") else None
        rules = load_mapping(ROOT / f"data/mappings/{mapping}.yaml")
        yield RestDesk(desk.web, system, rules, Access(url, token, user, since))


def shares(kind: str, since: date | None, tickets: int = DAYS) -> list[float | None]:
    """Return what the deliveries of a first load tell."""
    with at_work(kind, since, tickets) as desk:
        return [each.share for each in desk.source(1).read(None, START)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("since", [None, date(2025, 8, 1)])
def test_the_share_of_what_is_read_grows_from_page_to_page(kind: str, since: date | None) -> None:
    told = [each for each in shares(kind, since) if each is not None]
    assert len(told) >= 2 and all(0 <= each <= 1 for each in told)
    assert all(before <= after for before, after in pairwise(told))
    assert told[-1] == 1.0 > told[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_slow_system_gives_is_delivered_every_minute(kind: str) -> None:
    with at_work(kind, date(2025, 8, 1)) as desk:
        manner = Manner(TRIES, desk.web.wait, clock=count(0, 40).__next__)
        source = RestSource(desk.system, "desk", desk.access, desk.mapping, manner)
        slow = [each.cursor for each in source.read(None, START)]
        assert len(slow) > len(list(desk.source().read(None, START))) == 1
        assert len(set(slow)) >= len(slow) - 1  # each goes on where the one before it ended; the last may be empty


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_system_makes_nothing_up(kind: str) -> None:
    assert all(each is None or 0 <= each <= 1 for each in shares(kind, None, tickets=1))


def test_a_list_without_a_known_beginning_is_measured_from_its_first_record() -> None:
    headway = Headway(0, 1_100)
    assert [headway.at(None), headway.at(100), headway.at(600), headway.at(None)] == [None, 0.0, 0.5, 0.5]


def test_a_list_that_comes_the_last_first_is_measured_backwards() -> None:
    assert Headway(1_000, 0).at(750) == 0.25
    assert Headway(1_000, 1_000).at(1_000) == 1.0


FIRST, END = date(2025, 9, 1), date(2025, 10, 1)
OF_SPAN = {str(number) for number in range(1, DAYS) if str(FIRST) <= _day(number)[:10] < str(END)}


def spanned(desk: RestDesk) -> tuple[set[str], int]:
    """Return the tickets that a source of September gives, and how many requests it takes."""
    desk.web.asked.clear()
    found: set[str] = set()
    for delivery in desk.source().up_to(END).read(None, START):
        for batch in delivery.batches:
            if batch.table == desk.system.tickets:
                batch.rows.stage(desk.con, "given")
                place = batch.rows.columns.index("id") + 1
                found |= {number for (number,) in desk.con.execute(f"SELECT c{place} FROM given").fetchall()}
                desk.con.execute("DROP TABLE given")
    return found, len(desk.web.asked)


@pytest.mark.parametrize("kind", KINDS)
def test_a_past_span_is_read_whole_and_hardly_more(kind: str) -> None:
    with at_work(kind, FIRST) as desk:
        found, _ = spanned(desk)
        assert found >= OF_SPAN and len(OF_SPAN) == 30
        assert not {number for number in found if int(number) < int(min(OF_SPAN, key=int)) - 2}
        page = 20 if kind == "zendesk" else 3
        assert len(found) <= len(OF_SPAN) + page


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_behind_a_span_is_not_asked_for(kind: str) -> None:
    with at_work(kind, FIRST) as desk:
        _, asked = spanned(desk)
        desk.web.asked.clear()
        list(desk.source().read(None, START))
        assert asked < len(desk.web.asked)


def test_a_list_that_comes_the_last_first_says_that_it_was_gone_through() -> None:
    with at_work("chatwoot", FIRST) as desk:
        notes = {delivery.note for delivery in desk.source().up_to(END).read(None, START)}
        assert notes == {SPANNED}
        assert {delivery.note for delivery in desk.source().read(None, START)} == {None}
