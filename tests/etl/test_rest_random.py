"""Random days of a desk over the web: changes, clocks, pauses and failures in any order lose and double nothing.

Everything is written at the server's now, as in life; each day has a seed of its own.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import SourceError
from etl.sources.rest import freshdesk
from etl.sources.rest.access import Access
from etl.sources.rest.chatwoot import CHATWOOT
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.intercom import INTERCOM
from etl.sources.rest.jira import JIRA
from tests.etl.contract import NOW
from tests.etl.rest_desk import RestDesk
from tests.etl.servers import chatwoot as chatwoot_server
from tests.etl.servers import freshdesk as freshdesk_server
from tests.etl.servers import intercom as intercom_server
from tests.etl.servers import jira as jira_server
from tests.etl.servers.chatwoot import Chatwoot
from tests.etl.servers.freshdesk import Freshdesk
from tests.etl.servers.intercom import Intercom
from tests.etl.servers.jira import Jira
from tests.etl.servers.web import Reply, Web

pytestmark = pytest.mark.oracle
BEGIN = date(2026, 1, 1)
STEPS, SEEDS = 40, 2
ANNA = {"type": "admin", "id": "11"}
PAUSES_S = (1, 20, 90, 400, 7_000, 200_000)
Write = Callable[[int, str], None]


class Day:
    """A desk, what is done to it, and how much there is by now."""

    def __init__(self, web: Web, at_work: RestDesk, chance: Random, writes: dict[str, Write]) -> None:
        self.web, self.at_work, self.chance, self.writes = web, at_work, chance, writes
        self.tickets, self.messages, self.events = set[str](), 0, 0

    def step(self) -> None:
        what = self.chance.choice(("open", "message", "message", "close", "wait", "wait", "pull", "fail"))
        if what == "wait":
            self.web.clock += timedelta(seconds=self.chance.choice(PAUSES_S))
        elif what == "pull":
            self.pull()
        elif what == "fail":
            self.fail()
        else:
            self.write(what)

    def write(self, what: str) -> None:
        at = self.web.clock.isoformat()[:19]
        number = (
            len(self.tickets) + 1 if what == "open" or not self.tickets else self.chance.randint(1, len(self.tickets))
        )
        if str(number) not in self.tickets:
            self.writes["open"](number, at)
            self.tickets.add(str(number))
        if what == "message":
            self.writes["message"](number, at)
            self.messages += 1
        if what == "close":
            self.writes["close"](number, at)
            self.events += 1

    def pull(self) -> None:
        """Pull by a clock that may be ten minutes off."""
        self.at_work.pull(
            self.web.clock + timedelta(minutes=self.chance.choice((-10, 0, 10))), self.chance.choice((3, 99))
        )

    def fail(self) -> None:
        """Let the server die at some request of a pull, or after the pull is over."""
        self.web.faults.extend([None] * self.chance.randint(0, 12) + [Reply(503)] * 3)
        try:
            self.pull()
        except SourceError as error:
            assert not error.permanent
        self.web.faults.clear()

    def end(self, has_history: bool) -> None:
        """Pull once more when all is settled, and see that all is there once."""
        self.web.clock += timedelta(minutes=10)
        self.at_work.pull()
        assert set(self.at_work.all("SELECT src_ticket_id FROM ticket")) == self.tickets
        assert self.at_work.all("SELECT count(*) FROM message") == [self.messages]
        resolved = self.at_work.all("SELECT count(*) FROM ticket_event WHERE new = 'resolved'")
        assert resolved == [self.events] or not has_history
        assert self.at_work.all("SELECT count(*) FROM reject") == [0]
        assert [report for report in self.at_work.pull() if report.is_change] == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_day_of_chatwoot(seed: int) -> None:
    chance = Random(f"chatwoot {seed}")
    desk = Chatwoot(per_page=chance.choice((2, 25)), inboxes=[], agents=[{"id": 11, "name": "Anna"}])
    desk.web.clock = NOW
    with desk.serving():
        access = Access(desk.url, chatwoot_server.TOKEN, since=BEGIN)
        at_work = RestDesk(desk.web, CHATWOOT, load_mapping(ROOT / "data/mappings/chatwoot_rest.yaml"), access)

        def message(number: int, at: str) -> None:
            desk.message(number, at, 1, {"type": "user", "name": "Anna"})

        def close(number: int, at: str) -> None:
            desk.event(number, at, "conversation_resolved", 11)
            desk.conversation(number, at, status="resolved")

        writes: dict[str, Write] = {
            "open": lambda number, at: desk.conversation(number, at, inbox_id=5),
            "message": message,
            "close": close,
        }
        _live(Day(desk.web, at_work, chance, writes))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_day_of_intercom(seed: int) -> None:
    chance = Random(f"intercom {seed}")
    desk = Intercom(per_page=chance.choice((2, 150)), is_sorting=chance.random() < 0.7)
    desk.web.clock = NOW
    with desk.serving():
        access = Access(desk.web.url, intercom_server.TOKEN, since=BEGIN)
        at_work = RestDesk(desk.web, INTERCOM, load_mapping(ROOT / "data/mappings/intercom.yaml"), access)
        writes: dict[str, Write] = {
            "open": lambda number, at: desk.conversation(number, at),
            "message": lambda number, at: desk.part(number, at, "comment", ANNA, body="text"),
            "close": lambda number, at: desk.part(number, at, "close", ANNA),
        }
        _live(Day(desk.web, at_work, chance, writes))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_day_of_freshdesk(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(f"freshdesk {seed}")
    monkeypatch.setattr(freshdesk, "PER_PAGE", chance.choice((2, 100)))
    desk = Freshdesk()
    desk.web.clock = NOW
    with desk.serving():
        access = Access(desk.web.url, freshdesk_server.TOKEN, since=BEGIN)
        at_work = RestDesk(desk.web, FRESHDESK, load_mapping(ROOT / "data/mappings/freshdesk.yaml"), access)

        def message(number: int, at: str) -> None:
            desk.message(number, at, 11, incoming=False)
            desk.ticket(number, at)

        writes: dict[str, Write] = {"open": desk.ticket, "message": message, "close": lambda number, at: None}
        _live(Day(desk.web, at_work, chance, writes), has_history=False)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_day_of_jira(seed: int) -> None:
    chance = Random(f"jira {seed}")
    desk = Jira(per_page=chance.choice((2, 100)), zone=chance.choice(("Asia/Kolkata", "America/New_York")))
    desk.web.clock = NOW
    with desk.serving():
        access = Access(desk.web.url, jira_server.TOKEN, jira_server.USER, BEGIN)
        at_work = RestDesk(desk.web, JIRA, load_mapping(ROOT / "data/mappings/jira.yaml"), access)
        person = {"accountId": "a1", "accountType": "atlassian", "displayName": "Anna"}
        writes: dict[str, Write] = {
            "open": lambda number, at: desk.issue(number, at),
            "message": lambda number, at: desk.comment(number, at, person),
            "close": lambda number, at: desk.change(number, at, person, "status", "Resolved"),
        }
        _live(Day(desk.web, at_work, chance, writes))


def _live(day: Day, has_history: bool = True) -> None:
    for _ in range(STEPS):
        day.step()
    day.end(has_history)
