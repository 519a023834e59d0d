"""Tickets that are gone from a system over the web: found by asking for all there are."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import SourceError
from etl.sources.rest import freshdesk
from etl.sources.rest.access import Access
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.jira import JIRA
from etl.sources.rest.zendesk import ZENDESK
from tests.etl.contract import NOW
from tests.etl.rest_desk import RestDesk
from tests.etl.servers import freshdesk as freshdesk_server
from tests.etl.servers import jira as jira_server
from tests.etl.servers.freshdesk import Freshdesk
from tests.etl.servers.jira import Jira
from tests.etl.servers.web import Reply
from tests.etl.servers.zendesk import TOKEN, USER
from tests.etl.zendesk_desk import opened, serving

MAPPINGS: Path = ROOT / "data/mappings"
BEGIN = date(2026, 1, 1)


@pytest.fixture
def helpdesk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Freshdesk]:
    monkeypatch.setattr(freshdesk, "PER_PAGE", 7)
    found = Freshdesk()
    found.web.clock = NOW
    for number in range(1, 31):
        found.ticket(number, f"09:{number:02}")
    with found.serving():
        yield found


@pytest.fixture
def tracker() -> Iterator[Jira]:
    found = Jira(per_page=7)
    found.web.clock = NOW
    for number in range(1, 31):
        found.issue(number, f"09:{number:02}")
    with found.serving():
        yield found


def of_freshdesk(helpdesk: Freshdesk) -> RestDesk:
    access = Access(helpdesk.web.url, freshdesk_server.TOKEN, since=BEGIN)
    found = RestDesk(helpdesk.web, FRESHDESK, load_mapping(MAPPINGS / "freshdesk.yaml"), access)
    found.pull()
    return found


def of_jira(tracker: Jira) -> RestDesk:
    access = Access(tracker.web.url, jira_server.TOKEN, jira_server.USER, BEGIN)
    found = RestDesk(tracker.web, JIRA, load_mapping(MAPPINGS / "jira.yaml"), access)
    found.pull()
    return found


def test_freshdesk_cannot_be_asked_because_it_lists_no_archived_tickets(helpdesk: Freshdesk) -> None:
    at_work = of_freshdesk(helpdesk)
    with pytest.raises(SourceError, match="Freshdesk does not list all tickets that it has") as caught:
        at_work.reconcile()
    assert caught.value.permanent
    assert at_work.deleted() == []


def test_a_ticket_that_became_spam_leaves_the_kpis(helpdesk: Freshdesk) -> None:
    at_work = of_freshdesk(helpdesk)
    helpdesk.ticket(7, "12:00:01", spam=True)
    helpdesk.web.clock += timedelta(minutes=5)
    at_work.pull()
    assert at_work.all("SELECT src_ticket_id FROM ticket WHERE is_spam") == ["7"]
    assert at_work.kpi("volume") == (29.0, 29)


def test_jira_is_asked_for_the_ids_of_all_issues(tracker: Jira) -> None:
    at_work = of_jira(tracker)
    del tracker.issues[7]
    tracker.web.asked.clear()
    assert at_work.reconcile().n_gone == 1
    assert at_work.deleted() == ["7"]
    assert {each.query["fields"] for each in tracker.web.asked if "search" in each.path} == {"id"}


def test_issues_that_change_while_they_are_counted_are_not_gone(tracker: Jira) -> None:
    at_work = of_jira(tracker)
    answer = tracker.web.answer

    def changing(asked: object) -> Reply:
        tracker.issue(1, "12:00:01")
        return answer(asked)  # type: ignore[arg-type]

    tracker.web.answer = changing
    assert at_work.reconcile().n_gone == 0


def test_an_issue_that_came_back_is_there_again(tracker: Jira) -> None:
    at_work = of_jira(tracker)
    kept = tracker.issues.pop(7)
    at_work.reconcile()
    tracker.issues[7] = kept
    assert at_work.reconcile().n_back == 1
    assert at_work.deleted() == []


def test_zendesk_tells_of_deleted_tickets_and_can_be_asked_as_well() -> None:
    with serving() as desk:
        desk.page = 7
        for number in range(1, 31):
            opened(desk, number, f"09:{number:02}")
        access = Access(desk.web.url, TOKEN, USER, BEGIN)
        at_work = RestDesk(desk.web, ZENDESK, load_mapping(MAPPINGS / "zendesk.yaml"), access)
        at_work.pull()
        desk.ticket(7, "11:00", status="deleted")
        del desk.tickets[8]
        assert at_work.reconcile(allow_mass=True).n_gone == 2
        assert at_work.deleted() == ["7", "8"]
