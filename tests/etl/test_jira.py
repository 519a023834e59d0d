"""Jira Service Management, emulated: a search by the minute, cut changelogs, roles; KPIs worked out by hand."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import Mapping, load_mapping, parse_mapping
from etl.model import LoadReport, MappingError, Origin, SourceError
from etl.pull.intakes import scheduled
from etl.pull.run import Intake, pull
from etl.sources.rest.access import Access
from etl.sources.rest.jira import JIRA
from etl.sources.rest.retry import Patience
from etl.sources.rest.source import Manner, RestSource
from metrics import facts
from metrics.measure import measure
from metrics.model import Desk as KpiDesk
from metrics.model import Question, Window
from tests.engine import fresh
from tests.etl.contract import NOW, check_source, error_of
from tests.etl.servers.jira import TOKEN, USER, Jira
from tests.etl.servers.web import Reply

MAPPING = load_mapping(ROOT / "data/mappings/jira.yaml")
TRIES = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
KPIS = KpiDesk(tz="UTC")
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1), "UTC")
ANNA = {"accountId": "a1", "accountType": "atlassian", "displayName": "Anna"}
CARL = {"accountId": "c700031", "accountType": "customer", "displayName": "Carl Customer"}
RULE = {"accountId": "r1", "accountType": "app", "displayName": "Automation"}


@pytest.fixture
def desk() -> Iterator[Jira]:
    found = Jira()
    found.web.clock = NOW
    with found.serving():
        yield found


def source(desk: Jira, rows: int = 20_000, mapping: Mapping = MAPPING, token: str = TOKEN) -> RestSource:
    access = Access(desk.web.url, token, USER, date(2026, 1, 1))
    return RestSource(JIRA, "desk", access, mapping, Manner(TRIES, desk.web.wait, rows))


def opened(desk: Jira, number: int, at: str = "09:00", **fields: Any) -> None:
    project = {"key": "HELP"}
    desk.issue(number, at, **{"reporter": CARL, "creator": CARL, "assignee": ANNA, "project": project, **fields})


def refresh(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    facts.refresh(con, watermark, KPIS)


class Puller:
    """A warehouse that the desk is pulled into."""

    def __init__(self, desk: Jira, mapping: Mapping = MAPPING) -> None:
        self.con = fresh()
        facts.create(self.con)
        self.desk, self.mapping = desk, mapping

    def pull(self) -> list[LoadReport]:
        intake = Intake("desk", source(self.desk, 20_000, self.mapping), self.mapping, Origin("jira", salt="pepper"))
        return list(pull(self.con, intake, refresh, self.desk.web.clock))

    def all(self, sql: str) -> list[Any]:
        return [row[0] if len(row) == 1 else row for row in self.con.execute(sql).fetchall()]

    def kpi(self, name: str) -> tuple[float | None, int]:
        (as_of,) = self.all("SELECT watermark FROM source")
        question = Question(name, MARCH)
        reading = measure(self.con, KPIS, [question], as_of)[question][0]
        return reading.value, reading.n


def pulled(desk: Jira, mapping: Mapping = MAPPING) -> Puller:
    found = Puller(desk, mapping)
    found.pull()
    return found


def test_the_contract_holds(desk: Jira) -> None:
    desk.per_page = 3
    for number in range(1, 8):
        opened(desk, number, f"09:0{number}")
        desk.comment(number, f"09:1{number}", ANNA)
    check_source(lambda: source(desk, rows=10), MAPPING)


def test_the_kpis_are_those_worked_out_by_hand(desk: Jira) -> None:
    """Two issues: answered after 20 and 40 minutes, resolved after one and (reopened) three hours."""
    opened(desk, 1, "08:00")
    desk.comment(1, "08:05", RULE)
    desk.comment(1, "08:10", ANNA, public=False)
    desk.comment(1, "08:20", ANNA)
    desk.change(1, "09:00", ANNA, "status", "Resolved", "Open")
    opened(desk, 2, "08:00")
    desk.comment(2, "08:30", CARL)
    desk.comment(2, "08:40", ANNA)
    desk.change(2, "09:30", ANNA, "status", "Resolved", "Open")
    desk.change(2, "10:00", CARL, "status", "Reopened", "Resolved")
    desk.change(2, "11:00", ANNA, "status", "Done", "Reopened")
    at_work = pulled(desk)
    assert at_work.kpi("frt") == (30.0, 2)
    assert at_work.kpi("resolution") == (2.0, 2)
    assert at_work.kpi("reopen_events") == (1.0, 1)


def test_an_issue_has_its_words_translated_and_no_name_of_a_customer(desk: Jira) -> None:
    kind: dict[str, Any] = {"issuetype": {"name": "Incident"}, "priority": {"name": "Highest"}, "labels": ["vip"]}
    opened(desk, 1, summary="s0me text", components=[{"name": "Billing"}], **kind)
    desk.comment(1, "09:05", CARL)
    at_work = pulled(desk)
    columns = "agent, team, priority, type, category, created_by, tags"
    assert at_work.all(f"SELECT {columns} FROM ticket") == [
        ("Anna", "HELP", "P1", "tech", "Billing", "customer", ["vip"])
    ]
    tables = at_work.all("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")
    held = " ".join(str(row) for table in tables for row in at_work.all(f'FROM "{table}"'))
    assert [word for word in ("s0me text", "Carl", "c700031") if word in held] == []


def test_who_reported_is_the_customer_whatever_the_account(desk: Jira) -> None:
    ben = {"accountId": "b1", "accountType": "atlassian", "displayName": "Ben"}
    opened(desk, 1, reporter=ben, creator=ben)
    desk.comment(1, "09:05", ben)
    desk.comment(1, "09:10", ANNA)
    found = pulled(desk).all("SELECT author_kind, author FROM message ORDER BY occurred_at")
    assert found == [("customer", None), ("agent", "Anna")]


@pytest.mark.parametrize("at_once", [2, 40, 45, 100])
def test_a_history_longer_than_the_search_gives_is_asked_for(desk: Jira, at_once: int) -> None:
    desk.at_once = at_once
    opened(desk, 1)
    for minute in range(90):
        at = f"{9 + minute // 60:02}:{minute % 60:02}"
        desk.change(1, at, ANNA, "status", ("Pending", "In Progress")[minute % 2])
        if minute < 45:
            desk.comment(1, at, ANNA)
    at_work = pulled(desk)
    assert at_work.all("SELECT count(*) FROM ticket_event") == [90]
    assert at_work.all("SELECT count(*) FROM message") == [45]


def test_a_short_history_costs_no_request_of_its_own(desk: Jira) -> None:
    opened(desk, 1)
    for minute in range(10):
        desk.change(1, f"09:{minute:02}", ANNA, "status", ("Pending", "In Progress")[minute % 2])
    pulled(desk)
    assert [asked.path for asked in desk.web.asked if "/issue/" in asked.path] == []


@pytest.mark.parametrize("cut", [0, 1, 3, 40])
def test_a_history_that_the_search_cuts_off_is_asked_for(desk: Jira, cut: int) -> None:
    desk.cut, desk.few, desk.is_honest = cut, cut, True
    opened(desk, 1)
    for minute, word in enumerate(("In Progress", "Pending", "In Progress", "Resolved", "Closed"), start=1):
        desk.change(1, f"09:0{minute}", ANNA, "status", word)
        desk.comment(1, f"09:1{minute}", ANNA)
    at_work = pulled(desk)
    assert at_work.all("SELECT count(*) FROM ticket_event") == [5]
    assert at_work.all("SELECT count(*) FROM message") == [5]


def test_assignments_and_priorities_are_changes_too(desk: Jira) -> None:
    opened(desk, 1)
    desk.change(1, "09:01", ANNA, "assignee", "Anna")
    desk.change(1, "09:02", ANNA, "priority", "High", "Low")
    desk.change(1, "09:03", ANNA, "assignee", None, "Anna")
    desk.change(1, "09:04", ANNA, "summary", "s0me text")
    sql = "SELECT kind, old, new FROM ticket_event ORDER BY occurred_at"
    assert pulled(desk).all(sql) == [("assign", None, "Anna"), ("priority", "P4", "P2")]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "Asia/Kolkata", "UTC"])
def test_minutes_of_the_search_are_in_the_user_s_zone(desk: Jira, zone: str) -> None:
    desk.zone = zone
    opened(desk, 1, "09:00")
    at_work = pulled(desk)
    opened(desk, 2, "12:01")
    desk.web.clock += timedelta(minutes=20)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_what_the_search_knows_late_is_found_by_the_next_pull(desk: Jira) -> None:
    opened(desk, 1, "11:55")
    at_work = pulled(desk)
    opened(desk, 2, "11:50")
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


def test_what_changes_twice_at_one_instant_is_read_again(desk: Jira) -> None:
    opened(desk, 1, "11:59:58")
    at_work = pulled(desk)
    desk.comment(1, "11:59:58", ANNA)
    desk.web.clock += timedelta(minutes=1)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM message") == [1]


def test_a_quiet_pull_delivers_nothing(desk: Jira) -> None:
    opened(desk, 1)
    first = list(source(desk).read(None, NOW))[-1]
    (second,) = source(desk).read(first.cursor, NOW)
    assert (list(second.batches), second.cursor) == ([], first.cursor)
    assert second.until == NOW - timedelta(minutes=10)


def test_satisfaction_is_a_field_that_the_mapping_names(desk: Jira) -> None:
    opened(desk, 1, customfield_10030={"rating": 4}, customfield_10031="2026-03-02T10:00:00.000+0000")
    mapping = parse_mapping(
        "version: 1\ntables:\n  - name: issues\n    rows: ticket\n    ticket: {id: id, created_at: created}\n"
        "    survey: {submitted_at: customfield_10031, overall: customfield_10030.rating}\n"
    )
    assert pulled(desk, mapping).all("SELECT overall FROM survey_response") == [4.0]
    asked = [each.query["fields"] for each in desk.web.asked if "search" in each.path]
    assert asked[0].endswith(",customfield_10030,customfield_10031")


def test_a_wrong_key_is_permanent_and_not_shown(desk: Jira) -> None:
    error = error_of(lambda: source(desk, token="s3cret-wrong"))
    assert "status 401" in str(error)


def test_a_limit_is_waited_for_as_asked(desk: Jira) -> None:
    desk.web.faults.append(Reply(429, headers={"Retry-After": "9"}))
    pulled(desk)
    assert desk.web.waited == [9.0]


def test_a_user_and_known_tables_are_needed(desk: Jira) -> None:
    with pytest.raises(SourceError, match="write the e-mail of whom the token belongs to"):
        RestSource(JIRA, "desk", Access(desk.web.url, TOKEN), MAPPING)
    mapping = parse_mapping("version: 1\ntables:\n  - {name: t, rows: ticket, ticket: {id: id}}")
    with pytest.raises(MappingError, match="none of Jira's, use issues, changes, comments"):
        source(desk, mapping=mapping)


def test_a_desk_is_opened_from_settings(desk: Jira) -> None:
    opened(desk, 1)
    given = {"id": "desk", "name": "Desk", "kind": "jira", "url": desk.web.url, "token": "${KEY}", "user": USER}
    rule = SourceRule.model_validate({**given, "mapping": ROOT / "data/mappings/jira.yaml"})
    intake = scheduled(rule, "salt", {"KEY": TOKEN}, None)
    assert [batch.table for each in intake.source.read(None, NOW) for batch in each.batches] == ["issues"]


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "2026-10-24T23:30:00+00:00"),
        ("America/New_York", "2026-11-01T04:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-04T14:00:00+00:00"),  # half an hour
    ],
)
def test_the_hour_that_the_clocks_repeat_loses_no_change(desk: Jira, zone: str, first: str) -> None:
    """A local minute that comes twice is read as the later one by the emulated Jira."""
    desk.zone, at_work = zone, Puller(desk)
    for step in range(20):
        at = datetime.fromisoformat(first) + timedelta(minutes=10 * step)
        desk.web.clock = at
        opened(desk, step + 1, at.isoformat()[:19])
        at_work.pull()
    desk.web.clock += timedelta(hours=1)
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM ticket") == [20]


def test_a_time_zone_nobody_knows_is_told(desk: Jira) -> None:
    desk.zone = "Mars/Olympus"
    error = error_of(lambda: source(desk))
    assert isinstance(error, SourceError)
    assert "time zone 'Mars/Olympus' is not known here" in str(error) and error.permanent
