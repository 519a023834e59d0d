"""What is said stands on page and terminal in the reader's language: all sentences, and sentences within them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.sources.messages import FOLDER, NAME, catalogue, told
from dashboard.sources.terminal import remarked, said
from dashboard.words import languages

ROOT = Path(__file__).parents[2]
ROOMS = ("etl", "data", "app.py", "metrics/desk.py", "metrics/attributes.py", "metrics/problems.py")
WORDS = ("data/demo/", "etl/guess/words.py")  # what the demo's customers write, and headers people use
PROSE = re.compile(r"[A-Za-z']{2,}[,;:]? [a-z`'{]")
SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|DESCRIBE|ALTER|WITH|WHEN|CASE|HAVING|LIMIT|SET|IN|AS|IS|AND|JOIN"
    r"|BETWEEN|ORDER BY|NOT)\b|\b(kw|row_hash)\b|^[a-z_]+\(|^WHERE [^i]|^\{\} WHERE| WHERE \{\}$|^table_name ="
)
FILLS = ("5", "TODO", "'x'", "write x", "frt", "unknown_status", "2025-03-10 12:00:00+00:00")
CODE = re.compile(r"`[^`]*`|'[^']*'|app\.py [^\n]*|COALESCE\([^)]*\) as \S+")
ENGLISH = re.compile(r"[a-z]{2,},? [a-z]+,? [a-z]{2,}|[a-z]{3,} [a-z]{2,}")
# Ends of sentences that stand alone in the code; test_sentences_within_sentences has them with their beginnings.
ENDS = {
    *(
        " and {} more",
        ", did you mean {}?",
        ". Was it renamed to {}?",
        ", {} are not here (refused or not delivered yet)",
    ),
    *("{} of {} files {} not loaded", "the rest was; mend what is named and load again", "none was loaded"),
    *("mend the line", "add the missing fields", "quote the value that contains the delimiter"),
    *("close the quote, or double quotes inside a quoted value", "save the file in its declared encoding"),
    *("lines may have {} bytes", "{} {}, then deliver the row again"),
    *("{} of {} values are not dates of the form {}: {}", "{}; {}, or name another column"),
    *("{}: column {} is not in the header{} {}", "the source's clock is {} min {} ours; its own clock counts"),
    *("backfill of {}", "the span {} has no day in it; --until is the first day after it"),
    "reconciled: the source has {} tickets, {} of {} are gone, {} came back{}",
}
# Lines of the terminal and refusals that are put together of pieces; test_terminal.py has them whole.
PIECES = {
    *("{} rows read = {}{}{}", ", delivered up to {}", "  {} loaded with a defect: {}"),
    *("  {} ({}, {}): delivered up to {}", " {} failures in a row ({}), next try {}", "{} running since {}"),
    "; the last row of an id counts. For one row per change write rows: update with fold, for one row per answer"
    " file: {gather: ...}",
    *("ticket channel", "ticket priority", "ticket type", "ticket created by", "message author", "survey answers"),
    *("  {}: {} more rows read and not used, no line's `only` selects them{}", "{} agents with a role"),
    *("  {} would load with a defect: {}{}", "    {}: {} = {} ({}), first in row {}"),
    *("  created_at: {}  # {}such as {}", "instants without an offset{} count as {}", "{}: is it the creation? "),
    *("day first: {} {} have a first number above 12", "month first: {} {} have a second number above 12"),
    *("{} {} look like it, such as {}", '# decimal: ","  # {}: how are numbers written, {}?'),
    *("{} {} is not understood; {} to {}{}, as 5, 1-5, */10 or 0,30", "{}: there is no {} in it", " and no {}"),
    "{} has {} fields; five are wanted: minute hour day month weekday, such as 30 6 * * mon-fri",
    "{} {} ends before it starts; write two ranges with a comma between",
    *("{} never comes: none of its months has a day {}", "{}: {} is not spoken here; {} and {} are"),
    *("{}, or list the value under nulls", "when settings, mapping or files change, or with app.py source run"),
}
# No sentences for readers of the page: headers of requests, words of others' errors, faults of the program, a thread,
# the log, the names of alarms and of what has a name per language.
OTHER = {
    *("Basic {}", "Bearer {}", "business rule", "invalid state", "syntax error", "Unknown column", "Value error, "),
    *("no such column", "no such table", "no such column|unknown column|invalid column|does not exist"),
    *("source number {} was given twice; load one source at a time", "row accounting does not add up: {}"),
    *("JSON array", "JSON object", "reading ahead", "nightly upkeep", "content {}", "id {}", "column {}"),
    *("load failed", "rows are not counted", "warm answers", "living demo desk", "first res"),
    *("Speed of response", "Professional attitude", "Effective solution", "Ease of the process"),
    *("After-sales survey", "Response survey", "Service desk", "Customer feedback"),
    'The file "(.+)" exists, but it is not a valid DuckDB database file',
    "source {}, stream {}: at most {} sources of {} streams",
}


def template(node: ast.AST) -> str | None:
    """Return the text of a string with {} in place of what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[a-z_]+\}", "{}", node.value) if ".format" not in node.value else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def inner(tree: ast.AST) -> Iterator[int]:
    """Yield the strings that are no text of their own: docstrings, pieces of f-strings, and forms of numbers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)
        if isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values if isinstance(part, ast.Constant))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield from (id(part) for part in ast.walk(node.format_spec))


def sentences() -> dict[str, str]:
    """Return every sentence of etl with its place."""
    found: dict[str, str] = {}
    for room in ROOMS:
        place = ROOT / room
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(WORDS):
                continue
            tree = ast.parse(path.read_text("utf-8"))
            skipped = set(inner(tree))
            texts = [(node, template(node)) for node in ast.walk(tree) if id(node) not in skipped]
            found |= {
                text: f"{name}:{getattr(node, 'lineno', 0)}"
                for node, text in texts
                if text and PROSE.search(text) and not SQL.search(text)
            }
    return found


def rest(text: str, language: str) -> str:
    """Return what is left in English of a sentence once it was told in a language; "" = nothing."""
    ways = [tell(text.replace("{}", fill), language) for tell in (told, said, remarked) for fill in FILLS]
    hits = [ENGLISH.search(CODE.sub("", way)) for way in ways]
    return "" if None in hits else next(hit[0] for hit in hits if hit is not None)


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_every_sentence_of_etl_has_one_in_every_language(language: str) -> None:
    found = {text: place for text, place in sentences().items() if text not in ENDS | PIECES | OTHER}
    assert len(found) > 400
    english = {text: place for text, place in found.items() if rest(text, language)}
    assert english == {}, f"write these into dashboard/locales/messages/{language}/"


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_no_sentence_stands_twice_in_a_catalogue(language: str) -> None:
    files = [tomllib.loads(file.read_text("utf-8")) for file in (FOLDER / language).glob("*.toml")]
    assert sum(map(len, files)) == len(catalogue(language))


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_no_sentence_names_what_is_not_in_the_english_one(language: str) -> None:
    strays = {key for key, text in catalogue(language).items() if set(NAME.findall(text)) - set(NAME.findall(key))}
    assert strays == set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "refused: 31 of 52 rows are bad (unknown_status 30, missing_key 1); nothing of them was loaded",
            "整批被拒：52 行中有 31 行有误（未知状态 30, 缺少编号的行 1）；这一批全部没有导入",
        ),
        (
            "source zd: GET /tickets: no answer within 30 s, at the end of 5 tries; what was read is kept,"
            " the next pull goes on",
            "数据源 zd：GET /tickets：30 秒内没有应答，共尝试 5 次；已读取的保留，下次从该处继续",
        ),
        (
            "1 of 3 files was not loaded, the rest was; mend what is named and load again:\n  a.csv: no such file",
            "3 个文件中有 1 个没有导入，其余已导入；请修正以下各项后重新导入：\n  a.csv：没有这个文件",
        ),
        (
            "t: column 'x' is gone: it gave due.x (KPIs without it: frt, csat). Was it renamed to 'X'?\nSQL",
            "t：列 'x' 已消失：它提供 due.x（缺少它受影响的指标：首次响应时长、客户响应满意度）。"
            "是否已改名为 'X'？\nSQL",
        ),
        (
            "t: column 'x' is gone: it gave ticket.team (no KPI can be split by team)",
            "t：列 'x' 已消失：它提供 ticket.team（指标无法按团队细分）",
        ),
        (
            "t: column 'x' is gone: it gave ticket.agent (KPIs without it: tickets_per_agent, load_spread; no KPI"
            " can be split by agent)",
            "t：列 'x' 已消失：它提供 ticket.agent（缺少它受影响的指标：人均处理工单量、忙闲不均度；"
            "指标无法按客服细分）",
        ),
        (
            "m: ticket.id: column 'nr' is not in the header, did you mean 'no'? The header has: no, b",
            "m: ticket.id：表头中没有列 'nr'，是否为 'no'？表头有：no, b",
        ),
        (
            "m: at: table t: column 'd': 3 of 4 values are not dates of the form iso: row 1 '31/12/20', row 2 'x';"
            " they look like `date_format: epoch_s`, or name another column",
            "m: at：表 t：列 'd'：4 个值中有 3 个不是格式 iso 的日期：第 1 行 '31/12/20'，第 2 行 'x'；"
            "看起来像 `date_format: epoch_s`，或改用别的列",
        ),
        (
            "Expected Number of Columns: 5 Found: 6 quote the value that contains the delimiter, then deliver the row"
            " again",
            "应有 5 列，实有 6 列；请给含有分隔符的值加上引号，然后重新送来该行",
        ),
        (
            "the source's clock is 9 min behind ours; its own clock counts; a standby: open transactions of its"
            " primary are not known, so that up to the overlap is left open",
            "数据源的时钟比本机慢 9 分钟；以数据源的时钟为准；"
            "这是备库：无法得知主库未结束的事务，因此重叠时段内留有余地",
        ),
        (
            "reconciled: the source has 1,200 tickets, 3 of 1,203 are gone, 0 came back, 2 are not here (refused or"
            " not delivered yet)",
            "已对账：数据源有 1,200 张工单，1,203 张中有 3 张已删除，0 张重新出现，2 张不在此处（被拒或尚未送达）",
        ),
        (
            "data/m.yaml:12: tables.0.ticket.id: is required, add it",
            "data/m.yaml:12：tables.0.ticket.id：必填，请补上",
        ),
        (
            "backfill of 2025-01-01 to 2025-02-01; no file in x fits *.csv",
            "重新读取 2025-01-01 至 2025-02-01；x 中没有符合 *.csv 的文件",
        ),
    ],
)
def test_sentences_within_sentences(english: str, chinese: str) -> None:
    assert told(english, "zh-CN") == chinese


def test_what_others_say_stays_as_it_is() -> None:
    assert told("could not connect to server: Connection refused", "zh-CN") == (
        "could not connect to server: Connection refused"
    )
    assert told("desk: no such table: tickets; mend the query in the mapping", "zh-CN") == (
        "desk：no such table: tickets；请修正映射中的查询"
    )


def test_english_stays_english() -> None:
    assert told("3 more rows read and not used: no line of the mapping asks for them", "en").startswith("3 more rows")


def test_a_list_in_a_sentence_is_not_taken_for_sentences() -> None:
    names = ", ".join(f"is gone {number}: x" for number in range(300))
    text = f"m: ticket.id: column 'nr' is not in the header. The header has: {names}"
    assert told(text, "zh-CN") == f"m: ticket.id：表头中没有列 'nr'。表头有：{names}"


def test_a_long_text_without_any_known_sentence_is_told_at_once() -> None:
    text = "; ".join(f"part {number}: nothing, known" for number in range(12))
    assert told(text, "zh-CN") == text
