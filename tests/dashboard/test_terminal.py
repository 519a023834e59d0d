"""What the terminal says, told line by line; what people delivered stays as it is."""

import re

import pytest
import yaml

from dashboard.sources.terminal import remarked, said

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")  # prose, not names and values
CODE = re.compile(r"`[^`]*`|'[^']*'|app\.py [^\n]*")
DRAFT = """# First mapping of a.csv, guessed from its header and 31 rows.
timezone: UTC  # TODO: instants without an offset (Opened, End) count as UTC; name their zone, such as Asia/Shanghai
tables:
  - name: "a  # such as b"  # one ticket per row
    date_format: "%d/%m/%Y"  # day first: 7 of 31 'Opened' have a first number above 12
    # channel: "via"  # TODO: no known words in it (3 values, such as x, it's, y)
    colour: '#fff'
    other: it's  # TODO: is it?
"""


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("sources", "数据源"),
        ("  none", "  无"),
        ("Stopped.", "已停止。"),
        (
            "desk: 3 rows read = 2 new + 0 changed + 0 same + 1 rejected, delivered up to 2025-03-10 12:00:00+00:00"
            " (backfill of 2025-01-01 to 2025-02-01; 3 more rows read and not used: no line of the mapping asks for"
            " them); 250,000 of about 1,000,000 rows, 50,000 rows/s, 15 s left",
            "desk：读取 3 行 = 新增 2 + 变更 0 + 相同 0 + 未导入 1，数据截至 2025-03-10 12:00:00+00:00（重新读取"
            " 2025-01-01 至 2025-02-01；另有 3 行已读取但未使用：映射中没有任何一行用到它们）；"
            "250,000 / 约 1,000,000 行，50,000 行/秒，还需 15 秒",
        ),
        (
            "    tickets row 3: column 'created' (ticket.created_at) = 'yesterday'; write an instant of the form iso"
            " from 1970 to 2099, or list the value under nulls",
            "    tickets 第 3 行：列 'created'（ticket.created_at）为 'yesterday'；请按格式 iso 写时间"
            "（1970 至 2099 年），或把该值列入 nulls",
        ),
        (
            "run 1 desk malformed: Tickets row 7: Expected Number of Columns: 5 Found: 6 mend the line, then deliver"
            " the row again",
            "第 1 次 desk 无法读取的行（malformed）：Tickets 第 7 行：应有 5 列，实有 6 列；"
            "请修正该行，然后重新送来该行",
        ),
        (
            "m.yaml:6: tables.0.at: table t: column 'd': 1 of 1 values are not dates of the form iso: row 1 'x';"
            ' write the form they have, for instance `date_format: "%d/%m/%Y %H:%M"`, or name another column',
            "m.yaml:6：tables.0.at：表 t：列 'd'：1 个值中有 1 个不是格式 iso 的日期："
            "第 1 行 'x'；请写明它们的格式，例如 `date_format: \"%d/%m/%Y %H:%M\"`，或改用别的列",
        ),
        (
            "  4 2026-11-23 13:30:21+00:00 desk failed: 0 read = 0 new + 0 changed + 0 same + 0 rejected (b.csv:"
            " t: column 'x' is gone: it gave ticket.id (nothing loads without it; KPIs without it: frt, csat),"
            " events.status.at (KPIs without it: frt)\nt: column 'y' is new: the mapping does not read it)",
            "  4 2026-11-23 13:30:21+00:00 desk 失败：读取 0 = 新增 0 + 变更 0 + 相同 0 + 未导入 0（b.csv: t："
            "列 'x' 已消失：它提供 ticket.id（缺少它则无法导入；缺少它受影响的指标：首次响应时长、客户响应满意度），"
            "events.status.at（缺少它受影响的指标：首次响应时长）\nt：新增列 'y'：映射没有读取它）",
        ),
        (
            "run 7 desk unparsed_cell: t row 3: survey.overall = 'so; it\\'s is new: 5'; write a whole number, or"
            " list the value under nulls",
            "第 7 次 desk 无法识别的取值（unparsed_cell）：t 第 3 行：survey.overall 为 'so; it\\'s is new: 5'；"
            "请写整数，或把该值列入 nulls",
        ),
        (
            "no new file in /in fits *.csv; already loaded: a.csv",
            "/in 中没有符合 *.csv 的新文件；已导入过：a.csv",
        ),
        ("  ticket priority: (none) 2, P1 1", "  工单优先级：（无） 2, P1 1"),
        ("  desk (sql, live): delivered up to never STALE", "  desk（数据库，持续读取）：尚无数据，已延迟"),
        (
            "  7 2025-03-10 12:00:00+00:00 desk refused: 3 read = 0 new + 0 changed + 0 same + 3 rejected",
            "  7 2025-03-10 12:00:00+00:00 desk 整批拒绝：读取 3 = 新增 0 + 变更 0 + 相同 0 + 未导入 3",
        ),
        ("  frt: 3 tickets with a public reply of an agent", "  首次响应时长（frt）：3 张有客服公开回复的工单"),
        ("  csat: nothing; it needs survey.overall", "  客户响应满意度（csat）：无；需要 survey.overall"),
        (
            "desk (every 5 s) 3 failures in a row (open), next try 2026-11-01 16:00:00: 2026-11-01 16:00:05,"
            " 2026-11-01 16:00:10 (Asia/Shanghai)",
            "desk（每 5 秒），连续失败 3 次（暂缓），下次尝试 2026-11-01 16:00:00：2026-11-01 16:00:05, "
            "2026-11-01 16:00:10（Asia/Shanghai）",
        ),
        (
            "s.yaml:3: targets.0.metric: unknown metric 'frtt'; known: csat, frt",
            "s.yaml:3：targets.0.metric：未知指标 'frtt'；可用：csat, frt",
        ),
        (
            "s.yaml:9: sources.0: a source of kind zendesk has 'url' and 'user' and 'token' and no 'path'",
            "s.yaml:9：sources.0：zendesk 类数据源需要 'url'、'user'、'token'，不能有 'path'",
        ),
    ],
)
def test_lines_of_the_terminal(english: str, chinese: str) -> None:
    assert said(english, "zh-CN") == chinese


ACCOUNT = "7 rows read = 2 new + 0 changed + 0 same + 5 rejected"
WHOLE = (
    ACCOUNT,
    f"{ACCOUNT} (backfill of 2025-01-01 to 2025-02-01)",
    f"{ACCOUNT}, delivered up to 2025-03-10 12:00:00+00:00; 7 rows, 5 rows/s, time left not known",
    f"desk: {ACCOUNT}; 7 of about 12 rows, 5 rows/s, 1 s left",
    "  2 loaded with a defect: unknown_priority",
    "  desk (sql, live): delivered up to 2025-03-10 12:00:00+00:00 STALE",
    "  mine (file, imported): delivered up to 2025-03-10 12:00:00+00:00",
    "  7 2025-03-10 12:00:00+00:00 desk done: 3 read = 3 new + 0 changed + 0 same + 0 rejected (taken out of the"
    " quarantine)",
    "  base STOPPED tickets: column 'who' is gone: it gave ticket.team (no KPI can be split by team)",
    "desk (every 5 s) running since 2026-11-01 15:59:58: 2026-11-01 16:00:05 (Asia/Shanghai)",
    "desk (cron 30 6 * * * (Asia/Shanghai)) paused since 2026-11-01 16:00:00; app.py source resume desk ends it",
    "desk (every 0.5 s) paused running since 2026-11-01 15:59:58; app.py source resume desk ends it",
    "desk (every 0.5 s) paused; app.py source resume desk ends it",
    "desk (every 5 s) 3 failures in a row (open), next try when settings, mapping or files change, or with app.py"
    " source run: 2026-11-01 16:00:05, 2026-11-01 16:00:10 (Asia/Shanghai)",
    "  12 would load with a defect: duplicate_id; the last row of an id counts. For one row per change write rows:"
    " update with fold, for one row per answer file: {gather: ...}",
    "    tickets: column 'prio' (ticket.priority) = 'it\\'s 9' (12), first in row 7",
    "  tickets: 7 more rows read and not used, no line's `only` selects them: state",
    "  instants without an offset count as UTC: tickets 'created' (12), tickets 'closed' (3)",
    "  12 tickets, 3 events, 0 messages, 0 survey answers, 7 invitations, 3 agents with a role",
    "  12 tickets, 3 events, 0 messages, 0 survey answers, 3 agents with a role",
    *(f"  {name}: online 3, (none) 1 and 7 more" for name in ("ticket channel", "ticket type", "message author")),
    *(f"  {name}: online 3, phone 1" for name in ("ticket created by", "event", "ticket priority")),
    "  survey answers: 2025-03-10 12:00:00+00:00 to 2025-03-11 12:00:00+00:00",
    "m.yaml:3: sources.0.cron: hour '7-5' ends before it starts; write two ranges with a comma between",
    "m.yaml:3: sources.0.cron: month 'mai' is not understood; 1 to 12, or jan to dec, as 5, 1-5, */10 or 0,30",
    "m.yaml:3: sources.0.cron: '0 0 30 2 *' never comes: none of its months has a day 30",
    "m.yaml:3: sources.0: s3:///x: there is no bucket in it",
    "m.yaml:3: sources.0: a source of kind file has 'path', perhaps 'since' and no 'url'",
    "KPI_LANG: 'klingon' is not spoken here; zh-CN and en are",
)
REMARKS = (
    "TODO: is it the creation? such as 2025-03-10",
    "TODO: instants without an offset in 7 columns count as Asia/Shanghai; assumed of a Chinese header",
    "TODO: instants without an offset count as UTC; name their zone, such as Asia/Shanghai",
    "day first: 7 of 12 'Opened at' have a first number above 12",
    "month first: 7 of 12 'Opened' have a second number above 12",
    "7 of 12 'Opened' look like it, such as 10.3.25",
    "decimal: \",\"  # TODO: how are numbers written, such as 1,5 in 'score'?",
    "such as 1,5 in 'score'",
    "TODO: 'Opened' mixes orders; have it exported in one form",
    "TODO: one of open, closed",
)


@pytest.mark.parametrize("line", WHOLE)
def test_nothing_of_a_line_stays_english(line: str) -> None:
    assert ENGLISH.findall(CODE.sub("", said(line, "zh-CN"))) == []


@pytest.mark.parametrize("remark", REMARKS)
def test_nothing_of_a_remark_stays_english(remark: str) -> None:
    assert ENGLISH.findall(CODE.sub("", remarked(f"a: b  # {remark}", "zh-CN"))) == []


def test_a_row_stays_as_it_was_delivered() -> None:
    assert said('    {"note": "x: is gone, sources"}', "zh-CN") == '    {"note": "x: is gone, sources"}'


def test_only_the_remarks_of_a_mapping_are_told() -> None:
    told = remarked(DRAFT, "zh-CN")
    assert yaml.safe_load(told) == yaml.safe_load(DRAFT)
    assert told.splitlines() == [
        "# a.csv 的映射初稿，由表头和 31 行数据推测。",
        "timezone: UTC  # TODO：没有时区偏移的时间（Opened, End）按 UTC 计；请写明时区，例如 Asia/Shanghai",
        "tables:",
        '  - name: "a  # such as b"  # 每行一张工单',
        "    date_format: \"%d/%m/%Y\"  # 日在前：'Opened' 的 31 个值中有 7 个的第一个数大于 12",
        '    # channel: "via"  # TODO：其中没有认识的词（3 种取值，例如 x, it\'s, y）',
        "    colour: '#fff'",
        "    other: it's  # TODO：是这样吗？",
    ]


def test_english_stays_as_it_is() -> None:
    assert (said("  none", "en"), remarked(DRAFT, "en")) == ("  none", DRAFT)
