"""The command line in Chinese: its help, its refusals, and what each verb says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner, Result

from app import cli
from tests.test_app import Desk

# Two words of English in a row; not what was typed, delivered, or stands in a file.
ENGLISH = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")
CODE = re.compile(
    r"\[OPTIONS\]|COMMAND|\[ARGS\]|<[a-z ]+>|--[a-z-]+|app\.py [a-z ]+|status resolved|`[^`]*`"
    r"|'[^']*'|\S*/\S*|\S+_\S+"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def run(*words: object, lang: str = "zh-CN") -> Result:
    typed = [str(word) for word in words]
    return CliRunner().invoke(cli, typed, prog_name="app.py", env={"KPI_LANG": lang, "COLUMNS": "100"})


def english(text: str) -> list[str]:
    """Return what is English in a text that should be Chinese."""
    return ENGLISH.findall(CODE.sub("", text))


def verbs(command: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every verb, and of the groups they are in."""
    yield above
    for name, below in getattr(command, "commands", {}).items():
        yield from verbs(below, *above, name)


VERBS = [*verbs(typer.main.get_command(cli))]


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_the_help_of_every_verb_is_chinese_and_whole(words: tuple[str, ...]) -> None:
    told = run(*words, "--help").output
    assert "用法：" in told and "显示本帮助。" in told
    assert english(told) == [] and "…" not in told


def test_help_is_english_again_for_the_next_caller() -> None:
    run("--help")
    told = run("--help", lang="en").output
    assert "Show this message and exit." in told and "Options" in told and "选项" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("redrive",), "缺少选项 '--source'。"),
        (("nonsense",), "没有命令 'nonsense'。"),
        (("status", "--quick"), "没有选项 --quick"),
        (("check", "--mapping", "m.yaml"), "缺少参数"),
        (("rejects", "--limit", "some"), "'--limit' 的取值无效：应为整数"),
        (("forget", "--days", "-1"), "'--days' 的取值无效：应不小于 0"),
        (("drift", "--accept", "x"), "取值无效：--accept 需要 --source"),
        (("backfill", "x", "--from", "1", "--until", "2"), "'--from' 的取值无效：'1' 不符合格式 '%Y-%m-%d'。"),
        (("backfill", "x", "--from", "2025-02-02", "--until", "2025-02-01"), "--until 是其后的第一天"),
    ],
)
def test_words_typed_wrongly_are_refused_in_chinese(words: tuple[str, ...], told: str) -> None:
    refused = run(*words)
    assert refused.exit_code == 2 and told in refused.output.replace("\n", "")
    assert "运行 " in refused.output and english(refused.output) == []


def test_a_language_that_nobody_speaks_is_refused() -> None:
    refused = run("status", lang="klingon")
    assert (refused.exit_code, refused.output) == (2, "KPI_LANG: 'klingon' is not spoken here; zh-CN and en are\n")


def test_every_verb_on_loaded_rows_speaks_chinese(desk: Desk) -> None:
    here = ("--settings", desk.settings)
    told = {
        "check": run("check", desk.rows, "--mapping", desk.mapping),
        "import": run("import", desk.rows, "--mapping", desk.mapping, *here),
        "again": run("import", desk.rows, "--mapping", desk.mapping, *here),
        "status": run("status", *here),
        "rejects": run("rejects", *here),
        "redrive": run("redrive", "--source", "mine", "--mapping", desk.mapping, *here),
        "drift": run("drift", *here),
        "erase": run("erase", "--source", "mine", "--person", "7", *here),
        "forget": run("forget", *here),
        "rebuild": run("rebuild", *here),
        "source list": run("source", "list", *here),
        "map": run("map", "--guess", desk.rows),
    }
    assert {verb: found for verb, one in told.items() if (found := english(one.output))} == {}
    assert "读取 3 行 = 新增 2 + 变更 0 + 相同 0 + 未导入 1" in told["import"].output
    assert '{"id":"3","created":"yesterday"' in told["rejects"].output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("timezone: Mars/Base\n", "timezone：未知时区 'Mars/Base'；请写 Asia/Shanghai 或 UTC 这样的 IANA 名称"),
        ("calendar: mine\n", "calendar：未知日历 'mine'；尚未定义任何日历，见 calendars"),
        ("languag: en\n", "languag：未知字段，是否为 `language`？此处可用："),
        ("server: {port: high}\n", "server.port：得到 'high'：应为整数"),
        ("language: fr\n", "language：得到 'fr'：应为 'zh-CN' 或 'en'"),
        ("repeat_days: 0\n", "repeat_days：得到 0：应"),
        ("targets: [{metric: speed, value: 3}]\n", "targets.0.metric：未知指标 'speed'；可用："),
        ("sources: [{id: a, name: A, kind: sql, mapping: m.yaml}]\n", "sources.0：sql 类数据源需要 'url'"),
        (
            "sources: [{id: a, name: A, kind: file, path: p, mapping: m.yaml, cron: '9 * *'}]\n",
            "cron：'9 * *' 有 3 个字段；应为五个：分 时 日 月 星期，例如 30 6 * * mon-fri",
        ),
        (
            "sources: [{id: a, name: A, kind: file, path: p, mapping: m.yaml, cron: '61 * * * *'}]\n",
            "cron：分 '61' 无法理解；应为 0 至 59，例如 5、1-5、*/10 或 0,30",
        ),
    ],
)
def test_faults_of_settings_are_told_in_chinese(desk: Desk, line: str, told: str) -> None:
    refused = run("status", "--settings", desk.file("bad.yaml", line))
    assert refused.exit_code == 1 and told in refused.output
