"""Recordings of a real Zendesk, replayed: its pages, cursors and audits are read as the emulated ones are."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.settings import ROOT
from tests.etl.servers.web import Asked, Reply
from tests.etl.zendesk_desk import MAPPING, Puller, serving

RECORDINGS = ROOT.parent / "shared/data/zendesk_fixtures"
EMPTY = {"users": [], "groups": [], "satisfaction_ratings": [], "survey_responses": [], "meta": {"has_more": False}}
pytestmark = pytest.mark.reference


def recorded(name: str) -> list[dict[str, Any]]:
    path: Path = RECORDINGS / f"zenpy_{name}.test_pagination.json"
    if not path.exists():
        pytest.skip(f"{path} is not there: the recordings cannot be replayed")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def pages_by_cursor() -> dict[str, Any]:
    """Return the recorded pages of the cursor export by the cursor that asked for them, from its start on."""
    found = {}
    for each in recorded("TicketsIncrementalTest"):
        path, _, query = each["uri"].partition("?")
        if path.endswith("/cursor.json") and "per_page" not in query:
            found[query.partition("cursor=")[2].replace("%3D", "=")] = each["json"]
    return found


def replayed(tickets: dict[str, Any], events: list[Any]) -> Puller:
    """Return a warehouse into which recorded pages of tickets and recorded updates were pulled."""
    with serving() as desk:

        def answer(asked: Asked) -> Reply:
            if asked.path.endswith("cursor.json"):
                page = tickets.get(asked.query.get("cursor", ""), {"tickets": [], "after_cursor": None})
                return Reply(200, {"end_of_stream": page.get("after_cursor") not in tickets, **page})
            if asked.path.endswith("ticket_events.json"):
                return Reply(200, {"ticket_events": events, "end_of_stream": True, "end_time": 1_700_000_000})
            return Reply(200, EMPTY)

        desk.web.answer = answer
        found = Puller(desk, MAPPING)
        found.reports = found.pull()
        return found


def test_recorded_tickets_load_without_a_reject() -> None:
    pages = pages_by_cursor()
    last = {**pages[""], "end_of_stream": True}
    at_work = replayed({"": last}, [])
    assert sum(report.n_rejected for report in at_work.reports) == 0
    assert at_work.all("SELECT count(*) FROM ticket") == [len(last["tickets"])]
    assert at_work.all("SELECT count(*) FROM ticket WHERE created_at IS NULL OR channel IS NULL") == [0]


def test_recorded_audits_become_changes_and_comments() -> None:
    audits = recorded("TestTicketAudits")[0]["json"]["audits"]
    events = [{**each, "updater_id": each["author_id"], "child_events": each["events"]} for each in audits]
    at_work = replayed({}, events)
    told = [child for each in audits for child in each["events"]]
    assert sum(report.n_rejected for report in at_work.reports) == 0
    assert at_work.all("SELECT count(*) FROM message") == [sum(each["type"] == "Comment" for each in told)]
    statuses = [each for each in told if each.get("field_name") == "status"]
    assert at_work.all("SELECT count(*) FROM ticket_event WHERE kind = 'status'") == [len(statuses)]
