"""What is odd in the data, per rule: rows refused and values left out or doubtful (semantics 2.4, 2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from data.field_kpis import effect_of
from metrics.catalog import CATALOG, HEADLINES
from metrics.model import Text

FOUND = """
SELECT rule, sum(refused)::BIGINT AS refused, sum(flawed)::BIGINT AS flawed FROM (
    SELECT rule, count(*) AS refused, 0 AS flawed FROM reject WHERE resolved_at IS NULL GROUP BY rule
    UNION ALL SELECT rule, 0, count(*) FROM defect GROUP BY rule
    UNION ALL SELECT rule, 0, count(*) FROM fact_defect GROUP BY rule
) GROUP BY rule ORDER BY sum(refused) + sum(flawed) DESC, rule
"""
UNREADABLE = ("malformed", "bad_file")  # no rows of a table: the file has to be mended and delivered again
TITLES: Mapping[str, Text] = {
    "malformed": {"en": "line that cannot be read", "zh-CN": "无法读取的行"},
    "bad_file": {"en": "file that cannot be loaded", "zh-CN": "无法导入的文件"},
    "missing_key": {"en": "row without its id", "zh-CN": "缺少编号的行"},
    "no_event": {"en": "row without instant or known kind", "zh-CN": "无时间或类型未知的行"},
    "duplicate_id": {"en": "id given twice", "zh-CN": "编号重复"},
    "unparsed_cell": {"en": "value that cannot be read", "zh-CN": "无法识别的取值"},
    "number_marks": {"en": "number with other decimal marks", "zh-CN": "小数或千分位符号不符"},
    "naive_time": {"en": "time without a zone", "zh-CN": "没有时区的时间"},
    "ambiguous_time": {"en": "local time that occurs twice", "zh-CN": "重复出现的当地时间"},
    "nonexistent_time": {"en": "local time that never occurred", "zh-CN": "不存在的当地时间"},
    "unknown_status": {"en": "unknown status", "zh-CN": "未知状态"},
    "unknown_priority": {"en": "unknown priority", "zh-CN": "未知优先级"},
    "unknown_channel": {"en": "unknown channel", "zh-CN": "未知渠道"},
    "unknown_type": {"en": "unknown type", "zh-CN": "未知类型"},
    "unknown_created_by": {"en": "unknown creator", "zh-CN": "未知创建方"},
    "unknown_author_kind": {"en": "unknown kind of author", "zh-CN": "未知作者类型"},
    "unknown_actor_kind": {"en": "unknown kind of actor", "zh-CN": "未知操作者类型"},
    "unknown_kind": {"en": "unknown kind of event", "zh-CN": "未知事件类型"},
    "unknown_resolution_kind": {"en": "unknown outcome", "zh-CN": "未知解决结果"},
    "future_ticket": {"en": "ticket later than the data reach", "zh-CN": "创建时间晚于数据截止时间"},
    "future_event": {"en": "event later than the data reach", "zh-CN": "事件晚于数据截止时间"},
    "negative_duration": {"en": "stop before start", "zh-CN": "终点早于起点"},
    "clock_skew_clamped": {
        "en": "stop up to 60 s before start, taken as 0",
        "zh-CN": "终点略早于起点（60 秒内，计为 0）",
    },
}


FACT_FIELDS: Mapping[str, str] = {  # what defects.sql calls it -> path of the mapping that gives it
    "created_at": "ticket.created_at",
    "first_reply": "messages.agent",
    "resolution": "events.status",
    "message": "messages",
    **{kind: f"events.{kind}" for kind in ("status", "assign", "priority", "handoff", "merge", "followup")},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found in everything loaded.

    refused  rows (or files) that did not load and are not resolved since
    flawed   rows that loaded, with a value left out, doubtful or later than the data reach
    """

    rule: str
    title: Text
    refused: int
    flawed: int

    @property
    def n(self) -> int:
        """Return both together."""
        return self.refused + self.flawed


def rule_title(rule: str) -> Text:
    """Return what a rule is called by language; one without a title goes by its name."""
    return TITLES.get(rule, {"en": rule, "zh-CN": rule})


def touched(field: str | None) -> tuple[Text, ...]:
    """Return titles of the KPIs that lose or misjudge cases by a value of a field; none where no KPI reads it.

    field  path of the mapping (ticket.created_at, events.0.at), or what the facts call it (first_reply, status)
    """
    names = effect_of(_path(field)).kpis
    ranked = sorted(set(names) & CATALOG.keys(), key=lambda name: _rank(name, names))
    return tuple(CATALOG[name].title for name in ranked)


def split_by(field: str | None) -> str | None:
    """Return the dimension that a field gives, by which KPIs are split; None = it gives none."""
    return effect_of(_path(field)).dimension


def _path(field: str | None) -> str:
    return FACT_FIELDS.get(field or "", field or "")


def _rank(name: str, names: tuple[str, ...]) -> tuple[bool, int]:
    return (name not in HEADLINES, HEADLINES.index(name) if name in HEADLINES else names.index(name))


def findings(con: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    """Return what each rule found, the most first; a rule without a title of its own goes by its name."""
    return tuple(
        Finding(rule, rule_title(rule), refused, flawed) for rule, refused, flawed in con.execute(FOUND).fetchall()
    )


def defects(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return rule -> how often it struck: rows refused by the import, defects of it, and those the facts found."""
    return {one.rule: one.n for one in findings(con)}
