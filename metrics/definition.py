"""The definition panel: what a figure counts, and the text that ran (semantics 1.14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

import duckdb

from metrics.catalog import metric_of
from metrics.compile import literal_sql
from metrics.measure import measure
from metrics.metric import Metric
from metrics.model import Desk, Question, Text, Window

CLOCKS: Mapping[str, Text] = {
    "calendar": {"en": "elapsed time", "zh-CN": "自然时间"},
    "business": {"en": "business hours of the case's calendar", "zh-CN": "按工单所用日历的工作时间"},
}
EXAMPLES = {  # of parameters with a form of their own
    "department/minutes": "department/10",
    "hours": "4",
    "score": "5",
    "map/stage": "D1/accept",
}
LABELS = "SELECT dimension, member_id, label FROM member"  # metrics/members.py
NO_CLOCK: Text = {"en": "no clock", "zh-CN": "不涉及计时"}
EVERYWHERE: Text = {
    "en": "Spam, test and deleted tickets everywhere, in history too; merged tickets count as one",
    "zh-CN": "垃圾、测试与已删除工单一律剔除（含历史）；合并工单计为一张",
}


def definition(metric: Metric, language: str, question: Question | None = None) -> dict[str, str]:
    """Return the metric's own words by heading; headings without content are left out."""
    clock = question.clock if question else "calendar"
    created: Text = {"en": "by creation (cohort)", "zh-CN": "按创建时间（同期群）"}
    texts: dict[str, Text | None] = {
        "definition": metric.definition,
        "population": metric.population,
        "start": metric.start,
        "stop": metric.stop,
        "clock": CLOCKS[clock] if metric.clock_dependent else NO_CLOCK,
        "basis": created if question and question.basis == "created" else metric.basis,
        "exclusions": EVERYWHERE,
    }
    panel = {name: text.get(language, text["en"]) for name, text in texts.items() if text is not None}
    if metric.twin:
        panel["twin"] = metric_of(metric.twin).title[language]
    return panel


class Recorder:
    """A connection that remembers the statements it passes on, their parameters written out."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.texts: list[str] = []

    def execute(self, text: str, params: object = None) -> duckdb.DuckDBPyConnection:
        """Run a statement and keep its text; looking up labels is not kept."""
        if " FROM member" not in text:
            self.texts.append(literal_sql(text, params) if isinstance(params, dict) else text)
        return self._con.execute(text, params)


def texts_run(con: duckdb.DuckDBPyConnection, desk: Desk, question: Question, as_of: datetime | None) -> list[str]:
    """Return the statements that answer a question, by answering it, ready to be run again."""
    recorder = Recorder(con)
    measure(cast("duckdb.DuckDBPyConnection", recorder), desk, [question], as_of)
    return recorder.texts


def example(metric: Metric, window: Window) -> Question:
    """Return a plain question of a metric, for its panel before anything was asked."""
    return Question(metric.name, window, parameter=EXAMPLES.get(metric.parameter or "", metric.parameter))


def with_sql(
    con: duckdb.DuckDBPyConnection, desk: Desk, question: Question, as_of: datetime | None, language: str
) -> dict[str, str]:
    """Return the panel with the statements that ran as `sql`."""
    panel = definition(metric_of(question.metric), language, question)
    return panel | {"sql": ";\n\n".join(texts_run(con, desk, question, as_of))}
