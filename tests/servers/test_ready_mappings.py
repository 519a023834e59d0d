"""The mappings that come with the product, against the schemas they were written for, on real servers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import Origin
from tests.etl.loading import Desk
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.servers
SCHEMAS = Path(__file__).parent / "schemas"
NOW = datetime.now(UTC)
TICKETS = "SELECT src_ticket_id, channel, priority, team, agent, category FROM ticket ORDER BY 1"
EVENTS = (
    "SELECT src_ticket_id, strftime(occurred_at, '%H:%M'), kind, new, actor, dept"
    " FROM ticket_event JOIN ticket USING (ticket_key) WHERE kind <> 'merge' ORDER BY 1, 2, 3"
)
MESSAGES = (
    "SELECT strftime(occurred_at, '%H:%M:%S'), author_kind, author, is_public, is_auto"
    " FROM message JOIN ticket USING (ticket_key) WHERE src_ticket_id = '1' ORDER BY 1"
)
SURVEYS = (
    "SELECT src_response_id, agent, overall, strftime(submitted_at, '%H:%M'), strftime(offered_at, '%H:%M:%S')"
    " FROM survey_response ORDER BY 1"
)
MERGED = (
    "SELECT a.src_ticket_id, b.src_ticket_id FROM ticket a JOIN ticket b"
    " ON b.ticket_key = coalesce(a.merged_into, (SELECT any_value(new)::BIGINT FROM ticket_event e"
    " WHERE e.ticket_key = a.ticket_key AND e.kind = 'merge'))"
)


def _desk(name: str) -> Desk:
    return Desk(load_mapping(ROOT / "data/mappings" / f"{name}.yaml"), Origin(kind="sql", is_live=True))


def _statements(name: str) -> list[str]:
    text = (SCHEMAS / f"{name}.sql").read_text(encoding="utf-8").split("\n", 1)[1]
    return [statement for statement in text.split(";\n") if statement.strip()]


@pytest.fixture
def postgres_url(postgres: Postgres, request: pytest.FixtureRequest) -> str:
    name: str = request.param
    with postgres.connect() as connection:
        for statement in _statements(name):
            connection.execute(statement)
    return f"{postgres.url()}?options=-csearch_path%3D{name}"


@pytest.fixture
def mariadb_url(mariadb: MariaDB, request: pytest.FixtureRequest) -> str:
    file, database = (str(part) for part in request.param)
    mariadb.run(*(part for line in _statements(file) for part in line.split("; ")))
    mariadb.run(f"GRANT SELECT ON {database}.* TO kpi@'%'")
    return mariadb.url().removesuffix("desk") + database


def _loaded(name: str, url: str) -> Desk:
    at_work = _desk(name)
    reports = at_work.pull("sql", url, NOW)
    assert [(report.n_rejected, report.defects_by_rule) for report in reports] == [(0, {})] * len(reports)
    again = at_work.pull("sql", url, NOW + timedelta(seconds=5))
    assert [(report.n_new, report.n_changed, report.n_rejected) for report in again] == [(0, 0, 0)] * len(again)
    return at_work


@pytest.mark.parametrize("postgres_url", ["chatwoot"], indirect=True)
def test_chatwoot(postgres_url: str) -> None:
    at_work = _loaded("chatwoot", postgres_url)
    assert at_work.all(TICKETS) == [
        ("1", "online", "P1", "first line", "Ana", "Website"),
        ("2", "email", None, None, None, "Support mail"),
    ]
    assert at_work.all(EVENTS) == [
        ("1", "09:00", "status", "resolved", "Ana", None),
        ("2", "09:10", "status", "resolved", None, None),
        ("2", "10:00", "status", "open", None, None),
    ]
    assert at_work.all(MESSAGES) == [
        ("08:00:00", "customer", None, True, False),
        ("08:00:05", "bot", None, True, True),
        ("08:05:00", "agent", "Ana", False, False),
        ("08:07:00", "agent", "Ana", True, False),
    ]
    assert at_work.all(SURVEYS) == [
        ("6", "Ana", 4.0, "09:20", None),
        ("invitation-6", None, None, None, "09:00:01"),
    ]
    assert at_work.all("SELECT display, role FROM agent ORDER BY 1") == [("Ana", "supervisor"), ("Bo", "agent")]


@pytest.mark.parametrize("postgres_url", ["zammad"], indirect=True)
def test_zammad(postgres_url: str) -> None:
    at_work = _loaded("zammad", postgres_url)
    assert at_work.all(TICKETS) == [
        ("1", "email", "P1", "Second line", "Ana Li", None),
        ("2", "phone", "P2", "Users", None, None),
    ]
    assert at_work.all(EVENTS) == [
        ("1", "08:10", "assign", "Ana Li", "Ana Li", None),
        ("1", "08:11", "assign", None, None, "Second line"),
        ("1", "08:12", "priority", "P1", "Ana Li", None),
        ("1", "08:30", "status", "pending_customer", "Ana Li", None),
        ("1", "10:00", "status", "resolved", "Ana Li", None),
    ]
    assert at_work.all(MESSAGES) == [
        ("08:00:00", "customer", None, True, False),
        ("08:00:01", "bot", None, True, True),
        ("08:20:00", "agent", "Ana Li", False, False),
        ("08:30:00", "agent", "Ana Li", True, False),
    ]
    assert at_work.all(MERGED) == [("2", "1")]


@pytest.mark.parametrize("mariadb_url", [("osticket", "osticket")], indirect=True)
def test_osticket(mariadb_url: str) -> None:
    at_work = _loaded("osticket", mariadb_url)
    assert at_work.all(TICKETS) == [
        ("1", "online", "P2", "Billing", "Ana Li", "General Inquiry"),
        ("2", "email", "P3", "Support", None, "General Inquiry"),
    ]
    assert at_work.all(EVENTS) == [
        ("1", "08:05", "assign", "Ana Li", None, "Support"),
        ("1", "08:06", "assign", None, None, "Billing"),
        ("1", "09:01", "status", "open", "Ana Li", None),
        ("1", "10:00", "status", "resolved", "Ana Li", None),
    ]
    assert at_work.all(MESSAGES) == [
        ("08:00:00", "customer", None, True, False),
        ("08:00:02", "bot", None, True, True),
        ("08:10:00", "agent", "Ana Li", False, False),
        ("08:30:00", "agent", "Ana Li", True, False),
    ]


@pytest.mark.parametrize("mariadb_url", [("glpi", "glpi")], indirect=True)
def test_glpi(mariadb_url: str) -> None:
    at_work = _loaded("glpi", mariadb_url)
    assert at_work.all(TICKETS) == [
        ("1", "online", "P1", "Desk > Second line", "Ana Li", "Hardware > Printer"),
        ("2", "phone", "P3", None, None, None),
        ("3", None, "P3", None, None, None),
    ]
    assert at_work.all("SELECT src_ticket_id FROM ticket WHERE is_deleted") == ["3"]
    assert at_work.all(EVENTS) == [
        ("1", "08:05", "status", "open", "Ana Li", None),
        ("1", "08:06", "priority", "P1", "Ana Li", None),
        ("1", "08:31", "status", "pending_customer", "Ana Li", None),
        ("1", "08:51", "status", "open", "Eve Wu", None),
        ("1", "10:00", "status", "resolved", "Ana Li", None),
    ]
    assert at_work.all(MESSAGES) == [
        ("08:10:00", "agent", "Ana Li", False, False),
        ("08:30:00", "agent", "Ana Li", True, False),
        ("08:51:00", "customer", None, True, False),
        ("10:00:00", "agent", "Ana Li", True, False),
    ]
    assert at_work.all(SURVEYS) == [
        ("1", None, 4.0, "10:20", "10:00:01"),
        ("2", None, None, None, "10:30:01"),
    ]
    assert at_work.all("SELECT what, strftime(due_at, '%H:%M') FROM sla_due ORDER BY 1") == [
        ("first_reply", "08:45"),
        ("resolution", "12:00"),
    ]


@pytest.mark.parametrize("mariadb_url", [("frappe_helpdesk", "frappe")], indirect=True)
def test_frappe_helpdesk(mariadb_url: str) -> None:
    at_work = _loaded("frappe_helpdesk", mariadb_url)
    assert at_work.all(TICKETS) == [
        ("1", "online", "P1", "Product", "ana@desk.test", "Bug"),
        ("2", "email", "P4", None, None, None),
    ]
    assert at_work.all(EVENTS) == [
        ("1", "08:20", "status", "pending_customer", "ana@desk.test", None),
        ("1", "10:00", "status", "closed", "ana@desk.test", None),
    ]
    assert at_work.all(MESSAGES) == [
        ("08:00:00", "customer", None, True, False),
        ("08:00:03", "agent", "desk@desk.test", True, True),
        ("08:10:00", "agent", "ana@desk.test", False, False),
        ("08:20:00", "agent", "ana@desk.test", True, False),
    ]
    assert at_work.all(SURVEYS) == [("1", "ana@desk.test", 4.0, "10:00", None)]
    assert at_work.all("SELECT what FROM sla_due ORDER BY 1") == ["first_reply", "resolution"]
    assert at_work.all(MERGED) == [("2", "1")]
