"""A Freshdesk desk, emulated: pages of a moving list, snapshots that become history, ratings, deletes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import load_mapping, parse_mapping
from etl.model import LoadReport, MappingError, Origin, SourceError
from etl.pull.intakes import scheduled
from etl.pull.run import Intake, pull
from etl.sources.rest import freshdesk
from etl.sources.rest.access import Access
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.retry import Patience
from etl.sources.rest.source import Manner, RestSource
from metrics import facts
from metrics.measure import measure
from metrics.model import Desk as KpiDesk
from metrics.model import Question, Window
from tests.engine import fresh
from tests.etl.contract import NOW, check_source, error_of
from tests.etl.servers.freshdesk import TOKEN, Freshdesk
from tests.etl.servers.web import Reply

MAPPING = load_mapping(ROOT / "data/mappings/freshdesk.yaml")
TRIES = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
KPIS = KpiDesk(tz="UTC")
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1), "UTC")
ANNA, CARL = 11, 700_031


@pytest.fixture
def desk() -> Iterator[Freshdesk]:
    agents = [{"id": ANNA, "contact": {"name": "Anna", "email": "anna@example.com"}}]
    found = Freshdesk(agents=agents, groups=[{"id": 7, "name": "First line"}])
    found.web.clock = NOW
    with found.serving():
        yield found


def source(desk: Freshdesk, rows: int = 20_000, token: str = TOKEN) -> RestSource:
    access = Access(desk.web.url, token, since=date(2026, 1, 1))
    return RestSource(FRESHDESK, "desk", access, MAPPING, Manner(TRIES, desk.web.wait, rows))


def opened(desk: Freshdesk, number: int, at: str = "09:00", **more: Any) -> None:
    desk.ticket(number, at, requester_id=CARL, responder_id=ANNA, group_id=7, **more)


def refresh(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    facts.refresh(con, watermark, KPIS)


class Puller:
    """A warehouse that the desk is pulled into."""

    def __init__(self, desk: Freshdesk) -> None:
        self.con = fresh()
        facts.create(self.con)
        self.desk = desk

    def pull(self, rows: int = 20_000) -> list[LoadReport]:
        intake = Intake("desk", source(self.desk, rows), MAPPING, Origin("freshdesk", is_live=True, salt="pepper"))
        return list(pull(self.con, intake, refresh, self.desk.web.clock))

    def all(self, sql: str) -> list[Any]:
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]

    def kpi(self, name: str) -> tuple[float | None, int]:
        (as_of,) = self.all("SELECT watermark FROM source")
        question = Question(name, MARCH)
        reading = measure(self.con, KPIS, [question], as_of)[question][0]
        return reading.value, reading.n


def pulled(desk: Freshdesk) -> Puller:
    found = Puller(desk)
    found.pull()
    return found


def later(desk: Freshdesk, hour: int) -> None:
    desk.web.clock = desk.web.clock.replace(hour=hour)


def test_the_contract_holds(desk: Freshdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshdesk, "PER_PAGE", 3)
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
        desk.message(number, f"09:1{number}", ANNA, incoming=False)
    check_source(lambda: source(desk, rows=10), MAPPING)


def test_a_ticket_has_names_and_its_own_words_translated(desk: Freshdesk) -> None:
    opened(desk, 1, priority=4, source=3, type="Incident", tags=["vip"])
    sql = "SELECT agent, team, priority, channel, created_by, type, tags FROM ticket"
    assert pulled(desk).all(sql) == [("Anna", "First line", "P1", "phone", "agent", "tech", ["vip"])]


def test_messages_are_asked_for_per_ticket_and_only_agents_have_names(desk: Freshdesk) -> None:
    opened(desk, 1)
    desk.message(1, "09:05", ANNA, incoming=False, private=True)
    desk.message(1, "09:10", ANNA, incoming=False)
    desk.message(1, "09:20", CARL, incoming=True)
    found = pulled(desk).all("SELECT author_kind, author, is_public FROM message ORDER BY occurred_at")
    assert found == [("agent", "Anna", False), ("agent", "Anna", True), ("customer", None, True)]


def test_the_kpis_of_a_ticket_seen_at_every_step(desk: Freshdesk) -> None:
    """Answered after 20 minutes; resolved at 10:00, reopened at 10:30, resolved for good at 11:00."""
    opened(desk, 1, "09:00")
    at_work = Puller(desk)
    later(desk, 9)
    at_work.pull()
    desk.message(1, "09:20", ANNA, incoming=False)
    desk.ticket(1, "10:00", status=4, stats={"status_updated_at": "2026-03-02T10:00:00Z"})
    desk.tickets[1]["stats"]["resolved_at"] = "2026-03-02T10:00:00Z"
    desk.web.clock = NOW.replace(hour=10, minute=5)
    at_work.pull()
    desk.ticket(1, "10:30", status=2, stats={"status_updated_at": "2026-03-02T10:30:00Z", "resolved_at": None})
    desk.tickets[1]["stats"]["reopened_at"] = "2026-03-02T10:30:00Z"
    desk.web.clock = NOW.replace(hour=10, minute=35)
    at_work.pull()
    resolved = "2026-03-02T11:00:00Z"
    desk.ticket(1, "11:00", status=4, stats={"status_updated_at": resolved, "resolved_at": resolved})
    desk.web.clock = NOW
    at_work.pull()
    assert at_work.kpi("frt") == (20.0, 1)
    assert at_work.kpi("first_resolution") == (1.0, 1)
    assert at_work.kpi("resolution") == (2.0, 1)
    assert at_work.kpi("reopen_events") == (1.0, 1)


def test_a_ticket_seen_only_at_its_end_has_its_resolution(desk: Freshdesk) -> None:
    stats = {"resolved_at": "2026-03-02T10:00:00Z", "status_updated_at": "2026-03-02T11:00:00Z"}
    opened(desk, 1, "09:00")
    desk.ticket(1, "11:00", status=5, stats=stats)
    assert pulled(desk).kpi("resolution") == (1.0, 1)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_tickets_that_move_while_pages_are_read_hide_no_other(
    desk: Freshdesk, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(freshdesk, "PER_PAGE", size)
    for number in range(1, 10):
        opened(desk, number, f"09:0{number}")
    moved = iter(range(1, 6))

    def move() -> None:
        number = next(moved, None)
        if number is not None:
            desk.ticket(number, f"10:0{number}")

    desk.after_each = move
    at_work = pulled(desk)
    desk.web.clock += timedelta(minutes=5)
    at_work.pull()
    assert at_work.all("SELECT count(DISTINCT src_ticket_id) FROM ticket") == [9]


def test_what_changes_twice_in_a_second_is_read_again(desk: Freshdesk) -> None:
    opened(desk, 1, "11:59:58")
    at_work = pulled(desk)
    desk.message(1, "11:59:58", ANNA, incoming=False)
    desk.ticket(1, "11:59:58")
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [1]


def test_the_limit_of_pages_is_not_met(desk: Freshdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshdesk, "PER_PAGE", 2)
    desk.most_pages = 3
    for number in range(10, 40):
        opened(desk, number, f"09:{number}")
    assert pulled(desk).all("SELECT count(*) FROM ticket") == [30]


def test_many_changes_in_one_second_are_all_read(desk: Freshdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshdesk, "PER_PAGE", 2)
    for number in range(1, 8):
        opened(desk, number, "09:00")
    assert pulled(desk).all("SELECT count(*) FROM ticket") == [7]


def test_a_deleted_ticket_leaves_the_kpis(desk: Freshdesk) -> None:
    opened(desk, 1)
    opened(desk, 2)
    at_work = pulled(desk)
    assert at_work.kpi("volume") == (2.0, 2)
    desk.ticket(2, "12:01", deleted=True)
    desk.web.clock += timedelta(minutes=5)
    at_work.pull()
    assert at_work.all("SELECT is_deleted FROM ticket ORDER BY src_ticket_id") == [False, True]
    assert at_work.kpi("volume") == (1.0, 1)


def test_a_ticket_deleted_between_list_and_messages_is_passed_over(desk: Freshdesk) -> None:
    opened(desk, 1)
    desk.after_each = desk.tickets.clear
    assert pulled(desk).all("SELECT count(*) FROM message") == [0]


def test_ratings_have_their_score_on_five(desk: Freshdesk) -> None:
    opened(desk, 1)
    for place, score in enumerate((103, 100, -103)):
        told = {"ticket_id": 1, "user_id": CARL, "agent_id": ANNA, "ratings": {"default_question": score}}
        desk.ratings.append({"id": place, **told, "created_at": "2026-03-02T10:00:00Z", "feedback": "s0me text"})
    assert pulled(desk).all("SELECT overall FROM survey_response ORDER BY 1") == [1.0, 3.0, 5.0]


def test_a_wrong_key_is_permanent_and_not_shown(desk: Freshdesk) -> None:
    error = error_of(lambda: source(desk, token="s3cret-wrong"))
    assert "status 401" in str(error)
    assert isinstance(error, SourceError)
    assert error.permanent


def test_a_limit_is_waited_for_as_asked(desk: Freshdesk) -> None:
    opened(desk, 1)
    desk.web.faults.append(Reply(429, headers={"Retry-After": "17"}))
    assert pulled(desk).all("SELECT count(*) FROM ticket") == [1]
    assert desk.web.waited == [17.0]


def test_a_table_freshdesk_does_not_have_is_refused(desk: Freshdesk) -> None:
    mapping = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id}}")
    with pytest.raises(MappingError, match="none of Freshdesk's, use tickets, comments, ratings"):
        RestSource(FRESHDESK, "desk", Access(desk.web.url, TOKEN), mapping)


def test_a_desk_is_opened_from_settings(desk: Freshdesk) -> None:
    opened(desk, 1)
    given = {"id": "desk", "name": "Desk", "kind": "freshdesk", "url": desk.web.url, "token": "${KEY}"}
    rule = SourceRule.model_validate({**given, "mapping": ROOT / "data/mappings/freshdesk.yaml"})
    intake = scheduled(rule, "salt", {"KEY": TOKEN}, None)
    assert not intake.is_whole  # a new mapping must not drop the snapshots that cannot be read again
    assert [batch.table for each in intake.source.read(None, NOW) for batch in each.batches] == ["tickets"]


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_second_of_several_pages_hides_no_ticket_when_others_move_to_the_end(desk: Freshdesk, gone: int) -> None:
    """Many tickets changed at once: the pages of that second shift when some of them change again meanwhile."""
    for number in range(1, 351):
        opened(desk, number, "09:00")
    moving = iter(range(5, 5 + gone))

    def move() -> None:
        if desk.web.asked[-1].path.endswith("/tickets") and (number := next(moving, None)):
            opened(desk, number, "11:30")

    desk.after_each = move
    at_work = Puller(desk)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [350]
