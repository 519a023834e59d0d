"""Exports of questionnaires through the ready mappings, the whole load and the KPIs, worked out by hand."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from data.questionnaires import CSI_WEIGHTS
from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import LoadReport, Origin
from metrics import facts
from metrics.measure import measure
from metrics.model import Desk as KpiDesk
from metrics.model import Question, Window
from tests.etl.loading import Desk, fates

KPIS = KpiDesk(tz="Asia/Shanghai", csi_weights=CSI_WEIGHTS)
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1), "Asia/Shanghai")
AS_OF = datetime(2026, 4, 2, tzinfo=UTC)


class Survey:
    """A desk that loads one questionnaire by its ready mapping."""

    def __init__(self, name: str) -> None:
        self.desk = Desk(load_mapping(ROOT / "data/mappings" / f"{name}.yaml"), Origin(salt="pepper"))
        facts.create(self.desk.con)

    def load(self, path: Path, content: bytes) -> LoadReport:
        path.write_bytes(content)
        self.desk.refresh = self._refresh  # type: ignore[method-assign]
        return self.desk.pull("file", [path], AS_OF)[-1]

    def _refresh(self, con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
        facts.refresh(con, watermark, KPIS)

    def kpis(self, *names: str) -> dict[str, tuple[float | None, int]]:
        questions = [Question(name, MARCH) for name in names]
        found = measure(self.desk.con, KPIS, questions, AS_OF)
        return {question.metric: (_rounded(found[question][0].value), found[question][0].n) for question in questions}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def table(*rows: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


WJX_HEADER = [
    *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"),
    *("1、您的工单编号", "2、您对本次服务的总体评价"),
    *("3、(问题解决效率)", "3、(服务态度)", "3、(沟通清晰度)", "3、(问题解决结果)", "3、(情感关怀)"),
    *("4、您有多大可能向他人推荐我们", "5、您的问题解决了吗", "6、您的建议"),
]
WORDS = {"5": "非常满意", "4": "满意", "3": "一般", "2": "不满意", "1": "非常不满意", "-": "(跳过)", "0": "(空)"}


def sheet(
    number: int, seconds: str, scores: str, nps: str, ticket: str = "(跳过)", solved: str = "已解决"
) -> list[str]:
    """Return an answer sheet; scores are the overall one and five dimensions, - skipped and 0 empty."""
    words = [WORDS[score] for score in scores]
    head = [str(number), f"2026/3/{number} 9:02:11", seconds, "微信", "", "10.0.0.7(上海-上海)", "88"]
    return [*head, ticket, *words, nps, solved, "很好,\n谢谢"]


WJX = [
    sheet(1, "35秒", "555545", "10", "T-1"),
    sheet(2, "1分5秒", "445434", "9"),
    sheet(3, "58秒", "334-23", "5", solved="未解决"),
    sheet(4, "12秒", "555555", "10"),  # answered too fast
    sheet(5, "90秒", "155445", "0"),  # contradicts itself
    sheet(6, "2分", "02330-", "(跳过)", solved="(跳过)"),
    sheet(7, "1小时2分3秒", "234445", "6"),
]
WJX_KPIS = {
    "survey_received": (7, 7),
    "survey_valid": (5, 5),  # sheets 1, 2, 3, 6 and 7
    # efficiency (5+4+3+2+3)/5, attitude (5+5+4+3+4)/5, clarity (5+4+3+4)/4, resolution (4+3+2+4)/4,
    # empathy (5+4+3+5)/4
    "csi": (round(0.29 * 3.4 + 0.22 * 4.2 + 0.18 * 4 + 0.16 * 3.25 + 0.15 * 4.25, 6), 5),
    "csat": (50.0, 4),  # 5 and 4 of 5, 4, 3 and 2
    "nps": (0.0, 4),  # 10 and 9 against 5 and 6
}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "gbk"])
def test_answer_sheets_of_wenjuanxing_give_the_kpis_worked_out_by_hand(tmp_path: Path, encoding: str) -> None:
    survey = Survey("wenjuanxing")
    report = survey.load(tmp_path / "88_6份.csv", table(WJX_HEADER, *WJX).encode(encoding))
    assert fates(report) == (7, 0, 0, 0)
    assert report.defects_by_rule == {}
    assert survey.kpis(*WJX_KPIS) == WJX_KPIS
    rows = survey.desk.all(
        "SELECT src_response_id, seconds, mode, resolved_confirmed, submitted_at::VARCHAR FROM survey_response"
        " ORDER BY 1"
    )
    assert rows[0] == ("1", 35.0, "微信", True, "2026-03-01 01:02:11+00")
    assert [row[1] for row in rows] == [35.0, 65.0, 58.0, 12.0, 90.0, 120.0, 3723.0]
    assert [row[3] for row in rows] == [True, True, False, True, True, None, True]


def test_a_later_export_adds_its_new_sheets_only(tmp_path: Path) -> None:
    survey = Survey("wenjuanxing")
    survey.load(tmp_path / "a.csv", table(WJX_HEADER, *WJX[:4]).encode("gbk"))
    report = survey.load(tmp_path / "b.csv", table(WJX_HEADER, *WJX).encode("utf-8-sig"))
    assert fates(report) == (3, 0, 4, 0)
    assert survey.kpis(*WJX_KPIS) == WJX_KPIS


def test_a_sheet_of_wenjuanxing_keeps_no_address(tmp_path: Path) -> None:
    survey = Survey("wenjuanxing")
    survey.load(tmp_path / "a.csv", table(WJX_HEADER, *WJX).encode("gbk"))
    assert "10.0.0.7" not in str(survey.desk.all("SELECT * FROM survey_response"))


def test_an_unknown_answer_is_missing_and_listed(tmp_path: Path) -> None:
    survey = Survey("wenjuanxing")
    rows = [*WJX[:3], [cell.replace("一般", "还行") for cell in WJX[2]]]
    rows[3][0] = "8"
    report = survey.load(tmp_path / "a.csv", table(WJX_HEADER, *rows).encode("gbk"))
    assert fates(report) == (4, 0, 0, 0)
    assert sum(report.defects_by_rule.values()) == 3
    assert survey.kpis("csat") == {"csat": (round(200 / 3, 6), 3)}


IVR_HEADER = ["通话编号", "转入评价时间", "按键时间", "工单编号", "主叫号码", "坐席工号", "技能组", "按键"]


def call(number: int, key: str, agent: str = "8001") -> list[str]:
    asked, pressed = f"2026-03-{number:02} 10:00:00", f"2026-03-{number:02} 10:00:0{number}"
    phone = f"1380000000{number}"
    return [f"C{number}", asked, pressed if key else "", f"T-{number}", phone, agent, "热线一组", key]


IVR = [
    call(1, "1"),
    call(2, "2"),
    call(3, "5", agent="8002"),
    call(4, ""),  # hung up
    call(5, "9"),  # a key that means nothing
    call(6, ""),  # hung up
    call(7, "1", agent="8002"),
]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_key_presses_give_the_kpis_worked_out_by_hand(tmp_path: Path, encoding: str) -> None:
    survey = Survey("ivr")
    report = survey.load(tmp_path / "ivr.csv", table(IVR_HEADER, *IVR).encode(encoding))
    assert fates(report) == (7, 0, 0, 0)
    assert survey.kpis("survey_invited", "survey_received", "csat", "overall_mean", "response_rate") == {
        "survey_invited": (7, 7),
        "survey_received": (5, 5),
        "csat": (75.0, 4),  # 5, 4 and 5 of 5, 4, 1 and 5
        "overall_mean": (3.75, 4),
        "response_rate": (round(500 / 7, 6), 7),
    }


def test_a_wrong_key_is_an_answer_without_a_score(tmp_path: Path) -> None:
    survey = Survey("ivr")
    survey.load(tmp_path / "ivr.csv", table(IVR_HEADER, *IVR).encode("gb18030"))
    assert survey.desk.all("SELECT src_response_id, overall FROM survey_response WHERE overall > 5") == [("C5", 9.0)]
    assert survey.desk.all("SELECT count(*) FROM fact_survey WHERE overall_milli IS NOT NULL") == [4]


def test_callers_are_hashes_and_agents_have_their_answers(tmp_path: Path) -> None:
    survey = Survey("ivr")
    survey.load(tmp_path / "ivr.csv", table(IVR_HEADER, *IVR).encode("gb18030"))
    assert survey.desk.all(
        "SELECT agent, count(overall), avg(overall) FROM survey_response WHERE overall <= 5 GROUP BY 1 ORDER BY 1"
    ) == [
        ("8001", 2, 4.5),
        ("8002", 2, 3.0),
    ]
    assert "1380000000" not in str(survey.desk.all("SELECT * FROM survey_response"))


QUALTRICS_HEADER = [
    [
        *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished"),
        *("RecordedDate", "ResponseId", "DistributionChannel", "UserLanguage", "Q1"),
        *("Q2_1", "Q2_2", "Q2_3", "Q2_4", "Q2_5", "Q3_NPS_GROUP", "Q3", "ticket_id"),
    ],
    [
        *("Start Date", "End Date", "Response Type", "IP Address", "Progress", "Duration (in seconds)", "Finished"),
        *(
            "Recorded Date",
            "Response ID",
            "Distribution Channel",
            "User Language",
            "Overall, how\nsatisfied are you?",
        ),
        *(f'How satisfied are you with "{part}"?' for part in ("speed", "manner", "clarity", "result", "empathy")),
        *("Recommend - Group", "Would you recommend us?", "ticket_id"),
    ],
    [f'{{"ImportId":"QID{number}","timeZone":"Z"}}' for number in range(20)],
]
SATISFIED = {"5": "Extremely satisfied", "4": "Somewhat satisfied", "3": "Neither satisfied nor dissatisfied"}
SATISFIED |= {"2": "Somewhat dissatisfied", "1": "Extremely dissatisfied", "-": ""}


def response(number: int, scores: str, nps: str, status: str = "IP Address", finished: str = "True") -> list[str]:
    at = f"2026-03-0{number} 12:00:00"
    head = [at, at, status, "10.0.0.7", "100", "45", finished, at, f"R_{number}", "email", "EN"]
    return [*head, *(SATISFIED[score] for score in scores), "", nps, f"T-{number}"]


QUALTRICS = [
    response(1, "555444", "10"),
    response(2, "433343", "7"),
    response(3, "2122-2", "3"),
    response(4, "555555", "10", status="Survey Preview"),
    response(5, "5-----", "", finished="False"),
    response(6, "444444", "9"),
    response(7, "5555-5", "10"),
]
# efficiency (5+3+1+4+5)/5, attitude (5+3+2+4+5)/5, clarity (4+3+2+4+5)/5, resolution (4+4+4)/3,
# empathy (4+3+2+4+5)/5
THIRD_CSI = round(0.29 * 3.6 + 0.22 * 3.8 + 0.18 * 3.6 + 0.16 * 4 + 0.15 * 3.6, 6)
THIRD_KPIS = {
    "survey_received": (5, 5),
    "csi": (THIRD_CSI, 5),
    "csat": (80.0, 5),  # 5, 4, 4 and 5 of 5, 4, 2, 4 and 5
    "nps": (40.0, 5),  # three promoters against one detractor
}


def test_responses_of_qualtrics_give_the_kpis_worked_out_by_hand(tmp_path: Path) -> None:
    survey = Survey("qualtrics")
    report = survey.load(tmp_path / "q.csv", table(*QUALTRICS_HEADER, *QUALTRICS).encode("utf-8-sig"))
    assert fates(report) == (5, 0, 0, 0)
    assert report.defects_by_rule == {}
    assert survey.kpis(*THIRD_KPIS) == THIRD_KPIS


MONKEY_HEADER = [
    [
        *("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "ticket"),
        *("Overall, how satisfied were you?", "How satisfied were you with ...", "", "", "", ""),
        *("How likely is it that you would recommend us?", "Anything else?"),
    ],
    [
        *("", "", "", "", "", ""),
        *("Response", "Speed", "Friendliness", "Clear answers", "Result", "Understanding"),
        *("Response", "Open-Ended Response"),
    ],
]
HAPPY = {"5": "Very satisfied", "4": "Satisfied", "3": "Neither satisfied nor dissatisfied"}
HAPPY |= {"2": "Dissatisfied", "1": "Very dissatisfied", "-": ""}


def respondent(number: int, scores: str, nps: str) -> list[str]:
    at = f"03/0{number}/2026 02:23:11 PM"
    return [str(118_000 + number), "42", at, at, "10.0.0.7", "", *(HAPPY[score] for score in scores), nps, "no"]


MONKEY = [
    respondent(1, "555444", "10"),
    respondent(2, "433343", "7"),
    respondent(3, "2122-2", "3"),
    respondent(6, "444444", "9"),
    respondent(7, "5555-5", "10"),
]


def test_responses_of_surveymonkey_give_the_kpis_worked_out_by_hand(tmp_path: Path) -> None:
    survey = Survey("surveymonkey")
    report = survey.load(tmp_path / "s.csv", table(*MONKEY_HEADER, *MONKEY).encode())
    assert fates(report) == (5, 0, 0, 0)
    assert survey.kpis(*THIRD_KPIS) == THIRD_KPIS
    assert survey.desk.all("SELECT max(submitted_at)::VARCHAR FROM survey_response") == ["2026-03-07 14:23:11+00"]


def test_a_workbook_of_surveymonkey_with_merged_questions_reads_the_same(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "s.xlsx"))
    page = book.add_worksheet()
    for number, row in enumerate([*MONKEY_HEADER, *MONKEY]):
        page.write_row(number, 0, row)
    page.merge_range("H1:L1", "How satisfied were you with ...")
    book.close()
    survey = Survey("surveymonkey")
    report = survey.load(tmp_path / "s.xlsx", (tmp_path / "s.xlsx").read_bytes())
    assert fates(report) == (5, 0, 0, 0)
    assert survey.kpis(*THIRD_KPIS) == THIRD_KPIS
