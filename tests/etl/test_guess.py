"""First mappings: what is recognised, what is asked, and that they read back."""

from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from etl.guess import guess
from etl.guess.words import canonical, meaning
from etl.mapping import Mapping, parse_mapping
from etl.model import MappingError
from tests.etl.loading import desk, fates

HEADER = "Ticket ID,Status,Priority,Source,Agent Group,Agent Name"
TICKETS = f"""{HEADER},Created time,First response time,Resolution time,Survey results
1,Closed,Low,Email,A,Ann,2026-01-02 00:58:36,2026-01-02 01:03:17,2026-01-04 00:31:51,3
2,In progress,High,Phone,B,Bob,2026-01-02 07:27:25,2026-01-02 07:27:43,,not rated
3,Resolved,Medium,Chat,B,Bob,2026-01-03 07:27:25,2026-01-03 07:27:43,2026-01-05 00:00:00,5
"""
CHINESE = """工单编号,状态,优先级,渠道,处理人,创建时间,首次响应时间,解决时间,满意度
A1,已关闭,高,微信,张三,2026-01-02 08:00:00,2026-01-02 08:05:00,2026-01-02 09:00:00,5
A2,处理中,低,电话,李四,2026-01-03 08:00:00,,,
"""
LOG = """number,state,sys_mod_count,opened_at,sys_updated_at
7,New,0,1/2/2026 08:00,1/2/2026 08:00
7,Resolved,1,1/2/2026 08:00,13/2/2026 09:30
8,Mystery,0,2/2/2026 08:00,2/2/2026 08:00
"""


def _guess(tmp_path: Path, text: str, name: str = "a.csv") -> tuple[str, Mapping]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    told = guess(tmp_path / name)
    return told, parse_mapping(told)


def test_a_guessed_mapping_loads_its_file(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, TICKETS)
    at_work = desk(text)
    assert fates(at_work.pull("file", [tmp_path / "a.csv"])[0]) == (3, 0, 0, 0)
    assert at_work.all("SELECT channel, priority FROM ticket ORDER BY src_ticket_id") == [
        ("email", "P3"),
        ("phone", "P1"),
        ("online", "P2"),
    ]
    assert at_work.all("SELECT count(*) FROM message UNION ALL SELECT count(*) FROM ticket_event") == [3, 2]


def test_what_questionnaires_write_for_no_answer_is_no_value(tmp_path: Path) -> None:
    assert '"(跳过)"' in _guess(tmp_path, "答卷编号,满意度\n1,满意\n2,(跳过)\n")[0].split("nulls:")[1].splitlines()[0]


def test_words_for_no_value_become_nulls(tmp_path: Path) -> None:
    assert _guess(tmp_path, TICKETS)[1].nulls == ("not rated",)


def test_chinese_headers_and_values_are_known(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, CHINESE)
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    assert at_work.all("SELECT src_ticket_id, channel FROM ticket ORDER BY 1") == [("A1", "social"), ("A2", "phone")]
    assert at_work.all("SELECT overall FROM survey_response") == [5.0]


def test_repeated_ids_with_a_counter_are_updates(tmp_path: Path) -> None:
    text, mapping = _guess(tmp_path, LOG)
    (table,) = mapping.tables
    assert (table.rows, table.date_format) == ("update", "%d/%m/%Y %H:%M")
    assert "2 different 'number' in 3 rows" in text


def test_a_few_repeated_ids_do_not_make_tickets_events(tmp_path: Path) -> None:
    lines = CHINESE.splitlines()
    text, mapping = _guess(tmp_path, "\n".join([*lines, lines[1].replace("已关闭", "已解决")]))
    assert mapping.tables[0].rows == "ticket"
    assert "TODO: one ticket per row: 2 different '工单编号' in 3 rows" in text


def test_an_unknown_status_is_left_to_decide(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, LOG)
    assert '# "Mystery":   # TODO: one of new, open' in text


@pytest.mark.parametrize(
    ("days", "form", "word"),
    [
        (("1/2/2026", "13/2/2026"), "%d/%m/%Y", "day first"),
        (("1/2/2026", "1/13/2026"), "%m/%d/%Y", "month first"),
        (("1/2/2026", "2/3/2026"), "%d/%m/%Y", "reads both ways"),
        (("13/2/2026", "2/13/2026"), "%d/%m/%Y", "mixes orders"),
        (("13.02.26 10:00:01", "14.02.26 10:00:01"), "%d.%m.%y %H:%M:%S", "day first"),
        (("02/13/2026 1:05:00 PM", "02/13/2026 1:05:00 PM"), "%m/%d/%Y %I:%M:%S %p", "month first"),
    ],
)
def test_the_order_of_dates_is_judged_over_the_whole_column(
    tmp_path: Path, days: tuple[str, ...], form: str, word: str
) -> None:
    text, mapping = _guess(tmp_path, "id,created\n" + "".join(f"{n},{day}\n" for n, day in enumerate(days)))
    assert mapping.tables[0].date_format == form
    assert word in text


def test_columns_of_other_forms_than_the_table_have_their_own(tmp_path: Path) -> None:
    rows = "id,created_at,resolved_at,due_at\n1,2026-01-02 08:00,2026-01-02 09:00,13.01.2026\n"
    table = _guess(tmp_path, rows)[1].tables[0]
    assert table.date_format is None
    assert table.due["resolution"].format == "%d.%m.%Y"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2026年03月01日 08:14", "%Y年%m月%d日 %H:%M"),
        ("2026/3/1 下午 3:05", "%Y/%m/%d %p %I:%M"),
        ("2026-03-01 上午12:18:09", "%Y-%m-%d %p%I:%M:%S"),
        ("2026年3月1日 下午3:05", "%Y年%m月%d日 %p%I:%M"),
        ("1772352856672", "epoch_ms"),
        ("1772352856", "epoch_s"),
        ("46082.343249", "excel"),
    ],
)
def test_other_ways_to_write_an_instant_are_known(tmp_path: Path, value: str, form: str) -> None:
    text, mapping = _guess(tmp_path, f"id,created_at\n1,{value}\n")
    assert mapping.tables[0].date_format == form
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    (created,) = at_work.all("SELECT created_at::DATE::VARCHAR FROM ticket")
    assert created == "2026-03-01"


def test_a_file_that_is_not_utf_8_gets_its_encoding_written_down(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CHINESE.encode("gbk"))
    text = guess(tmp_path / "a.csv")
    assert 'file: {encoding: "gb18030"}' in text
    assert 'created_at: "创建时间"' in text


def test_a_title_above_the_header_of_a_file_is_left_out(tmp_path: Path) -> None:
    text, mapping = _guess(tmp_path, f"客服工单明细, 2026年1月\n\n导出时间：2026-02-01\n{CHINESE}")
    assert mapping.tables[0].file.header.skip == 2
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    assert at_work.all("SELECT count(*) FROM ticket WHERE created_at IS NOT NULL") == [2]


def test_a_title_above_the_header_of_a_sheet_is_left_out(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    page.merge_range("A1:I1", "Tickets of January")
    for place, line in enumerate(TICKETS.splitlines(), start=2):
        page.write_row(place, 0, line.split(","))
    book.close()
    told = guess(tmp_path / "a.xlsx")
    at_work = desk(told)
    at_work.pull("file", [tmp_path / "a.xlsx"])
    assert "header: {skip: 1}" in told
    assert at_work.all("SELECT count(*) FROM ticket WHERE created_at IS NOT NULL") == [3]


def test_a_reply_time_is_no_promise(tmp_path: Path) -> None:
    text, mapping = _guess(tmp_path, CHINESE)
    assert mapping.tables[0].messages[0].at.column == "首次响应时间"
    assert "due" not in text


def test_words_of_satisfaction_become_scores(tmp_path: Path) -> None:
    text, _ = _guess(
        tmp_path, "工单编号,创建时间,解决时间,满意度\n1,2026-01-02,2026-01-03,非常满意\n2,2026-01-02,,不满意\n"
    )
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    assert at_work.all("SELECT overall FROM survey_response ORDER BY 1") == [2.0, 5.0]


def test_rows_that_are_answers_are_gathered(tmp_path: Path) -> None:
    rows = "response_id,question,answer,submitted\n1,overall,5,2026-01-02\n1,attitude,4,2026-01-02\n"
    text, _ = _guess(tmp_path, rows)
    at_work = desk(text)
    assert fates(at_work.pull("file", [tmp_path / "a.csv"])[0]) == (1, 0, 0, 0)
    assert at_work.all("SELECT r.overall, a.dimension, a.score FROM survey_response r, survey_answer a") == [
        (5.0, "attitude", 4.0)
    ]


def test_a_field_history_becomes_events(tmp_path: Path) -> None:
    rows = (
        "field_name,ticket_id,updated,value\n"
        "status,1,2026-01-02 08:00,open\nstatus,1,2026-01-02 09:00,solved\nassignee_id,1,2026-01-02 08:30,77\n"
    )
    text, _ = _guess(tmp_path, rows)
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    assert at_work.all("SELECT kind, new FROM ticket_event ORDER BY occurred_at") == [
        ("status", "open"),
        ("assign", "77"),
        ("status", "resolved"),
    ]


def test_changes_of_other_fields_are_left_out_and_not_refused(tmp_path: Path) -> None:
    rows = (
        "field_name,ticket_id,updated,value\nstatus,1,2026-01-02 08:00,open\n"
        "status,1,2026-01-02 08:10,solved\nsubject,1,2026-01-02 08:20,hello\n"
    )
    text, _ = _guess(tmp_path, rows)
    at_work = desk(text)
    assert fates(at_work.pull("file", [tmp_path / "a.csv"])[0]) == (2, 0, 0, 0)


def test_a_history_without_known_fields_still_reads_back(tmp_path: Path) -> None:
    rows = "field_id,issue_id,time,value\nsummary,1,2026-01-02 08:00,a\nsummary,1,2026-01-02 08:10,b\n"
    assert _guess(tmp_path, rows)[1].tables[0].rows == "event"


def test_a_status_in_unknown_words_still_reads_back(tmp_path: Path) -> None:
    rows = "id,state,updated_at\n1,zip,2026-01-02\n1,zap,2026-01-03\n"
    assert "which column tells what happened?" in _guess(tmp_path, rows)[0]


def test_rows_with_authors_are_messages(tmp_path: Path) -> None:
    rows = "id,ticket_id,created_at,author_type,public\n9,1,2026-01-02 08:00,admin,TRUE\n"
    text, mapping = _guess(tmp_path, rows)
    assert mapping.tables[0].rows == "message"
    at_work = desk(text)
    at_work.pull("file", [tmp_path / "a.csv"])
    assert at_work.all("SELECT author_kind, is_public FROM message") == [("agent", True)]


def test_a_word_inside_a_value_is_a_hint_to_confirm(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, "id,channel\n1,Phone - Unknown\n2,phone\n")
    assert '"Phone - Unknown": phone  # TODO: is it?' in text


def test_a_duration_leads_to_an_instant(tmp_path: Path) -> None:
    text, mapping = _guess(tmp_path, "id,created_at,first_response_min\n1,2026-01-02 08:00,12.5\n")
    assert 'plus: {column: "first_response_min", type: duration_min}' in text
    assert mapping.tables[0].messages[0].at.column == "created_at"


def test_a_duration_of_something_else_is_left_to_people(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, "id,created_at,call_minutes\n1,2026-01-02 08:00,12.5\n")
    assert '"call_minutes" is a duration, it can lead to an instant' in text


def test_a_folder_cannot_be_guessed(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="is a folder; name one file"):
        guess(tmp_path)


def test_iso_dates_need_no_format(tmp_path: Path) -> None:
    assert _guess(tmp_path, TICKETS)[1].tables[0].date_format is None


def test_a_questionnaire_is_known_by_its_answers(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 7},{n % 12},{1 + n % 5}\n" for n in range(60))
    text, mapping = _guess(tmp_path, "RESPNUM,Q7ALL,NETPRO,Q7ART\n" + rows)
    survey = mapping.tables[0].survey
    assert mapping.tables[0].rows == "survey"
    assert survey is not None and survey.nps is not None
    assert survey.nps.nulls == ("11",)
    assert "are 0, 6 no answer?" in text
    assert "q7art" in survey.dimensions


def test_columns_nobody_understood_are_listed(tmp_path: Path) -> None:
    assert '# not mapped: "zzz"' in _guess(tmp_path, "id,zzz\n1,2\n")[0]


def test_repeated_headers_are_numbered(tmp_path: Path) -> None:
    assert '"zzz", "zzz#2"' in _guess(tmp_path, "id,zzz,zzz\n1,2,3\n")[0]


def test_a_file_without_id_uses_row_numbers(tmp_path: Path) -> None:
    assert "{row_number: true}  # TODO" in _guess(tmp_path, "priority,team\n1,x\n")[0]


def test_an_empty_file_still_gives_a_mapping(tmp_path: Path) -> None:
    assert _guess(tmp_path, "")[1].tables[0].rows == "ticket"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Expected SLA to first response", "due"),
        ("Created time", "created"),
        ("sys_updated_at", "updated"),
        ("工单号", "id"),
        ("Ticket #", "id"),
        ("Opened (epoch ms)", "created"),
        ("创建时间（北京时间）", "created"),
        ("Resolution time (minutes)", None),
        ("caller_id", "customer"),
        ("所属班组", "team"),
        ("colour", None),
    ],
)
def test_headers_speak_of_fields(header: str, field: str | None) -> None:
    assert meaning(header) == field


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("status", "In Progress", "open"),
        ("status", "已解决", "resolved"),
        ("status", "-100", None),
        ("channel", "微信", "social"),
        ("priority", "3 - Moderate", "P3"),
        ("priority", "Priority 4", "P4"),
        ("priority", "紧急", "P1"),
        ("type", "投诉", "complaint"),
    ],
)
def test_values_have_canonical_words(field: str, value: str, word: str | None) -> None:
    assert canonical(field, value) == word


def test_the_columns_whose_zone_is_assumed_are_named(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, "Ticket ID,Created at,Resolved at\n1,2026-01-01 08:00,2026-01-02T08:00:00Z\n")
    assert "instants without an offset (Created at) count as UTC" in text


def test_a_file_with_offsets_everywhere_assumes_no_zone(tmp_path: Path) -> None:
    text, _ = _guess(tmp_path, "Ticket ID,Created at\n1,2026-01-01T08:00:00+08:00\n2,2026-01-01 08:00Z\n")
    assert "every instant has its offset" in text
