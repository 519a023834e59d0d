"""Exports as well-known helpdesks write them: the first mapping loads them without an edit."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etl.check import check
from etl.guess import guess
from etl.mapping import Mapping, parse_mapping
from etl.model import Origin
from etl.pull.run import Intake
from etl.sources import open_source
from tests.etl.loading import NOW, Desk, desk, fates

ZENDESK = """Ticket ID,Requester,Requester email,Status,Via,Priority,Group,Assignee,Tags,Created at,Solved at,\
First reply time in minutes,Satisfaction Score
1,Ann,ann@x,Solved,Mail,Urgent,Support,Bob,vip new,2026-01-05 08:00,2026-01-05 10:00,12.5,Good
2,Ben,ben@x,Open,Voice,-,Billing,Cid,,2026-01-06 08:00,,,Offered
3,Ann,ann@x,Closed,Chat,Low,Billing,Cid,old,2026-01-06 09:00,2026-01-07 10:00,5,Bad
"""
JIRA = """Issue key,Issue Type,Status,Priority,Reporter,Assignee,Created,Resolved,\
Custom field (Time to first response)
SD-1,Incident,Resolved,Highest,ann,bob,05/Jan/26 8:00 AM,05/Jan/26 1:00 PM,2h 15m
SD-2,Service Request,Waiting for customer,Low,ben,bob,26/Jan/26 4:10 PM,,15m
"""
CHINESE = """工单号,联系电话,客户姓名,渠道来源,工单类型,优先级,受理人,处理部门,创建时间,\
首次响应时长(分钟),完成时间,满意度评分
G1,13800000001,王,电话,报障,紧急,张三,一线,2026年1月5日 08:00,"1,200",2026年1月6日 09:00,5
G2,13800000002,李,微信,投诉,低,李四,二线,2026年1月6日 08:00,7.5,,
"""
COMMAS = """Ticketnummer;Angelegt;Team;first_response_min;time_to_resolve_hours;CSAT
1;25.01.2026 08:00;A;1,5;4,25;4,5
2;26.01.2026 08:00;A;1.200,5;;3,0
"""


def mapped(tmp_path: Path, text: str, name: str = "export.csv") -> tuple[str, Mapping, Desk]:
    """Return the guessed mapping, and a desk that has loaded the file with it."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    told = guess(tmp_path / name)
    mapping = parse_mapping(told)
    source = open_source("trial", "file", [tmp_path / name], mapping)
    assert list(check(desk().con, Intake("trial", source, mapping, Origin()), NOW))
    at_work = desk(told)
    (report,) = at_work.pull("file", [tmp_path / name])
    assert fates(report)[3] == 0
    assert not report.defects_by_rule
    return told, mapping, at_work


def test_a_zendesk_export(tmp_path: Path) -> None:
    _, mapping, at_work = mapped(tmp_path, ZENDESK)
    assert at_work.all("SELECT occurred_at FROM message ORDER BY 1") == [
        datetime(2026, 1, 5, 8, 12, 30, tzinfo=UTC),
        datetime(2026, 1, 6, 9, 5, tzinfo=UTC),
    ]
    assert at_work.all("SELECT src_ticket_id, channel, priority, tags FROM ticket ORDER BY 1") == [
        ("1", "email", "P1", ["vip", "new"]),
        ("2", "phone", None, None),
        ("3", "online", "P4", ["old"]),
    ]
    assert at_work.all("SELECT overall FROM survey_response ORDER BY 1") == [1, 5]
    ticket = mapping.tables[0].ticket
    assert ticket is not None and ticket.customer is not None
    assert ticket.customer.column == "Requester email"


def test_a_jira_export(tmp_path: Path) -> None:
    _, mapping, at_work = mapped(tmp_path, JIRA)
    assert mapping.tables[0].date_format == "%d/%b/%y %I:%M %p"
    assert at_work.all("SELECT occurred_at FROM message ORDER BY 1") == [
        datetime(2026, 1, 5, 10, 15, tzinfo=UTC),
        datetime(2026, 1, 26, 16, 25, tzinfo=UTC),
    ]
    assert at_work.all("SELECT type, customer_key IS NOT NULL FROM ticket ORDER BY src_ticket_id") == [
        ("tech", True),
        ("inquiry", True),
    ]


def test_a_freshdesk_export(tmp_path: Path) -> None:
    rows = [
        {
            "id": number,
            "status": 4,
            "priority": number,
            "source": 3,
            "responder_id": 11,
            "spam": number == 1,
            "requester_id": 5,
            "created_at": "2026-01-05T08:00:00Z",
            "fr_due_by": "2026-01-05T09:00:00Z",
            "due_by": "2026-01-06T08:00:00Z",
            "tags": ["a"],
            "stats": {"first_responded_at": "2026-01-05T08:09:00Z", "resolved_at": "2026-01-05T12:00:00Z"},
        }
        for number in (1, 2, 3, 4)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    told, _, at_work = mapped(tmp_path, text, "export.jsonl")
    assert at_work.all("SELECT priority, channel, is_spam FROM ticket ORDER BY src_ticket_id") == [
        ("P4", "phone", True),
        ("P3", "phone", False),
        ("P2", "phone", False),
        ("P1", "phone", False),
    ]
    assert at_work.all("SELECT what, count(*) FROM sla_due GROUP BY 1 ORDER BY 1") == [
        ("first_reply", 4),
        ("resolution", 4),
    ]
    assert at_work.all("SELECT count(*) FROM message") == [4]
    assert "every instant has its offset" in told


def test_a_chinese_export_with_durations(tmp_path: Path) -> None:
    told, mapping, at_work = mapped(tmp_path, CHINESE)
    assert mapping.timezone == "Asia/Shanghai"
    assert mapping.tables[0].thousands == ","
    assert "assumed of a Chinese header" in told
    assert at_work.all("SELECT occurred_at FROM message ORDER BY 1") == [
        datetime(2026, 1, 5, 20, 0, tzinfo=UTC),
        datetime(2026, 1, 6, 0, 7, 30, tzinfo=UTC),
    ]
    assert at_work.all("SELECT type, channel FROM ticket ORDER BY src_ticket_id") == [
        ("tech", "phone"),
        ("complaint", "social"),
    ]
    ticket = mapping.tables[0].ticket
    assert ticket is not None and ticket.customer is not None
    assert ticket.customer.column == "联系电话"


def test_commas_and_durations_only(tmp_path: Path) -> None:
    told, mapping, at_work = mapped(tmp_path, COMMAS)
    assert (mapping.tables[0].decimal, mapping.tables[0].thousands) == (",", ".")
    assert "is it the creation?" in told
    assert at_work.all("SELECT occurred_at FROM message ORDER BY 1")[0] == datetime(2026, 1, 25, 8, 1, 30, tzinfo=UTC)
    assert at_work.all("SELECT occurred_at FROM ticket_event WHERE kind = 'status'") == [
        datetime(2026, 1, 25, 12, 15, tzinfo=UTC)
    ]
    assert at_work.all("SELECT overall FROM survey_response ORDER BY 1") == [3.0, 4.5]


def test_numbers_of_priorities_are_asked_about(tmp_path: Path) -> None:
    told, _, _ = mapped(tmp_path, "id,priority,created_at\n1,1,2026-01-05\n2,3,2026-01-06\n")
    assert '"1": P1  # TODO: is 1 the most urgent?' in told


def test_an_undated_ticket_keeps_how_long_it_took(tmp_path: Path) -> None:
    _, _, at_work = mapped(tmp_path, "id,team,time_to_resolve_hours\n1,a,2.5\n2,a,\n")
    assert at_work.all("SELECT given_resolution_s FROM ticket ORDER BY src_ticket_id") == [9000, None]


@pytest.mark.parametrize(
    ("shown", "form"),
    [
        ("05-Jan-2026 14:30", "%d-%b-%Y %H:%M"),
        ("Jan 5, 2026 2:30 PM", "%b %d, %Y %I:%M %p"),
        ("5 January 2026", "%d %B %Y"),
        ("20260105143000", "%Y%m%d%H%M%S"),
        ("2026年1月5日 14时30分", "%Y年%m月%d日 %H时%M分"),
    ],
)
def test_dates_in_words_have_a_form(tmp_path: Path, shown: str, form: str) -> None:
    _, mapping, at_work = mapped(tmp_path, f'id,created_at\n1,"{shown}"\n')
    assert mapping.tables[0].date_format == form
    assert at_work.all("SELECT created_at::DATE::VARCHAR FROM ticket") == ["2026-01-05"]


def test_a_number_of_eight_digits_is_no_date_by_itself(tmp_path: Path) -> None:
    _, mapping, _ = mapped(tmp_path, "id,contract\n1,20260105\n2,20260106\n")
    assert mapping.tables[0].ticket is not None
    assert mapping.tables[0].ticket.created_at is None


@pytest.mark.parametrize("header", ["客户邮箱", "联系邮箱", "用户邮件"])
def test_an_address_of_the_customer_tells_customers_apart(tmp_path: Path, header: str) -> None:
    rows = "".join(f"{n},2026-03-0{n} 08:00,u{n}@mail.cn\n" for n in range(1, 6))
    path = tmp_path / "tickets.csv"
    path.write_text(f"工单号,创建时间,{header}\n{rows}", encoding="utf-8")
    assert f'customer: "{header}"' in guess(path)
